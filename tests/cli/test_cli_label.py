"""``voc label``: asks, writes at once, and goes on where it was."""

from __future__ import annotations

import csv
import io
import sys

import pytest

from voc.cli import cli
from voc.cli.console import guarded
from voc.errors import VocError
from voc.queue import Answers, nearest, read_answer
from voc.types import Record

TEXTS = [
    "the zip broke",
    "parcel is late",
    "love the colour",
    "refund please",
    "=SUM(A1) does not work in export",
]


@pytest.fixture
def label(monkeypatch, capsys, tmp_path):
    path = tmp_path / "queue.csv"
    rows = "".join(f'{i},"{text}"\n' for i, text in enumerate([*TEXTS, "The  zip broke"], 1))
    path.write_text(f"id,message\n{rows}", encoding="utf-8")

    def run(typed, *arguments):
        monkeypatch.setattr(sys, "argv", ["voc", "label", str(path), *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = guarded(cli)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def answers_in(folder):
    with (folder / "queue.labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_answers_are_kept_and_not_asked_again(label, tmp_path):
    code, out, err = label("defect\n+delivery\nq\n", "--next", 4)
    assert code == 0, err
    assert not out.strip()
    first = answers_in(tmp_path)
    assert [row["intent"] for row in first] == ["defect", "delivery"]
    assert "5 different texts (1 rows repeat one or have no text), 0 answered; asking about 4" in err
    code, _out, err = label("def\n\ndeliv\n", "--next", 20)  # a beginning, a skip, a beginning, the end
    assert code == 0
    assert "2 answered; asking about 3" in err
    rows = answers_in(tmp_path)
    assert rows[:2] == first
    assert [row["intent"] for row in rows] == ["defect", "delivery", "defect", "delivery"]
    assert len({row["id"] for row in rows}) == 4
    assert set(rows[0]) == {"id", "source_file", "source_row", "language", "text", "intent"}


def test_an_unclear_answer_is_asked_again(label, tmp_path):
    _code, _out, err = label("delivery late\n+delivery cost\ndelivery\ndelivery c\n", "--next", 3)
    assert "Near: delivery cost, delivery late" in err
    assert [row["intent"] for row in answers_in(tmp_path)] == [
        "delivery late",
        "delivery cost",
        "delivery cost",
    ]


def test_with_a_model_its_intents_are_offered(label, tmp_path):
    code, _out, err = label("1\n", "--next", 1, "--intent-model", "embedded")
    assert code == 0
    assert " 1 " in err or "\n1 " in err
    from voc.models.intents import read_intents

    assert answers_in(tmp_path)[0]["intent"] in {intent.key for intent in read_intents()}


def test_the_queue_is_not_standard_input(label):
    code, _out, err = label("", "-")
    assert code == 2
    assert "answers are read there" in err


def record(text, name="7"):
    return Record(name, "queue.csv", 7, text, language="en")


def test_formulas_and_crashes(tmp_path):
    path = tmp_path / "answers.csv"
    answers = Answers(path)
    answers.add(record("=1+1 is shown, not 2"), "export")
    path.write_bytes(path.read_bytes().rstrip(b"\r\n"))  # as if it was cut off, or edited
    Answers(path).add(record("fine", "8"), "praise")
    again = Answers(path)
    assert again.ids == {"7", "8"}
    assert again.intents == ["export", "praise"]
    assert "'=1+1" in path.read_text()


def test_a_file_of_something_else_is_left_alone(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(VocError, match="no columns id and intent"):
        Answers(path)
    path.write_text("id,intent\n1,2\n")
    with pytest.raises(VocError, match="other columns"):
        Answers(path)
    assert path.read_text() == "id,intent\n1,2\n"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2", "b"),
        ("Delivery", "delivery"),
        ("deliv", "delivery"),
        ("re", None),
        ("+new one", "new one"),
        ("zzz", None),
    ],
)
def test_what_is_typed(typed, meant):
    assert read_answer(typed, ["a", "b"], ["delivery", "refund", "return"]) == meant


def test_the_first_intent_needs_no_plus():
    assert read_answer("refund", [], []) == "refund"


def test_near_names():
    assert nearest("re", ["delivery", "refund", "return"]) == ["refund", "return"]
    assert nearest("delivry", ["delivery", "refund"]) == ["delivery"]
