"""Linear learners of one view of a text: logistic regression, and for TF-IDF of many rows a support vector machine.

Both have a ridge whose strength is chosen by ``voc.models.stack``, and give one score a class.
"""

from __future__ import annotations

import warnings
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from voc.models.heads import Floats

Ints = NDArray[np.int64]
DENSE_STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SPARSE_STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0)
MARGIN_STRENGTHS = (0.05, 0.15, 0.5, 1.5)
"""Inverse ridge penalties that are tried: for standardised columns, for TF-IDF, and for TF-IDF of many rows."""
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


class Learner(Protocol):
    """Fits scores of classes on one view's rows; fitted again, it may start from where it was."""

    @property
    def strengths(self) -> tuple[float, ...]:
        """What to try, from the strongest ridge to the weakest."""
        ...

    def fit(self, strength: float, y: Ints) -> Self:
        """Fit; returns itself."""
        ...

    def linear(self) -> tuple[Floats, Floats]:
        """Weight (columns, classes) and bias (classes,) for columns as they came."""
        ...


def learner(x: Any, rows: int) -> Learner:
    """What learns these rows best.

    Args:
        x: (n, columns), dense or a scipy sparse matrix.
        rows: of the whole view: a fold of it is learned in the same way.
    """
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
            self.mean, self.scale = x.mean(axis=0), x.std(axis=0) + 1e-3
            x = ((x - self.mean) / self.scale).astype(np.float32)
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
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="lbfgs failed to converge")
            self.model.fit(self.x, y)
        return self

    def linear(self) -> tuple[Floats, Floats]:
        """Weight (columns, classes) and bias (classes,) for columns as they came."""
        weight, bias = _both(self.model.coef_, self.model.intercept_)
        if self.back is not None:
            weight = weight @ self.back.T
        if self.dense:
            weight = weight / self.scale
            bias = bias - weight @ self.mean
        return weight.T.astype(np.float32), bias.astype(np.float32)


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
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Liblinear failed to converge")
            self.model.fit(self.x, y)
        return self

    def linear(self) -> tuple[Floats, Floats]:
        """Weight (columns, classes) and bias (classes,)."""
        weight, bias = _both(self.model.coef_, self.model.intercept_)
        return weight.T.astype(np.float32), bias.astype(np.float32)


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
