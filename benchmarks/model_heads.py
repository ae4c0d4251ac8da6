"""Heads fitted by the benchmarks: logistic regression, its strength chosen on training rows alone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.types import Encoded

STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
"""Inverse ridge penalties that are tried."""
FOLDS = 3
INPUTS = ("features", "vectors")
"""What a head may read: the layers that the model gives side by side, or its one vector."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Fitted:
    """A head and how it did on folds of its own training rows."""

    head: Any
    strength: float
    cv: float

    def scores(self, x: Array) -> Array:
        """Logits (n, classes)."""
        found: Array = self.head.decision_function(x)
        return found

    def right(self, x: Array, y: Array) -> NDArray[np.bool_]:
        """Whether each row's best class is ``y``."""
        found: NDArray[np.bool_] = self.head.predict(x) == y
        return found


def logistic(strength: float) -> Any:
    """Standardised columns, then a multinomial regression with a ridge."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=500, tol=1e-3))


def fit(x: Array, y: Array) -> Fitted:
    """Fit with the strength that does best on ``FOLDS`` folds of these rows (the weakest of equals)."""
    strength, cv = choose(x, y)
    return Fitted(logistic(strength).fit(x, y), strength, cv)


def choose(x: Array, y: Array) -> tuple[float, float]:
    """The best of ``STRENGTHS`` and its accuracy on held-out folds; stops where two steps brought nothing."""
    best, tried = (STRENGTHS[0], -1.0), 0
    for strength in STRENGTHS:
        found = cross_validated(x, y, strength)
        tried = 0 if found > best[1] else tried + 1
        best = max(best, (strength, found), key=lambda pair: pair[1])
        if tried == 2:
            break
    return best


def cross_validated(x: Array, y: Array, strength: float) -> float:
    """Accuracy over stratified folds."""
    from sklearn.model_selection import StratifiedKFold

    right = 0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")  # rare classes stand in fewer folds
        for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y):
            head = logistic(strength).fit(x[train], y[train])
            right += int((head.predict(x[test]) == y[test]).sum())
    return right / len(y)


def shots(y: Array, k: int, seed: int) -> Array:
    """Positions of ``k`` random rows of each class, all of a class that has fewer."""
    rng = np.random.default_rng(seed)
    drawn = [rng.permutation(np.flatnonzero(y == label))[:k] for label in np.unique(y)]
    return np.sort(np.concatenate(drawn))


def read(found: Encoded, kind: str) -> Array:
    """The columns that a head reads, in single precision."""
    columns: Array = getattr(found, kind).astype(np.float32)
    return columns
