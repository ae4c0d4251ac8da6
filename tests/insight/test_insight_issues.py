import time
from datetime import date

import numpy as np
import pytest
from insight_samples import URGENCY, P, crowd, issues, record, tables, topics

from voc.config import PrioritySettings, TrendSettings
from voc.insight.issues import COLUMNS, build_issues, issues_table
from voc.insight.related import related_issues


def test_no_records_and_nothing_grouped_give_no_issues():
    assert issues([]) == {}
    assert issues([record(1, (None, "negative"))]) == {}
    assert list(issues_table(()).columns) == list(COLUMNS)


@pytest.mark.parametrize("count", [1, 5])
def test_a_handful_of_records_works(count):
    found = issues(crowd(count, "broken", day=1, rating=1))["broken"]
    assert (found.rank, found.volume, found.authors) == (1, count, count)
    assert found.share.estimate == 1
    assert found.trend_flag == "unknown"
    assert found.negative_share.low < 0.6
    assert len(found.quotes) == count


def test_praise_in_the_same_review_does_not_wash_a_complaint_out():
    records = [
        record(i, ("zip", "negative"), ("delivery", "positive", "praise"), rating=3) for i in range(30)
    ]
    found = issues(records)
    assert found["zip"].negative_share.estimate == 1
    assert found["delivery"].negative_share.estimate == 0
    assert found["zip"].sentiments == {"negative": 30, "neutral": 0, "positive": 0}
    assert list(found) == ["zip", "delivery"]


def test_a_record_counts_once_however_many_segments_it_has():
    said = ("zip", "negative")
    found = issues([record(1, said, said, said), record(2, said)])["zip"]
    assert found.volume == 2


def test_voices_are_authors_where_they_are_known():
    records = [record(i, ("zip", "negative"), author="a_1") for i in range(9)] + [
        record(9, ("zip", "positive"))
    ]
    found = issues(records)["zip"]
    assert (found.volume, found.authors) == (10, 2)
    assert found.negative_share.estimate == 0.5


def test_duplicates_count_nowhere():
    records = crowd(10, "zip") + [
        record(50 + i, ("zip", "negative"), duplicate_of="r00001") for i in range(90)
    ]
    found = issues(records)["zip"]
    assert (found.volume, found.authors, found.share.estimate) == (10, 10, 1)
    assert "10 customers" in found.reason


def test_counts_are_ordered_and_dates_known():
    records = crowd(3, "zip", day=4, language="ko") + crowd(
        5, "zip", "neutral", "refund_request", start=10, day=9
    )
    found = issues(records)["zip"]
    assert list(found.languages.items()) == [("en", 5), ("ko", 3)]
    assert list(found.intents.items()) == [("refund_request", 5), ("bug_report", 3)]
    assert list(found.sentiments) == ["neutral", "negative", "positive"]
    assert (found.first_seen.day, found.last_seen.day) == (5, 10)
    assert found.top_intent == "refund_request"


def test_other_gives_way_to_an_intent_that_says_something():
    some = issues(crowd(6, "zip", intent="other") + crowd(4, "zip", start=10))["zip"]
    few = issues(crowd(9, "zip", intent="other") + crowd(1, "zip", start=10))["zip"]
    assert (some.top_intent, few.top_intent) == ("bug_report", "other")


def test_the_reason_is_one_line_of_its_numbers():
    records = crowd(22, "zip", rating=1) + crowd(3, "zip", "positive", start=50, rating=5)
    found = issues(records + crowd(75, "rest", "positive", start=100, rating=5))["zip"]
    assert found.reason == "25 customers; 88% negative; costs 0.88 stars"


def test_the_table_has_the_columns_of_the_contract():
    ranked = issues(crowd(20, "zip", day=3, rating=1) + crowd(5, "rest", "neutral", start=100))
    table = issues_table(tuple(ranked.values()))
    assert list(table.columns) == list(COLUMNS)
    assert table["rank"].tolist() == [1, 2]
    first = table.iloc[0]
    assert first["negative_low"] <= first["negative_share"] <= first["negative_high"]
    assert first["quote_id"] in {f"r{i:05d}" for i in range(20)}
    assert first["languages"] == "en:20"
    assert np.isnan(table.iloc[1]["rating_impact"])
    assert table["first_seen"].tolist() == [date(2026, 1, 4), None]


def test_row_order_does_not_change_the_measures():
    records = crowd(20, "zip", day=3, rating=1) + crowd(30, "rest", "neutral", start=100, day=40, rating=4)
    there, back = issues(records), issues(records[::-1])
    assert {k: (v.priority, v.share, v.trend_flag) for k, v in there.items()} == {
        k: (v.priority, v.share, v.trend_flag) for k, v in back.items()
    }


def test_related_issues_share_records():
    records = [record(i, ("zip", "negative"), ("delivery", "negative")) for i in range(6)]
    records += [record(10 + i, ("zip", "negative"), ("price", "negative")) for i in range(2)]
    related = related_issues(tables(records)[1])
    assert related["zip"] == (("delivery", 6),)  # two records are too few to relate price
    assert related["price"] == ()
    assert related_issues(tables([])[1]) == {}


def test_twenty_thousand_records_take_seconds():
    random = np.random.default_rng(1)
    kinds = list(P)
    records = [
        record(
            n,
            (f"issue {n % 200:03d}", kinds[n % 3]),
            (f"issue {n % 131:03d}", kinds[n % 2]),
            day=n % 365,
            rating=1 + n % 5,
        )
        for n in random.permutation(20_000).tolist()
    ]
    feedback, segments = tables(records)
    info = topics(segments)
    start = time.process_time()
    ranked = build_issues(feedback, segments, info, PrioritySettings(), TrendSettings(), URGENCY)
    assert len(ranked) == 200
    assert time.process_time() - start < 20  # about 2 s; a quadratic step would take minutes
