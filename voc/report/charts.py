"""The geometry of the charts: plain numbers and SVG path data, drawn by the templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voc.insight.calendar import Calendar

WIDTH, HEIGHT = 600, 132
"""Size of a trend chart's plot, in SVG units."""
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
LEAST_PERIODS = 3
"""Fewer are no chart."""
Timeline = Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class Bars:
    """A trend chart: SVG paths of the bars by kind, and of the line that was to be expected."""

    earlier: str
    recent: str
    partial: str
    expected: str
    top: int
    """The count at the upper edge."""


@dataclass(frozen=True)
class Spark:
    """A sparkline of the issue's share of all feedback: an area, and its recent end as a line."""

    area: str
    recent: str


def bars(timeline: Timeline, periods: Calendar | None) -> Bars | None:
    """Lay out the counts of an issue by period, with the count that its baseline rate predicts.

    Args:
        timeline: (period start, records of the issue, all records) for each period.
        periods: which periods are recent, partial, baseline; ``None`` draws all alike.
    """
    if len(timeline) < LEAST_PERIODS:
        return None
    counts = [mine for _, mine, _ in timeline]
    expected = _expected(timeline, periods)
    top = max([1, *counts, *expected])
    step, paths = WIDTH / len(counts), {"earlier": "", "recent": "", "partial": ""}
    gap = min(4.0, step * 0.18)
    for position, count in enumerate(counts):
        if count:
            height = max(1.0, count / top * HEIGHT)
            paths[_kind(position, periods)] += (
                f"M{_n(position * step + gap / 2)} {HEIGHT}v{_n(-height)}h{_n(step - gap)}v{_n(height)}z"
            )
    heights = [HEIGHT - value / top * HEIGHT for value in expected]
    line = "".join(f"{'M0 ' if not i else 'V'}{_n(y)}H{_n((i + 1) * step)}" for i, y in enumerate(heights))
    return Bars(**paths, expected=line, top=round(top))


def spark(timeline: Timeline, periods: Calendar | None) -> Spark | None:
    """Draw the issue's share of all feedback over the periods that are over; ``None`` below three."""
    over = timeline[: periods.complete] if periods else timeline
    if len(over) < LEAST_PERIODS:
        return None
    rates = [mine / every if every else 0.0 for _, mine, every in over]
    top = max(rates) or 1.0
    step = SPARK_WIDTH / (len(rates) - 1)
    points = [
        f"{_n(i * step)},{_n(SPARK_HEIGHT - 1 - rate / top * (SPARK_HEIGHT - 3))}"
        for i, rate in enumerate(rates)
    ]
    area = f"0,{SPARK_HEIGHT} {' '.join(points)} {SPARK_WIDTH},{SPARK_HEIGHT}"
    recent = points[max(0, periods.window.start - 1) :] if periods and periods.recent else points
    return Spark(area, " ".join(recent))


def _expected(timeline: Timeline, periods: Calendar | None) -> list[float]:
    """Return what each period would have at the baseline's rate; nothing without a baseline."""
    base = [timeline[i] for i in periods.baseline] if periods else []
    every = sum(period[2] for period in base)
    if not every:
        return []
    rate = sum(period[1] for period in base) / every
    return [rate * period[2] for period in timeline]


def _kind(position: int, periods: Calendar | None) -> str:
    if periods is None or position < periods.window.start or not periods.recent:
        return "partial" if periods and position >= periods.complete else "earlier"
    return "recent" if position < periods.complete else "partial"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
