from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from voc.insight.calendar import calendar, positions


def days(*numbers, start=datetime(2026, 1, 1)):
    return pd.to_datetime(pd.Series([None if n is None else start + timedelta(days=n) for n in numbers]))


@pytest.mark.parametrize(
    ("span", "unit"),
    [(1, "day"), (30, "day"), (60, "week"), (181, "week"), (365, "month"), (2000, "quarter"), (9000, "year")],
)
def test_the_period_suits_the_span(span, unit):
    periods = calendar(days(*range(0, span + 1, max(1, span // 500))))
    assert periods.unit == unit
    assert span < 8 or 6 <= len(periods.starts) <= 45


def test_a_period_can_be_asked_for():
    assert len(calendar(days(0, 89), "month").starts) == 3


def test_the_last_period_counts_only_when_it_is_over():
    assert calendar(days(0, 30), "month").complete == 1  # 31 January, a bare date: the month is over
    assert calendar(days(0, 20), "month").complete == 0
    assert calendar(days(0, 40), "month").complete == 1


def test_a_last_day_is_partial_in_the_morning():
    dates = days(0, 1, 2.4)
    assert calendar(dates, "day").complete == 2
    assert calendar(dates, "day", as_of=datetime(2026, 1, 3, 23, 30)).complete == 3


def test_window_and_baseline_are_kept_apart_by_a_guard():
    periods = calendar(days(0, 25 * 7), "week")
    assert (periods.complete, periods.recent, periods.guard) == (25, 6, 2)
    assert periods.window == range(19, 25)
    assert periods.baseline == range(17)


@pytest.mark.parametrize("complete", range(2, 60))
def test_every_calendar_of_two_periods_has_a_baseline(complete):
    periods = calendar(days(*range(complete)), "day")
    assert len(periods.window) >= 1
    assert len(periods.baseline) >= 1
    assert periods.baseline.stop <= periods.window.start


def test_a_stray_date_does_not_stretch_the_calendar():
    dates = pd.concat([days(0, start=datetime(1970, 1, 1)), days(*range(200))], ignore_index=True)
    periods = calendar(dates)
    assert periods.unit == "week"
    assert periods.starts[0] >= date(2025, 12, 1)
    assert positions(dates, periods)[0] == -1


def test_dates_after_as_of_and_missing_dates_have_no_position():
    dates = days(0, None, 10, 500)
    periods = calendar(dates, "day", as_of=datetime(2026, 1, 11))
    assert positions(dates, periods).tolist() == [0, -1, 10, -1]


def test_no_dates_no_calendar():
    assert calendar(days(None, None)) is None
    assert calendar(days()) is None


def test_weeks_start_on_monday():
    assert calendar(days(0, 14), "week").starts[0] == date(2025, 12, 29)


def test_a_first_period_that_starts_late_is_known_to_be_short():
    assert calendar(days(0, 14), "week").missing == pytest.approx(3 / 7)  # 1 January 2026 is a Thursday
    assert calendar(days(4, 18), "week").missing == 0
