"""How well a classifier answers: accuracy, macro-F1 and per-class scores, each with a bootstrap interval.

Intervals are percentile intervals of the bootstrap over rows (Efron 1979): ``DRAWS`` draws of as many rows
with replacement, by a fixed seed. The draws are not stratified: how many rows of each class a new sample would
hold is part of what is uncertain. Drawing rows is drawing cells of the confusion table from a multinomial,
so that the cost does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.insight.intervals import LEVEL, wilson
from voc.types import Interval

DRAWS = 1000
"""Bootstrap draws behind an interval."""
SEED = 0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: ``n`` rows carry its label, ``answered`` rows were given it as answer.

    ``precision`` is None when it was never answered, ``recall`` and ``f1`` when no row carries it.
    """

    label: str
    n: int
    answered: int
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of ``n`` rows. ``macro_f1`` is the mean F1 of the classes that some row carries as label.

    ``confusion[i][j]`` counts the rows labelled with class i that were answered with class j, in the order
    of ``classes``.
    """

    n: int
    accuracy: Interval
    macro_f1: Interval
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]


def score(truth: Ints, guess: Ints, labels: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> Scores:
    """Score answers against labels.

    Args:
        truth: (n,) positions in ``labels`` of the labels; n >= 1.
        guess: (n,) positions of the answers.
        labels: names of the k classes.
        draws: bootstrap draws.
        seed: of the draws.
    """
    table = confusion_table(truth, guess, len(labels))
    n = int(table.sum())
    drawn = _draw(table, draws, seed)
    found, spread = _Rates(*_margins(table)), _Rates(*drawn)
    classes = tuple(
        ClassScore(
            label,
            actual := int(found.actual[i]),
            answered := int(found.answered[i]),
            interval(found.precision[i], spread.precision[:, i], answered),
            interval(found.recall[i], spread.recall[:, i], actual),
            interval(found.f1[i], spread.f1[:, i], actual),
        )
        for i, label in enumerate(labels)
    )
    accuracy = _sure(interval(found.accuracy, spread.accuracy, n))
    macro = _sure(interval(found.macro_f1, spread.macro_f1, n))
    return Scores(n, accuracy, macro, classes, tuple(map(tuple, table.tolist())))


def confusion_table(truth: Ints, guess: Ints, classes: int) -> Ints:
    """(classes, classes) counts: row by label, column by answer."""
    counts = np.bincount(truth * classes + guess, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def macro_f1(truth: Ints, guess: Ints) -> float:
    """Mean F1 over the classes that occur in ``truth``."""
    classes = int(max(truth.max(), guess.max())) + 1
    return float(_Rates(*_margins(confusion_table(truth, guess, classes))).macro_f1)


def binary_right(p: NDArray[np.floating], truth: Ints) -> NDArray[np.bool_]:
    """Whether the more probable pole is the label, of the rows labelled negative (0) or positive (2).

    Args:
        p: (n, 3) probabilities in the order of ``voc.types.SENTIMENTS``; neutral's is not looked at.
        truth: (n,) labels 0, 1 or 2.
    """
    poles = truth != 1
    right: NDArray[np.bool_] = (p[poles, 2] > p[poles, 0]) == (truth[poles] == 2)
    return right


def binary_accuracy(p: NDArray[np.floating], truth: Ints) -> float:
    """Share of the rows labelled positive or negative whose more probable pole is the label."""
    return float(binary_right(p, truth).mean())


def share(right: NDArray[np.bool_], draws: int = DRAWS, seed: int = SEED) -> Interval:
    """Share of true values with its bootstrap interval; drawing rows is drawing from a binomial."""
    n, estimate = len(right), float(right.mean())
    drawn = np.random.default_rng(seed).binomial(n, estimate, draws) / n
    return _sure(interval(estimate, drawn, n))


def interval(estimate: float, drawn: Floats, n: int) -> Interval | None:
    """The middle 95 % of the draws around an estimate; None when the estimate is undefined.

    Where all draws agree (everything right, or everything wrong) the bootstrap is blind to what ``n`` rows
    can't show; Wilson's interval for a share of ``n`` stands in.
    """
    if np.isnan(estimate):
        return None
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    if low == high:
        _, low, high = wilson(estimate * n, n)
    return Interval(float(estimate), float(min(low, estimate)), float(max(high, estimate)))


class _Rates:
    """Scores from counts (..., classes): rightly answered, labelled and answered; 0/0 is NaN."""

    def __init__(self, right: Floats, actual: Floats, answered: Floats) -> None:
        self.actual, self.answered = actual, answered
        self.precision = _ratio(right, answered)
        self.recall = _ratio(right, actual)
        self.f1 = np.where(actual > 0, _ratio(2 * right, actual + answered), np.nan)
        self.accuracy = right.sum(axis=-1) / actual.sum(axis=-1)
        self.macro_f1 = np.nanmean(self.f1, axis=-1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _margins(table: Ints) -> tuple[Floats, Floats, Floats]:
    found = table.astype(np.float64)
    return found.diagonal(), found.sum(axis=1), found.sum(axis=0)


def _draw(table: Ints, draws: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """(draws, classes) counts of bootstrap samples: rightly answered, labelled, answered."""
    rows, columns = np.nonzero(table)
    n, classes = int(table.sum()), np.arange(len(table))
    drawn = np.random.default_rng(seed).multinomial(n, table[rows, columns] / n, draws).astype(np.float64)
    label, answer = (rows[:, None] == classes).astype(float), (columns[:, None] == classes).astype(float)
    return drawn @ (label * answer), drawn @ label, drawn @ answer


def _sure(found: Interval | None) -> Interval:
    assert found is not None
    return found
