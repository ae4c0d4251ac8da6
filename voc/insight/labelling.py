"""What labelled rows say about their labels, and which rows to label next. Pure functions over arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

THIN = 10
"""A class with fewer distinct texts than this is learned badly, and measured worse."""
CONFUSED = 0.05
"""Two classes are confusable when at least this share of one's rows is taken for the other's ..."""
CONFUSED_ROWS = 3
"""... and at least so many rows."""
POOL = 10
"""Rows weighed for each one that is proposed: the least certain ones."""


class Suspect(NamedTuple):
    """A row whose label is likely wrong: its position, the label's and the likelier class's positions, and
    by how much the latter is more probable (0..1)."""

    row: int
    label: int
    likelier: int
    margin: float


class Confusion(NamedTuple):
    """``rows`` rows of class ``label``, a ``share`` of them, are taken for ``taken_for``."""

    label: int
    taken_for: int
    rows: int
    share: float


def likely_mislabelled(probabilities: Floats, labels: Ints) -> list[Suspect]:
    """Rows whose label the others contradict, the surest first: confident learning.

    A row counts as belonging to class j when its probability of j reaches the mean probability of j over
    the rows labelled j (of several such classes, the most probable one). Where that class isn't the row's
    label, the row is a suspect; they are ranked by the normalised margin.

    Source: Northcutt, Jiang and Chuang (2021), Confident learning, JAIR 70 (the confident joint; pruning
    off its diagonal).

    Args:
        probabilities: (n, classes) by a model that did not see the row (cross-validated).
        labels: (n,) classes as labelled.
    """
    n, classes = probabilities.shape
    own = probabilities[np.arange(n), labels]
    counts = np.bincount(labels, minlength=classes)
    usual = np.bincount(labels, own, minlength=classes) / np.maximum(counts, 1)
    usual[counts == 0] = np.inf
    confident = np.where(probabilities >= usual, probabilities, -1.0)
    found = confident.argmax(axis=1)
    suspect = (confident.max(axis=1) > 0) & (found != labels)
    margins = probabilities[np.arange(n), found] - own
    rows = [row for row in np.flatnonzero(suspect) if margins[row] > 0]
    rows.sort(key=lambda row: (-margins[row], row))
    return [Suspect(int(row), int(labels[row]), int(found[row]), float(margins[row])) for row in rows]


def confusable_pairs(guesses: Ints, labels: Ints, classes: int) -> list[Confusion]:
    """Pairs of classes that are taken for each other, the most rows first.

    Args:
        guesses: (n,) cross-validated answers.
        labels: (n,) classes as labelled.
        classes: how many there are.
    """
    table = np.bincount(labels * classes + guesses, minlength=classes * classes).reshape(classes, classes)
    totals = table.sum(axis=1)
    found = [
        Confusion(int(i), int(j), int(table[i, j]), float(table[i, j] / totals[i]))
        for i, j in zip(*np.nonzero(table), strict=True)
        if i != j and table[i, j] >= CONFUSED_ROWS and table[i, j] >= CONFUSED * totals[i]
    ]
    return sorted(found, key=lambda pair: (-pair.rows, -pair.share, pair.label, pair.taken_for))


def thin_classes(labels: Sequence[str], texts: Sequence[str], least: int = THIN) -> dict[str, int]:
    """Class -> distinct texts, for the classes that have fewer than ``least``; the thinnest first."""
    counts = Counter(label for label, _text in set(zip(labels, texts, strict=True)))
    few = [(count, label) for label, count in counts.items() if count < least]
    return {label: count for count, label in sorted(few)}


def contradictions(labels: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
    """Positions of rows with the same text and different labels, one list a text."""
    rows: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        rows.setdefault(text, []).append(at)
    return [found for found in rows.values() if len({labels[at] for at in found}) > 1]


def uncertainty(probabilities: Floats) -> NDArray[np.float64]:
    """(n,) 1 minus the margin between the two most probable classes: 0 sure, 1 a toss-up (Scheffer 2001)."""
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    top = np.sort(probabilities.astype(np.float64), axis=1)[:, -2:]
    found: NDArray[np.float64] = 1.0 - (top[:, 1] - top[:, 0])
    return found


def choose_next(
    vectors: Floats, doubt: NDArray[np.float64], n: int, labelled: Floats | None = None
) -> list[int]:
    """Rows whose labels would help most: uncertain, typical of many others, and unlike each other.

    The least certain rows are weighed by density (information density, Settles and Craven 2008: mean cosine
    to all rows, so that oddities wait), then picked one by one by weight times squared distance to the
    nearest row that is picked or labelled already: k-means++ (Arthur and Vassilvitskii 2007) with
    the likeliest draw in place of a random one, so that the same queue gives the same rows.

    Args:
        vectors: (n_rows, d) of unit length.
        doubt: (n_rows,) as from ``uncertainty``; all 1 when there is no model yet.
        n: rows wanted; fewer come when there are no more.
        labelled: (m, d) of rows that have labels.
    """
    density = np.clip(vectors @ vectors.mean(axis=0), 0.0, None) if len(vectors) else np.zeros(0)
    worth = (doubt + 1e-6) * (density + 1e-6)
    pool = np.argsort(-worth, kind="stable")[: max(POOL * n, n)]
    distance = np.full(len(pool), 4.0)
    if labelled is not None and len(labelled):
        distance = np.minimum(distance, 2 - 2 * (vectors[pool] @ labelled.T).max(axis=1))
    chosen: list[int] = []
    free = np.ones(len(pool), bool)
    for _ in range(min(n, len(pool))):
        gain = np.where(free, worth[pool] * np.maximum(distance, 1e-9), -1.0)
        best = int(gain.argmax())
        free[best] = False
        chosen.append(int(pool[best]))
        distance = np.minimum(distance, 2 - 2 * (vectors[pool] @ vectors[pool[best]]))
    return chosen
