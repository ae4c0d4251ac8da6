"""``voc label``: asks, writes at once, and goes on where it was."""

from __future__ import annotations

import csv
import io
import logging
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


HARD = 'he said "no",\nand, "yes"\n\n"끝"'


def answered(path, *texts):
    """A file of these texts, all answered, ids from 0."""
    answers = Answers(path)
    for name, text in enumerate(texts):
        answers.add(record(text, str(name)), "praise")
    return path.read_bytes()


def test_an_answer_cut_off_anywhere_is_cut_away_and_no_other_is(tmp_path):
    path = tmp_path / "answers.csv"
    before = answered(path, "fine", HARD)
    whole = answered(path, HARD)
    for size in range(len(before) + 1, len(whole)):
        path.write_bytes(whole[:size])
        if whole[:size].endswith(b"\n"):
            continue  # within the text: see the next test
        Answers(path).add(record("next", "next"), "refund")
        rows = Answers(path).rows
        assert [row["text"] for row in rows[:2]] == ["fine", HARD]
        assert (rows[-1]["id"], rows[-1]["text"], rows[-1]["intent"]) == ("next", "next", "refund")
        # What has all its cells can't be told from a line that an editor left without an end.
        assert len(rows) == 3 + (size >= len(whole) - len(b"praise\n"))


def test_an_answer_cut_off_where_a_line_of_its_text_ends_is_named(tmp_path):
    """It looks just like a whole row with a stray quote, so nothing is cut."""
    path = tmp_path / "answers.csv"
    answered(path, "fine", HARD)
    cut = answered(path, HARD).removesuffix('""끝""",praise\n'.encode())
    assert cut.endswith(b"\n")
    path.write_bytes(cut)
    with pytest.raises(VocError, match="line 7 has a quote that is not closed"):
        Answers(path)
    assert path.read_bytes() == cut


@pytest.mark.parametrize("intent", ["배송", "late, very"])
def test_a_cut_within_a_character_or_the_quotes_of_the_intent(tmp_path, intent):
    path = tmp_path / "answers.csv"
    answered(path, "fine")
    Answers(path).add(record("slow", "9"), intent)
    path.write_bytes(path.read_bytes()[:-2])
    Answers(path).add(record("slow", "9"), intent)
    assert [(row["id"], row["intent"]) for row in Answers(path).rows] == [("0", "praise"), ("9", intent)]


def test_a_cut_off_answer_is_told_and_asked_again(label, tmp_path):
    path = tmp_path / "queue.labels.csv"
    label("+defect\n+delivery\n", "--next", 2)
    rows = answers_in(tmp_path)
    path.write_bytes(path.read_bytes().removesuffix(b",delivery\n"))
    code, _out, err = label("+late\n+late\n+late\n+late\n", "--next", 5)
    assert code == 0, err
    assert "the last answer was cut off" in " ".join(err.split())
    assert "1 answered; asking about 4" in err
    assert rows[1]["id"] in {row["id"] for row in answers_in(tmp_path)[1:]}
    assert len(answers_in(tmp_path)) == 5


def test_a_cut_off_answer_is_not_logged_with_its_words(tmp_path, caplog):
    path = tmp_path / "answers.csv"
    path.write_bytes(answered(path, "fine", "Xylophone")[: -len(",praise\n")])
    with caplog.at_level(logging.WARNING):
        assert Answers(path).ids == {"0"}
    assert "cut off" in caplog.text
    assert "Xylophone" not in caplog.text


@pytest.mark.parametrize("end", ["", "\n", '\n5,q,5,en,"cut'])
def test_a_stray_quote_costs_no_answers(tmp_path, end):
    """Behind it all answers look like one text that was cut off."""
    path = tmp_path / "answers.csv"
    rows = '1,q,1,en,fine,praise\n2,q,2,en,"oh,praise\n3,q,3,en,fine too,praise'
    text = f"id,source_file,source_row,language,text,intent\n{rows}{end}"
    answers = Answers(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocError, match="line 3 has a quote that is not closed"):
        Answers(path)
    with pytest.raises(VocError, match="line 3 has a quote that is not closed"):
        answers.add(record("next"), "refund")  # edited while it was asked
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("row", ["2,q,2,en,no intent", "2,q,2,en,a, comma,praise", "2"])
def test_a_row_of_too_few_or_many_cells_is_named(label, tmp_path, row):
    path = tmp_path / "queue.labels.csv"
    text = f'id,source_file,source_row,language,text,intent\n1,q,1,en,"a\nb",praise\n\n{row}\n3,q,3,en,c,praise\n'
    path.write_text(text, encoding="utf-8")
    code, _out, err = label("")
    assert code == 3
    assert f"line 5 has {row.count(',') + 1} cells, and should have 6" in " ".join(err.split())
    assert path.read_text(encoding="utf-8") == text


def test_what_spreadsheets_leave_is_read(tmp_path):
    path = tmp_path / "answers.csv"
    rows = "1,q,1,en,a,praise,,\r\n,,\r\n \r\n,,,,,\r\n\r\n2,q,2,en,b,\r\n"
    path.write_bytes(f"\ufeffid,source_file,source_row,language,text,intent\r\n{rows}".encode())
    Answers(path).add(record("c", "3"), "praise")
    assert Answers(path).ids == {"1", "2", "3"}


def test_a_file_that_is_not_utf8_is_left_alone(tmp_path):
    path = tmp_path / "answers.csv"
    data = "id,source_file,source_row,language,text,intent\n1,q,1,ko,좋아요,칭찬\n".encode("cp949")
    for content in (data, data.rstrip()):
        path.write_bytes(content)
        with pytest.raises(VocError, match="can't be read as CSV"):
            Answers(path)
        assert path.read_bytes() == content


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
