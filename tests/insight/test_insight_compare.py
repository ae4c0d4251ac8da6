"""Planted changes are named, and noise is not."""

import numpy as np
import pandas as pd
import pytest
from compare_samples import THEMES, run, said

from voc.errors import VocError
from voc.insight.compare import compare

STEADY = {f"i-{theme}": (60, 45) for theme in THEMES}
PROFILE = said({f"i-{theme}": (theme, 25) for theme in THEMES} | {"i-other": ("late", 1)}, seed=1)


def verdicts(before, after, **options):
    return {change.issue_id: change.verdict for change in compare(before, after, **options).changes}


def later(issues, voices=1000, profile=PROFILE, first=10_000, **more):
    return run(issues, voices, "B", profile, first=first, **more)


def earlier(issues=STEADY, voices=1000, profile=PROFILE, **more):
    return run(issues, voices, "A", profile, **more)


def test_growth_a_fix_and_a_change_of_mood_are_named():
    now = STEADY | {"i-late": (140, 105), "i-crash": (12, 9), "i-bill": (60, 20)}
    found = verdicts(earlier(), later(now))
    assert found == dict.fromkeys(STEADY, "no_clear_change") | {
        "i-late": "worse",
        "i-crash": "better",
        "i-bill": "better",
    }


def test_new_and_gone_need_more_than_a_few_voices():
    before = {name: STEADY[name] for name in STEADY if name not in {"i-late", "i-noise"}} | {
        "i-price": (2, 2)
    }
    after = {name: STEADY[name] for name in STEADY if name not in {"i-crash", "i-price"}} | {
        "i-noise": (2, 2)
    }
    found = verdicts(earlier(before), later(after))
    assert found["i-late"] == "new"
    assert found["i-crash"] == "gone"
    assert found["i-noise"] == found["i-price"] == "too_few"


def test_more_praise_is_better_and_more_but_milder_is_mixed():
    now = STEADY | {"i-late": (140, 10), "i-bill": (140, 40)}
    found = verdicts(earlier(STEADY | {"i-late": (60, 4)}, liked={"i-late"}), later(now, liked={"i-late"}))
    assert found["i-late"] == "better"
    assert found["i-bill"] == "mixed"


def test_a_busy_month_is_no_change():
    twice = {name: (2 * count, 2 * negative) for name, (count, negative) in STEADY.items()}
    assert set(verdicts(earlier(), later(twice, voices=2000)).values()) == {"no_clear_change"}


def test_noise_is_not_named():
    random = np.random.default_rng(3)

    def draw():
        counts = random.binomial(1000, 0.05, len(STEADY))
        return {name: (int(n), int(random.binomial(n, 0.7))) for name, n in zip(STEADY, counts, strict=True)}

    sure = {"new", "worse", "mixed", "better", "gone"}
    alarms = sum(bool(sure & set(verdicts(earlier(draw()), later(draw())).values())) for _ in range(40))
    assert alarms <= 6  # at most 5 % of all-noise comparisons may have one: P(more than 6 of 40) < 0.4 %


def test_only_new_feedback_counts_as_after():
    """B is A with 100 more voices, 40 of them on one issue: the 1,000 that both have don't water it down."""
    before = earlier()
    after = run(STEADY, 1000, "B", PROFILE)
    more = run({"i-late": (40, 40)}, 100, "more", first=5000)
    joined = after.records, more.records.assign(voice=more.records["voice"] + 1000)
    pairs = after.mentions, more.mentions.assign(voice=more.mentions["voice"] + 1000)

    after = type(after)(pd.concat(joined), pd.concat(pairs), after.standings, PROFILE, "B")
    found = compare(before, after)
    assert (found.method, found.fresh, found.former_voices) == ("joint", 100, 1000)
    change = next(change for change in found.changes if change.issue_id == "i-late")
    assert (change.verdict, change.voices, change.former_voices) == ("worse", 40, 60)
    assert change.rate.estimate == pytest.approx(0.4)
    assert {change.verdict for change in found.changes} <= {"worse", "better", "gone", "no_clear_change"}


def test_the_same_feedback_shows_no_change():
    found = compare(earlier(), run(STEADY, 1000, "B", PROFILE))
    assert found.fresh == 0
    assert {change.verdict for change in found.changes} == {"too_few"}


def test_a_split_issue_is_not_new():
    old = said({f"i-{theme}": (theme, 25) for theme in THEMES}, seed=1)
    new = said({f"i-{theme}": (theme, 25) for theme in THEMES} | {"i-part": ("late", 25)}, seed=2)
    found = compare(earlier(profile=old), later(STEADY | {"i-part": (60, 45)}, profile=new))
    part = next(change for change in found.changes if change.issue_id == "i-part")
    assert (part.verdict, part.kin, part.rate_p) == ("regrouped", "i-late", None)


def test_issues_are_paired_by_their_centroids_when_ids_differ():
    renamed = said({f"j-{theme}": (theme, 25) for theme in THEMES}, seed=5)
    now = {f"j-{name[2:]}": numbers for name, numbers in STEADY.items()} | {"j-crash": (150, 120)}
    found = {change.issue_id: change for change in compare(earlier(), later(now, profile=renamed)).changes}
    assert {name: change.former_id for name, change in found.items()} == {
        name: f"i-{name[2:]}" for name in found
    }
    assert found["j-crash"].verdict == "worse"


def test_runs_of_different_encoders_are_compared_by_records_or_not_at_all():
    other = said({f"j-{theme}": (theme, 25) for theme in THEMES}, seed=1, encoder="e2")
    now = {f"j-{name[2:]}": numbers for name, numbers in STEADY.items()}
    with pytest.raises(VocError, match="different encoders") as error:
        compare(earlier(), later(now, profile=other))
    assert error.value.hint
    found = compare(earlier(), run(now, 1000, "B", other))
    assert found.matched_by == "records"
    assert all(change.former_id == f"i-{change.issue_id[2:]}" for change in found.changes)


def test_swapped_runs_are_noticed():
    before, after = earlier(last_day="2026-03-31"), later(STEADY, last_day="2026-02-28")
    assert compare(before, after).backwards
