"""Whether a classifier's confidence can be believed: of the answers given with 0.8, are 80 % right?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voc.insight.intervals import LEVEL, wilson
from voc.insight.metrics import DRAWS, SEED, Floats, Ints
from voc.types import Interval

BINS = 15
"""Bins of the reliability table, as in Guo et al. (2017)."""
_CELLS = 4_000_000
"""Random numbers held at a time."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One line of a reliability table: answers given with a confidence from ``low`` to ``high``.

    ``accuracy`` has Wilson's interval.
    """

    n: int
    low: float
    high: float
    confidence: float
    accuracy: Interval


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidence and accuracy part.

    ``ece`` is never 0 on a finite sample: ``by_chance`` is what a perfectly calibrated model with these
    very confidences would show (mean, and the middle 95 % of simulations). ``overconfidence`` is the mean
    confidence minus the accuracy; below 0 the model is too modest.
    """

    ece: float
    by_chance: Interval
    overconfidence: float
    bins: tuple[Bin, ...]


def calibrate(
    confidence: Floats, right: NDArray[np.bool_], bins: int = BINS, draws: int = DRAWS, seed: int = SEED
) -> Calibration:
    """Compare confidence with accuracy in bins of equal mass.

    The expected calibration error is ``sum over bins of n_b / n * |accuracy_b - confidence_b|``. Equal
    confidences are never parted, so that the order of the rows does not matter; bins may then be fewer.

    Sources: Naeini, Cooper and Hauskrecht (2015), AAAI (equal mass); Guo et al. (2017), ICML; Bröcker and
    Smith (2007), Weather and Forecasting 22 (what chance alone shows: consistency resampling).

    Args:
        confidence: (n,) probability of each answer; n >= 1.
        right: (n,) whether the answer was right.
        bins: bins at most.
        draws: simulations behind ``by_chance``.
        seed: of the simulations.
    """
    order = np.argsort(confidence, kind="stable")
    c, r = confidence[order].astype(np.float64), right[order].astype(np.float64)
    starts = _starts(c, bins)
    rng = np.random.default_rng(seed)
    step = max(1, _CELLS // len(c))
    chance = np.concatenate(
        [_ece((rng.random((min(step, draws - at), len(c))) < c) - c, starts) for at in range(0, draws, step)]
    )
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(chance, [tail, 1 - tail])
    return Calibration(
        float(_ece((r - c)[None], starts)[0]),
        Interval(float(chance.mean()), float(low), float(high)),
        float(c.mean() - r.mean()),
        tuple(_bin(c[a:b], r[a:b]) for a, b in zip(starts, [*starts[1:], len(c)], strict=True)),
    )


def expected_calibration_error(p: NDArray[np.floating], truth: Ints, bins: int = BINS) -> float:
    """ECE in bins of equal mass of probabilities (n, k) against labels (n,)."""
    confidence, right = p.max(axis=1).astype(np.float64), p.argmax(axis=1) == truth
    order = np.argsort(confidence, kind="stable")
    return float(_ece((right - confidence)[order][None], _starts(confidence[order], bins))[0])


def _starts(confidence: Floats, bins: int) -> list[int]:
    """Where each bin begins in sorted confidences."""
    n = len(confidence)
    edges = np.unique(confidence[[n * i // bins for i in range(bins)]])
    return [int(at) for at in np.searchsorted(confidence, edges, side="left")]


def _ece(excess: Floats, starts: list[int]) -> Floats:
    """(m,) errors of (m, n) rows of right - confidence, sorted by confidence."""
    found: Floats = np.abs(np.add.reduceat(excess, starts, axis=1)).sum(axis=1) / excess.shape[1]
    return found


def _bin(confidence: Floats, right: Floats) -> Bin:
    estimate, low, high = map(float, wilson(right.sum(), len(right)))
    return Bin(
        len(right),
        float(confidence[0]),
        float(confidence[-1]),
        float(confidence.mean()),
        Interval(estimate, low, high),
    )
