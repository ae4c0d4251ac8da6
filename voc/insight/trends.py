"""Is an issue growing? Rates per voice, an exact test, and flags that survive many looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.insight.calendar import Calendar, positions
from voc.insight.dispersion import design_effect, dispersion
from voc.insight.history import by_period, history_test, volume, when_heard
from voc.insight.intervals import adjust, mid_p, rate_ratio
from voc.insight.voices import issue_codes, split_voices, voices_where
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


@dataclass(frozen=True)
class Counts:
    """What trends are judged by: voices by issue, and the two exposures they are held against."""

    recent: NDArray[np.int64]
    """(issues,) voices in the recent window, and in the baseline: see ``split_voices``."""
    base: NDArray[np.int64]
    sums: NDArray[np.float64]
    """(issues,) what ``when_heard`` returns, with ``counts``."""
    counts: NDArray[np.int64]
    exposures: tuple[tuple[float, float, NDArray[np.float64]], ...]
    """(in the recent window, in the baseline, by period): voices heard, then time."""
    each: NDArray[np.int64]
    """(issues, periods) voices in each period; bursts are seen in them."""
    spans: tuple[range, range]
    """Positions of the recent window, and of the baseline."""


def find_trends(
    kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], periods: Calendar | None, fdr: float
) -> list[Trend]:
    """Judge each issue's change: its recent rate against its baseline, and its whole history.

    Counted are distinct voices who mention the issue, so that one person who writes daily is no
    trend. They are held against two exposures, and a change must show in both: all voices heard (a
    busy month is no growth) and time (an issue isn't fading because another one floods in). The
    ratio is the one nearer to 1, its interval spans both. Windows: see ``Calendar``; p: see
    ``trend_p``, then corrected for all issues (Benjamini-Hochberg).

    Flags: ``new`` (significantly more, none in the baseline), ``rising``, ``falling``, ``gone``
    (significantly fewer, none in the recent window), ``steady`` (no change shown), ``unknown`` (no
    dates, too few periods or fewer than ``TOO_FEW`` voices). Since the history speaks too, an issue
    that a fix ended long ago is ``falling`` though the interval of its ratio may still hold 1.
    """
    if periods is None or not periods.recent or not periods.baseline:
        return [Trend()] * len(issues)
    found = _count(kept, pairs, issues, periods)
    if not all(recent and base for recent, base, _ in found.exposures):
        return [Trend()] * len(issues)
    ratios, p = trend_p(found)
    tested = found.recent + found.base >= TOO_FEW
    p[tested] = adjust(p[tested])
    lately, before = (
        _heard(kept, pairs, issues, periods, span) for span in (periods.window, periods.baseline)
    )
    return [
        _trend(ratios[i], float(p[i]), int(lately[i]), int(before[i]), fdr)
        if tested[i]
        else Trend(recent=int(lately[i]))
        for i in range(len(issues))
    ]


def trend_p(found: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (issues, 3) ratios of recent over baseline rate, and (issues,) p-values of a change.

    Two tests with different eyes: recent window against baseline (a sudden change of late) and
    ``history_test`` (a slope, or a step long ago, to which the window is blind once the baseline
    holds some of the time after). Within each, the larger p of the two exposures counts: an
    intersection-union test, which keeps its level (Berger 1982, Technometrics 24, 295-300). Twice
    the smaller p of the two tests is the issue's (Bonferroni). The history counts only where it
    points the way the ratio does, so that a flag never contradicts the ratio beside it.

    Both tests, and the ratio's interval, take the number of voices for what it tells where feedback
    comes in bursts: divided by its ``design_effect``.
    """
    import numpy as np

    spreads = [dispersion(found.each, exposure) for *_, exposure in found.exposures]
    windows, p = zip(*map(_lately, [found] * 2, found.exposures, spreads), strict=True)
    ratios = _nearer(*windows)
    lately = np.maximum(*p)
    lately[(windows[0][:, 0] > 1) != (windows[1][:, 0] > 1)] = 1.0
    (one, way), (other, also) = map(_history, [found] * 2, found.exposures, spreads)
    agree = (np.sign(way) == np.sign(also)) & ((ratios[:, 0] > 1) == (way > 0))
    history = np.where(agree, np.maximum(one, other), 1.0)
    return ratios, np.minimum(1.0, 2 * np.minimum(lately, history))


_Exposure = tuple[float, float, "NDArray[np.float64]"]


def _lately(
    found: Counts, exposure: _Exposure, spread: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare the recent window with the baseline: (issues, 3) ratios and (issues,) p-values."""
    import numpy as np

    recent_heard, base_heard, heard = exposure
    window, base = found.spans
    score = np.repeat([1.0, 0.0], [len(window), len(base)])
    effect = design_effect(found.recent + found.base, spread, heard[[*window, *base]], score)
    counted = found.recent / effect, recent_heard, found.base / effect, base_heard
    return rate_ratio(*counted)[0], mid_p(*counted)


def _history(
    found: Counts, exposure: _Exposure, spread: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    heard = exposure[-1]
    effect = design_effect(found.counts, spread, heard, np.arange(len(heard), dtype=np.float64))
    counts = np.rint(found.counts / effect).astype(np.int64)
    return history_test(found.sums / np.maximum(found.counts, 1) * counts, counts, heard)


def _count(kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], periods: Calendar) -> Counts:
    import numpy as np

    where = positions(kept["created_at"], periods)
    voices = kept["voice"].to_numpy(dtype=np.int64)
    spans = periods.window, periods.baseline
    records = pairs["record"].to_numpy(dtype=np.int64)
    codes = issue_codes(pairs, issues)
    recent, base = split_voices(codes, voices[records], where[records], *spans, len(issues))
    (heard,), (base_heard,) = split_voices(np.zeros_like(where), voices, where, *spans, 1)
    sums, counts = when_heard(where, voices, pairs, issues, periods.complete)
    time = np.ones(periods.complete)
    time[0] -= periods.missing
    exposures = (
        (float(heard), float(base_heard), volume(where, voices, periods.complete)),
        (float(len(periods.window)), len(periods.baseline) - periods.missing, time),
    )
    each = by_period(where, voices, pairs, issues, periods.complete)
    return Counts(recent, base, sums, counts, exposures, each, spans)


def _nearer(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Join two ratios into the more cautious one: nearer to 1, its interval spanning both."""
    import numpy as np

    with np.errstate(divide="ignore"):
        nearer = np.where(
            np.abs(np.log(first[:, 0])) <= np.abs(np.log(second[:, 0])), first[:, 0], second[:, 0]
        )
    low, high = np.minimum(first[:, 1], second[:, 1]), np.maximum(first[:, 2], second[:, 2])
    return np.stack([nearer, low, high], axis=-1)


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
    rows, spots = issue_codes(pairs, issues), where[pairs["record"].to_numpy(dtype=np.int64)]
    np.add.at(table, (rows[spots >= 0], spots[spots >= 0]), 1)
    return table


def _heard(
    kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], periods: Calendar, span: range
) -> NDArray[np.int64]:
    """Count each issue's distinct voices in a window."""
    import numpy as np

    where = positions(kept["created_at"], periods)
    inside = (where >= span.start) & (where < span.stop)
    return voices_where(inside, kept["voice"].to_numpy(dtype=np.int64), pairs, issues)[0]


def _trend(ratio: NDArray[np.float64], p: float, recent: int, base: int, fdr: float) -> Trend:
    flag = "steady"
    if p <= fdr:
        more, fewer = ("rising" if base else "new"), ("falling" if recent else "gone")
        flag = more if ratio[0] > 1 else fewer
    return Trend(flag, Interval(*map(float, ratio)), p, recent)
