"""Scores used by the training scripts and the model card."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def macro_f1(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> float:
    """Mean F1 over the classes that occur in ``truth``."""
    scores = []
    for label in np.unique(truth):
        right = ((truth == label) & (guess == label)).sum()
        scores.append(2 * right / max(1, (truth == label).sum() + (guess == label).sum()))
    return float(np.mean(scores))


def binary_accuracy(p: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Share of the texts labelled positive or negative whose more probable pole is the label."""
    poles = truth != 1
    return float(((p[poles, 2] > p[poles, 0]) == (truth[poles] == 2)).mean())


def expected_calibration_error(p: NDArray[np.float32], truth: NDArray[np.int64], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal bins of confidence, weighted by their size (ECE)."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in np.unique(place)
    ]
    return float(sum(gaps))
