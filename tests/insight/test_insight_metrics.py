"""Scores against scikit-learn's, intervals against simulated truth, calibration against what was built in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from voc.insight.calibration import calibrate, expected_calibration_error
from voc.insight.metrics import binary_accuracy, macro_f1, score, share

NAMES = ("negative", "neutral", "positive")


def answers(n: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and answers that are right about two times in three."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, n, p=np.arange(1, classes + 1) / sum(range(1, classes + 1)))
    return truth, np.where(rng.random(n) < 0.66, truth, rng.integers(0, classes, n))


@pytest.mark.parametrize(("n", "classes"), [(40, 2), (300, 3), (2000, 20)])
def test_scores_are_those_of_scikit_learn(n: int, classes: int) -> None:
    truth, guess = answers(n, classes, seed=n)
    found = score(truth, guess, [str(i) for i in range(classes)], draws=20)
    assert found.accuracy.estimate == pytest.approx(accuracy_score(truth, guess))
    assert found.macro_f1.estimate == pytest.approx(f1_score(truth, guess, average="macro"))
    assert macro_f1(truth, guess) == pytest.approx(found.macro_f1.estimate)
    expected = precision_recall_fscore_support(truth, guess)
    for i, row in enumerate(found.classes):
        assert row.precision is not None
        assert row.recall is not None
        assert row.f1 is not None
        estimates = (row.precision.estimate, row.recall.estimate, row.f1.estimate, row.n)
        assert estimates == pytest.approx([part[i] for part in expected])


def test_the_confusion_table_counts_label_by_answer() -> None:
    found = score(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 0, 2]), NAMES)
    assert found.confusion == ((1, 1, 0), (0, 1, 0), (1, 0, 1))


def test_macro_f1_leaves_out_classes_that_nobody_labelled() -> None:
    truth, guess = np.array([0, 0, 2, 2]), np.array([0, 1, 2, 2])
    found = score(truth, guess, NAMES)
    assert found.macro_f1.estimate == pytest.approx((2 / 3 + 1) / 2)
    assert found.classes[1].recall is None
    assert found.classes[1].f1 is None
    assert found.classes[1].precision is not None


def test_a_class_that_is_never_answered_has_no_precision() -> None:
    found = score(np.array([0, 0, 1]), np.array([0, 0, 0]), ("a", "b"))
    assert found.classes[1].precision is None
    assert found.classes[1].f1 is not None
    assert found.classes[1].f1.estimate == 0


def test_intervals_cover_the_truth_about_95_times_in_100() -> None:
    population = answers(200_000, 3, seed=1)
    true_f1, true_accuracy = macro_f1(*population), float((population[0] == population[1]).mean())
    covered = np.zeros(2)
    for seed in range(200):
        found = score(*answers(250, 3, seed=1000 + seed), NAMES, draws=300)
        covered += [
            found.macro_f1.low <= true_f1 <= found.macro_f1.high,
            found.accuracy.low <= true_accuracy <= found.accuracy.high,
        ]
    assert covered.min() >= 200 * 0.90
    assert covered.max() <= 199  # intervals that are too wide would cover every time


def test_drawing_cells_is_drawing_rows() -> None:
    truth, guess = answers(300, 3, seed=5)
    rng = np.random.default_rng(9)
    draws = [macro_f1(truth[at], guess[at]) for at in rng.integers(0, 300, (2000, 300))]
    low, high = np.quantile(draws, [0.025, 0.975])
    found = score(truth, guess, NAMES, draws=2000).macro_f1
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.01)


def test_all_right_on_few_rows_does_not_claim_certainty() -> None:
    found = score(np.array([0, 1] * 5), np.array([0, 1] * 5), ("a", "b"))
    assert found.accuracy.estimate == 1
    assert 0.6 < found.accuracy.low < 0.8
    assert 0.6 < share(np.ones(10, bool)).low < 0.8


def test_the_same_rows_give_the_same_intervals() -> None:
    truth, guess = answers(100, 3, seed=2)
    assert score(truth, guess, NAMES) == score(truth, guess, NAMES)


def test_binary_accuracy_asks_which_pole_is_more_probable() -> None:
    p = np.array([[0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0.1, 0.5, 0.4], [0.6, 0.1, 0.3]])
    assert binary_accuracy(p, np.array([0, 1, 2, 2])) == pytest.approx(2 / 3)


def test_a_calibrated_model_has_no_more_ece_than_chance_shows() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.uniform(0.34, 1.0, 20_000)
    found = calibrate(confidence, rng.random(20_000) < confidence, draws=200)
    assert found.ece < 0.02
    assert found.ece < 1.2 * found.by_chance.high
    assert abs(found.overconfidence) < 0.01


def test_the_ece_of_an_overconfident_model_is_how_much_it_claims_too_much() -> None:
    rng = np.random.default_rng(4)
    confidence = rng.uniform(0.6, 1.0, 20_000)
    found = calibrate(confidence, rng.random(20_000) < confidence - 0.2, draws=200)
    assert found.ece == pytest.approx(0.2, abs=0.015)
    assert found.overconfidence == pytest.approx(0.2, abs=0.015)
    assert found.ece > found.by_chance.high


def test_bins_are_of_equal_mass_and_hold_every_row() -> None:
    rng = np.random.default_rng(5)
    confidence = rng.beta(8, 2, 1500)
    bins = calibrate(confidence, rng.random(1500) < 0.8, draws=10).bins
    assert [b.n for b in bins] == [100] * 15
    assert all(one.high <= other.low for one, other in pairwise(bins))


def test_equal_confidences_share_a_bin_whatever_the_order_of_the_rows() -> None:
    confidence, right = np.full(90, 0.9), np.arange(90) < 81
    found = calibrate(confidence, right, draws=10)
    assert [b.n for b in found.bins] == [90]
    assert found.ece == pytest.approx(0.0)
    assert calibrate(confidence, right[::-1], draws=10).ece == pytest.approx(found.ece)


def test_few_rows_show_much_ece_by_chance_alone() -> None:
    rng = np.random.default_rng(6)
    few, many = (calibrate(rng.uniform(0.4, 1, n), np.ones(n, bool), draws=100) for n in (50, 5000))
    assert few.by_chance.estimate > 0.1 > 0.03 > many.by_chance.estimate


def test_ece_of_probabilities_is_that_of_their_largest() -> None:
    rng = np.random.default_rng(7)
    p = rng.dirichlet([1, 1, 1], 500)
    truth = rng.integers(0, 3, 500)
    expected = calibrate(p.max(axis=1), p.argmax(axis=1) == truth, draws=10).ece
    assert expected_calibration_error(p, truth) == pytest.approx(expected)
