import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_samples import crowd, issues, record

from voc.config import InsightSettings, PrioritySettings, Weights
from voc.insight import priority as parts_of
from voc.insight.priority import PARTS, priority, score
from voc.types import Interval

unit = st.floats(0, 1)
parts = st.fixed_dictionaries(dict.fromkeys(PARTS, unit))
intervals = st.lists(unit, min_size=3, max_size=3).map(lambda v: Interval(sorted(v)[1], min(v), max(v)))
weights = st.builds(Weights, **dict.fromkeys(PARTS, unit))


@given(parts, st.sampled_from(PARTS), unit, weights)
def test_the_score_rises_with_every_part(values, name, more, chosen):
    lower, higher = sorted((values[name], more))
    assert score(values | {name: lower}, chosen) <= score(values | {name: higher}, chosen) + 1e-9


@given(st.fixed_dictionaries(dict.fromkeys(PARTS, intervals)), weights)
def test_the_score_keeps_to_its_scale_and_interval(values, chosen):
    found = priority(values, chosen)
    assert 0 <= found.low <= found.estimate + 1e-9
    assert found.estimate <= found.high + 1e-9 <= 100 + 1e-6


@given(st.floats(-5, 5), st.floats(0, 5), st.floats(0, 5))
def test_parts_keep_the_order_of_their_interval(middle, below, above):
    change = Interval(middle, middle - below, middle + above)
    ratio = Interval(abs(middle), max(0.0, abs(middle) - below), abs(middle) + above)
    for part in (parts_of.impact(change), parts_of.impact(None, change), parts_of.momentum(ratio)):
        assert 0 <= part.low <= part.estimate <= part.high <= 1


def test_parts_of_plain_numbers():
    assert parts_of.reach(Interval(0.02, 0.0, 0.18)) == pytest.approx((0.5, 0.0, 0.9))
    assert parts_of.momentum(Interval(2.0, 0.5, 4.0)) == pytest.approx((0.5, 0.0, 0.75))
    assert parts_of.impact(Interval(-0.05, -0.15, 0.1)) == pytest.approx((0.5, 0.0, 0.75))
    assert parts_of.impact(None) == parts_of.momentum(None) == (0, 0, 0)


def test_no_weight_no_score():
    assert score(dict.fromkeys(PARTS, 1.0), Weights(**dict.fromkeys(PARTS, 0))) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 60), st.integers(1, 40))
def test_one_more_angry_customer_never_lowers_the_priority(angry, others, more):
    rest = crowd(others, "rest", "neutral", start=1000)
    before = issues(crowd(angry, "broken") + rest)["broken"]
    after = issues(crowd(angry + more, "broken") + rest)["broken"]
    assert after.priority >= before.priority


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(1, 200))
def test_duplicates_and_repeats_never_raise_it(angry, copies):
    rest = crowd(30, "rest", "neutral", start=1000)
    base = crowd(angry, "broken")
    before = issues(base + rest)["broken"]
    copied = [record(5000 + i, ("broken", "negative"), duplicate_of="r00000") for i in range(copies)]
    assert issues(base + rest + copied)["broken"] == before
    base[0]["author"] = "a_1"
    repeated = [record(5000 + i, ("broken", "negative"), author="a_1") for i in range(min(copies, 20))]
    again = issues(base + rest + repeated)["broken"]
    assert again.priority == before.priority
    assert again.authors == before.authors


@settings(max_examples=12, deadline=None)
@given(st.integers(20, 60), st.integers(100, 1500))
def test_two_records_cannot_outrank_a_solid_issue_by_luck(solid, others):
    lucky = crowd(2, "lucky", intent="bug_report", day=179, rating=1)
    steady = [
        record(
            100 + i,
            ("solid", "negative" if i % 5 else "neutral"),
            day=i * 170 // solid,
            rating=2 if i % 5 else 4,
        )
        for i in range(solid)
    ]
    rest = [record(1000 + i, (None, "positive"), day=i % 180, rating=4) for i in range(others)]
    assert next(iter(issues(lucky + steady + rest))) == "solid"


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.sampled_from(["negative", "neutral", "positive"]),
                  st.integers(1, 5), st.integers(0, 180), st.integers(0, 9), st.sampled_from("pq")),
        min_size=1, max_size=60,
    )
)  # fmt: skip
def test_no_interval_excludes_its_estimate(rows):
    records = [
        record(n, (issue, mood), rating=stars, day=day, author=f"a_{author}", product=product)
        for n, (issue, mood, stars, day, author, product) in enumerate(rows)
    ]
    asked = InsightSettings(events=["2026-03-01:new courier"], by=["product"])
    for issue in issues(records, insight=asked).values():
        assert 0 <= issue.priority <= 100
        found = [
            *issue.parts.values(),
            issue.share,
            issue.negative_share,
            issue.trend_ratio,
            issue.churn_share,
        ]
        found += [issue.rating_impact, issue.rating_impact_shared, issue.priority_interval]
        found += [ends for event in issue.events for ends in (event.before, event.after, event.ratio)]
        found += [ends for driver in issue.drivers for ends in (driver.rate, driver.rest_rate, driver.ratio)]
        assert all(ends is None or ends.low <= ends.estimate <= ends.high for ends in found)


def test_praise_ranks_last_however_many_praise():
    found = issues(crowd(300, "lovely", "positive", "praise") + crowd(8, "broken", start=1000))
    assert list(found) == ["broken", "lovely"]
    assert found["lovely"].priority < 5


def test_a_wish_ranks_between_a_fault_and_praise():
    found = issues(
        crowd(40, "wish", "neutral", "feature_request")
        + crowd(40, "fault", start=1000)
        + crowd(40, "love", "positive", "praise", start=2000)
    )
    assert list(found) == ["fault", "wish", "love"]


def test_weights_change_the_ranking():
    records = crowd(60, "wide", "negative", "feature_request") + crowd(15, "urgent", "negative", start=1000)
    none = dict.fromkeys(PARTS, 0)
    wide_first = PrioritySettings(weights=Weights(**none | {"reach": 1}))
    urgent_first = PrioritySettings(weights=Weights(**none | {"intent": 1}))
    assert list(issues(records, priority=wide_first)) == ["wide", "urgent"]
    assert list(issues(records, priority=urgent_first)) == ["urgent", "wide"]
