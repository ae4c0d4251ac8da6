"""Durations, business hours and the moment by which a ticket is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DURATION = re.compile(r"(?:\d+\s*[dhm]\s*)+")
_RANGE = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")
_LONGEST = 1100
"""Days looked ahead for enough open time: three years."""

Opening = tuple[int, int]
"""Minutes after midnight at which the doors open and close."""


def duration(text: object) -> timedelta:
    """``30m``, ``4h``, ``2d`` or ``1d 12h``; a day is 24 hours.

    Raises:
        ValueError: it is none of these, or nothing.
    """
    written = str(text).strip().lower()
    if not _DURATION.fullmatch(written):
        raise ValueError(f"{str(text)!r} is no duration; write 30m, 4h or 2d")
    found = sum((int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)\s*([dhm])", written)), timedelta())
    if not timedelta() < found <= timedelta(days=366):
        raise ValueError(f"{str(text)!r} must be more than nothing and at most a year")
    return found


def weekdays(text: str) -> list[int]:
    """``mon``, ``mon-fri``, ``sat, sun`` -> numbers from 0 for Monday.

    Raises:
        ValueError: a day is unknown.
    """
    found: list[int] = []
    for part in text.lower().split(","):
        first, _, last = (bit.strip()[:3] for bit in part.partition("-"))
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{text!r} names no days; write mon, mon-fri or 'sat, sun'")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(start, end + 1 + 7 * (end < start))]
    return found


def openings(text: str) -> tuple[Opening, ...]:
    """``09:00-12:30, 13:30-18:00`` -> minutes after midnight, in order; ``closed`` -> none.

    Raises:
        ValueError: a time does not exist, or two ranges overlap.
    """
    if text.strip().lower() == "closed":
        return ()
    found = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if not match:
            raise ValueError(f"{part.strip()!r} are no opening hours; write 09:00-17:30")
        h1, m1, h2, m2 = map(int, match.groups())
        start, end = h1 * 60 + m1, h2 * 60 + m2
        if not (start < end <= 24 * 60 and m1 < 60 and m2 < 60):
            raise ValueError(f"{part.strip()!r}: the doors must close after they open, on the same day")
        found.append((start, end))
    found.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
        raise ValueError(f"{text!r}: the hours overlap")
    return tuple(found)


@dataclass(frozen=True)
class Hours:
    """When people work: openings by weekday (0 = Monday), in one time zone, less holidays."""

    zone: ZoneInfo
    week: Mapping[int, Sequence[Opening]]
    holidays: frozenset[date] = frozenset()

    def due(self, start: datetime, within: timedelta) -> datetime:
        """The moment when ``within`` of open time has passed since ``start`` (aware, or naive UTC).

        Counted in real elapsed time, so that a day on which the clocks change is right.

        Raises:
            ValueError: the doors are not open for so long in the next three years.
        """
        left, moment = within, _aware(start)
        for opens, closes in self._ahead(moment):
            begin = max(opens, moment)
            if closes - begin >= left:
                return (begin + left).astimezone(self.zone)
            left -= max(timedelta(), closes - begin)
        raise ValueError("the business hours are too few for this duration")

    def _ahead(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches, in UTC, from the day of ``moment`` on."""
        first = moment.astimezone(self.zone).date()
        for ahead in range(_LONGEST):
            day = first + timedelta(days=ahead)
            if day in self.holidays:
                continue
            for start, end in self.week.get(day.weekday(), ()):
                yield self._at(day, start), self._at(day, end)

    def _at(self, day: date, minute: int) -> datetime:
        local = datetime.combine(day, time(), self.zone) + timedelta(minutes=minute)
        return local.astimezone(UTC)


def due_around_the_clock(start: datetime, within: timedelta, zone: ZoneInfo | None = None) -> datetime:
    """``start`` (aware, or naive UTC) plus ``within``, in ``zone`` (UTC when None)."""
    return (_aware(start) + within).astimezone(zone or UTC)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
