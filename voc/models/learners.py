"""Learners of one view of a text: logistic regression, and for many rows a support vector machine on TF-IDF and a
layer of hidden units.

Each has a ridge whose strength is chosen by ``voc.models.stack``, and gives one score a class.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from voc.models.heads import Floats
from voc.models.threads import one_thread

Ints = NDArray[np.int64]
DENSE_STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPARSE_STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
MARGIN_STRENGTHS = (0.05, 0.15, 0.5, 1.5)
HIDDEN_STRENGTHS = (0.3, 1.0, 3.0)
"""Inverse ridge penalties that are tried: for standardised columns, for TF-IDF, for TF-IDF of many rows, and for
hidden units."""
ITERATIONS = 200
DENSE_SLOPE, SPARSE_SLOPE = 1e-4, 1e-5
"""A regression is done when no slope of its mean loss is steeper. Those of rare n-grams, some hundredths in a few
rows, are tiny from the start: with 1e-3 they are hardly learned, and a weaker ridge changes nothing."""
MANY = 2_000
"""From so many rows on, TF-IDF is learned by margins: more accurate there, and several times as fast."""
MARGIN_SLACK = 1e-2
"""When the machine's duality gap counts as closed."""
FLAT = 1e-7
"""Directions in which the rows spread less than this share of the widest one's variance are left out."""


UNITS, PATCH, RATE = 256, 256, 5e-4
"""Hidden units, rows of a step, and its length."""
NETWORKS = 3
"""Networks of so many units that began elsewhere and are averaged: what one learns by chance counts for less."""
EPOCHS, LEAST_STEPS = 12, 500
"""How often hidden units see the rows; more often where that would be too few steps."""


@dataclass(frozen=True)
class Scores:
    """``x @ weight + bias``, one score a class; with ``inner`` (a weight and a bias) of ``relu(x @ inner)``.

    The columns of x are as they came: what standardises them is in the weights.
    """

    weight: Floats
    bias: Floats
    inner: tuple[Floats, Floats] | None = None

    def __call__(self, x: Any) -> Floats:
        """(n, classes) of (n, columns)."""
        if self.inner is not None:
            x = units(x, self.inner)
        return np.asarray(x @ self.weight + self.bias, np.float32)

    def times(self, factor: float) -> Scores:
        """All scores multiplied."""
        return Scores(
            (self.weight * factor).astype(np.float32), (self.bias * factor).astype(np.float32), self.inner
        )


def units(x: Floats, inner: tuple[Floats, Floats]) -> Floats:
    """What hidden units make of rows."""
    weight, bias = inner
    found: Floats = np.maximum(x @ weight + bias, 0).astype(np.float32)
    return found


@contextmanager
def fitting() -> Iterator[None]:
    """Fit in here: with one thread of linear algebra, since a second one waits more than it works at these sizes."""
    with one_thread(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* failed to converge")
        warnings.filterwarnings("ignore", message="Stochastic Optimizer: Maximum iterations")
        warnings.filterwarnings("ignore", message="The number of unique classes is greater than")
        yield


class Learner(Protocol):
    """Fits scores of classes on one view's rows; fitted again, it may start from where it was."""

    @property
    def strengths(self) -> tuple[float, ...]:
        """What to try, from the strongest ridge to the weakest."""
        ...

    def fit(self, strength: float, y: Ints) -> Self:
        """Fit; returns itself."""
        ...

    def scores(self) -> Scores:
        """What was learned."""
        ...


def learner(x: Any, rows: int, hidden: bool = False) -> Learner:
    """What learns these rows best.

    Args:
        x: (n, columns), dense or a scipy sparse matrix.
        rows: of the whole view: a fold of it is learned in the same way.
        hidden: with a layer of hidden units; for dense rows.
    """
    if hidden:
        return Hidden(x)
    return Regression(x) if isinstance(x, np.ndarray) or rows < MANY else Margins(x)


class Regression:
    """A ridge-penalised multinomial regression; fitted again, it starts from where it was.

    Dense columns are standardised. Where there are fewer rows than columns, the solution lies in the space that
    the rows span (the representer theorem: Schoelkopf, Herbrich & Smola 2001), and is sought there.
    """

    def __init__(self, x: Any) -> None:
        from sklearn.linear_model import LogisticRegression

        self.dense = isinstance(x, np.ndarray)
        if self.dense:
            x, self.mean, self.scale = _standardised(x)
        self.x: Any = x
        self.back: NDArray[np.float64] | None = None
        if x.shape[0] < x.shape[1]:
            self.x, self.back = _spanned(x)
        slope = DENSE_SLOPE if self.dense else SPARSE_SLOPE
        self.model = LogisticRegression(max_iter=ITERATIONS, tol=slope, warm_start=True)

    @property
    def strengths(self) -> tuple[float, ...]:
        """What to try."""
        return DENSE_STRENGTHS if self.dense else SPARSE_STRENGTHS

    def fit(self, strength: float, y: Ints) -> Self:
        """Fit; returns itself."""
        self.model.C = strength
        with fitting():
            self.model.fit(self.x, y)
        return self

    def scores(self) -> Scores:
        """What was learned."""
        weight, bias = _both(self.model.coef_, self.model.intercept_)
        if self.back is not None:
            weight = weight @ self.back.T
        if self.dense:
            weight = weight / self.scale
            bias = bias - weight @ self.mean
        return Scores(weight.T.astype(np.float32), bias.astype(np.float32))


class Margins:
    """A linear support vector machine, one class against the rest, with a squared hinge loss (LIBLINEAR: Fan et al.
    2008); for sparse rows."""

    strengths = MARGIN_STRENGTHS

    def __init__(self, x: Any) -> None:
        from scipy.sparse import csr_array
        from sklearn.svm import LinearSVC

        places = x.indices.astype(np.int32), x.indptr.astype(np.int32)  # LIBLINEAR reads no others
        self.x = csr_array((x.data, *places), shape=x.shape)
        self.model = LinearSVC(tol=MARGIN_SLACK, random_state=0)

    def fit(self, strength: float, y: Ints) -> Self:
        """Fit; returns itself."""
        self.model.C = strength
        with fitting():
            self.model.fit(self.x, y)
        return self

    def scores(self) -> Scores:
        """What was learned."""
        weight, bias = _both(self.model.coef_, self.model.intercept_)
        return Scores(weight.T.astype(np.float32), bias.astype(np.float32))


class Hidden:
    """One layer of rectified hidden units and a softmax, by Adam (Kingma & Ba 2015); for dense rows, standardised.

    The scores are the mean of a few networks' that began elsewhere, which is one network with all their units.
    """

    strengths = HIDDEN_STRENGTHS

    def __init__(self, x: Floats) -> None:
        self.x, self.mean, self.scale = _standardised(x)
        self.models: list[Any] = []

    def fit(self, strength: float, y: Ints) -> Self:
        """Fit from the beginning; returns itself."""
        from sklearn.neural_network import MLPClassifier

        times = max(EPOCHS, ceil(LEAST_STEPS / ceil(len(y) / PATCH)))
        with fitting():
            self.models = [
                MLPClassifier(
                    (UNITS,), alpha=1 / strength, batch_size=min(PATCH, len(y)), learning_rate_init=RATE,
                    max_iter=times, random_state=seed,
                ).fit(self.x, y)
                for seed in range(NETWORKS)
            ]  # fmt: skip
        return self

    def scores(self) -> Scores:
        """What was learned."""
        first = np.hstack([model.coefs_[0] for model in self.models]) / self.scale[:, None]
        shift = np.hstack([model.intercepts_[0] for model in self.models])
        last = np.vstack([model.coefs_[1] for model in self.models]) / len(self.models)
        bias = np.mean([model.intercepts_[1] for model in self.models], axis=0)
        weight, bias = _both(last.T, bias)
        inner = first.astype(np.float32), (shift - self.mean @ first).astype(np.float32)
        return Scores(weight.T.astype(np.float32), bias.astype(np.float32), inner)


def _standardised(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Rows with columns of mean 0 and spread 1, the means and the spreads."""
    mean, scale = x.mean(axis=0), x.std(axis=0) + np.float32(1e-3)
    return ((x - mean) / scale).astype(np.float32), mean, scale


def _both(weight: NDArray[Any], bias: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """(classes, columns) and (classes,): of two classes scikit-learn keeps one row."""
    if len(bias) > 1:
        return weight, bias
    return np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2


def _spanned(x: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows in coordinates (n, r) of the space that they span, and (columns, r) directions of these coordinates.

    Distances and angles are kept, and so are a ridge and every step towards its minimum.
    """
    gram = x @ x.T
    gram = (gram if isinstance(gram, np.ndarray) else gram.toarray()).astype(np.float64)
    spread, basis = np.linalg.eigh(gram)
    kept = spread > FLAT * max(float(spread[-1]), 1e-12)
    kept[-1] = True  # rows without anything in them still have a place to be
    length, basis = np.sqrt(np.maximum(spread[kept], 1e-12)), basis[:, kept]
    return basis * length, np.asarray(x.T @ (basis / length))
