"""The turns and the arithmetic of the speed benchmark; nothing here asserts a time."""

from __future__ import annotations

import io
from argparse import Namespace
from pathlib import Path

import model_profile
import numpy as np
import pytest
import speed
from model_rate import TOKEN_BUDGET, float_product, int8_product

from voc.models.embedded_runtime import EMBEDDED_FOLDER

ECHO = """
import sys
print("ready", flush=True)
for number, line in enumerate(sys.stdin):
    print(float(sys.argv[2] == "teacher"), number, flush=True)
"""


def asked(**more: object) -> Namespace:
    return Namespace(**{"model": Path("folder"), "quick": False, "rounds": 3, "threads": 1} | more)


def test_a_worker_answers_each_time_it_is_asked_and_ends_when_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "echo.py"
    script.write_text(ECHO)
    monkeypatch.setattr(speed, "__file__", str(script))
    worker = speed.Worker("teacher", 1, asked())
    assert [worker.ask(), worker.ask()] == [[1.0, 0.0], [1.0, 1.0]]
    worker.close()
    assert worker.process.returncode == 0


def test_a_worker_that_fails_stops_the_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "fails.py"
    script.write_text("raise SystemExit(3)")
    monkeypatch.setattr(speed, "__file__", str(script))
    with pytest.raises(SystemExit, match="3"):
        speed.Worker("ours", 1, asked())


def test_work_warms_up_and_then_does_one_pass_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    passes: list[list[str]] = []
    monkeypatch.setitem(speed.WORKERS, "ours", lambda _f, _t, text: lambda: passes.append(text))
    monkeypatch.setattr(speed, "sampled", lambda _quick: ["a text"])
    monkeypatch.setattr(speed.sys, "stdin", io.StringIO("go\ngo\n"))
    speed.work(asked(worker="ours"))
    assert passes == [["a text"]] * 3
    ready, *seconds = capsys.readouterr().out.split()
    assert ready == "ready"
    assert all(float(value) >= 0 for value in seconds)
    assert len(seconds) == 2


def test_both_take_turns_and_the_best_round_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    seconds = {"ours": iter([0.3, 0.1, 0.2]), "teacher": iter([3.0, 2.5, 2.0])}

    class Fake:
        def __init__(self, name: str, *_rest: object) -> None:
            self.name = name

        def ask(self, _rest: float) -> list[float]:
            order.append(self.name)
            return [next(seconds[self.name])]

        def close(self) -> None: ...

    monkeypatch.setattr(speed, "Worker", Fake)
    assert speed.duel(1, asked()) == (0.1, 2.0)
    assert order == ["ours", "teacher"] * 3


def test_shares_and_ratio_come_from_the_same_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rates:
        def __init__(self, *_given: object) -> None: ...

        def ask(self) -> list[float]:
            return [4e9, 1e9, 2e8]  # int8, float32, needed

        def close(self) -> None: ...

    monkeypatch.setattr(speed, "duel", lambda *_given: (0.1, 1.2))
    monkeypatch.setattr(speed, "Worker", Rates)
    monkeypatch.setattr(speed, "sampled", lambda _quick: ["text"] * 10)
    monkeypatch.setattr(speed, "available_cores", lambda: 2)
    found = {row["what"]: row for row in speed.against_teacher(2, asked())}
    assert found["encode + both heads, texts/s, 2 threads"]["value"] == pytest.approx(100)
    assert found["ratio, 2 threads"]["answers"] == "times the teacher: bar 10 met, aim 15 not"
    assert found["share of the int8 rate, 2 threads"]["value"] == pytest.approx(0.5)
    assert found["share of the float32 rate, 2 threads"]["value"] == pytest.approx(2.0)
    assert found["multiply-adds a text, millions, 2 threads"]["value"] == pytest.approx(20)
    assert not any("answers" in row for row in speed.against_teacher(1, asked()))


def test_the_products_that_are_timed_are_the_models_own_kind() -> None:
    pytest.importorskip("onnx")
    (whole,) = int8_product(1)(8, 4)()
    assert whole.shape == (TOKEN_BUDGET, 4)
    assert whole.dtype == np.int32
    assert float_product(8, 4)().shape == (TOKEN_BUDGET, 4)


def test_the_profile_names_the_products() -> None:
    nodes, _tokenising, _passes = model_profile.node_seconds(EMBEDDED_FOLDER, ["The zip broke.", "늦었어요"])
    assert nodes["int8 products"] > 0
    assert nodes["attention"] > 0
