"""``voc train intent``: read, learn, report, refuse; the model then answers in ``voc classify``."""

from __future__ import annotations

import csv
import json
import sys

import pytest

from voc.cli import cli
from voc.cli.console import guarded

SAID = {
    "broken": ["{} broke after a day", "the {} is defective", "my {} stopped working", "{} arrived cracked"],
    "late": [
        "the {} has still not arrived",
        "{} came two weeks late",
        "where is my {}",
        "no sign of the {} yet",
    ],
    "praise": ["I love this {}", "the {} is wonderful", "best {} ever", "very happy with my {}"],
}
THINGS = ["coat", "lamp", "kettle", "phone"]
ROWS = [
    (said.format(thing), label) for label, sayings in SAID.items() for said in sayings for thing in THINGS
]


@pytest.fixture
def voc(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        code = guarded(cli)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def write(path, rows, header=("ticket", "message", "intent")):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows((i, *row) for i, row in enumerate(rows, 1))
    return path


def test_from_rows_to_answers(voc, tmp_path):
    wrong = ("I love this sofa, wonderful", "late")
    rows = [*ROWS, wrong, ("no label here", ""), ("", "late"), ("the only one", "lonely")]
    labelled = write(tmp_path / "labelled.csv", rows)
    code, out, err = voc("train", "intent", labelled, "-o", tmp_path / "mine")
    assert code == 0, err
    report = json.loads((tmp_path / "mine" / "report.json").read_text())
    assert report["rows_read"] == len(rows) == report["used"] + sum(report["rejected"].values())
    assert report["rejected"] == {"class_too_small": 1, "no_label": 1, "no_text": 1}
    accuracy = report["scores"]["accuracy"]
    assert 0.8 < accuracy["estimate"] <= 1
    assert accuracy["low"] < accuracy["estimate"] <= accuracy["high"]
    assert report["mislabelled"][0]["source_row"] == len(ROWS) + 1
    assert report["mislabelled"][0]["likelier"] == "praise"
    assert "52 rows: 49 used, 3 set aside" in out
    assert "sofa" not in out + err + (tmp_path / "mine" / "report.json").read_text()

    queue = write(tmp_path / "queue.csv", [("my toaster broke", ""), ("the parcel is two weeks late", "")])
    code, _out, err = voc(
        "classify", queue, "--intent-model", tmp_path / "mine", "-o", tmp_path / "answers.jsonl"
    )
    assert code == 0, err
    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert [answer["intent"] for answer in answers] == ["broken", "late"]

    assert voc("train", "intent", labelled, "-o", tmp_path / "mine")[0] == 2
    assert voc("train", "intent", labelled, "-o", tmp_path / "mine", "--force", "--strict", "-q")[:2] == (
        4,
        "",
    )


@pytest.mark.parametrize(
    ("rows", "header", "arguments", "message"),
    [
        ([("fine words here", "a"), ("more fine words", "a")], ("n", "text", "intent"), (), "two are needed"),
        ([("fine words", "a"), ("more words", "b")], ("n", "text", "intent"), (), "class_too_small 2"),
        ([("fine words", "x y"), ("more words", "z")], ("n", "text", "remark"), (), "named like labels"),
        ([("fine words", "a")], ("n", "text", "intent"), ("--label-column", "queue"), "no column 'queue'"),
        ([("fine words", "a")], ("n", "text", "intent"), ("--label-column", "text"), "is read as text"),
        ([("fine words", "a")], ("n", "text", "intent"), ("--method", "setfit"), "needs a model to tune"),
        ([("fine words", "a")], ("n", "text", "intent"), ("--base", "x"), "--base is for"),
    ],
)
def test_what_can_not_be_used(voc, tmp_path, rows, header, arguments, message):
    labelled = write(tmp_path / "labelled.csv", rows, header)
    code, _out, err = voc(
        "train", "intent", labelled, "-o", tmp_path / "mine", "--text-column", "text", *arguments
    )
    assert code in {2, 3}
    assert message in err
    assert "fine words" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labelled.csv"]


def test_a_folder_that_is_no_model_is_never_replaced(voc, tmp_path):
    labelled = write(tmp_path / "labelled.csv", ROWS)
    code, _out, err = voc("train", "intent", labelled, "-o", tmp_path, "--force")
    assert code == 3
    assert "not from voc" in err
