"""Train and calibrate the sentiment head: ``python training/05_sentiment.py``.

One hidden layer on the shipped encoder's features, four classes (see data.CLASSES). Labels are softened by how far
their source can be trusted (stars contradict the text about once in five), languages are weighted alike, and the
temperature is fitted on dev. Evaluation-only sets are read by measure.py, never here.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from common import MODEL
from data import CLASSES, PER_CELL, STAR_NEUTRAL, Labelled, features, own_sentences, read_sentiment
from intent_sentiment import intent_sentences
from mlp import Options, fit
from numpy.typing import NDArray

from voc.insight.calibration import expected_calibration_error
from voc.insight.metrics import binary_right, macro_f1
from voc.models.heads import Head, save_head, softmax
from voc.models.sentiment import three_classes

TRUST = {"nsmc": 0.85, "norec": 0.75, "prdect": 0.85, "womens-clothing": 0.8, "own": 0.98, "intent": 0.9}
"""Chance that a label is what its text says; the rest is spread over the others. 0.9 where unknown."""
STAR_NEUTRAL_TARGET = (0.15, 0.15, 0.15, 0.55)
"""What three stars say of a text: good and bad more often than no opinion, and often neither."""
STAR_NEUTRAL_WEIGHT = 0.5
TYPICAL = 1800
"""Rows of a language that count one each."""
OWN_WEIGHT = 3.0
"""Weight of our own sentences: few, clean, and of the kind that customers write."""


def three_stars(found: Labelled) -> NDArray[np.bool_]:
    """Rows whose "neutral" is a rating in the middle."""
    return np.array([s in STAR_NEUTRAL for s in found.sources]) & (found.labels == CLASSES.index("neutral"))


def soft_targets(found: Labelled) -> NDArray[np.float32]:
    """Target probabilities (n, 4)."""
    trust = np.array([TRUST.get(source, 0.9) for source in found.sources], np.float32)
    targets = np.repeat(((1 - trust) / (len(CLASSES) - 1))[:, None], len(CLASSES), axis=1)
    targets[np.arange(len(found)), found.labels] = trust
    targets[three_stars(found)] = STAR_NEUTRAL_TARGET
    return targets.astype(np.float32)


def row_weights(found: Labelled) -> NDArray[np.float32]:
    """Weights that make languages count alike (by the square root), times what the source is worth.

    In our own sentences complaints outnumber praise: there, labels of one language count alike.
    """
    own = np.array([source in {"own", "intent"} for source in found.sources])
    languages = Counter(found.languages)
    cells = Counter(zip(found.languages, found.labels.tolist(), own.tolist(), strict=True))
    weights = np.zeros(len(found), np.float32)
    for i, (language, label) in enumerate(zip(found.languages, found.labels.tolist(), strict=True)):
        if own[i]:
            mean = sum(cells[language, k, True] for k in range(len(CLASSES))) / len(CLASSES)
            weights[i] = OWN_WEIGHT * (mean / cells[language, label, True]) ** 0.5
        else:
            weights[i] = (languages[language] / TYPICAL) ** -0.5
    weights[three_stars(found)] *= STAR_NEUTRAL_WEIGHT
    return (weights / weights.mean()).astype(np.float32)


def joined(*parts: Labelled) -> Labelled:
    """Several sets as one."""
    return Labelled(
        [t for p in parts for t in p.texts],
        np.concatenate([p.labels for p in parts]),
        [x for p in parts for x in p.languages],
        [x for p in parts for x in p.sources],
        np.concatenate([p.weights for p in parts]),
    )


def temperature_of(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Temperature with the least negative log-likelihood of three classes, *mixed* counted as *neutral*."""

    def loss(temperature: float) -> float:
        p = three_classes(softmax(logits / temperature), CLASSES)
        return float(-np.log(p[np.arange(len(labels)), labels] + 1e-9).mean())

    return min(np.geomspace(0.2, 5, 200).tolist(), key=loss)


def main() -> None:
    """Train, calibrate, report on dev, save."""
    found = joined(read_sentiment("train", PER_CELL), own_sentences(), intent_sentences())
    layers = fit(
        features(found.texts), soft_targets(found), row_weights(found), Options(hidden=128, epochs=16)
    )
    dev = read_sentiment("dev", 300)
    x, clean = features(dev.texts), ~three_stars(dev)
    logits = Head(CLASSES, layers, 1.0).logits(x)
    head = Head(CLASSES, layers, temperature_of(logits[clean], dev.labels[clean]))
    p = three_classes(head.predict(x), CLASSES)
    for group in sorted(set(zip(dev.languages, dev.sources, strict=True))):
        at = np.array([pair == group for pair in zip(dev.languages, dev.sources, strict=True)])
        print(
            f"{group[0]} {group[1]:16s} n {at.sum():5d}  macro-F1 {macro_f1(dev.labels[at], p[at].argmax(1)):.3f}"
            f"  binary {binary_right(p[at], dev.labels[at]).mean():.3f}"
        )
    ece = expected_calibration_error(p[clean], dev.labels[clean])
    print(
        f"temperature {head.temperature:.3f}, ECE {ece:.3f}, accuracy {(p.argmax(1) == dev.labels)[clean].mean():.3f}"
    )
    save_head(head, MODEL / "sentiment.safetensors")


if __name__ == "__main__":
    main()
