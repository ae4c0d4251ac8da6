from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import model_common
import numpy as np
import pytest
from model_common import Bar, accuracy, finish, groups, markdown, mean, sample

from voc.types import Interval


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.70, "F1: bar 0.64 met, aim 0.694 met"),
        (0.64, "F1: bar 0.64 met, aim 0.694 not"),
        (0.63, "F1: bar 0.64 not, aim 0.694 not"),
    ],
)
def test_a_bar_is_met_when_it_is_reached(value: float, said: str) -> None:
    assert Bar("F1", 0.64, 0.694).judge(value) == said


def test_a_quick_run_is_not_judged() -> None:
    assert "met" not in Bar("F1", 0.64).judge(0.9, quick=True)


def test_a_sample_is_always_the_same_and_never_more_than_asked() -> None:
    rows = [{"text": str(i)} for i in range(50)]
    assert sample(rows, 5) == sample(rows, 5)
    assert len({row["text"] for row in sample(rows, 5)}) == 5
    assert sample(rows, 80) == rows


def test_rows_are_grouped_by_all_columns() -> None:
    rows = [
        {"source": "shop", "lang": "ja"},
        {"source": "app", "lang": "ko"},
        {"source": "shop", "lang": "zh"},
        {"source": "shop", "lang": "ja"},
    ]
    assert {name: len(found) for name, found in groups(rows, "source", "lang").items()} == {
        "app ko": 1,
        "shop ja": 2,
        "shop zh": 1,
    }


def test_accuracy_keeps_its_estimate_inside_its_interval() -> None:
    found = accuracy(np.array([True] * 9 + [False]))
    assert found.estimate == pytest.approx(0.9)
    assert 0.55 < found.low < 0.9 < found.high < 1


def test_the_mean_of_one_is_that_one() -> None:
    assert mean([Interval(0.5, 0.4, 0.7)]) == pytest.approx((0.5, 0.4, 0.7))


def test_the_mean_of_several_is_surer_than_each_and_skewed_alike() -> None:
    found = mean([Interval(0.4, 0.3, 0.6)] * 4)
    assert found == pytest.approx((0.4, 0.35, 0.5))  # half the distance for four times the rows


def test_a_table_has_the_columns_of_all_rows() -> None:
    table = markdown([{"set": "a", "F1": Interval(0.5, 0.4, 0.6)}, {"set": "b", "n": 1200, "rate": 731.4}])
    assert table.splitlines() == [
        "| set | F1 | n | rate |",
        "| --- | --- | --- | --- |",
        "| a | 0.500 (0.400–0.600) |  |  |",
        "| b |  | 1200 | 731 |",
    ]


def test_the_json_says_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(model_common, "describe", lambda _folder: "a model")
    path = tmp_path / "numbers.json"
    finish(Namespace(quick=True, json=path, model=Path()), [{"n": 3, "F1": Interval(0.5, 0.4, 0.6)}])
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["model"] == "a model"
    assert written["quick"] is True
    assert written["rows"] == [{"n": 3, "F1": [0.5, 0.4, 0.6]}]
    assert "| 3 |" in capsys.readouterr().out
