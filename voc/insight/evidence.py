"""Everything that is measured of an issue, before it becomes a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from voc.config import InsightSettings, parse_event
from voc.insight import priority, signals
from voc.insight.calendar import Calendar
from voc.insight.drivers import find_drivers
from voc.insight.events import event_effects
from voc.insight.impact import leave_out_change, nps_points
from voc.insight.intervals import wilson
from voc.insight.mentions import by_voice
from voc.insight.shared import shared_effects
from voc.insight.trends import Trend, find_trends, timelines
from voc.types import Driver, EventEffect, Interval

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
    stars_share: Interval | None
    """Its share of the mean rating in a regression on all issues (``shared_effects``)."""
    nps_share: Interval | None
    churn: Interval
    repeats: int
    mismatches: int
    events: tuple[EventEffect, ...]
    drivers: tuple[Driver, ...]

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
    kept: pd.DataFrame,
    segments: pd.DataFrame,
    pairs: pd.DataFrame,
    periods: Calendar | None,
    fdr: float,
    asked: InsightSettings,
    as_of: datetime | None = None,
) -> dict[str, Evidence]:
    """Measure every issue; all at once, since trends, events and segments are judged together.

    Args:
        kept: what ``kept_records`` returns.
        segments: one row a segment.
        pairs: what ``mentions`` returns.
        periods: the corpus's periods, ``None`` without dates.
        fdr: the false discovery rate of trends, events and segments.
        asked: events and columns to compare, and how soon a contact is a repeat.
        as_of: later records are left out of the events.
    """
    import numpy as np

    votes = by_voice(pairs)
    names = [str(name) for name in votes.index]
    voices = votes["voices"].to_numpy()
    drivers = find_drivers(kept, pairs, names, asked.by, fdr)
    ratings = kept["rating"].to_numpy(dtype=np.float64, na_value=np.nan)
    points = nps_points(kept["nps"]) if "nps" in kept else np.full(len(kept), np.nan)
    stars, nps = (_effects(scores, kept, pairs, names) for scores in (ratings, points))
    asked_events = [parse_event(text) for text in asked.events]
    events = event_effects(kept, pairs, names, asked_events, fdr, as_of, periods)
    columns: dict[str, list[Any]] = {
        "authors": [int(count) for count in voices],
        "share": _intervals(voices, np.full(len(names), kept["voice"].nunique())),
        **{name: _intervals(votes[name].to_numpy(), voices) for name in ("negative", "harm", "urgency")},
        "trend": find_trends(kept, pairs, names, periods, fdr),
        "stars": [alone for alone, _ in stars],
        "nps": [alone for alone, _ in nps],
        "timeline": _lines(timelines(kept, pairs, names, periods), periods),
        "stars_share": [shared for _, shared in stars],
        "nps_share": [shared for _, shared in nps],
        "churn": signals.churn_shares(kept, segments, pairs, names),
        "repeats": signals.repeat_contacts(kept, pairs, names, asked.repeat_days),
        "mismatches": signals.mismatches_by_issue(kept, pairs, names),
        "events": events,
        "drivers": [drivers[name] for name in names],
    }
    return {
        name: Evidence(**{key: values[row] for key, values in columns.items()})
        for row, name in enumerate(names)
    }


def _effects(
    scores: NDArray[np.float64], kept: pd.DataFrame, pairs: pd.DataFrame, names: list[str]
) -> list[tuple[Interval | None, Interval | None]]:
    """Return for each issue the change when it is left out, and its share in the regression."""
    import numpy as np

    authors = kept["voice"].to_numpy(dtype=np.int64)
    return list(
        zip(
            leave_out_change(scores, authors, pairs, names),
            shared_effects(scores, authors, pairs, names),
            strict=True,
        )
    )


def _intervals(successes: NDArray[np.float64], trials: NDArray[np.int64]) -> list[Interval]:
    return [Interval(*map(float, row)) for row in wilson(successes, trials)]


def _lines(table: NDArray[np.int64], periods: Calendar | None) -> list[Timeline]:
    starts = [start.isoformat() for start in periods.starts] if periods else []
    *rows, everything = ([int(count) for count in row] for row in table)
    return [tuple(zip(starts, row, everything, strict=True)) for row in rows]
