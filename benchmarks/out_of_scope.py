"""How well tickets about nothing we know are told, and the detector that ships with the model.

usage: python benchmarks/out_of_scope.py [--quick] [--per-intent 20] [--write]   (needs ../shared/data, the model)

CLINC150 with a head fitted to ``--per-intent`` training texts of each of its 150 intents: the weights of the
signs are fitted on training texts in and out of scope (the latter with the validation set's), the reference
on training texts alone; the test set is only reported: AUROC, recall of out-of-scope texts where 5 % of the
in-scope ones are lost, and what the threshold gives that was chosen without it.

``--write`` fits the detector of the embedded intents with these weights, on our own examples (5-fold), and
saves it beside them. ``--quick`` takes every fifth intent. Run it again whenever the encoder or the intent head changes: a detector that was
fitted for other models is not used.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from voc.models.embedded_runtime import EMBEDDED_FOLDER
from voc.models.encoder import CachedEncoder, load_encoder
from voc.models.intent import EmbeddedIntent, fit_head
from voc.models.intents import read_intents
from voc.models.scope import FILE, SIGNS, Scope, fit_scope, fit_weights, save_scope, signs
from voc.store.cache import VectorStore
from voc.types import Encoded

DATA = Path(os.environ.get("VOC_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "intent"
OOS = "oos"
LOSS = 0.05
FOLDS = 5


def load(name: str, per_intent: int | None = None, step: int = 1) -> tuple[list[str], np.ndarray]:
    """Texts and intents of a part of CLINC150: every ``step``-th intent, at most some texts of each, and all that
    are out of scope."""
    cells: defaultdict[str, list[str]] = defaultdict(list)
    with gzip.open(DATA / f"clinc150_{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            cells[row["intent"]].append(row["text"])
    strange = cells.pop(OOS)
    rng = random.Random(4)
    chosen = [(text, OOS) for text in strange]
    for intent, texts in sorted(cells.items())[::step]:
        kept = rng.sample(texts, per_intent) if per_intent and per_intent < len(texts) else texts
        chosen += [(text, intent) for text in kept]
    rng.shuffle(chosen)  # folds are taken in turns: no intent may stand in one alone
    return [text for text, _ in chosen], np.array([intent for _, intent in chosen])


def out_of_fold(encoded: Encoded, columns: np.ndarray, labels: list[str]) -> np.ndarray:
    """Probabilities (n, labels) of each example by a head that had not seen it; folds as ``fit_scope`` takes them."""
    found = np.zeros((len(columns), len(labels)), np.float32)
    for fold in range(FOLDS):
        test = np.arange(len(columns)) % FOLDS == fold
        head = fit_head(encoded.features[~test], [labels[c] for c in columns[~test]], labels)
        found[test] = head.predict(encoded.features[test])
    return found


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """Chance that an in-scope text scores higher than one out of scope."""
    from scipy.stats import rankdata

    ranks = rankdata(np.r_[inside, outside])[: len(inside)]
    return float((ranks.sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside)))


def report(name: str, inside: np.ndarray, outside: np.ndarray) -> None:
    """One line: AUROC, and recall where LOSS of the in-scope texts of the test set is lost."""
    cut = np.quantile(inside, LOSS)
    print(
        f"{name:<28} AUROC {auroc(inside, outside):.3f}   OOS recall at {LOSS:.0%} loss {np.mean(outside < cut):.3f}"
    )


def clinc(encoder: Any, per_intent: int, step: int) -> np.ndarray:
    """Print the measures on the test set; return the weights of the signs."""
    parts = {
        "train": load("train", per_intent, step),
        "val": load("val", None, step),
        "test": load("test", None, step),
    }
    vectors = {name: encoder.encode(texts) for name, (texts, _) in parts.items()}
    inside = parts["train"][1] != OOS
    labels = sorted(set(parts["train"][1][inside]))
    columns = np.array([labels.index(intent) for intent in parts["train"][1][inside]])
    known = Encoded(vectors["train"].vectors[inside], vectors["train"].features[inside])
    unseen = out_of_fold(known, columns, labels)
    scope = fit_scope(known.vectors, unseen, columns)
    head = fit_head(known.features, [labels[c] for c in columns], labels)

    def asked(name: str, out: bool) -> tuple[np.ndarray, np.ndarray]:
        at = (parts[name][1] == OOS) == out
        return vectors[name].vectors[at], head.predict(vectors[name].features[at])

    def standard(name: str, out: bool) -> np.ndarray:
        return (signs(*asked(name, out), scope.prototypes, scope.owners) - scope.mean) / scope.scale

    strange = np.concatenate([standard(name, True) for name in ("train", "val")])
    weights = fit_weights(standard("val", False), strange)
    listed = ", ".join(f"{sign} {weight:.2f}" for sign, weight in zip(SIGNS, weights, strict=True))
    print(f"{len(labels)} intents, {per_intent} texts each; weights: {listed}")
    test_in, test_out = standard("test", False), standard("test", True)
    for column, sign in enumerate(SIGNS):
        report(sign, test_in[:, column], test_out[:, column])
    report("all, weighted alike", test_in.mean(axis=1), test_out.mean(axis=1))
    report("all, weighted", test_in @ weights, test_out @ weights)
    _as_used(
        fit_scope(known.vectors, unseen, columns, weights=weights), asked("test", False), asked("test", True)
    )
    truth = np.array([labels.index(intent) for intent in parts["test"][1] if intent != OOS])
    print(f"in-scope accuracy of the head {np.mean(asked('test', False)[1].argmax(axis=1) == truth):.3f}")
    return weights


def _as_used(
    scope: Scope, inside: tuple[np.ndarray, np.ndarray], outside: tuple[np.ndarray, np.ndarray]
) -> None:
    lost = np.mean(scope.typicality(*inside) < LOSS)
    found = np.mean(scope.typicality(*outside) < LOSS)
    print(f"as used, typicality < {LOSS}: OOS recall {found:.3f}, in-scope loss {lost:.3f}")


def ship(encoder: Any, weights: np.ndarray) -> None:
    """Fit the detector of the embedded intents on our examples and save it beside them."""
    intent = EmbeddedIntent()
    labels = list(intent.labels)
    rows = [
        (text, labels.index(one.key), language)
        for one in read_intents()
        for language, texts in one.examples.items()
        for text in texts
    ]
    random.Random(4).shuffle(rows)
    encoded = encoder.encode([text for text, _, _ in rows])
    columns = np.array([column for _, column, _ in rows])
    scope = fit_scope(
        encoded.vectors,
        out_of_fold(encoded, columns, labels),
        columns,
        [lang for _, _, lang in rows],
        weights,
    )
    save_scope(replace(scope, encoder=encoder.id, intents=intent.id), EMBEDDED_FOLDER / FILE)
    texts, kinds = load("test")
    strange = encoder.encode([text for text, kind in zip(texts, kinds, strict=True) if kind == OOS])
    typicality = scope.typicality(strange.vectors, intent.predict([], strange))
    print(
        f"wrote {EMBEDDED_FOLDER / FILE}; of CLINC150's out-of-scope test texts {np.mean(typicality < LOSS):.3f} lie below"
    )


def main() -> None:
    """Measure, and write when asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--per-intent", type=int, default=20)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    encoder = CachedEncoder(load_encoder(), VectorStore())
    weights = clinc(encoder, chosen.per_intent, 5 if chosen.quick else 1)
    if chosen.write:
        ship(encoder, weights)


if __name__ == "__main__":
    main()
