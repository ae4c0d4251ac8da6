"""Did the fix work? An issue's rate before and after a named day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from voc.insight.intervals import adjust, rate_ratio, wilson
from voc.insight.voices import voices_where
from voc.types import EventEffect, Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TOO_FEW = 5
"""Fewer voices than this before and after together say nothing about a change."""


def event_effects(
    kept: pd.DataFrame,
    pairs: pd.DataFrame,
    issues: list[str],
    events: Sequence[tuple[date, str]],
    fdr: float,
    as_of: datetime | None = None,
) -> list[tuple[EventEffect, ...]]:
    """Compare every issue's rate before and after each event.

    A rate is the share of all voices heard in that time who mention the issue, so that a busy
    month is no change. Before reaches back to the event before (or the first date), after on to
    the next event (or the last date): another change isn't taken for this one. The ratio has the
    exact conditional interval, and p is corrected for all issues and events (Benjamini-Hochberg):
    see ``intervals``. It is a comparison in time, no proof of a cause.

    Verdicts: ``more`` or ``fewer`` (p <= fdr), ``no_clear_change``; guards: ``one_sided`` (nothing
    was heard before, or after), ``too_few`` (under ``TOO_FEW`` voices on both sides together).

    Returns:
        One tuple an issue, with one effect an event, in order of their days.
    """
    import numpy as np

    ordered = sorted(events)
    if not ordered or not issues:
        return [()] * len(issues)
    counts = [_around(kept, pairs, issues, event, ordered, as_of) for event, _ in ordered]
    found = [_compare(*row) for row in counts]
    usable = [_usable(*row) for row in counts]
    tested = np.concatenate(usable)
    p = np.concatenate([p for _, p in found])
    p[tested] = adjust(p[tested])
    adjusted = p.reshape(len(ordered), len(issues))
    return [
        tuple(
            _effect(event, row, issue, found[place][0][issue], float(adjusted[place, issue]), fdr)
            for place, (event, row) in enumerate(zip(ordered, counts, strict=True))
        )
        for issue in range(len(issues))
    ]


_Counts = tuple["NDArray[np.int64]", int, "NDArray[np.int64]", int]
"""Voices after by issue and in all, before by issue and in all."""


def _around(
    kept: pd.DataFrame,
    pairs: pd.DataFrame,
    issues: list[str],
    event: date,
    events: Sequence[tuple[date, str]],
    as_of: datetime | None,
) -> _Counts:
    import pandas as pd

    days = [day for day, _ in events]
    start = max((day for day in days if day < event), default=date.min)
    end = min((day for day in days if day > event), default=date.max)
    dates = kept["created_at"]
    known = (dates.notna() if as_of is None else dates <= pd.Timestamp(as_of)).to_numpy()
    day = dates.dt.date.where(dates.notna(), date.min).to_numpy()
    voices = kept["voice"].to_numpy()
    after = voices_where(known & (day >= event) & (day < end), voices, pairs, issues)
    before = voices_where(known & (day >= start) & (day < event), voices, pairs, issues)
    return *after, *before


def _compare(
    after: NDArray[np.int64], heard_after: int, before: NDArray[np.int64], heard_before: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return rate_ratio(after, max(1, heard_after), before, max(1, heard_before))


def _usable(
    after: NDArray[np.int64], heard_after: int, before: NDArray[np.int64], heard_before: int
) -> NDArray[np.bool_]:
    enough: NDArray[np.bool_] = after + before >= TOO_FEW
    return enough & bool(heard_after and heard_before)


def _effect(
    event: tuple[date, str], counts: _Counts, issue: int, ratio: NDArray[np.float64], p: float, fdr: float
) -> EventEffect:
    after, heard_after, before, heard_before = counts
    usable = bool(_usable(*counts)[issue])
    return EventEffect(
        day=event[0].isoformat(),
        name=event[1],
        before=_interval(wilson(before[issue], heard_before)),
        after=_interval(wilson(after[issue], heard_after)),
        ratio=_interval(ratio) if usable else None,
        p=p if usable else None,
        verdict=_verdict(float(ratio[0]), p, fdr)
        if usable
        else ("too_few" if heard_after and heard_before else "one_sided"),
    )


def _interval(values: NDArray[np.float64]) -> Interval:
    return Interval(*map(float, values))


def _verdict(ratio: float, p: float, fdr: float) -> str:
    if p > fdr:
        return "no_clear_change"
    return "more" if ratio > 1 else "fewer"
