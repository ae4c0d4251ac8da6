"""Train and calibrate the sentiment head: ``python training/05_sentiment.py``.

One hidden layer on the shipped encoder's features. Labels are softened by how far their source can be
trusted (stars contradict the text about once in five), languages are weighted alike, and the temperature is
fitted on dev. Evaluation-only sets are read by measure.py, never here.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

import numpy as np
import torch
from common import MODEL
from data import PER_CELL, Labelled, features, own_sentences, read_sentiment
from intent_sentiment import intent_sentences
from metrics import expected_calibration_error, macro_f1
from numpy.typing import NDArray

from voc.models.heads import Head, save_head
from voc.models.intent import fit_temperature
from voc.types import SENTIMENTS

TRUST = {"nsmc": 0.85, "norec": 0.75, "prdect": 0.85, "womens-clothing": 0.8, "own": 0.98, "intent": 0.9}
"""Chance that a label is what its text says; the rest is spread over the other two. 0.9 where unknown."""
STAR_NEUTRAL = {"nsmc", "norec", "womens-clothing"}
"""Sources whose "neutral" is three stars, which is mixed rather than without opinion: used little."""
STAR_NEUTRAL_WEIGHT = 0.3
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
    """Weights that make languages count alike (by the square root), times what the source is worth."""
    counts = Counter(found.languages)
    weights = np.array([counts[language] ** -0.5 for language in found.languages])
    weights *= np.where(
        [s in STAR_NEUTRAL for s in found.sources] & (found.labels == 1), STAR_NEUTRAL_WEIGHT, 1.0
    )
    weights *= np.where([s in {"own", "intent"} for s in found.sources], OWN_WEIGHT, 1.0)
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


def train(
    x: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32], options: Any
) -> Head:
    """Fit the head on a GPU when there is one."""
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    data = [torch.from_numpy(a).to(device) for a in ((x - mean) / scale, targets, weights)]
    net = torch.nn.Sequential(
        torch.nn.Dropout(0.2),
        torch.nn.Linear(x.shape[1], options.hidden),
        torch.nn.GELU(approximate="tanh"),
        torch.nn.Dropout(0.4),
        torch.nn.Linear(options.hidden, 3),
    ).to(device)
    steps = options.epochs * (len(x) // options.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps)
    generator = torch.Generator().manual_seed(0)
    for _step in range(steps):
        at = torch.randint(len(x), (options.batch,), generator=generator).to(device)
        loss = (
            torch.nn.functional.cross_entropy(net(data[0][at]), data[1][at], reduction="none") * data[2][at]
        )
        optimiser.zero_grad()
        loss.mean().backward()
        optimiser.step()
        schedule.step()
    (w1, b1), (w2, b2) = (
        (m.weight.detach().cpu().numpy().T, m.bias.detach().cpu().numpy()) for m in (net[1], net[4])
    )
    w1 = w1 / scale[:, None]
    return Head(SENTIMENTS, ((w1, b1 - mean @ w1), (w2, b2)), 1.0)


def main() -> None:
    """Train, calibrate, report on dev, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.05)
    options = parser.parse_args()
    found = joined(read_sentiment("train", PER_CELL), own_sentences(), intent_sentences())
    head = train(features(found.texts), soft_targets(found), row_weights(found), options)
    dev = read_sentiment("dev", 300)
    x = features(dev.texts)
    clean = np.array(
        [not (s in STAR_NEUTRAL and y == 1) for s, y in zip(dev.sources, dev.labels, strict=True)]
    )
    head = Head(head.labels, head.weights, fit_temperature(head.logits(x)[clean], dev.labels[clean]))
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
