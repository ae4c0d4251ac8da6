"""The new courier of 10 August: asked for as an event, the fix that is planted in the samples shows."""

from __future__ import annotations

from datetime import date

import pytest
from samples_truth import FLAT
from test_planted_issues import Planted

import voc
from voc.insight.events import event_effects
from voc.insight.mentions import kept_records, mentions
from voc.types import EventEffect

COURIER = (date(2026, 8, 10), "new courier")


@pytest.fixture(scope="module")
def effects(sample_result: voc.Result) -> dict[str, EventEffect]:
    """Issue id -> what the event did to it."""
    kept = kept_records(sample_result.feedback)
    pairs = mentions(kept, sample_result.segments, {})
    names = [issue.issue_id for issue in sample_result.ranked]
    found = event_effects(kept, pairs, names, [COURIER], fdr=0.05)
    return {name: mine[0] for name, mine in zip(names, found, strict=True)}


def test_late_delivery_is_heard_less_since_the_new_courier(
    effects: dict[str, EventEffect], sample_result: voc.Result
) -> None:
    planted = Planted(sample_result)
    effect = effects[planted.main_issue("late_delivery").issue_id]
    assert effect.verdict == "fewer"
    assert effect.ratio is not None
    assert effect.ratio.estimate < 0.5
    assert effect.ratio.high < 1


def test_the_courier_changed_little_else(effects: dict[str, EventEffect], sample_result: voc.Result) -> None:
    planted = Planted(sample_result)
    flat = [planted.main_issue(theme) for theme in FLAT if planted.issues_about(theme)]
    changed = [issue.label for issue in flat if effects[issue.issue_id].verdict in ("more", "fewer")]
    assert len(changed) <= 1, changed
