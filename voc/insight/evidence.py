"""Everything that is measured of an issue, before it becomes a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.insight import priority
from voc.insight.calendar import Calendar
from voc.insight.impact import leave_out_change, nps_points
from voc.insight.intervals import wilson
from voc.insight.mentions import by_voice
from voc.insight.trends import Trend, find_trends, timelines
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Timeline = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Evidence:
    """The numbers of one issue. Shares are of voices (distinct authors)."""

    authors: int
    share: Interval
    """Voices who mention it / all voices."""
    negative: Interval
    """Share of its voices who are negative about it."""
    harm: Interval
    """The same, each voice weighed 0.5..1 by how strongly it is negative."""
    urgency: Interval
    """Mean urgency of what its voices want."""
    trend: Trend
    stars: Interval | None
    """Change in the mean rating; negative is a loss."""
    nps: Interval | None
    timeline: Timeline

    def parts(self) -> dict[str, Interval]:
        """Return the parts of the priority, each 0..1."""
        return {
            "reach": priority.reach(self.share),
            "severity": self.harm,
            "momentum": priority.momentum(self.trend.ratio),
            "impact": priority.impact(self.stars, self.nps),
            "intent": self.urgency,
        }


def measure(
    kept: pd.DataFrame, pairs: pd.DataFrame, periods: Calendar | None, fdr: float
) -> dict[str, Evidence]:
    """Measure every issue; all at once, since trends are judged together.

    Args:
        kept: what ``kept_records`` returns.
        pairs: what ``mentions`` returns.
        periods: the corpus's periods, ``None`` without dates.
        fdr: the false discovery rate of trends.
    """
    import numpy as np

    votes = by_voice(pairs)
    names = [str(name) for name in votes.index]
    voices = votes["voices"].to_numpy()
    shares = _intervals(voices, np.full(len(names), kept["voice"].nunique()))
    negative, harm, urgency = (
        _intervals(votes[name].to_numpy(), voices) for name in ("negative", "harm", "urgency")
    )
    authors = kept["voice"].to_numpy(dtype=np.int64)
    stars = leave_out_change(
        kept["rating"].to_numpy(dtype=np.float64, na_value=np.nan), authors, pairs, names
    )
    nps = (
        leave_out_change(nps_points(kept["nps"]), authors, pairs, names)
        if "nps" in kept
        else [None] * len(names)
    )
    trends = find_trends(kept, pairs, names, periods, fdr)
    lines = _lines(timelines(kept, pairs, names, periods), periods)
    rows = zip(map(int, voices), shares, negative, harm, urgency, trends, stars, nps, lines, strict=True)
    return {name: Evidence(*row) for name, row in zip(names, rows, strict=True)}


def _intervals(successes: NDArray[np.float64], trials: NDArray[np.int64]) -> list[Interval]:
    return [Interval(*map(float, row)) for row in wilson(successes, trials)]


def _lines(table: NDArray[np.int64], periods: Calendar | None) -> list[Timeline]:
    starts = [start.isoformat() for start in periods.starts] if periods else []
    *rows, everything = ([int(count) for count in row] for row in table)
    return [tuple(zip(starts, row, everything, strict=True)) for row in rows]
