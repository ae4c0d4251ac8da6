import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_samples import crowd, issues, record

from voc.insight.impact import leave_out_change, nps_points


def pairs(*members):
    return pd.DataFrame({"issue_id": ["x"] * len(members), "record": list(members)})


def test_the_change_is_the_mean_with_less_the_mean_without():
    scores = np.array([1.0, 1.0, 5.0, 4.0, 4.0])
    (found,) = leave_out_change(scores, np.arange(5), pairs(0, 1), ["x"])
    assert found.estimate == pytest.approx(3.0 - 13 / 3)
    assert found.low <= found.estimate <= found.high


def test_many_bad_ratings_cost_for_sure_and_one_does_not():
    good = crowd(200, "fine", "positive", rating=5, start=1000)
    costly = issues(crowd(40, "broken", rating=1) + good)["broken"]
    assert costly.rating_impact.high < -0.3
    assert "costs 0.67 stars" in costly.reason
    single = issues(crowd(1, "broken", rating=1) + good)["broken"]
    assert single.rating_impact.high == 0
    assert single.parts["impact"].low == 0


def test_one_author_many_times_is_one_piece_of_luck():
    good = crowd(200, "fine", "positive", rating=5, start=1000)
    loud = [record(i, ("loud", "negative"), rating=1, author="a_1") for i in range(40)]
    assert issues(loud + good)["loud"].rating_impact.high == pytest.approx(0, abs=1e-9)


def test_what_is_liked_lifts_the_mean_and_has_no_cost():
    found = issues(
        crowd(60, "broken", rating=1) + crowd(100, "fine", "positive", "praise", rating=5, start=1000)
    )
    assert found["fine"].rating_impact.low > 0
    assert found["fine"].parts["impact"] == (0, 0, 0)


def test_without_ratings_there_is_no_impact():
    found = issues(crowd(20, "broken") + crowd(20, "other", start=100, rating=3))
    assert found["broken"].rating_impact is None
    assert found["broken"].parts["impact"] == (0, 0, 0)


def test_an_issue_that_everybody_mentions_has_no_rest_to_compare_with():
    assert issues(crowd(20, "all", rating=2))["all"].rating_impact is None


def test_nps_counts_promoters_less_detractors():
    answers = pd.Series([10, 9, 8, 7, 6, 0, None], dtype="Int64")
    assert nps_points(answers)[:-1].tolist() == [100, 100, 0, 0, -100, -100]
    assert np.isnan(nps_points(answers)[-1])
    found = issues(crowd(30, "broken", nps=2) + crowd(100, "fine", "positive", nps=10, start=1000))["broken"]
    assert found.rating_impact is None
    assert found.nps_impact.estimate == pytest.approx((100 * 100 - 30 * 100) / 130 - 100)
    assert "NPS" in found.reason
    assert found.parts["impact"].low > 0.5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.integers(0, 5)), min_size=1, max_size=30))
def test_an_interval_never_excludes_its_estimate(rows):
    scores = np.array([float(score) for score, _, _ in rows])
    voices = pd.factorize(np.array([voice for _, _, voice in rows]))[0]
    (found,) = leave_out_change(scores, voices, pairs(*[i for i, row in enumerate(rows) if row[1]]), ["x"])
    assert found is None or found.low <= found.estimate <= found.high
