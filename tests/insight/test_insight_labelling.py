"""Label problems and the choice of rows to label, on arrays whose answer is known."""

from __future__ import annotations

import numpy as np

from voc.insight.labelling import (
    choose_next,
    confusable_pairs,
    contradictions,
    likely_mislabelled,
    thin_classes,
    uncertainty,
)


def confident(labels, classes=3, sure=0.8):
    p = np.full((len(labels), classes), (1 - sure) / (classes - 1))
    p[np.arange(len(labels)), labels] = sure
    return p


def test_planted_label_errors_are_found_first():
    rng = np.random.default_rng(0)
    truth = np.arange(300) % 3
    given = truth.copy()
    planted = rng.choice(300, 15, replace=False)
    given[planted] = (truth[planted] + 1) % 3
    noise = rng.dirichlet(np.ones(3), 300)
    found = likely_mislabelled(0.95 * confident(truth) + 0.05 * noise, given)
    assert {suspect.row for suspect in found} == set(planted.tolist())
    assert all(suspect.likelier == truth[suspect.row] for suspect in found)
    assert [s.margin for s in found] == sorted((s.margin for s in found), reverse=True)
    unsure = likely_mislabelled(0.6 * confident(truth) + 0.4 * noise, given)  # fewer, but no wrong ones
    assert {suspect.row for suspect in unsure} < set(planted.tolist())


def test_clean_labels_have_no_suspects():
    labels = np.arange(60) % 3
    assert likely_mislabelled(confident(labels), labels) == []


def test_a_class_that_the_model_is_never_sure_of_is_held_to_its_own_measure():
    # Class 1 is always answered with .4: its rows are no suspects for .45 of class 0, whose rows get .9.
    p = np.array([[0.9, 0.1]] * 10 + [[0.6, 0.4]] * 10)
    assert likely_mislabelled(p, np.array([0] * 10 + [1] * 10)) == []


def test_confusable_pairs_by_rows():
    labels = np.array([0] * 20 + [1] * 20 + [2] * 200)
    guesses = labels.copy()
    guesses[:6] = 1
    guesses[20:22] = 0  # two rows only
    guesses[40:45] = 1  # 2.5 % only
    (pair,) = confusable_pairs(guesses, labels, 3)
    assert (pair.label, pair.taken_for, pair.rows, pair.share) == (0, 1, 6, 0.3)


def test_thin_classes_count_different_texts():
    labels = ["a"] * 12 + ["b"] * 12
    texts = [f"t{i}" for i in range(12)] + ["same"] * 11 + ["other"]
    assert thin_classes(labels, texts) == {"b": 2}


def test_one_text_with_two_labels():
    assert contradictions(["a", "b", "a", "a"], ["x", "x", "y", "y"]) == [[0, 1]]


def test_uncertainty_is_a_toss_up_or_not():
    np.testing.assert_allclose(uncertainty(np.array([[0.5, 0.5, 0], [1, 0, 0], [0.6, 0.4, 0]])), [1, 0, 0.8])


def unit(rows):
    rows = np.asarray(rows, np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_uncertain_rows_come_first():
    vectors = unit(np.random.default_rng(0).normal(size=(200, 4)) * 0.1 + 1)
    doubt = np.zeros(200)
    doubt[[7, 70, 170]] = 1
    assert set(choose_next(vectors, doubt, 3)) == {7, 70, 170}


def test_each_group_is_asked_about_once():
    rng = np.random.default_rng(0)
    centres = np.eye(4)
    vectors = unit(np.concatenate([centres[i] + 0.02 * rng.normal(size=(30, 4)) for i in range(4)]))
    chosen = choose_next(vectors, np.ones(120), 4)
    assert sorted(row // 30 for row in chosen) == [0, 1, 2, 3]
    labelled = vectors[chosen[:2]]
    rest = choose_next(vectors, np.ones(120), 2, labelled)
    assert {row // 30 for row in rest} == {0, 1, 2, 3} - {row // 30 for row in chosen[:2]}


def test_oddities_wait():
    vectors = unit(np.concatenate([np.tile([1.0, 0.1, 0], (20, 1)), [[0, 0, 1.0]]]))
    assert choose_next(vectors, np.ones(21), 1) != [20]


def test_a_short_queue_is_asked_whole_and_once():
    vectors = unit(np.random.default_rng(0).normal(size=(3, 4)) + 1)
    assert sorted(choose_next(vectors, np.ones(3), 10)) == [0, 1, 2]
    assert choose_next(np.zeros((0, 4)), np.zeros(0), 5) == []
