"""A clustering goes on from an earlier one: what was there stays, what is new is found, what is gone goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from voc.config import TopicSettings
from voc.models.clusterer import UNCLUSTERED, VoiceClusterer, VoiceSpace
from voc.models.topics import fit_topics
from voc.models.understand import Understanding
from voc.models.warm_start import Fitted, Start
from voc.types import Segment


def planted(groups: int, size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows around random directions, and each row's group."""
    rng = np.random.default_rng(seed)
    labels = np.tile(np.arange(groups), size)
    rows = rng.normal(size=(groups, 64))[labels] / 8 + rng.normal(scale=0.06, size=(len(labels), 64))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def follow(rows: np.ndarray, before: VoiceClusterer, seen: np.ndarray) -> np.ndarray:
    return VoiceClusterer(start=before.centroids_, unseen=~seen).fit_predict(rows)


def test_without_new_rows_nothing_changes() -> None:
    rows, _ = planted(7, 60)
    before = VoiceClusterer().fit(rows)
    assert (follow(rows, before, np.ones(len(rows), bool)) == before.labels_).all()


def test_more_of_the_same_moves_no_row_to_another_group() -> None:
    rows, labels = planted(7, 60)
    seen = np.random.default_rng(1).random(len(rows)) < 0.9
    before = VoiceClusterer().fit(rows[seen])
    after = follow(rows, before, seen)
    assert adjusted_rand_score(before.labels_, after[seen]) == 1
    assert adjusted_rand_score(labels, after) > 0.95


def test_a_new_theme_is_a_new_group_and_the_others_stay() -> None:
    rows, labels = planted(7, 60)
    seen = labels != 3
    before = VoiceClusterer().fit(rows[seen])
    after = follow(rows, before, seen)
    assert adjusted_rand_score(before.labels_, after[seen]) == 1
    assert len(set(after) - {UNCLUSTERED}) == len(set(before.labels_) - {UNCLUSTERED}) + 1
    assert adjusted_rand_score(labels, after) > 0.95


def test_rows_that_were_left_over_make_no_group_until_a_new_one_joins_them() -> None:
    rows, labels = planted(7, 60)
    before = VoiceClusterer().fit(rows[labels != 3])
    seen = np.ones(len(rows), bool)
    assert len(set(follow(rows, before, seen)) - {UNCLUSTERED}) == 6
    seen[np.flatnonzero(labels == 3)[0]] = False
    assert len(set(follow(rows, before, seen)) - {UNCLUSTERED}) == 7


def test_a_theme_that_nobody_speaks_of_any_more_is_gone() -> None:
    rows, labels = planted(7, 60)
    before = VoiceClusterer().fit(rows)
    some = (labels != 3) | (np.cumsum(labels == 3) <= 1)
    after = follow(rows[some], before, np.ones(int(some.sum()), bool))
    assert len(set(after) - {UNCLUSTERED}) == 6


def test_there_are_never_more_groups_than_wanted() -> None:
    rows, labels = planted(8, 40)
    before = VoiceClusterer(max_groups=4).fit(rows[labels < 3])
    clusterer = VoiceClusterer(max_groups=4, start=before.centroids_, unseen=labels >= 3)
    assert len(set(clusterer.fit_predict(rows)) - {UNCLUSTERED}) == 4


def test_a_row_lies_where_it_lay_whatever_comes_beside_it() -> None:
    rows, _ = planted(5, 60)
    languages = np.array(["en", "de", "en"] * 100)
    hints = np.zeros((len(rows), 1), np.float32)
    before = VoiceSpace(languages[:200], hints[:200])
    first = before.transform(rows[:200])
    after = VoiceSpace(languages, hints, frame=before.frame_).transform(rows)
    assert np.abs(after[:200] - first).max() < 1e-5
    assert np.abs(VoiceSpace(languages, hints).transform(rows)[:200] - first).max() > 1e-3


def test_a_language_that_is_new_is_centred_on_itself() -> None:
    rows, _ = planted(5, 60)
    corner = np.random.default_rng(4).normal(size=64).astype(np.float32) / 3
    languages = np.array(["en"] * 200 + ["ko"] * 100)
    rows[200:] += corner
    hints = np.zeros((len(rows), 1), np.float32)
    before = VoiceSpace(languages[:200], hints[:200])
    first = before.transform(rows[:200])
    space = VoiceSpace(languages, hints, frame=before.frame_)
    after = space.transform(rows)
    assert space.frame_.languages == ("en", "ko")
    themes = first.reshape(40, 5, -1).mean(axis=0)
    found = (after[200:] @ themes.T).argmax(axis=1)
    assert (found == np.arange(100) % 5).mean() > 0.95


def voices(count: int) -> tuple[list[Segment], Understanding]:
    """Return segments on six themes; who says what does not depend on their number."""
    rows, labels = planted(6, 50, seed=2)
    segments = [
        Segment(f"r{n}", 0, 0, 20, f"theme{label} word{label} {chr(97 + n % 26)}{n}", "en")
        for n, label in enumerate(labels[:count])
    ]
    mood = np.tile(np.array([0.6, 0.3, 0.1], np.float32), (count, 1))
    wants = np.tile(np.array([0.7, 0.3], np.float32), (count, 1))
    return segments, Understanding(rows[:count], mood, wants, mood, wants, ("bug", "other"))


@pytest.fixture(scope="module")
def fitted() -> tuple[np.ndarray, Fitted]:
    found = fit_topics(*voices(280), TopicSettings(), None, Start("key"))
    assert found.fitted is not None
    return found.assigned, found.fitted


def test_topics_go_on_from_the_run_before_in_any_order_of_rows(fitted: tuple[np.ndarray, Fitted]) -> None:
    before, left = fitted
    assert left.made_by == "key"
    segments, answers = voices(300)
    start = Start("key", left, 0.93, frozenset(f"r{n}" for n in range(280, 300)))
    after = fit_topics(segments, answers, TopicSettings(), None, start)
    assert adjusted_rand_score(before, after.assigned[:280]) == 1
    assert after.fitted is not None
    assert after.fitted.share == 0.93
    order = np.random.default_rng(5).permutation(300)
    moved = replace(answers, vectors=answers.vectors[order])
    again = fit_topics([segments[place] for place in order], moved, TopicSettings(), None, start)
    assert (again.assigned == after.assigned[order]).all()
    assert {item.issue_id for item in again.info.values()} == {item.issue_id for item in after.info.values()}


def test_the_key_of_a_start_knows_all_that_is_in_it(fitted: tuple[np.ndarray, Fitted]) -> None:
    left = fitted[1]
    moved = replace(left, centroids=left.centroids[::-1])
    starts = [Start(), Start("key"), Start("key", left), Start("key", moved), Start("key", left, 0.9)]
    starts.append(Start("key", left, 0.9, frozenset({"a", "b"})))
    assert len({start.key for start in starts}) == len(starts)
    assert Start("key", left, 0.9, frozenset({"b", "a"})).key == starts[-1].key
