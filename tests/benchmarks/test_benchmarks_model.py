"""Heads, scores, rates and speed on tiny made-up data."""

from __future__ import annotations

from argparse import Namespace

import geometry
import intents
import model_heads
import numpy as np
import pytest
import sentiment
import speed
import transfer
from model_heads import choose, fit, shots
from model_rate import products, rate


def blobs(n: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Three classes around the corners of a triangle, n rows each."""
    rng = np.random.default_rng(1)
    corners = np.array([[0, 0, 0, 0], [4, 0, 0, 0], [0, 4, 0, 0]], np.float32)
    y = np.repeat([0, 1, 2], n)
    return (corners[y] + rng.normal(0, spread, (len(y), 4))).astype(np.float32), y


def test_a_head_learns_what_can_be_told_apart() -> None:
    x, y = blobs(30, 0.5)
    fitted = fit(x[::2], y[::2])
    assert fitted.strength in model_heads.STRENGTHS
    assert fitted.right(x[1::2], y[1::2]).mean() > 0.95
    assert fitted.cv > 0.9


def test_cross_validation_finds_nothing_in_noise() -> None:
    rng = np.random.default_rng(0)
    _strength, found = choose(rng.normal(size=(90, 8)), np.repeat([0, 1, 2], 30))
    assert found < 0.6


def test_shots_are_so_many_of_each_and_differ_by_seed() -> None:
    y = np.repeat(["a", "b", "c"], [10, 10, 2])
    at = shots(y, 3, seed=0)
    assert np.unique(y[at], return_counts=True)[1].tolist() == [3, 3, 2]
    assert len(set(at.tolist())) == len(at)
    assert at.tolist() != shots(y, 3, seed=1).tolist()


def test_the_threshold_gives_up_the_share_that_was_asked() -> None:
    scores = np.linspace(0, 1, 1001)
    assert np.mean(scores < intents.threshold(scores)) == pytest.approx(0.05, abs=0.002)


@pytest.mark.parametrize("name", sorted(intents.SCORES))
def test_every_score_is_higher_for_a_clear_answer(name: str) -> None:
    clear, unclear = intents.SCORES[name](np.array([[6.0, 0.0, 0.0], [1.0, 0.9, 0.8]]))
    assert clear > unclear


def test_the_score_that_tells_validation_rows_is_chosen() -> None:
    x, y = blobs(30, 0.5)
    fitted = fit(x, y)
    strange = np.full((10, 4), 2.0, np.float32) * [1, 1, 0, 0]  # between the corners
    val = intents.Split(np.concatenate([x, strange]), np.array([*map(str, y), *["oos"] * 10]))
    name, limit, area = intents.surest(fitted, val)
    assert area > 0.9
    given_up = intents.SCORES[name](fitted.scores(x)) < limit
    assert 0 < given_up.mean() <= 0.06


def test_the_headline_is_chosen_by_cross_validation_and_not_by_the_result() -> None:
    table = [
        {"set": "BANKING77 full", "head reads": "ours features", "CV on train": 0.9, "result": 0.92},
        {"set": "BANKING77 full", "head reads": "ours vectors", "CV on train": 0.8, "result": 0.99},
        {"set": "BANKING77 full", "head reads": "teacher vectors", "CV on train": 0.95, "result": 0.97},
    ]
    intents.headlines(table, quick=False)
    assert table[0]["headline"] == "BANKING77 full: bar 0.915 met, aim 0.935 not"
    assert not any("headline" in row for row in table[1:])


def test_transfer_leaves_english_out_of_the_mean() -> None:
    right = {"en": np.array([True] * 4), "de": np.array([True, False]), "ko": np.array([False] * 4)}
    table = transfer.tabulate({"ours": right})
    assert [row["n"] for row in table] == [4, 2, 4, 6]
    assert table[-1]["ours"].estimate == pytest.approx(0.25)  # each language counts the same


def test_agreement_is_one_for_separate_groups_and_near_zero_for_shuffled_ones() -> None:
    x, y = blobs(40, 0.2)
    assert geometry.agreement(x, y, seed=0) == pytest.approx(1.0)
    assert abs(geometry.agreement(x, np.random.default_rng(0).permutation(y), seed=0)) < 0.1


def test_sentiment_scores_leave_neutral_rows_out_of_binary() -> None:
    p = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], np.float32)
    found = sentiment.Scored("shop", p, np.array([0, 2, 2, 1]))
    assert found.binary.estimate == pytest.approx(2 / 3)
    assert found.f1 is not None
    assert found.f1.estimate == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_set_without_neutral_rows_has_no_three_class_score() -> None:
    p = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7]] * 3, np.float32)
    two = sentiment.Scored("two", p, np.array([0, 2] * 3))
    three = sentiment.Scored("three", p, np.array([0, 2, 1, 0, 2, 1]))
    assert two.f1 is None
    row = sentiment.mean_row("reviews", [two, three])
    assert row["macro-F1"].estimate == pytest.approx(three.f1.estimate)  # type: ignore[union-attr]
    assert row["n"] == 12


def test_languages_of_one_set_are_not_said_twice() -> None:
    p, labels = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.7]], np.float32), np.array([0, 2])
    parts = [(name, sentiment.Scored(name, p, labels)) for name in ("en", "ja", "ja")]
    assert [(s.group, len(s.labels)) for s in sentiment.by_language(parts)] == [("ja", 4)]


def test_a_rate_mixes_shapes_as_the_model_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_rate.best_time", lambda run: run())
    monkeypatch.setattr("model_rate.TOKEN_BUDGET", 10)
    seconds = {(2, 3): 1.0, (4, 5): 2.0}
    found = rate({(2, 3): 2, (4, 5): 1}, lambda k, n: lambda: seconds[k, n])
    assert found == pytest.approx((2 * 10 * 6 + 10 * 20) / (2 * 1.0 + 2.0))


def test_products_of_a_graph_are_its_weights_and_the_width_of_attention() -> None:
    helper = pytest.importorskip("onnx").helper
    numpy_helper = pytest.importorskip("onnx").numpy_helper
    weights = {"w1": (8, 24), "w2": (8, 8), "table": (100, 8)}
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("MatMul", ["x", "w1"], ["qkv"]),
        helper.make_node("Split", ["qkv"], ["q", "k", "v"]),
        helper.make_node("MultiHeadAttention", ["q", "k", "v"], ["mixed"]),
        helper.make_node("Identity", ["mixed"], ["level"]),
        helper.make_node("MatMulInteger", ["level", "w2"], ["out"]),
        helper.make_node("MatMul", ["mask", "out"], ["pooled"]),
    ]
    graph = helper.make_graph(
        nodes, "g", [], [], [numpy_helper.from_array(np.zeros(s, np.int8), n) for n, s in weights.items()]
    )
    shapes, columns = products(graph)
    assert dict(shapes) == {(8, 24): 1, (8, 8): 1}
    assert columns == 8


def test_the_cold_start_is_judged_downwards(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.5, 0.0, 0.9, 0.0, 1.6])
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(speed.subprocess, "run", lambda *a, **k: Namespace(returncode=0))
    best, median = speed.cold(3, quick=False)
    assert best["value"] == pytest.approx(0.9)
    assert median["value"] == pytest.approx(1.5)
    assert median["answers"] == "seconds: bar 2 met, aim 1 not"
