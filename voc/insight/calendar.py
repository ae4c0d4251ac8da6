"""The periods of a corpus, and which of them are recent, which are the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

UNITS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q-DEC", "year": "Y-DEC"}
"""Length of a period -> pandas frequency; weeks start on Monday (ISO 8601)."""
_LONGEST = (("day", 42), ("week", 240), ("month", 1100), ("quarter", 3300))
_PASSED = 0.9
_STRAY = 2.0


@dataclass(frozen=True)
class Calendar:
    """Consecutive periods, oldest first.

    ``starts[:complete]`` have passed in full (at least 90 % of the period, so that an export made
    on the last evening counts). Of these the last ``recent`` are compared with a baseline that
    ends ``guard`` periods earlier: a growing issue must not raise its own baseline (the guard band
    of EARS C2; Hutwagner et al. 2003, Journal of Urban Health 80, i89-i96).
    """

    unit: str
    starts: tuple[date, ...]
    complete: int
    recent: int
    guard: int
    missing: float = 0.0
    """Share of the first period that had passed before the first date."""

    @property
    def window(self) -> range:
        """Positions of the recent periods."""
        return range(self.complete - self.recent, self.complete)

    @property
    def baseline(self) -> range:
        """Positions of the periods that recent ones are compared with."""
        return range(max(0, self.complete - self.recent - self.guard))


def calendar(dates: pd.Series, unit: str = "auto", as_of: datetime | None = None) -> Calendar | None:
    """Lay periods over the dates of a corpus.

    Args:
        dates: datetimes, missing ones allowed.
        unit: a key of ``UNITS``, or ``auto``: the one that gives about 8 to 40 periods.
        as_of: the moment to judge from; the last date by default. Later dates are left out.

    Returns:
        ``None`` when there is no date. A few dates far before all others (1 % that would more than
        double the range, such as a 1970) don't start the calendar.
    """
    import pandas as pd

    known = dates.dropna()
    if as_of is not None:
        known = known[known <= pd.Timestamp(as_of)]
    if known.empty:
        return None
    end = pd.Timestamp(as_of) if as_of is not None else known.max()
    start = known.sort_values().iloc[len(known) // 100]
    if end - known.min() <= _STRAY * (end - start):
        start = known.min()
    if unit == "auto":
        unit = _choose((end - start).days + 1)
    periods = pd.period_range(start, end, freq=UNITS[unit])
    complete = len(periods) - _is_partial(periods[-1], end)
    recent, guard = _windows(complete)
    missing = (start.normalize() - periods[0].start_time) / (periods[0].end_time - periods[0].start_time)
    return Calendar(
        unit, tuple(period.start_time.date() for period in periods), complete, recent, guard, missing
    )


def positions(dates: pd.Series, periods: Calendar) -> NDArray[np.int64]:
    """Return for each date the position of its period; -1 where it has none."""
    import numpy as np
    import pandas as pd

    first = pd.Period(periods.starts[0], freq=UNITS[periods.unit])
    known = dates.dropna()
    ordinals = pd.PeriodIndex(known, freq=UNITS[periods.unit]).asi8 - first.ordinal
    found = (
        pd.Series(ordinals, index=known.index).reindex(dates.index, fill_value=-1).to_numpy(dtype=np.int64)
    )
    return np.where((found >= 0) & (found < len(periods.starts)), found, -1)


def _choose(days: int) -> str:
    return next((unit for unit, longest in _LONGEST if days <= longest), "year")


def _is_partial(last: pd.Period, end: pd.Timestamp) -> bool:
    """Say whether less than 90 % of the last period has passed; a bare date means its evening."""
    import pandas as pd

    moment = end + pd.Timedelta(days=1) if end == end.normalize() else end
    length = last.end_time - last.start_time
    return bool(moment < last.start_time + length * _PASSED)


def _windows(complete: int) -> tuple[int, int]:
    """Return how many periods are recent (a quarter) and how many guard them (a third as many)."""
    if complete < 2:
        return 0, 0
    recent = max(1, complete // 4)
    return recent, max(1, recent // 3) if complete >= 4 else 0
