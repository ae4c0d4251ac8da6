from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.insight.history import history_test, volume, when_heard
from voc.insight.intervals import mid_p


def by_hand(positions, exposure):
    """Enumerate every way the voices could have fallen into the periods."""
    weight = np.array(exposure) / np.sum(exposure)
    chances = {}
    for places in product(range(len(weight)), repeat=len(positions)):
        chances[sum(places)] = chances.get(sum(places), 0) + np.prod(weight[list(places)])
    seen = sum(positions)
    below = sum(p for total, p in chances.items() if total < seen)
    above = sum(p for total, p in chances.items() if total > seen)
    return min(1.0, 2 * min(below, above) + chances[seen])


@pytest.mark.parametrize("positions", [[0], [0, 0, 0], [3, 3, 2], [0, 1, 2, 3], [3, 3, 3, 3]])
@pytest.mark.parametrize("exposure", [[1, 1, 1, 1], [5, 1, 2, 8]])
def test_the_law_is_the_one_of_all_possible_histories(positions, exposure):
    p, _ = history_test(
        np.array([float(sum(positions))]), np.array([len(positions)]), np.array(exposure, float)
    )
    assert p[0] == pytest.approx(by_hand(positions, exposure), abs=1e-12)


def test_an_issue_follows_the_volume_and_not_the_calendar():
    rising = np.linspace(1, 9, 20)
    counts = np.rint(rising * 10)
    total = np.array([counts @ np.arange(20)])
    with_volume, _ = history_test(total, counts.sum(keepdims=True).astype(int), rising)
    with_time, later = history_test(total, counts.sum(keepdims=True).astype(int), np.ones(20))
    assert with_volume[0] > 0.9
    assert with_time[0] < 1e-6
    assert later[0] > 0


def test_large_counts_agree_with_the_exact_law():
    exposure, n = np.ones(30), 8000
    sums = np.array([n * 14.5 + 2 * np.sqrt(n * 899 / 12)])
    exact, _ = history_test(sums, np.array([n]), exposure)
    normal, _ = history_test(sums * 2, np.array([2 * n]), exposure)  # past the length of the exact law
    assert exact[0] == pytest.approx(0.0455, abs=1e-3)
    assert normal[0] == pytest.approx(0.0047, abs=5e-4)


def test_no_voice_no_change():
    p, later = history_test(np.zeros(1), np.zeros(1, dtype=int), np.ones(4))
    assert (p[0], later[0]) == (1, 0)


def test_a_voice_counts_once_at_its_middle():
    where = np.array([0, 2, 4, 1, 5, -1, 9])
    voices = np.array([0, 0, 0, 1, 1, 2, 3])
    pairs = pd.DataFrame({"issue_id": ["x"] * 7, "record": range(7)})
    sums, counts = when_heard(where, voices, pairs, ["x", "y"], complete=8)
    assert (sums.tolist(), counts.tolist()) == ([2 + 3, 0], [2, 0])
    assert volume(where, voices, 8).tolist() == [1, 1, 1, 0, 1, 1, 0, 0]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 9))
def test_mid_p_lies_below_the_exact_p_and_above_nothing(k, base, exposure):
    p = float(mid_p(k, exposure, base, 5))
    assert 0 < p <= 1
    if k + base == 0:
        assert p == 1
