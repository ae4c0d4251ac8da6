"""Did the fix work? An issue's rate before and after a named day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from voc.insight.calendar import Calendar, positions
from voc.insight.dispersion import design_effect, dispersion
from voc.insight.history import by_period, volume
from voc.insight.intervals import adjust, rate_ratio, wilson
from voc.insight.voices import voices_where
from voc.types import EventEffect, Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TOO_FEW = 5
"""Fewer voices than this before and after together say nothing about a change."""
_FEWEST_PERIODS = 4
"""Fewer complete periods don't show whether feedback comes in bursts."""


def event_effects(
    kept: pd.DataFrame,
    pairs: pd.DataFrame,
    issues: list[str],
    events: Sequence[tuple[date, str]],
    fdr: float,
    as_of: datetime | None = None,
    periods: Calendar | None = None,
) -> list[tuple[EventEffect, ...]]:
    """Compare every issue's rate before and after each event.

    A rate is the share of all voices heard in that time who mention the issue, so that a busy
    month is no change. Before reaches back to the event before (or the first date), after on to
    the next event (or the last date): another change isn't taken for this one. The ratio has the
    exact conditional interval, and p is corrected for all issues and events (Benjamini-Hochberg):
    see ``intervals``. Both take the number of voices for what it tells where feedback comes in
    bursts from one of the ``periods`` to the next: divided by its ``design_effect``. It is a
    comparison in time, no proof of a cause.

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
    effects = _bursts(kept, pairs, issues, ordered, counts, periods)
    found = [_compare(*row, effect) for row, effect in zip(counts, effects, strict=True)]
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

    start, end = _reach(event, events)
    dates = kept["created_at"]
    known = (dates.notna() if as_of is None else dates <= pd.Timestamp(as_of)).to_numpy()
    day = dates.dt.date.where(dates.notna(), date.min).to_numpy()
    voices = kept["voice"].to_numpy()
    after = voices_where(known & (day >= event) & (day < end), voices, pairs, issues)
    before = voices_where(known & (day >= start) & (day < event), voices, pairs, issues)
    return *after, *before


def _reach(event: date, events: Sequence[tuple[date, str]]) -> tuple[date, date]:
    """Return the day of the event before, and of the next one."""
    days = [day for day, _ in events]
    before, later = [day for day in days if day < event], [day for day in days if day > event]
    return max(before, default=date.min), min(later, default=date.max)


def _bursts(
    kept: pd.DataFrame,
    pairs: pd.DataFrame,
    issues: list[str],
    events: Sequence[tuple[date, str]],
    counts: Sequence[_Counts],
    periods: Calendar | None,
) -> list[NDArray[np.float64]]:
    """Return each event's (issues,) design effects, 1 without periods; a period belongs where most of it lies."""
    import numpy as np

    if periods is None or periods.complete < _FEWEST_PERIODS:
        return [np.ones(len(issues))] * len(events)
    where, voices = positions(kept["created_at"], periods), kept["voice"].to_numpy(dtype=np.int64)
    heard = volume(where, voices, periods.complete)
    spread = dispersion(by_period(where, voices, pairs, issues, periods.complete), heard)
    starts = np.array(periods.starts[: periods.complete], dtype="datetime64[D]")
    middles = starts + (starts[1] - starts[0]) // 2
    found = []
    for (event, _), (after, _, former, _) in zip(events, counts, strict=True):
        start, end = _reach(event, events)
        seen = (middles >= np.datetime64(start)) & (middles < np.datetime64(end))
        score = (middles[seen] >= np.datetime64(event)).astype(np.float64)
        found.append(design_effect(after + former, spread, heard[seen], score))
    return found


def _compare(
    after: NDArray[np.int64],
    heard_after: int,
    before: NDArray[np.int64],
    heard_before: int,
    effect: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return rate_ratio(after / effect, max(1, heard_after), before / effect, max(1, heard_before))


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
