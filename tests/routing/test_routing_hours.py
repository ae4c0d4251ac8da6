from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.routing.hours import Hours, duration, openings, weekdays

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (13 * 60, 17 * 60)))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2026-11-23T10:00", "1h", "2026-11-23T11:00"),
        ("2026-11-23T11:30", "1h", "2026-11-23T13:30"),  # over lunch
        ("2026-11-23T12:30", "30m", "2026-11-23T13:30"),  # from lunch
        ("2026-11-23T03:00", "1h", "2026-11-23T10:00"),  # before the doors open
        ("2026-11-23T16:30", "1h", "2026-11-24T09:30"),  # overnight
        ("2026-11-20T16:30", "1h", "2026-11-23T09:30"),  # over the weekend
        ("2026-11-21T10:00", "7h", "2026-11-23T17:00"),  # a whole day ends as the doors close
        ("2026-12-24T16:00", "2h", "2026-12-28T10:00"),  # a holiday and a weekend
    ],
)
def test_only_open_time_counts(start: str, within: str, due: str) -> None:
    office = Hours(BERLIN, OFFICE, frozenset([date(2026, 12, 25)]))
    assert office.due(berlin(start), duration(within)) == berlin(due)


def test_the_night_when_clocks_change_is_an_hour_shorter() -> None:
    always = Hours(BERLIN, dict.fromkeys(range(7), ((0, 24 * 60),)))
    found = always.due(berlin("2026-03-28T12:00"), timedelta(hours=24))
    assert found == berlin("2026-03-29T13:00")  # 24 real hours: the clock says 25


def test_naive_times_are_utc() -> None:
    office = Hours(BERLIN, OFFICE)
    naive, aware = datetime(2026, 11, 23, 9, 30), datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert office.due(naive, timedelta(hours=1)) == office.due(aware, timedelta(hours=1))
    assert office.due(naive, timedelta(hours=1)) == berlin("2026-11-23T11:30")


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    first=st.integers(1, 3000),
    more=st.integers(1, 3000),
)
@settings(deadline=None, max_examples=60)
def test_due_is_later_for_more_time_and_never_before_the_start(
    start: datetime, first: int, more: int
) -> None:
    office = Hours(BERLIN, OFFICE)
    soon = office.due(start, timedelta(minutes=first))
    late = office.due(start, timedelta(minutes=first + more))
    assert start.replace(tzinfo=UTC) < soon < late
    # counting on from a due time gives the same as counting at once
    assert office.due(soon, timedelta(minutes=more)) == late


def test_doors_that_open_too_seldom_are_an_error() -> None:
    with pytest.raises(ValueError, match="too few"):
        Hours(BERLIN, {0: ((540, 541),)}).due(berlin("2026-01-01T00:00"), timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "minutes"), [("30m", 30), ("4h", 240), ("2d", 2880), ("1d 12h", 2160), ("1h30m", 90)]
)
def test_durations(text: str, minutes: int) -> None:
    assert duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "4", "h", "0h", "-1h", "1w", "400d", "four hours"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|more than nothing"):
        duration(text)


def test_days_and_openings() -> None:
    assert weekdays("mon-fri") == [0, 1, 2, 3, 4]
    assert weekdays("sat, sun") == [5, 6]
    assert weekdays("Fri-Mon") == [4, 5, 6, 0]
    assert openings("13:30-18:00, 09:00-12:30") == ((540, 750), (810, 1080))
    assert openings("closed") == ()
    assert openings("00:00-24:00") == ((0, 1440),)


@pytest.mark.parametrize(
    "text", ["9-17", "17:00-09:00", "09:00-25:00", "09:00-12:00, 11:00-13:00", "09:70-10:00"]
)
def test_what_are_no_openings(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|doors"):
        openings(text)
