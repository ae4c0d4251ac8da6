"""The same issue is known again, and another one isn't."""

import numpy as np
from compare_samples import THEMES, said

from voc.insight import matching

SIZES = {f"a-{theme}": (theme, 25) for theme in THEMES}


def inherited(new, old):
    return matching.inherit(new, old, {}, {}, frozenset())


def test_new_feedback_on_the_same_themes_finds_the_same_issues():
    old = said(SIZES, seed=1)
    new = said({f"b-{theme}": (theme, 20) for theme in THEMES}, seed=2)
    assert inherited(new, old) == {f"b-{theme}": f"a-{theme}" for theme in THEMES}


def test_a_change_of_languages_moves_no_issue():
    old = said(SIZES, seed=1, languages=("en", "en", "ko"))
    new = said({f"b-{theme}": (theme, 20) for theme in THEMES}, seed=2, languages=("ko", "ko", "de"))
    assert inherited(new, old) == {f"b-{theme}": f"a-{theme}" for theme in THEMES}


def test_a_new_theme_inherits_nothing_and_a_lost_one_gives_nothing():
    old = said({f"a-{theme}": (theme, 25) for theme in ("late", "crash", "bill", "noise")}, seed=1)
    new = said({f"b-{theme}": (theme, 25) for theme in ("late", "crash", "login", "price")}, seed=2)
    assert inherited(new, old) == {"b-late": "a-late", "b-crash": "a-crash"}


def test_members_decide_between_issues_that_sound_alike():
    old = said({"a1": ("late", 30), "a2": ("late", 30), "a3": ("bill", 30)}, seed=1)
    new = said({"b1": ("late", 30), "b2": ("late", 30), "b3": ("bill", 30)}, seed=1)
    first, second = {f"k{n}" for n in range(30)}, {f"k{n}" for n in range(30, 60)}
    members, former = {"b1": second, "b2": first}, {"a1": first, "a2": second}
    found = matching.inherit(new, old, members, former, first | second)
    assert found["b1"] == "a2"
    assert found["b2"] == "a1"


def test_vectors_of_another_encoder_are_not_compared():
    old, new = said(SIZES, seed=1), said({"b": ("late", 25)}, seed=1, encoder="e2")
    assert matching.closeness(new, old) is None
    assert inherited(new, old) == {}
    keys = {f"k{n}" for n in range(9)}
    assert matching.inherit(new, old, {"b": keys}, {"a-bill": keys}, keys) == {"b": "a-bill"}


def test_an_issue_that_comes_back_gets_its_old_id():
    first = said(SIZES, seed=1)
    second = said({f"a-{theme}": (theme, 25) for theme in THEMES if theme != "login"}, seed=2)
    second = matching.with_retired(second, first)
    assert second.retired == {"a-login"}
    third = said({"c-login": ("login", 25), "c-bill": ("bill", 25), "c-late": ("late", 25)}, seed=3)
    assert inherited(third, second) == {"c-login": "a-login", "c-bill": "a-bill", "c-late": "a-late"}
    assert matching.with_retired(third, second).retired == set(SIZES)


def test_an_id_never_means_two_issues():
    final = matching.settle_ids(["x", "y", "z"], {"y": "x"}, {"x", "z", "z-2"})
    assert final == {"y": "x", "x": "x-2", "z": "z-3"}


def test_the_whole_is_matched_best_not_each_issue_alone():
    alike = np.array([[0.9, 0.8], [0.85, 0.1]])
    assert matching.pair(alike) == [(0, 1), (1, 0)]
    assert matching.pair(np.array([[0.49]])) == []
    assert matching.pair(np.zeros((0, 3))) == []


def test_a_run_without_issues_is_no_problem():
    empty, old = said({"b": ("late", 20)}, seed=1).only(frozenset()), said(SIZES, seed=2)
    assert inherited(empty, old) == {}
    assert inherited(old, empty) == {}
    assert matching.with_retired(empty, old).retired == set(SIZES)
