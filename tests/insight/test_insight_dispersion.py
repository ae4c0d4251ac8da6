"""Counts that come in bursts are less sure than as many that come one by one."""

import numpy as np
import pytest

from voc.insight.dispersion import design_effect, dispersion
from voc.insight.trends import Counts, trend_p

WEEKS = np.arange(26.0)
EVEN = np.ones(26)


def simulate(mean, spread, issues=60, seed=5, shape=EVEN):
    random = np.random.default_rng(seed)
    rates = np.full((issues, 26), float(mean)) * shape
    if spread:
        rates = rates * random.gamma(1 / spread, spread, rates.shape)
    return random.poisson(rates)


def counted(table, exposure=EVEN):
    recent, base = range(20, 26), range(18)
    return Counts(
        table[:, 20:].sum(axis=1), table[:, :18].sum(axis=1), table @ WEEKS, table.sum(axis=1),
        ((float(exposure[20:].sum()), float(exposure[:18].sum()), exposure),) * 2, table, (recent, base),
    )  # fmt: skip


@pytest.mark.parametrize(("spread", "low", "high"), [(0.0, 0.0, 0.03), (0.2, 0.12, 0.28), (0.8, 0.5, 1.1)])
def test_the_spread_that_is_there_is_found(spread, low, high):
    assert low <= dispersion(simulate(6, spread), EVEN) <= high


def test_volume_that_all_issues_share_is_no_dispersion_beside_it():
    busy = np.where(WEEKS % 4 == 0, 4.0, 1.0)
    table = simulate(3, 0, shape=busy)
    assert dispersion(table, busy) < 0.03
    assert dispersion(table, EVEN) > 0.3


def test_a_step_or_a_slope_is_a_change_and_hardly_dispersion():
    step = simulate(6, 0, shape=np.where(WEEKS < 14, 1.0, 3.0))
    slope = simulate(6, 0, shape=np.exp(WEEKS / 20))
    assert dispersion(step, EVEN) < 0.05
    assert dispersion(slope, EVEN) < 0.03


def test_one_issue_with_a_flood_does_not_make_the_others_uncertain():
    table = simulate(2, 0)
    table[0, 10:14] = [60, 190, 150, 40]
    assert dispersion(table, EVEN) < 0.05


def test_too_little_to_tell_is_no_dispersion():
    assert dispersion(np.zeros((3, 26), dtype=int), EVEN) == 0
    assert dispersion(np.eye(3, 26, dtype=int), EVEN) == 0
    assert dispersion(np.zeros((0, 26), dtype=int), EVEN) == 0
    assert dispersion(np.ones((3, 1), dtype=int), np.ones(1)) == 0


def test_the_design_effect_is_the_variance_that_bursts_add():
    score, spread = np.repeat([0.0, 1.0], [18, 8]), 0.5
    table = simulate(8, spread, issues=6000, seed=9)
    total = table.sum(axis=1)
    share = (table @ score) / total
    chance = (8 / 26) * (18 / 26) / total.mean()
    effect = design_effect(np.array([round(total.mean())]), spread, EVEN, score)[0]
    assert share.var() / chance == pytest.approx(effect, rel=0.1)


def test_nobody_and_one_voice_have_no_design_effect():
    assert design_effect(np.array([0, 1]), 0.7, EVEN, WEEKS).tolist() == [1, 1]


def test_bursts_raise_fewer_alarms_than_their_counts_would():
    alarms = [(trend_p(counted(simulate(5, 0.4, seed=seed)))[1] < 0.01).mean() for seed in range(20)]
    assert np.mean(alarms) <= 0.015


def test_a_jump_among_bursts_is_still_seen_and_its_interval_is_wider():
    table = simulate(6, 0.2)
    table[0] = [4] * 20 + [22, 30, 18, 26, 31, 24]
    ratios, p = trend_p(counted(table))
    assert p[0] < 0.001
    assert ratios[0, 1] > 2
    calm = simulate(6, 0)
    calm[0] = table[0]
    tight = trend_p(counted(calm))[0]
    assert tight[0, 1] > ratios[0, 1]
    assert ratios[0, 2] > tight[0, 2]
    assert ratios[0, 0] == pytest.approx(tight[0, 0])
