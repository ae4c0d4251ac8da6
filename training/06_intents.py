"""Train and calibrate the intent head: ``python training/06_intents.py``.

Our own examples (voc/models/intents.yaml and training/intent_examples/) decide; public data mapped by intent_mapping.yaml is thinned out so
that it fills in but doesn't drown them. A fifth of our examples, drawn by a fixed seed from every language and
intent, is held out, of the encoder's fine-tuning too: it gives the reported accuracy and the temperature. The head
that ships is then trained on everything.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from typing import Any

import numpy as np
import yaml
from common import MODEL, WORK, rows
from data import HERE, features
from mlp import Options, Pair, fit
from numpy.typing import NDArray
from own_intents import Example, held_out, own_examples

from voc.insight.calibration import expected_calibration_error
from voc.models.heads import Head, save_head, softmax
from voc.models.intent import fit_temperature

MAPPED_FILES = {"banking77": "train", "clinc150": "train", "bitext": "train", "xsid": "valid"}
PER_LABEL = 25
"""Rows kept of one label of a public source."""
MAPPED_WEIGHT = 0.1
"""What a public row counts; one of ours is 1."""
SMOOTHING = 0.05
OPTIONS = Options(hidden=128, epochs=30, batch=128, rate=1e-3, dropout=0.3)


def mapped_examples() -> list[Example]:
    """Public rows under our intents, at most PER_LABEL of one label (and language)."""
    mapping = yaml.safe_load((HERE / "intent_mapping.yaml").read_text(encoding="utf-8"))
    rng, examples = random.Random(3), []
    for source, split in MAPPED_FILES.items():
        ours = {label: intent for intent, labels in mapping[source].items() for label in labels}
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows(f"intent/{source}_{split}"):
            if row["intent"] in ours:
                found[row["intent"], row.get("lang", "en")].append(row["text"])
        for (label, language), texts in sorted(found.items()):
            keep = PER_LABEL * 4 if label == "oos" else 3 if source == "xsid" else PER_LABEL
            examples += [(t, ours[label], language) for t in rng.sample(texts, min(keep, len(texts)))]
    return examples


def balanced(y: NDArray[np.int64], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The weights, scaled so that intents count alike."""
    total = np.bincount(y, weights)
    return (weights * (total.mean() / total)[y]).astype(np.float32)


def fitted(
    x: NDArray[np.float32], y: NDArray[np.int64], weights: NDArray[np.float32], labels: int
) -> tuple[Pair, Pair]:
    """Both layers of a head trained on these rows."""
    targets = np.eye(labels, dtype=np.float32)[y] * (1 - SMOOTHING) + SMOOTHING / labels
    return fit(x, targets, balanced(y, weights), OPTIONS)


def main() -> None:
    """Report on held-out examples, then train on all and save."""
    own, mapped = own_examples(), mapped_examples()
    print(f"{len(own)} examples of ours, {len(mapped)} mapped")
    labels = tuple(dict.fromkeys(intent for _t, intent, _l in own))
    examples = own + mapped
    x = features([text for text, _i, _l in examples])
    y = np.array([labels.index(intent) for _t, intent, _l in examples])
    weights = np.array([1.0] * len(own) + [MAPPED_WEIGHT] * len(mapped), np.float32)
    test = np.zeros(len(examples), bool)
    test[: len(own)] = held_out(own)
    layers = fitted(x[~test], y[~test], weights[~test], len(labels))
    languages = [language for (_t, _i, language), out in zip(examples, test, strict=True) if out]
    head = Head(labels, layers, fit_temperature(Head(labels, layers, 1.0).logits(x[test]), y[test]))
    report(x[test], y[test], languages, head)
    layers = fitted(x, y, weights, len(labels))
    save_head(Head(labels, layers, head.temperature), MODEL / "intent.safetensors")


def cross_fitted(logits: NDArray[np.float32], y: NDArray[np.int64]) -> NDArray[np.float32]:
    """Probabilities (n, labels), each half's by the temperature that the other half gives."""
    half = np.arange(len(y)) % 2 == 0
    p = np.zeros_like(logits)
    for here, there in ((half, ~half), (~half, half)):
        p[here] = softmax(logits[here] / fit_temperature(logits[there], y[there]))
    return p


def report(x: NDArray[np.float32], y: NDArray[np.int64], languages: list[str], head: Head) -> None:
    """Print and keep accuracy on the held-out examples, per language and intent."""
    p = cross_fitted(head.logits(x), y)
    right = p.argmax(axis=1) == y
    found: dict[str, Any] = {
        "n": len(y),
        "accuracy": float(right.mean()),
        "ece": expected_calibration_error(p, y),
    }
    found["top2"] = float((np.argsort(-p, axis=1)[:, :2] == y[:, None]).any(axis=1).mean())
    found["by_language"] = {
        language: (int(at.sum()), float(right[at].mean()))
        for language in dict.fromkeys(languages)
        for at in [np.array(languages) == language]
    }
    found["by_intent"] = {label: float(right[y == i].mean()) for i, label in enumerate(head.labels)}
    print(json.dumps(found, indent=1))
    (WORK / "intent_report.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
