import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_samples import crowd, issues, record

from voc.insight.shared import shared_effects


def both_and_one():
    """Half of the zips come with the seam, which costs nothing by itself."""
    rows = [record(i, ("zip", "negative"), ("seam", "neutral"), rating=1) for i in range(60)]
    rows += [record(100 + i, ("zip", "negative"), rating=1) for i in range(60)]
    rows += [record(200 + i, ("seam", "neutral"), rating=5) for i in range(60)]
    return rows + [record(300 + i, (None, "positive"), rating=5) for i in range(220)]


def test_an_issue_that_only_rides_along_is_given_none_of_the_effect():
    found = issues(both_and_one())
    assert found["seam"].rating_impact.high < -0.1  # left out, it looks costly
    assert found["seam"].rating_impact_shared.estimate == pytest.approx(0, abs=0.02)
    assert found["zip"].rating_impact_shared.estimate == pytest.approx(-4 * 0.3, abs=0.05)
    assert found["zip"].rating_impact_shared.high < -0.8


def test_it_is_scikit_learns_ridge_at_the_penalty_of_generalised_cross_validation():
    from sklearn.linear_model import Ridge

    random = np.random.default_rng(5)
    mentions = (random.random((300, 6)) < 0.2).astype(float)
    scores = 4 - mentions @ np.array([1.5, 0.5, 0, 0, -0.3, 1]) + random.normal(0, 1, 300)
    records, columns = np.nonzero(mentions)
    pairs = pd.DataFrame({"issue_id": [f"i{c}" for c in columns], "record": records})
    found = shared_effects(scores, np.arange(300), pairs, [f"i{c}" for c in range(6)])

    def gcv(penalty):
        centred = mentions - mentions.mean(axis=0)
        freedom = 1 + np.trace(
            np.linalg.solve(centred.T @ centred + penalty * np.eye(6), centred.T @ centred)
        )
        errors = scores - Ridge(alpha=penalty).fit(mentions, scores).predict(mentions)
        return (errors @ errors) / (300 - freedom) ** 2

    best = Ridge(alpha=min(np.logspace(-2, 4, 37), key=gcv)).fit(mentions, scores)
    expected = best.coef_ * mentions.mean(axis=0)
    assert [interval.estimate for interval in found] == pytest.approx(expected.tolist(), abs=1e-6)
    assert best.intercept_ + sum(interval.estimate for interval in found) == pytest.approx(scores.mean())


def test_the_same_input_gives_the_same_interval():
    first, second = (issues(both_and_one())["zip"].rating_impact_shared for _ in range(2))
    assert first == second


def test_nps_where_the_column_is_nps():
    found = issues(crowd(30, "broken", nps=2) + crowd(100, "fine", "positive", nps=10, start=1000))["broken"]
    assert found.rating_impact_shared is None
    assert found.nps_impact_shared.high < 0


def test_without_scores_or_with_everybody_in_it_there_is_none():
    assert issues(crowd(20, "broken"))["broken"].rating_impact_shared is None
    assert issues(crowd(20, "broken", rating=2))["broken"].rating_impact_shared is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=30
    )
)
def test_an_interval_never_excludes_its_estimate(rows):
    scores = np.array([float(row[0]) for row in rows])
    voices = pd.factorize(np.array([row[3] for row in rows]))[0]
    said = [
        (name, i) for i, row in enumerate(rows) for name, there in zip("xy", row[1:3], strict=True) if there
    ]
    pairs = pd.DataFrame(said, columns=["issue_id", "record"]).astype({"record": "int64"})
    for found in shared_effects(scores, voices, pairs, ["x", "y"]):
        assert found is None or found.low <= found.estimate <= found.high
