"""Is an issue growing? Rates per voice, an exact test, and flags that survive many looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.insight.calendar import Calendar, positions
from voc.insight.intervals import adjust, rate_ratio
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TOO_FEW = 5
"""Fewer voices than this in both windows together say nothing about change."""


@dataclass(frozen=True)
class Trend:
    """Change of one issue: its recent rate over its baseline rate (see ``find_trends``).

    ``p`` is adjusted for the number of issues looked at (Benjamini-Hochberg); a flag other than
    ``steady`` and ``unknown`` means ``p <= fdr``.
    """

    flag: str = "unknown"
    ratio: Interval | None = None
    p: float | None = None
    recent: int = 0
    """Distinct voices in the recent window."""


def find_trends(
    kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], periods: Calendar | None, fdr: float
) -> list[Trend]:
    """Test each issue's recent rate against its baseline.

    Counted are distinct voices who mention the issue, so that one person who writes daily is no
    trend. They are held against two exposures, and a change must show in both: all voices heard (a
    busy month is no growth) and time (an issue isn't fading because another one floods in). The
    ratio is the one nearer to 1, its interval spans both, and p is the larger: an
    intersection-union test, which keeps its level (Berger 1982, Technometrics 24, 295-300).
    Windows: see ``Calendar``.

    Flags: ``new`` (significantly more, none in the baseline), ``rising``, ``falling``, ``gone``
    (significantly fewer, none in the recent window), ``steady`` (no change shown), ``unknown`` (no
    dates, too few periods or fewer than ``TOO_FEW`` voices).
    """
    import numpy as np

    if periods is None or not periods.recent or not periods.baseline:
        return [Trend()] * len(issues)
    where = positions(kept["created_at"], periods)
    voices = kept["voice"].to_numpy(dtype=np.int64)
    recent, total = _voices(where, voices, pairs, issues, periods.window)
    base, base_total = _voices(where, voices, pairs, issues, periods.baseline)
    if not total or not base_total:
        return [Trend()] * len(issues)
    time, base_time = len(periods.window), len(periods.baseline) - periods.missing
    ratios, p = _both(rate_ratio(recent, total, base, base_total), rate_ratio(recent, time, base, base_time))
    tested = recent + base >= TOO_FEW
    p[tested] = adjust(p[tested])
    return [
        _trend(ratios[i], float(p[i]), int(recent[i]), int(base[i]), fdr)
        if tested[i]
        else Trend(recent=int(recent[i]))
        for i in range(len(issues))
    ]


def _both(
    one: tuple[NDArray[np.float64], NDArray[np.float64]],
    other: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join two comparisons into the more cautious one; opposite directions show no change."""
    import numpy as np

    (first, p), (second, q) = one, other
    with np.errstate(divide="ignore"):
        nearer = np.where(
            np.abs(np.log(first[:, 0])) <= np.abs(np.log(second[:, 0])), first[:, 0], second[:, 0]
        )
    low, high = np.minimum(first[:, 1], second[:, 1]), np.maximum(first[:, 2], second[:, 2])
    same = (first[:, 0] > 1) == (second[:, 0] > 1)
    return np.stack([nearer, low, high], axis=-1), np.where(same, np.maximum(p, q), 1.0)


def timelines(
    kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], periods: Calendar | None
) -> NDArray[np.int64]:
    """Count records by period: (issues + 1, periods); the last row counts all records."""
    import numpy as np

    if periods is None:
        return np.zeros((len(issues) + 1, 0), dtype=np.int64)
    where = positions(kept["created_at"], periods)
    table = np.zeros((len(issues) + 1, len(periods.starts)), dtype=np.int64)
    np.add.at(table[-1], where[where >= 0], 1)
    rows, spots = _codes(pairs, issues), where[pairs["record"].to_numpy(dtype=np.int64)]
    np.add.at(table, (rows[spots >= 0], spots[spots >= 0]), 1)
    return table


def _voices(
    where: NDArray[np.int64], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str], window: range
) -> tuple[NDArray[np.int64], int]:
    """Return distinct voices in a window: (issues,) by issue, and in all."""
    import numpy as np

    inside = (where >= window.start) & (where < window.stop)
    records: NDArray[np.int64] = pairs["record"].to_numpy(dtype=np.int64)
    mine = inside[records]
    both = np.unique(np.stack([_codes(pairs, issues)[mine], voices[records[mine]]]), axis=1)
    return np.bincount(both[0], minlength=len(issues)).astype(np.int64), len(np.unique(voices[inside]))


def _codes(pairs: pd.DataFrame, issues: list[str]) -> NDArray[np.int64]:
    import numpy as np

    place = {issue: row for row, issue in enumerate(issues)}
    return np.asarray(pairs["issue_id"].map(place), dtype=np.int64)


def _trend(ratio: NDArray[np.float64], p: float, recent: int, base: int, fdr: float) -> Trend:
    flag = "steady"
    if p <= fdr:
        more, fewer = ("rising" if base else "new"), ("falling" if recent else "gone")
        flag = more if ratio[0] > 1 else fewer
    return Trend(flag, Interval(*map(float, ratio)), p, recent)
