import re
from datetime import date, timedelta

import pytest

from voc.insight.calendar import Calendar
from voc.report import charts


def weeks(counts, every=10, complete=None, recent=2, guard=1):
    starts = [date(2026, 1, 5) + timedelta(weeks=i) for i in range(len(counts))]
    timeline = [(start.isoformat(), count, every) for start, count in zip(starts, counts, strict=True)]
    return timeline, Calendar("week", tuple(starts), complete or len(counts), recent, guard)


def heights(path):
    return [float(height) for height in re.findall(r"v(-?[\d.]+)h", path)]


def test_bars_are_as_high_as_their_counts():
    drawn = charts.bars(*weeks([2, 4, 0, 1, 8, 6]))
    assert heights(drawn.earlier) == [-charts.HEIGHT / 4, -charts.HEIGHT / 2, -charts.HEIGHT / 8]
    assert heights(drawn.recent) == [-charts.HEIGHT, -charts.HEIGHT * 0.75]
    assert (drawn.top, drawn.partial) == (8, "")


def test_a_period_that_is_not_over_is_drawn_apart():
    drawn = charts.bars(*weeks([2, 4, 3, 1, 8, 6], complete=5))
    assert len(heights(drawn.recent)) == 2
    assert len(heights(drawn.partial)) == 1


def test_the_expected_line_follows_the_volume():
    timeline, periods = weeks([1, 1, 1, 1, 9])
    timeline[4] = (timeline[4][0], 9, 40)  # four times the feedback: four times the issue is expected
    drawn = charts.bars(timeline, periods)
    levels = [float(y) for y in re.findall(r"(?:M0 |V)([\d.]+)", drawn.expected)]
    assert charts.HEIGHT - levels[4] == pytest.approx(4 * (charts.HEIGHT - levels[0]), abs=0.5)


def test_nothing_is_drawn_of_too_little():
    assert charts.bars((), None) is None
    assert charts.bars(*weeks([5, 3])) is None
    assert charts.spark(*weeks([5, 3])) is None


def test_an_issue_without_recent_records_still_has_a_line():
    drawn = charts.spark(*weeks([3, 2, 1, 0, 0, 0]))
    assert drawn.recent.split()[-1] == f"{charts.SPARK_WIDTH},{charts.SPARK_HEIGHT - 1}"
    assert charts.spark(*weeks([0, 0, 0, 0])) is not None


def test_a_calendar_that_does_not_fit_draws_all_alike():
    timeline, _ = weeks([1, 2, 3, 4])
    drawn = charts.bars(timeline, None)
    assert len(heights(drawn.earlier)) == 4
    assert (drawn.recent, drawn.partial, drawn.expected) == ("", "", "")
