from datetime import date, datetime

import pytest
from insight_samples import crowd, issues, record

from voc.config import InsightSettings, parse_event, resolve
from voc.errors import VocError

COURIER = InsightSettings(events=["2026-04-11:new courier"])  # day 100


def heard(issue, days, start, **fields):
    return [record(start + n, (issue, "negative"), day=day, **fields) for n, day in enumerate(days)]


def everybody(start=5000, days=200, each=2):
    return [record(start + n, (None, "neutral"), day=n % days) for n in range(days * each)]


def late(before=60, after=4):
    early = [i * 99 // max(1, before) for i in range(before)]
    return heard("late", early + [100 + i * 20 for i in range(after)], 0)


def test_a_fix_that_worked_shows_as_fewer():
    found = issues(late() + heard("noise", range(0, 200, 4), 1000) + everybody(), insight=COURIER)
    (effect,) = found["late"].events
    assert (effect.day, effect.name, effect.verdict) == ("2026-04-11", "new courier", "fewer")
    assert effect.before.estimate == pytest.approx(60 / (60 + 25 + 200))
    assert effect.after.estimate == pytest.approx(4 / (4 + 25 + 200))
    assert effect.ratio.high < 0.3
    assert effect.ratio.estimate == pytest.approx(effect.after.estimate / effect.before.estimate)
    assert found["noise"].events[0].verdict == "no_clear_change"


def test_more_volume_after_the_event_is_no_change():
    calm = heard("same", range(0, 100, 4), 0) + heard("same", range(100, 200), 500)
    busy = [record(5000 + n, (None, "neutral"), day=n % 100) for n in range(200)]
    busy += [record(7000 + n, (None, "neutral"), day=100 + n % 100) for n in range(800)]
    assert issues(calm + busy, insight=COURIER)["same"].events[0].verdict == "no_clear_change"


def test_the_event_day_belongs_to_the_time_after():
    found = issues(heard("late", [99] * 3 + [100] * 5, 0) + everybody(), insight=COURIER)["late"].events[0]
    assert found.after.estimate > found.before.estimate
    assert found.after.estimate == pytest.approx(5 / 205)


def test_each_side_reaches_to_the_next_event():
    asked = InsightSettings(events=["2026-04-11:courier", "2026-02-10:prices"])  # days 100 and 40
    found = issues(late() + everybody(), insight=asked)["late"].events
    assert [effect.name for effect in found] == ["prices", "courier"]
    assert found[0].verdict == "no_clear_change"
    assert found[1].before.estimate == pytest.approx(36 / (36 + 120), abs=0.01)


def test_guards_have_names():
    few = issues(heard("late", [10, 150], 0) + everybody(), insight=COURIER)["late"].events[0]
    outside = InsightSettings(events=["2030-01-01:later"])
    after = issues(late() + everybody(), insight=outside)["late"].events[0]
    undated = issues(crowd(20, "late"), insight=COURIER)["late"].events[0]
    assert [(e.verdict, e.ratio, e.p) for e in (few, after, undated)] == [
        ("too_few", None, None), ("one_sided", None, None), ("one_sided", None, None),
    ]  # fmt: skip


def test_one_loud_voice_is_no_change():
    loud = heard("loud", [120 + i for i in range(40)], 0, author="a_1") + heard("loud", [5, 30, 60, 90], 200)
    assert issues(loud + everybody(), insight=COURIER)["loud"].events[0].verdict == "no_clear_change"


def test_records_after_as_of_are_left_out():
    found = issues(late() + everybody(), insight=COURIER, as_of=datetime(2026, 4, 1))["late"].events[0]
    assert found.verdict == "one_sided"


def test_without_events_there_are_none():
    assert issues(late())["late"].events == ()


def test_events_are_read_from_flags_environment_and_yaml(tmp_path):
    assert parse_event("2026-03-01: new courier ") == (date(2026, 3, 1), "new courier")
    path = tmp_path / "mine.yaml"
    path.write_text("insight:\n  events:\n  - 2026-03-01:new courier\n  - 2026-04-01: new app\n")
    asked = resolve(str(path), {}, {}).settings.insight
    assert [parse_event(text)[1] for text in asked.events] == ["new courier", "new app"]
    environ = {"VOC_INSIGHT_EVENTS": "2026-03-01:a; 2026-03-02:b"}
    assert len(resolve(None, {}, environ).settings.insight.events) == 2


@pytest.mark.parametrize("text", ["new courier", "2026-13-01:x", "2026-03-01", "2026-03-01: "])
def test_a_badly_written_event_says_how_to_write_it(text):
    with pytest.raises(VocError) as error:
        resolve(None, {"insight.events": [text]}, {})
    assert "YYYY-MM-DD:what happened" in error.value.message
    assert error.value.exit_code == 2


def test_one_flood_after_the_event_is_less_sure_where_feedback_comes_in_floods() -> None:
    def found(days: list[int]) -> tuple[str, ...]:
        other = [n for week in range(0, 196, 14) for n in [week + 1] * 12]  # floods, every other week
        noise = heard("bursty", other, 1000) + heard("bursty too", [n + 3 for n in other], 2000)
        mine = heard("late", [n * 9 for n in range(10)] + days, 0)
        effect = issues(mine + noise + everybody(), insight=COURIER)["late"].events[0]
        return effect.verdict, effect.ratio.low > 1

    calm = issues(
        heard("late", [n * 9 for n in range(10)] + [100 + 4 * n for n in range(25)], 0) + everybody(),
        insight=COURIER,
    )["late"].events[0]
    assert calm.verdict == "more"
    assert found([110] * 25) == ("no_clear_change", False)
