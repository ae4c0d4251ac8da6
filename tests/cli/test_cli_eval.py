"""``voc eval``: tables on stdout, JSON on request, and the exit codes of the house."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded

Run = Callable[..., tuple[int, str, str]]
TEXTS = {
    "pos": ["A lovely lamp, I am so happy with it", "Great hotel, we will come back", "Excellent, thank you"],
    "neg": [
        "It broke at once, very disappointing",
        "Rude staff and a dirty room",
        "Horrible, a waste of money",
    ],
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["voc", "eval", *map(str, arguments)])
        code = guarded(cli)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Sixty labelled reviews and one without a label."""
    path = tmp_path / "labelled.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["review", "label"])
        for n in range(10):
            writer.writerows(
                [f"{text}, order {n}", label] for label, texts in TEXTS.items() for text in texts
            )
        writer.writerow(["nobody has labelled this one", ""])
    return path


def test_the_tables_are_the_result(file: Path, run: Run) -> None:
    code, out, err = run(file, "--task", "sentiment")
    assert code == 0, err
    for words in (
        "61 rows read = 60 used + 1 rejected (1 without a label)",
        "macro-F1",
        "binary accuracy",
        "ECE",
    ):
        assert words in out
    assert max(map(len, out.splitlines())) <= 110
    assert err == ""


def test_json_in_place_of_the_tables(file: Path, run: Run) -> None:
    code, out, _ = run(file, "--task", "sentiment", "--json", "-")
    found = json.loads(out)
    assert code == 0
    assert found["rows_read"] == found["used"] + sum(found["rejected"].values()) == 61
    accuracy = found["overall"]["scores"]["accuracy"]
    assert accuracy["low"] <= accuracy["estimate"] <= accuracy["high"]


def test_a_json_file_is_not_overwritten_without_force(file: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "scores.json"
    target.write_text("mine")
    assert run(file, "--task", "sentiment", "--json", target)[0] == 2
    assert target.read_text() == "mine"
    assert run(file, "--task", "sentiment", "--json", target, "--force")[0] == 0
    assert json.loads(target.read_text())["task"] == "sentiment"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labelled.csv", "scores.json"]


def test_strict_says_that_rows_were_rejected(file: Path, run: Run) -> None:
    assert run(file, "--task", "sentiment", "--strict")[0] == 4


def test_labels_of_another_task_cannot_be_used(file: Path, run: Run) -> None:
    code, out, err = run(file, "--task", "intent")
    assert (code, out) == (3, "")
    assert "'neg' (30)" in err
    assert "bug_report" in err
    assert "--ignore-unknown" in err


def test_without_labels_there_is_nothing_to_measure(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("review,stars\n" + "\n".join(f"a fine lamp number {n},5" for n in range(40)))
    code, _, err = run(path, "--task", "sentiment")
    assert code == 3
    assert "--label-column" in err
    assert "stars" in err


def test_wrong_usage(file: Path, run: Run) -> None:
    assert run(file)[0] == 2
    assert run(file, "--task", "sentiment", "--label-column", "lable")[0] == 2
