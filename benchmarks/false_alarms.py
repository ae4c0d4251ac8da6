"""How often the trend test cries wolf, and how often it sees a change that is there.

usage: python benchmarks/false_alarms.py [RUNS]

Simulates half a year of weekly counts for 60 issues of very unequal size (5 to 300 customers, 28 in
the middle) and asks the same test that a report asks (``voc.insight.trends.trend_p``, corrected by
Benjamini-Hochberg at 5 %). With no trend planted, every flag is false: the share of runs with any
flag is the false discovery rate. With a change planted in six issues, it prints the share of them
that are flagged, and the share of false flags among all, without and with bursts. "window" is the recent window against
the baseline alone, without the history, and takes counts for Poisson: it makes nothing of bursts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from voc.insight.intervals import adjust, mid_p
from voc.insight.trends import TOO_FEW, Counts, trend_p

WEEKS, RECENT, GUARD = 26, 6, 2
WINDOW, BASELINE = range(WEEKS - RECENT, WEEKS), range(WEEKS - RECENT - GUARD)
ISSUES, PLANTED, OTHERS = 60, 6, 40
FDR = 0.05
WEEK = np.arange(WEEKS)
Array = np.ndarray
Test = Callable[[Counts], Array]


def step(weeks_ago: int, factor: float) -> Array:
    """A rate that changes by a factor so many weeks before the end."""
    return np.where(WEEKS - weeks_ago <= WEEK, factor, 1.0)


def slope(factor: float) -> Array:
    """A rate that grows evenly by a factor in all."""
    return np.exp(np.log(factor) * WEEK / (WEEKS - 1))


def simulate(
    random: np.random.Generator,
    volume: Array,
    change: Array | None = None,
    size: float = 0,
    bursts: float = 0,
) -> tuple[Array, Array]:
    """Return counts (issues, weeks) and all customers heard (weeks)."""
    sizes = np.clip(random.lognormal(np.log(28), 0.8, ISSUES), 5, 300)
    rates = sizes[:, None] / WEEKS * volume
    if change is not None:
        rates[:PLANTED] = size * change / change.sum()
    if bursts:
        rates = rates * random.gamma(1 / bursts, bursts, rates.shape)
    counts = random.poisson(rates)
    return counts, (counts.sum(axis=0) + random.poisson(OTHERS * volume)).astype(float)


def counted(counts: Array, heard: Array) -> Counts:
    """Lay the counts out as the trend test takes them."""
    time = np.ones(WEEKS)
    exposures = tuple((float(e[[*WINDOW]].sum()), float(e[[*BASELINE]].sum()), e) for e in (heard, time))
    return Counts(
        counts[:, [*WINDOW]].sum(axis=1),
        counts[:, [*BASELINE]].sum(axis=1),
        (counts @ WEEK).astype(float),
        counts.sum(axis=1),
        exposures,
        counts,
        (WINDOW, BASELINE),
    )


def whole(found: Counts) -> Array:
    """Return the p-values of the report's test."""
    return trend_p(found)[1]


def window(found: Counts) -> Array:
    """Return the p-values of the recent window alone."""
    return np.maximum(*(mid_p(found.recent, r, found.base, b) for r, b, _ in found.exposures))


def flags(test: Test, counts: Array, heard: Array) -> Array:
    """Say which issues are flagged."""
    found = counted(counts, heard)
    p, tested = test(found), found.recent + found.base >= TOO_FEW
    p[tested] = adjust(p[tested])
    return (p <= FDR) & tested


def main(runs: int) -> None:
    """Print the table of false alarms, then the table of power."""
    even, busier = np.ones(WEEKS), np.exp(np.linspace(-0.5, 0.5, WEEKS))
    print(f"no trend planted, {runs} runs: share of runs with a flag (the FDR is {FDR:.0%})")
    for name, volume, bursts in (
        ("even volume", even, 0.0),
        ("volume grows 2.7 times", busier, 0.0),
        ("weekly bursts (rates vary by a third)", even, 0.1),
        ("weekly bursts (rates vary by a half)", even, 0.3),
    ):
        random = np.random.default_rng(42)
        data = [simulate(random, volume, bursts=bursts) for _ in range(runs)]
        alarms = {
            test.__name__: np.mean([flags(test, *one).any() for one in data]) for test in (whole, window)
        }
        print(f"  {name:40s} " + "  ".join(f"{key} {value:.3f}" for key, value in alarms.items()))
    print(f"\na change in {PLANTED} of {ISSUES} issues: share of them flagged, and false among all flags")
    print("(with even weeks, then with weekly bursts by a third)")
    for name, change in (
        ("doubles 6 weeks ago", step(6, 2)),
        ("triples 6 weeks ago", step(6, 3)),
        ("triples 11 weeks ago", step(11, 3)),
        ("a fix 6 weeks ago (to a fifth)", step(6, 0.2)),
        ("a fix 11 weeks ago (to a fifth)", step(11, 0.2)),
        ("a fix 13 weeks ago (to a third)", step(13, 1 / 3)),
        ("grows evenly, 4 times in all", slope(4)),
        ("fades evenly, to a quarter", slope(1 / 4)),
    ):
        for size in (30, 60, 120):
            told = [_power(change, size, max(20, runs // 5), bursts) for bursts in (0.0, 0.1)]
            print(f"  {name:34s} {size:4d} customers  " + "  |  ".join(told))


def _power(change: Array, size: int, runs: int, bursts: float) -> str:
    random = np.random.default_rng(7)
    data = [simulate(random, np.ones(WEEKS), change, size, bursts) for _ in range(runs)]
    told = []
    for test in (whole, window):
        found = np.array([flags(test, *one) for one in data])
        false = [row[PLANTED:].sum() / max(1, row.sum()) for row in found]
        told.append(f"{test.__name__} {found[:, :PLANTED].mean():.2f} (false {np.mean(false):.3f})")
    return "  ".join(told)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
