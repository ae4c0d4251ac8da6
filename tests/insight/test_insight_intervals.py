import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from voc.insight.intervals import RATIO_CAP, adjust, mid_p, rate_ratio, wilson

counts = st.integers(0, 400)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_wilson_agrees_with_scipy(pairs):
    pairs = [(min(k, n), n) for k, n in pairs]
    found = wilson([k for k, _ in pairs], [n for _, n in pairs])
    for (k, n), (estimate, low, high) in zip(pairs, found, strict=True):
        if n == 0:
            assert (estimate, low, high) == (0, 0, 1)
            continue
        expected = binomtest(k, n).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert low <= estimate <= high


def test_wilson_takes_sums_of_fractions():
    estimate, low, high = wilson(4.5, 9)
    assert estimate == 0.5
    assert (low, high) == pytest.approx((0.2265, 0.7735), abs=1e-3)


@given(counts, st.integers(1, 5000), counts, st.integers(1, 5000))
def test_rate_ratio_is_ordered_finite_and_agrees_with_its_test(k, n, base, base_n):
    (row,), (p,) = rate_ratio([k], n, [base], base_n)
    estimate, low, high = row
    assert 0 <= low <= estimate <= high <= RATIO_CAP
    assert 0 <= p <= 1
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == (low > 1 or high < 1)


def test_rate_ratio_of_plain_numbers():
    (row,), (p,) = rate_ratio([24], 100, [10], 100)
    assert row[0] == pytest.approx(2.4)
    assert p == pytest.approx(binomtest(24, 34, 0.5).pvalue, abs=1e-9)
    share = binomtest(24, 34).proportion_ci(method="exact")
    assert row[1:] == pytest.approx([share.low / (1 - share.low), share.high / (1 - share.high)])


def test_rate_ratio_allows_for_volume():
    (row,), (p,) = rate_ratio([20], 400, [10], 200)
    assert row[0] == pytest.approx(1.0)
    assert p == 1.0


def test_rate_ratio_without_events_says_nothing():
    (row,), (p,) = rate_ratio([0], 10, [0], 20)
    assert row.tolist() == [1.0, 0.0, RATIO_CAP]
    assert p == 1.0


def test_adjust_is_benjamini_hochberg():
    assert adjust(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert len(adjust(np.array([]))) == 0


@pytest.mark.parametrize(
    ("k", "n", "share"), [(0, 5, 0.3), (5, 5, 0.3), (3, 9, 0.6), (40, 100, 0.4), (1, 1, 0.5)]
)
def test_the_tests_are_binomial_at_whole_numbers_and_between_them_lies_no_jump(k, n, share):
    lower, upper = binom.cdf(k, n, share), binom.sf(k - 1, n, share)
    half = binom.pmf(k, n, share) / 2
    exposure = share, 1 - share
    p = rate_ratio([k], exposure[0], [n - k], exposure[1])[1][0]
    assert p == pytest.approx(min(1, 2 * min(lower, upper)), abs=1e-12)
    mid = mid_p([k], exposure[0], [n - k], exposure[1])[0]
    assert mid == pytest.approx(min(1, 2 * min(lower - half, upper - half)), abs=1e-12)
    if 0 < k < n:
        near = mid_p([k + 1e-7], exposure[0], [n - k], exposure[1])[0]
        assert near == pytest.approx(mid, abs=1e-4)
