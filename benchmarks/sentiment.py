"""The shipped sentiment head on public sets: macro-F1, binary accuracy and calibration, with intervals.

usage: python benchmarks/sentiment.py [--model FOLDER] [--quick] [--json FILE]      (needs ../shared/data)

UMSAB test and eval_reviews are for evaluation only, and nothing here is fitted. ``dev`` is the set that the
head's temperature was fitted on, so its ECE flatters; its NSMC part is the Korean bar. *Binary* leaves
neutral rows out and asks which pole is more probable. Intervals are 95 %: bootstrap over rows for macro-F1, Wilson's
for accuracy. ECE has 15 bins of equal mass; by chance is what a perfectly calibrated model would show here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from model_common import Bar, Row, accuracy, finish, groups, mean, options, ours, rows, sample, texts
from numpy.typing import NDArray

from voc.insight.calibration import calibrate
from voc.insight.metrics import binary_right, score
from voc.models.sentiment import EmbeddedSentiment
from voc.types import SENTIMENTS

UMSAB = Bar("UMSAB macro-F1", 0.64, 0.694)
BINARY = Bar("reviews binary", 0.93, 0.95)
THREE = Bar("reviews 3-class", 0.65, 0.72)
KOREAN = Bar("NSMC binary", 0.85, 0.90)
QUICK = 40


class Scored:
    """Probabilities (n, 3) and labels (n,) of a group of rows, and their scores."""

    def __init__(self, group: str, p: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        self.group, self.p, self.labels = group, p, labels
        guess, whole = p.argmax(axis=1), len(set(labels.tolist())) == len(SENTIMENTS)
        self.f1 = score(labels, guess, SENTIMENTS).macro_f1 if whole else None
        self.binary = accuracy(binary_right(p, labels))
        self.calibration = calibrate(p.max(axis=1).astype(np.float64), guess == labels)

    def row(self, name: str) -> Row:
        """One line of the table."""
        scores = {"macro-F1": self.f1, "binary": self.binary, "ECE": self.calibration.ece}
        by_chance = {"ECE by chance": self.calibration.by_chance.estimate}
        return {"set": name, "group": self.group, "n": len(self.labels)} | scores | by_chance


class Model:
    """A model folder's encoder and sentiment head."""

    def __init__(self, folder: Path) -> None:
        self.encoder, self.head = ours(folder), EmbeddedSentiment(folder)

    def score(self, group: str, found: Sequence[Row]) -> Scored:
        """Probabilities of some rows."""
        text = texts(found)
        labels = np.array([SENTIMENTS.index(row["label"]) for row in found])
        return Scored(group, self.head.predict(text, self.encoder.encode(text)), labels)


def mean_row(name: str, parts: Sequence[Scored]) -> Row:
    """The means over groups, each counting the same."""
    three = [part.f1 for part in parts if part.f1]
    row: Row = {"set": name, "group": "**mean**", "n": sum(len(part.labels) for part in parts)}
    row |= {"macro-F1": mean(three), "binary": mean([part.binary for part in parts])}
    return row | {"ECE": float(np.mean([part.calibration.ece for part in parts]))}


def by_language(parts: Sequence[tuple[str, Scored]]) -> list[Scored]:
    """All evaluation rows of each language that more than one set has, together."""
    found: dict[str, list[Scored]] = {}
    for language, part in parts:
        found.setdefault(language, []).append(part)
    return [
        Scored(language, np.concatenate([s.p for s in same]), np.concatenate([s.labels for s in same]))
        for language, same in sorted(found.items())
        if len(same) > 1
    ]


def main() -> None:
    """Score every set and print the table."""
    chosen = options(__doc__, teacher=False).parse_args()
    model, table, everything = Model(chosen.model), [], []
    for name, columns in (("umsab_test", ["lang"]), ("eval_reviews", ["source", "lang"]), ("dev", ["lang"])):
        parts = []
        for group, found in groups(rows(f"sentiment/{name}"), *columns).items():
            part = model.score(group, sample(found, QUICK) if chosen.quick else found)
            parts.append(part)
            table.append(part.row(name))
            if name != "dev":
                everything.append((found[0]["lang"], part))
        if name != "dev":
            table.append(mean_row(name, parts))
            table[-1]["answers"] = answers(name, table[-1], chosen.quick)
    table += [part.row("both, by language") for part in by_language(everything)]
    nsmc = [row for row in rows("sentiment/dev") if row["source"] == "nsmc"]
    table.append(model.score("NSMC", sample(nsmc, QUICK) if chosen.quick else nsmc).row("dev"))
    table[-1]["answers"] = KOREAN.judge(table[-1]["binary"].estimate, chosen.quick)
    finish(chosen, table, ["*reviews*: a group is a source in a language, so amazon-multi counts twice."])


def answers(name: str, row: Row, quick: bool) -> str:
    """Which bars a mean answers."""
    if name == "umsab_test":
        return UMSAB.judge(row["macro-F1"].estimate, quick)
    two, three = row["binary"].estimate, row["macro-F1"].estimate
    return f"{BINARY.judge(two, quick)}; {THREE.judge(three, quick)}"


if __name__ == "__main__":
    main()
