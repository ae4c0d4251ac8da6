"""Do intents learned in English hold in other languages? xSID: 15 intents, 12 languages.

usage: python benchmarks/transfer.py [--model FOLDER] [--teacher] [--quick] [--json FILE]   (needs ../shared/data)

A logistic regression is fitted on the English validation rows alone (its ridge by cross-validation on them) and
asked about each language's test rows. It reads ``features`` or ``vectors``; the headline is what
cross-validation prefers. The mean is over the languages that are not English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from model_common import Bar, Row, accuracy, finish, groups, mean, options, ours, rows, sample, texts
from model_heads import INPUTS, fit, read
from numpy.typing import NDArray

from voc.models.encoder import CachedEncoder

HOME = "en"
COLUMN = f"trained on {HOME}, asked in"
AIM = 0.90
QUICK = 40

Right = Mapping[str, NDArray[np.bool_]]
"""Language -> which test rows were right."""


def measure(encoder: CachedEncoder, kind: str, quick: bool) -> tuple[Right, float]:
    """Which rows are right by language, and the head's accuracy on folds of its training rows."""
    train = [row for row in rows("intent/xsid_valid") if row["lang"] == HOME]
    head = fit(read(encoder.encode(texts(train)), kind), labels(train))
    right = {}
    for language, found in groups(rows("intent/xsid_test"), "lang").items():
        part = sample(found, QUICK) if quick else found
        right[language] = head.right(read(encoder.encode(texts(part)), kind), labels(part))
    return right, head.cv


def labels(found: list[Row]) -> NDArray[Any]:
    """Their intents."""
    return np.array([row["intent"] for row in found])


def tabulate(measured: Mapping[str, Right]) -> list[Row]:
    """A row a language, the mean of all but English last; a column a head."""
    languages = {language: len(found) for language, found in next(iter(measured.values())).items()}
    table = []
    for language, n in languages.items():
        found = {name: accuracy(right[language]) for name, right in measured.items()}
        table.append({COLUMN: language, "n": n} | found)
    away = [row for row in table if row[COLUMN] != HOME]
    means = {name: mean([row[name] for row in away]) for name in measured}
    return [*table, {COLUMN: f"**mean without {HOME}**", "n": sum(row["n"] for row in away)} | means]


def main() -> None:
    """Fit, ask and print the table."""
    chosen = options(__doc__).parse_args()
    encoder, measured, cvs = ours(chosen.model), {}, {}
    for kind in INPUTS:
        measured[f"ours {kind}"], cvs[f"ours {kind}"] = measure(encoder, kind, chosen.quick)
    headline = max(cvs, key=lambda name: cvs[name])
    if chosen.teacher:
        from model_teacher import teacher

        measured["teacher"], cvs["teacher"] = measure(teacher(), "vectors", chosen.quick)
    table = tabulate(measured)
    reached, rival = table[-1][headline].estimate, table[-1].get("teacher")
    bar = "give --teacher for the bar"
    if rival:
        bar = Bar("the teacher's", round(rival.estimate, 4), AIM).judge(reached, chosen.quick)
    chances = ", ".join(f"{name} {cv:.3f}" for name, cv in cvs.items())
    finish(
        chosen, table, [f"Headline (by CV on English rows: {chances}): **{headline}**, {reached:.3f}; {bar}."]
    )


if __name__ == "__main__":
    main()
