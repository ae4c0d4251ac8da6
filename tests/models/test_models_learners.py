"""What learns one view: few rows in the space that they span, TF-IDF of many rows by margins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from voc.models.learners import MANY, NETWORKS, Hidden, Margins, Regression, learner


def rows(n, columns, classes, seed=0):
    """(n, columns) in which each class stands out in a column of its own, and the classes."""
    y = np.arange(n) % classes
    noise = np.random.default_rng(seed).normal(size=(n, columns)).astype(np.float32)
    return noise + 2 * np.eye(classes, columns, dtype=np.float32)[y], y


@pytest.mark.parametrize("classes", [2, 5])
def test_few_rows_are_learned_as_if_their_space_were_not_sought(classes):
    from sklearn.linear_model import LogisticRegression

    x, y = rows(40, 300, classes)
    new, _y = rows(40, 300, classes, seed=1)
    plain = LogisticRegression(C=0.5, tol=1e-6, max_iter=1000).fit(x, y).predict_proba(new)
    found = Regression(csr_array(x))
    found.model.tol = 1e-6
    logits = found.fit(0.5, y).scores()(new).astype(np.float64)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(p, plain, atol=2e-3)


def test_equal_and_empty_rows_do_no_harm():
    x, y = rows(20, 50, 2)
    twice = np.concatenate([x, x, np.zeros((2, 50), np.float32)])
    found = Regression(csr_array(twice)).fit(1.0, np.r_[y, y, 0, 1]).scores()
    assert np.isfinite(found.weight).all()
    assert (found(x).argmax(axis=1) == y).all()
    nothing = Regression(csr_array(np.zeros((4, 9), np.float32))).fit(1.0, np.arange(4) % 2).scores()
    np.testing.assert_allclose(nothing.weight, 0, atol=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
def test_margins_tell_classes_apart_and_are_the_same_each_time(classes):
    x, y = rows(300, 60, classes)
    found = Margins(csr_array(x)).fit(0.1, y).scores()
    assert found.weight.shape == (60, classes)
    assert (found(x).argmax(axis=1) == y).mean() > 0.9
    np.testing.assert_array_equal(Margins(csr_array(x)).fit(0.1, y).scores().weight, found.weight)


@pytest.mark.parametrize("classes", [2, 4])
def test_hidden_units_score_as_the_mean_of_the_fitted_networks_does(classes):
    x, y = rows(300, 20, classes)
    x = 5 * x + 3  # columns as they come
    learned = Hidden(x).fit(1.0, y)
    logits = learned.scores().times(1.0)(x).astype(np.float64)
    found = logits - logits.mean(axis=1, keepdims=True)
    assert len(learned.models) == NETWORKS
    each = [np.log(model.predict_proba(learned.x)) for model in learned.models]
    wanted = np.mean([one - one.mean(axis=1, keepdims=True) for one in each], axis=0)
    np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_which_learns_what():
    x, _y = rows(10, 4, 2)
    assert isinstance(learner(x, 10 * MANY), Regression)
    assert isinstance(learner(csr_array(x), MANY - 1), Regression)
    assert isinstance(learner(csr_array(x), MANY), Margins)
    assert isinstance(learner(x, MANY, hidden=True), Hidden)
