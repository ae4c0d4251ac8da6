"""One classifier of several views of a text: a linear learner each, their scores mixed and calibrated.

A view is a matrix of n rows: an encoder's vectors, its layers side by side, TF-IDF. The strength of each
learner's ridge and the mix are chosen on rows that the learners did not see (stacking, Wolpert 1992).
The mix is a factor of 0 or more for each view's logits, chosen by log loss: their ratios are the mix, their
size is the temperature (Guo et al. 2017), so that probabilities can be believed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.models.heads import Floats, softmax
from voc.models.learners import Ints, Scores, learner

Fold = tuple[Ints, Ints]
"""Positions of the rows to fit on, and of the rows held out."""
HIDDEN = "hidden"
"""Name of the view that is learned with hidden units."""
NEGLIGIBLE = 0.02
"""A view that brings a smaller share of the logits' spread than this is left out."""
LEAST_GAIN = 0.003
"""The next strength is tried after one that brought the held-out log loss down by more than this share."""
SMALL = 5_000
"""Up to so many rows there are five folds, above it three."""


@dataclass(frozen=True)
class Part:
    """One view's part of the classifier: ``scores`` are its logits, its factor already in them.

    ``share`` is its part of the spread of all views' logits; the shares sum to 1.
    """

    scores: Scores
    strength: float
    share: float


@dataclass(frozen=True)
class Stack:
    """A fitted classifier: its parts by view, and what it gave the rows it did not see.

    ``held_out``: (m,) positions of rows; ``probabilities``: (m, classes) for them, from learners *and* a mix
    fitted without them. Only the strengths were chosen with them in view.
    """

    parts: Mapping[str, Part]
    held_out: Ints
    probabilities: Floats


def folds_of(y: Ints, groups: Sequence[Any], folds: int | None = None, seed: int = 0) -> list[Fold]:
    """Cut rows into folds, the classes spread evenly, the rows of a group never parted.

    Args:
        y: (n,) classes; each has two groups or more, so that none is ever missing from what is fitted on.
        groups: n hashable marks; equal texts have equal ones.
        folds: how many; five, or three of many rows, when None.
        seed: of the shuffle.
    """
    from sklearn.model_selection import StratifiedKFold

    first: dict[Any, int] = {}
    member = np.array([first.setdefault(mark, len(first)) for mark in groups])
    label = np.zeros(len(first), np.int64)
    label[member[::-1]] = y[::-1]  # a group whose labels differ counts as its first row
    folds = min(folds or (5 if len(y) <= SMALL else 3), int(np.bincount(label).max()))
    cut = StratifiedKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")
        split = list(cut.split(label, label))
    inside = [np.isin(member, test) for _train, test in split]
    return [(np.flatnonzero(~test), np.flatnonzero(test)) for test in inside]


def fit_stack(
    views: Mapping[str, Any], y: Ints, folds: Sequence[Fold], tell: Callable[[str], None] | None = None
) -> Stack:
    """Choose strengths and mix on the folds, then fit each view on all rows.

    Args:
        views: name -> (n, columns), dense or a scipy sparse matrix; that called ``HIDDEN`` is learned with hidden
            units.
        y: (n,) classes 0..k-1, each of them in every fold's training rows.
        folds: as from ``folds_of``; one is enough, its held-out rows then choose.
        tell: told of each step.
    """
    held = np.concatenate([test for _train, test in folds])
    chosen = {name: _choose(view, y, folds, name, tell) for name, view in views.items()}
    logits = np.stack([found for _strength, found in chosen.values()])
    factors = mix(logits, y[held])
    kept = _kept(logits, factors)
    factors = np.zeros(len(views))
    factors[kept] = mix(logits[kept], y[held])
    shares = _shares(logits, factors)
    parts = {}
    for at, (name, view) in enumerate(views.items()):
        if at in kept:
            scores = learner(view, len(y), name == HIDDEN).fit(chosen[name][0], y).scores()
            parts[name] = Part(scores.times(float(factors[at])), chosen[name][0], float(shares[at]))
    sizes = np.cumsum([len(test) for _train, test in folds])[:-1]
    return Stack(parts, held, _cross_fitted(logits[kept], y[held], sizes))


def mix(logits: Floats, y: Ints) -> NDArray[np.float64]:
    """(views,) factors, 0 or more, with the least log loss of ``softmax(sum of factor * logits)``.

    A convex problem. Each row's target is its class but for ``1 / (rows a class + 2)``, spread evenly: a few rows
    that all came out right don't prove certainty (Platt 1999, on two classes). At least one factor is above 0.

    Args:
        logits: (views, n, classes).
        y: (n,) classes.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    scale = np.maximum(logits.std(axis=(1, 2)), 1e-6)
    scaled = (logits / scale[:, None, None]).astype(np.float64)
    rows = np.arange(len(y))
    doubt = 1.0 / (len(y) / logits.shape[2] + 2.0)
    target = np.full(logits.shape[1:], doubt / logits.shape[2])
    target[rows, y] += 1.0 - doubt

    def loss(factors: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = np.tensordot(factors, scaled, 1)
        total = logsumexp(z, axis=1)
        p = np.exp(z - total[:, None])
        slope = ((p - target) * scaled).sum(axis=2).mean(axis=1)
        return float((total - (target * z).sum(axis=1)).mean()), slope

    start = np.full(len(scaled), 1.0 / len(scaled))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, 50.0)] * len(scaled))
    factors: NDArray[np.float64] = found.x if found.x.max() > 0 else start * 1e-3
    result: NDArray[np.float64] = (factors / scale).astype(np.float64)
    return result


def _kept(logits: Floats, factors: NDArray[np.float64]) -> list[int]:
    """Positions of the views that matter; always the foremost one."""
    share = _shares(logits, factors)
    return [at for at in range(len(share)) if share[at] >= NEGLIGIBLE or at == int(share.argmax())]


def _shares(logits: Floats, factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(views,) parts of the spread of all logits; they sum to 1."""
    spread: NDArray[np.float64] = factors * logits.std(axis=(1, 2))
    return spread / max(float(spread.sum()), 1e-12)


def _cross_fitted(logits: Floats, y: Ints, sizes: Ints) -> Floats:
    """Probabilities of each fold's rows under a mix fitted on the other folds; of halves where there is one."""
    everything = np.arange(len(y))
    parts = np.split(everything, sizes) if len(sizes) else [everything[::2], everything[1::2]]
    out = np.zeros((len(y), logits.shape[2]), np.float32)
    for test in parts:
        rest = np.setdiff1d(everything, test)
        factors = mix(logits[:, rest], y[rest])
        out[test] = softmax(np.tensordot(factors, logits[:, test], 1).astype(np.float32))
    return out


def _choose(
    view: Any, y: Ints, folds: Sequence[Fold], name: str, tell: Callable[[str], None] | None
) -> tuple[float, Floats]:
    """The strength with the least held-out log loss, from weak to strong until little is gained, and its logits."""
    truth = np.concatenate([y[test] for _train, test in folds])
    learners = [learner(view[train], len(y), name == HIDDEN) for train, _test in folds]
    best: tuple[float, float, Floats] | None = None
    for strength in learners[0].strengths:
        found = np.concatenate(
            [
                one.fit(strength, y[train]).scores()(view[test])
                for one, (train, test) in zip(learners, folds, strict=True)
            ]
        )
        loss = _loss(found, truth)
        if tell:
            right = float((found.argmax(axis=1) == truth).mean())
            tell(f"{name}: strength {strength:g}, held-out log loss {loss:.3f}, accuracy {right:.3f}")
        if best is not None and loss >= best[0]:
            break
        enough = best is not None and loss > best[0] * (1 - LEAST_GAIN)
        best = (loss, strength, found)
        if enough:
            break
    assert best is not None
    return best[1], best[2]


def _loss(logits: Floats, y: Ints) -> float:
    """Mean log loss at the best temperature."""
    factor = mix(logits[None], y)[0]
    p = softmax((logits * factor).astype(np.float32))
    return float(-np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)).mean())
