import pytest
from insight_samples import issues, record, tables

from voc.config import InsightSettings
from voc.insight.mentions import kept_records
from voc.insight.signals import mismatch_counts

ZIP = ("zip", "negative")


def test_the_same_author_again_within_days_is_a_repeat_contact():
    rows = [
        record(0, ZIP, author="a_1", day=0),
        record(1, ZIP, author="a_1", day=10),  # repeat
        record(2, ZIP, author="a_1", day=60),  # too late to be one
        record(3, ("seam", "negative"), author="a_1", day=11),  # another issue
        record(4, ZIP, author="a_2", day=12),
        record(5, ZIP, day=13),
        record(6, ZIP, day=14),  # nobody knows who wrote these two
        record(7, ZIP, author="a_2"),  # nor when this was
        record(8, ZIP, author="a_2", day=13, duplicate_of="r00004"),
    ]
    found = issues(rows)
    assert (found["zip"].repeat_contacts, found["seam"].repeat_contacts) == (1, 0)
    assert issues(rows, insight=InsightSettings(repeat_days=50))["zip"].repeat_contacts == 2


def test_stars_that_contradict_the_text_are_counted():
    rows = [
        record(0, ZIP, rating=5, mood="negative"),
        record(1, ZIP, rating=1, mood="positive"),
        record(2, ZIP, rating=5, mood="positive"),
        record(3, ZIP, rating=4, mood="negative"),  # four stars may well complain
        record(4, ZIP, mood="negative"),
        record(5, ("seam", "negative"), rating=1, mood="negative"),
        record(6, ZIP, rating=5, mood="negative", duplicate_of="r00000"),
    ]
    found = issues(rows)
    assert (found["zip"].mismatches, found["seam"].mismatches) == (2, 0)
    assert mismatch_counts(kept_records(tables(rows)[0])) == {
        "rated": 5, "five_stars_negative": 1, "one_star_positive": 1,
    }  # fmt: skip


def test_who_leaves_counts_for_every_issue_of_the_record():
    leaving = (None, "negative", "churn_risk")
    rows = [record(i, ZIP, leaving) for i in range(5)] + [record(10 + i, ZIP) for i in range(15)]
    rows += [record(30 + i, ("seam", "negative")) for i in range(10)]
    found = issues(rows)
    assert found["zip"].churn_share.estimate == pytest.approx(0.25)
    assert found["zip"].churn_share.low < 0.25 < found["zip"].churn_share.high
    assert found["seam"].churn_share.estimate == 0


def test_an_author_who_leaves_twice_leaves_once():
    rows = [record(i, ("zip", "negative", "churn_risk"), author="a_1") for i in range(9)]
    assert issues([*rows, record(20, ZIP)])["zip"].churn_share.estimate == 0.5
