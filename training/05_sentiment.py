"""Train and calibrate the sentiment head: ``python training/05_sentiment.py``.

One hidden layer on the shipped encoder's features. Labels are softened by how far their source can be
trusted (stars contradict the text about once in five), languages are weighted alike, and the temperature is
fitted on dev. Evaluation-only sets are read by measure.py, never here.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from common import MODEL
from data import PER_CELL, Labelled, features, own_sentences, read_sentiment
from intent_sentiment import intent_sentences
from metrics import expected_calibration_error, macro_f1
from mlp import Options, fit
from numpy.typing import NDArray

from voc.models.heads import Head, save_head
from voc.models.intent import fit_temperature
from voc.types import SENTIMENTS

TRUST = {"nsmc": 0.85, "norec": 0.75, "prdect": 0.85, "womens-clothing": 0.8, "own": 0.98, "intent": 0.9}
"""Chance that a label is what its text says; the rest is spread over the other two. 0.9 where unknown."""
STAR_NEUTRAL = {"nsmc", "norec", "womens-clothing"}
"""Sources whose "neutral" is three stars, which is mixed rather than without opinion: used little."""
STAR_NEUTRAL_WEIGHT = 0.3
TYPICAL = 1800
"""Rows of a language that count one each."""
OWN_WEIGHT = 3.0
"""Weight of our own sentences: few, clean, and of the kind that customers write."""


def soft_targets(found: Labelled) -> NDArray[np.float32]:
    """Target probabilities (n, 3)."""
    trust = np.array([TRUST.get(source, 0.9) for source in found.sources], np.float32)
    targets = np.repeat(((1 - trust) / 2)[:, None], 3, axis=1)
    targets[np.arange(len(found)), found.labels] = trust
    stars = np.array([s in STAR_NEUTRAL for s in found.sources]) & (found.labels == 1)
    targets[stars] = (0.25, 0.5, 0.25)
    return targets.astype(np.float32)


def row_weights(found: Labelled) -> NDArray[np.float32]:
    """Weights that make languages count alike (by the square root), times what the source is worth.

    In our own sentences complaints outnumber praise: there, labels of one language count alike.
    """
    own = np.array([source in {"own", "intent"} for source in found.sources])
    stars = np.array([s in STAR_NEUTRAL for s in found.sources]) & (found.labels == 1)
    languages = Counter(found.languages)
    cells = Counter(zip(found.languages, found.labels.tolist(), own.tolist(), strict=True))
    weights = np.zeros(len(found), np.float32)
    for i, (language, label) in enumerate(zip(found.languages, found.labels.tolist(), strict=True)):
        if own[i]:
            mean = sum(cells[language, k, True] for k in range(3)) / 3
            weights[i] = OWN_WEIGHT * mean / cells[language, label, True]
        else:
            weights[i] = (languages[language] / TYPICAL) ** -0.5
    weights[stars] *= STAR_NEUTRAL_WEIGHT
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


def main() -> None:
    """Train, calibrate, report on dev, save."""
    found = joined(read_sentiment("train", PER_CELL), own_sentences(), intent_sentences())
    layers = fit(
        features(found.texts), soft_targets(found), row_weights(found), Options(hidden=256, epochs=16)
    )
    dev = read_sentiment("dev", 300)
    x = features(dev.texts)
    clean = np.array(
        [not (s in STAR_NEUTRAL and y == 1) for s, y in zip(dev.sources, dev.labels, strict=True)]
    )
    logits = Head(SENTIMENTS, layers, 1.0).logits(x)
    head = Head(SENTIMENTS, layers, fit_temperature(logits[clean], dev.labels[clean]))
    p = head.predict(x)
    for group in sorted(set(zip(dev.languages, dev.sources, strict=True))):
        at = np.array([pair == group for pair in zip(dev.languages, dev.sources, strict=True)])
        print(
            f"{group[0]} {group[1]:16s} n {at.sum():5d}  macro-F1 {macro_f1(dev.labels[at], p[at].argmax(1)):.3f}"
        )
    ece = expected_calibration_error(p[clean], dev.labels[clean])
    print(
        f"temperature {head.temperature:.3f}, ECE {ece:.3f}, accuracy {(p.argmax(1) == dev.labels)[clean].mean():.3f}"
    )
    save_head(head, MODEL / "sentiment.safetensors")


if __name__ == "__main__":
    main()
