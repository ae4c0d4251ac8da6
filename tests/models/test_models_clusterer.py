"""The clusterer finds planted groups at every size, whatever the language and the order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, normalized_mutual_info_score

from voc.models.clusterer import UNCLUSTERED, VoiceClusterer, VoiceSpace, smallest_group


def planted(groups: int, size: int, noise: float = 0.06, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return rows around random directions, and each row's group."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, 64))
    labels = np.repeat(np.arange(groups), size)
    rows = centres[labels] / 8 + rng.normal(scale=noise, size=(len(labels), 64))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


@pytest.mark.parametrize(("groups", "size"), [(3, 15), (8, 60), (20, 400)])
def test_planted_groups_are_found(groups: int, size: int) -> None:
    rows, labels = planted(groups, size)
    found = VoiceClusterer().fit_predict(rows)
    assert adjusted_mutual_info_score(labels, found) > 0.95
    assert len(set(found)) == groups


def test_rows_far_from_everything_stay_unclustered() -> None:
    rows, _ = planted(5, 40)
    odd = np.random.default_rng(9).normal(size=(10, 64)).astype(np.float32)
    odd /= np.linalg.norm(odd, axis=1, keepdims=True)
    found = VoiceClusterer(floor=0.5).fit_predict(np.vstack([rows, odd]))
    assert (found[:200] >= 0).all()
    assert (found[200:] == UNCLUSTERED).mean() >= 0.8


def test_the_largest_group_comes_first_and_none_is_below_the_minimum() -> None:
    rows, labels = planted(6, 50)
    keep = np.concatenate([np.flatnonzero(labels == group)[: 50 - 8 * group] for group in range(6)])
    found = VoiceClusterer(min_size=20).fit_predict(rows[keep])
    sizes = np.bincount(found[found >= 0])
    assert list(sizes) == sorted(sizes, reverse=True)
    assert sizes.min() >= 20


def test_more_groups_than_wanted_are_merged() -> None:
    rows, _ = planted(12, 30)
    found = VoiceClusterer(max_groups=5).fit_predict(rows)
    assert 2 <= len(set(found) - {UNCLUSTERED}) <= 5


def test_same_input_same_groups_and_new_rows_join_their_group() -> None:
    rows, labels = planted(6, 800)
    clusterer = VoiceClusterer()
    first = clusterer.fit_predict(rows)
    assert (VoiceClusterer().fit_predict(rows) == first).all()
    assert (clusterer.predict(rows[::7]) == first[::7]).all()
    assert adjusted_rand_score(labels, first) > 0.95


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_rows_are_unclustered(count: int) -> None:
    rows, _ = planted(1, 5)
    assert (VoiceClusterer().fit_predict(rows[:count]) == UNCLUSTERED).all()


def test_centring_makes_groups_of_themes_and_not_of_languages() -> None:
    rows, themes = planted(6, 80)
    languages = np.array(["ko", "en", "de", "ja"] * 120)
    corner = {
        name: np.random.default_rng(i).normal(size=64) / 3 for i, name in enumerate(["ko", "en", "de", "ja"])
    }
    shifted = rows + np.stack([corner[name] for name in languages]).astype(np.float32)
    space = VoiceSpace(languages, np.zeros((len(rows), 1), np.float32))
    found = VoiceClusterer().fit_predict(space.transform(shifted))
    assert adjusted_mutual_info_score(themes, found) > 0.9
    assert normalized_mutual_info_score(languages, found) < 0.05


def test_a_hint_keeps_praise_apart_from_complaints_about_the_same_thing() -> None:
    rows, themes = planted(4, 60)
    mood = np.where(np.arange(len(rows)) % 2, 0.6, -0.6)[:, None].astype(np.float32)
    languages = np.array(["en"] * len(rows))
    with_hint = VoiceClusterer(threshold=0.5).fit_predict(VoiceSpace(languages, mood).transform(rows))
    truth = themes * 2 + (mood[:, 0] > 0)
    assert adjusted_rand_score(truth, with_hint) > 0.9


def test_the_smallest_group_grows_with_the_rows_and_slower_from_20_on():
    sizes = [smallest_group(n) for n in (0, 100, 2_500, 5_000, 20_000, 80_000)]
    assert sizes == [3, 3, 14, 20, 20, 40]
    every = [smallest_group(n) for n in range(0, 60_000, 50)]
    assert every == sorted(every)
