"""Views of a text mixed into one classifier: which count, how sure it is, and that nothing leaks."""

from __future__ import annotations

import numpy as np
import pytest

from voc.models.heads import softmax
from voc.models.stack import HIDDEN, fit_stack, folds_of, mix


@pytest.fixture(scope="module")
def blobs():
    """(view that tells three classes, view of noise, classes)."""
    rng = np.random.default_rng(0)
    y = np.arange(150) % 3
    clear = rng.normal(size=(150, 8)).astype(np.float32) + 1.5 * np.eye(3, 8, dtype=np.float32)[y]
    return clear, rng.normal(size=(150, 8)).astype(np.float32), y


def test_equal_marks_are_never_parted():
    y = np.arange(40) % 2
    marks = [at // 4 for at in range(40)]
    for train, test in folds_of(y, marks):
        assert not {marks[at] for at in train} & {marks[at] for at in test}
        assert set(y[train]) == {0, 1}


def test_every_row_is_held_out_once():
    y = np.array([0] * 30 + [1] * 7 + [2] * 2)
    found = folds_of(y, range(len(y)))
    assert sorted(np.concatenate([test for _train, test in found])) == list(range(len(y)))
    assert all(set(y[train]) == {0, 1, 2} for train, _test in found)


def test_two_texts_a_class_are_enough_to_cut():
    y = np.array([0, 1, 2, 0, 1, 2])
    found = folds_of(y, range(6))
    assert len(found) == 2
    assert all(set(y[train]) == {0, 1, 2} for train, _test in found)


def test_words_of_few_rows_are_learned():
    """Each of 500 words stands in four of 2,000 rows, which are of one class."""
    from scipy.sparse import csr_array

    word = np.arange(2000) % 500
    y = (word % 7 > 3).astype(np.int64)
    x = csr_array((np.ones(2000, np.float32), (np.arange(2000), word)), shape=(2000, 500))
    stack = fit_stack({"ngrams": x}, y, folds_of(y, range(2000)))
    truth = stack.probabilities[np.arange(2000), y[stack.held_out]]
    assert (truth > 0.5).mean() > 0.97  # but for words with all their rows in one fold
    assert np.median(truth) > 0.95


def test_noise_counts_for_less(blobs):
    clear, noise, y = blobs
    stack = fit_stack({"noise": noise, "clear": clear}, y, folds_of(y, range(len(y))))
    assert stack.parts["clear"].share > 0.8
    assert sum(part.share for part in stack.parts.values()) == pytest.approx(1)


def test_held_out_answers_are_right_and_believable(blobs):
    clear, noise, y = blobs
    stack = fit_stack({"clear": clear, "noise": noise}, y, folds_of(y, range(len(y))))
    truth = y[stack.held_out]
    right = stack.probabilities.argmax(axis=1) == truth
    assert right.mean() > 0.75
    assert abs(stack.probabilities.max(axis=1).mean() - right.mean()) < 0.1
    np.testing.assert_allclose(stack.probabilities.sum(axis=1), 1, atol=1e-5)


def test_labels_without_sense_are_not_learned(blobs):
    clear, noise, _y = blobs
    y = np.random.default_rng(1).permutation(np.arange(150) % 3)
    stack = fit_stack({"clear": clear, "noise": noise}, y, folds_of(y, range(len(y))))
    assert (stack.probabilities.argmax(axis=1) == y[stack.held_out]).mean() < 0.5
    assert stack.probabilities.max(axis=1).mean() < 0.55


def test_one_fold_is_enough(blobs):
    clear, noise, y = blobs
    (fold, *_rest) = folds_of(y, range(len(y)))
    stack = fit_stack({"clear": clear, "noise": noise}, y, [fold])
    assert sorted(stack.held_out) == sorted(fold[1])
    assert stack.probabilities.shape == (len(fold[1]), 3)


@pytest.mark.parametrize("classes", [2, 4])
def test_hidden_units_learn_what_no_line_parts(classes):
    x = np.random.default_rng(0).normal(size=(900, 4)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0).astype(np.int64) + (classes > 2) * 2 * (x[:, 2] > 0).astype(np.int64)
    stack = fit_stack({"plain": x, HIDDEN: x}, y, folds_of(y, range(len(y))))
    assert stack.parts[HIDDEN].share > 0.8
    assert (stack.probabilities.argmax(axis=1) == y[stack.held_out]).mean() > 0.85


def test_two_classes(blobs):
    clear, noise, y = blobs
    some = y < 2
    stack = fit_stack(
        {"clear": clear[some], "noise": noise[some]}, y[some], folds_of(y[some], range(some.sum()))
    )
    logits = stack.parts["clear"].scores(clear[some])
    assert (logits.argmax(axis=1) == y[some]).mean() > 0.8


def test_the_mix_mends_overconfidence():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=(4000, 4)).astype(np.float32)
    p = softmax(truth)
    y = np.array([rng.choice(4, p=row / row.sum()) for row in p.astype(np.float64)])
    (factor,) = mix(10 * truth[None], y)
    assert factor == pytest.approx(0.1, rel=0.1)


def test_a_few_right_answers_prove_no_certainty():
    y = np.arange(30) % 3
    logits = 3 * np.eye(3, dtype=np.float32)[y]
    (few,), (many,) = mix(logits[None], y), mix(np.tile(logits, (100, 1))[None], np.tile(y, 100))
    assert softmax(few.astype(np.float32) * logits).max(axis=1).mean() < 0.96
    assert softmax(many.astype(np.float32) * logits).max(axis=1).mean() > 0.99
