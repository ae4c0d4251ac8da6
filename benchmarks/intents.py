"""How well a user's own intents are learned from the model's features: BANKING77 and CLINC150.

usage: python benchmarks/intents.py [--model FOLDER] [--teacher] [--quick] [--json FILE]   (needs ../shared/data)

The head is a logistic regression on standardised columns; its ridge is chosen by 3-fold cross-validation on
the training rows. It reads ``features`` (all layers that the model gives) or ``vectors`` (the last one); the
headline is the one that cross-validation prefers. Few-shot rows are drawn five times: mean and standard deviation.
Out of scope: the score (``SCORES``) is the one with the best AUROC on the validation split, the threshold
gives up 5 % of that split's in-scope rows; the test split then says what was lost and found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from model_common import Bar, Row, accuracy, finish, options, ours, rows, texts
from model_heads import INPUTS, Fitted, fit, read, shots
from numpy.typing import NDArray

from voc.models.encoder import CachedEncoder
from voc.types import Interval

FULL = Bar("BANKING77 full", 0.915, 0.935)
TEN = Bar("BANKING77 10-shot", 0.81, 0.88)
IN_SCOPE = Bar("CLINC150 in-scope", 0.955, 0.97)
OUT = Bar("CLINC150 OOS recall", 0.78, 0.88)
LOSS = 0.05
"""Share of in-scope rows that may be given up."""
SEEDS = range(5)
OOS = "oos"
QUICK = 6
"""Intents that a quick run keeps."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Split:
    """Columns and intents of one split."""

    x: Array
    y: Array

    def only(self, keep: Array) -> Split:
        """Some of its rows."""
        return Split(self.x[keep], self.y[keep])


@dataclass(frozen=True)
class Source:
    """An encoder, by the name that the table gives it."""

    name: str
    encoder: CachedEncoder
    kinds: Sequence[str]

    def splits(self, names: Sequence[str], quick: bool) -> dict[str, list[Split]]:
        """Each split as a head that reads ``features`` or ``vectors`` sees it."""
        found = [few(rows(f"intent/{name}")) if quick else rows(f"intent/{name}") for name in names]
        coded = [self.encoder.encode(texts(part)) for part in found]
        labels = [np.array([row["intent"] for row in part]) for part in found]
        return {k: [Split(read(e, k), y) for e, y in zip(coded, labels, strict=True)] for k in self.kinds}


def few(found: Sequence[Row]) -> list[Row]:
    """Rows of the first ``QUICK`` intents and every fifth out-of-scope row."""
    kept = set(sorted({row["intent"] for row in found} - {OOS})[:QUICK])
    oos = [row for row in found if row["intent"] == OOS]
    return [row for row in found if row["intent"] in kept] + oos[::5]


def max_probability(logits: Array) -> Array:
    """Probability of the best intent (Hendrycks & Gimpel 2017)."""
    from scipy.special import softmax

    best: Array = softmax(logits, axis=1).max(1)
    return best


def energy(logits: Array) -> Array:
    """Log of the sum of exponentials (Liu et al. 2020)."""
    from scipy.special import logsumexp

    total: Array = logsumexp(logits, axis=1)
    return total


def max_logit(logits: Array) -> Array:
    """The best logit (Hendrycks et al. 2022)."""
    best: Array = logits.max(1)
    return best


SCORES: dict[str, Callable[[Array], Array]] = {
    "max probability": max_probability,
    "energy": energy,
    "max logit": max_logit,
}
"""How sure a head is that a text is in scope; higher is surer."""


def threshold(scores: Array, loss: float = LOSS) -> float:
    """The score below which ``loss`` of the rows lie."""
    return float(np.quantile(scores, loss))


def surest(fitted: Fitted, val: Split) -> tuple[str, float, float]:
    """(score, threshold, AUROC) that tells the validation split's out-of-scope rows best."""
    from sklearn.metrics import roc_auc_score

    logits, inside = fitted.scores(val.x), val.y != OOS
    found = {name: score(logits) for name, score in SCORES.items()}
    areas = {name: float(roc_auc_score(inside, values)) for name, values in found.items()}
    best = max(areas, key=lambda name: areas[name])
    return best, threshold(found[best][inside]), areas[best]


def line(name: str, reads: str, heads: Sequence[Fitted], result: Interval | float, n: int) -> Row:
    """A line of the table; of several heads, their mean."""
    strengths = "/".join(f"{c:g}" for c in sorted({head.strength for head in heads}))
    cv = float(np.mean([head.cv for head in heads]))
    return {"set": name, "head reads": reads, "C": strengths, "CV on train": cv, "n": n, "result": result}


def banking(source: Source, quick: bool) -> list[Row]:
    """All training rows, then 10 and 5 an intent."""
    table = []
    for kind, (train, test) in source.splits(("banking77_train", "banking77_test"), quick).items():
        reads, fitted = f"{source.name} {kind}", fit(train.x, train.y)
        right = accuracy(fitted.right(test.x, test.y))
        table.append(line("BANKING77 full", reads, [fitted], right, len(test.y)))
        table += [few_shot(k, reads, train, test, SEEDS[:1] if quick else SEEDS) for k in (10, 5)]
    return table


def few_shot(k: int, reads: str, train: Split, test: Split, seeds: Sequence[int]) -> Row:
    """Mean and standard deviation over draws of ``k`` rows an intent."""
    heads = [fit(few.x, few.y) for few in (train.only(shots(train.y, k, seed)) for seed in seeds)]
    found = [float(head.right(test.x, test.y).mean()) for head in heads]
    row = line(f"BANKING77 {k}-shot", reads, heads, float(np.mean(found)), len(test.y))
    return row | {"how": f"sd {np.std(found, ddof=min(1, len(found) - 1)):.3f} over {len(found)} draws"}


def clinc(source: Source, quick: bool) -> list[Row]:
    """In-scope accuracy, and OOS recall at the validation split's threshold and at the test split's own."""
    table = []
    names = ("clinc150_train", "clinc150_val", "clinc150_test")
    for kind, (train, val, test) in source.splits(names, quick).items():
        train, inside, out = train.only(train.y != OOS), test.only(test.y != OOS), test.only(test.y == OOS)
        reads, fitted = f"{source.name} {kind}", fit(train.x, train.y)
        right = accuracy(fitted.right(inside.x, inside.y))
        table.append(line("CLINC150 in-scope", reads, [fitted], right, len(inside.y)))
        score, limit, area = surest(fitted, val)
        kept, found = (SCORES[score](fitted.scores(part.x)) for part in (inside, out))
        for name, at, how in (
            ("CLINC150 OOS recall", limit, f"{score}, val AUROC {area:.3f}"),
            ("CLINC150 OOS recall at test's own 5 %", threshold(kept), score),
        ):
            row = line(name, reads, [fitted], accuracy(found < at), len(found))
            table.append(row | {"how": f"{how}; {np.mean(kept < at):.3f} of in-scope given up"})
    return table


def headlines(table: Sequence[Row], quick: bool) -> None:
    """Mark, for each set, the line of our model that cross-validation prefers, and judge it."""
    bars = {bar.what: bar for bar in (FULL, TEN, IN_SCOPE, OUT)}
    for name in dict.fromkeys(row["set"] for row in table):
        mine = [row for row in table if row["set"] == name and row["head reads"].startswith("ours")]
        best = max(mine, key=lambda row: row["CV on train"])
        result = best["result"]
        value = result.estimate if isinstance(result, Interval) else result
        best["headline"] = bars[name].judge(value, quick) if name in bars else "yes"


def main() -> None:
    """Fit the heads and print the table."""
    chosen = options(__doc__).parse_args()
    sources = [Source("ours", ours(chosen.model), INPUTS)]
    if chosen.teacher:
        from model_teacher import teacher

        sources.append(Source("teacher", teacher(), ["vectors"]))
    table = [row for run in (banking, clinc) for source in sources for row in run(source, chosen.quick)]
    headlines(table, chosen.quick)
    finish(chosen, table, ["The headline is chosen by CV on train, never by the result."])


if __name__ == "__main__":
    main()
