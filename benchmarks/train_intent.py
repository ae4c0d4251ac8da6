"""What ``voc train intent`` reaches: few rows and many, calibration, out of scope, and other languages.

usage: python benchmarks/train_intent.py [--quick] [--json FILE] [--model FOLDER] [--only NAME ...]
                                         [--cross-lingual]                       (needs ../shared/data)

Every number goes through ``voc.training.fit_linear``, as the command does: views, ridges and mix are chosen on
the training rows alone. NAMEs: banking, clinc, it_tickets, bitext. ``--cross-lingual`` trains on xSID's English
validation rows and asks about the other languages, and on each language's own for comparison.
Out of scope (CLINC150): the score is the one with the best AUROC on the validation split, its threshold gives
up 5 % of that split's in-scope rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from intents import LOSS, OOS, SCORES, few, threshold
from model_common import Bar, Row, finish, groups, ours, rows, sample, share, texts
from model_common import options as common_options
from model_heads import shots
from numpy.typing import NDArray

from voc.insight.calibration import calibrate
from voc.insight.metrics import macro_f1
from voc.models.custom_intent import Linear
from voc.models.encoder import CachedEncoder
from voc.training import classes_of, fit_linear

BARS = {
    bar.what: bar
    for bar in (
        Bar("BANKING77 5-shot", 0.74, 0.84),
        Bar("BANKING77 10-shot", 0.82, 0.89),
        Bar("BANKING77 full", 0.92, 0.935),
        Bar("CLINC150 OOS recall", 0.78),
        Bar("it_tickets", 0.85),
    )
}
MOST_ECE = 0.05
SEEDS = range(5)
QUICK_ROWS, QUICK_TEST = 600, 300
HOME = "en"


@dataclass(frozen=True)
class Model:
    """A fitted classifier with its encoder."""

    linear: Linear
    mix: str
    cv: float
    encoder: CachedEncoder

    def logits(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n, classes) scores."""
        return self.linear.logits(asked, self.encoder.encode(asked))

    def probabilities(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n, classes)."""
        return self.linear.predict(asked, self.encoder.encode(asked))


def trained(encoder: CachedEncoder, found: Sequence[Row]) -> Model:
    """``voc train intent`` on these rows, without the files."""
    asked = texts(found)
    labels, y = classes_of([row["intent"] for row in found])
    fitted = fit_linear(
        asked, labels, y, [" ".join(t.casefold().split()) for t in asked], encoder, tell=_tell
    )
    cv = float((fitted.stack.probabilities.argmax(1) == y[fitted.stack.held_out]).mean())
    mix = ", ".join(f"{name} {part:.2f}" for name, part in fitted.mix.items())
    return Model(fitted.linear, mix, cv, encoder)


def _tell(step: str) -> None:
    print(f"  {step}", file=sys.stderr, flush=True)


def positions(model: Model, found: Sequence[Row]) -> NDArray[np.int64]:
    """Each row's intent among the model's; -1 for one it never met."""
    place = {label: at for at, label in enumerate(model.linear.labels)}
    return np.array([place.get(row["intent"], -1) for row in found])


def measured(name: str, model: Model, test: Sequence[Row], train_rows: int, quick: bool) -> Row:
    """A line: accuracy, macro-F1 and calibration error on the test rows."""
    p, truth = model.probabilities(texts(test)), positions(model, test)
    right = p.argmax(1) == truth
    calibration = calibrate(p.max(1).astype(np.float64), right)
    result = float(right.mean())
    return {
        "set": name,
        "train rows": train_rows,
        "mix": model.mix,
        "CV": model.cv,
        "n": len(test),
        "accuracy": result,
        "± / 95 %": share(float(right.sum()), len(test)),
        "macro-F1": macro_f1(np.maximum(truth, 0), p.argmax(1).astype(np.int64)),
        "ECE": calibration.ece,
        "ECE by chance": calibration.by_chance.estimate,
        "bar": BARS[name].judge(result, quick) if name in BARS else "",
    }


def banking(encoder: CachedEncoder, quick: bool) -> list[Row]:
    """5 and 10 rows an intent, five draws each, and all rows."""
    train, test = rows("intent/banking77_train"), rows("intent/banking77_test")
    if quick:
        train, test = few(train), few(test)
    intents = np.array([row["intent"] for row in train])
    table = []
    for k in (5, 10):
        drawn = [[train[at] for at in shots(intents, k, seed)] for seed in (SEEDS[:2] if quick else SEEDS)]
        table.append(_mean([measured(f"BANKING77 {k}-shot", trained(encoder, part), test, len(part), quick)
                            for part in drawn], quick))  # fmt: skip
    table.append(measured("BANKING77 full", trained(encoder, train), test, len(train), quick))
    return table


def _mean(draws: Sequence[Row], quick: bool) -> Row:
    """One line of several draws: means, and the standard deviation in place of the interval."""
    found = dict(draws[0])
    for column in ("CV", "accuracy", "macro-F1", "ECE", "ECE by chance"):
        found[column] = float(np.mean([row[column] for row in draws]))
    found["± / 95 %"] = f"± {np.std([row['accuracy'] for row in draws], ddof=1):.3f} over {len(draws)}"
    found["bar"] = BARS[found["set"]].judge(found["accuracy"], quick)
    return found


def clinc(encoder: CachedEncoder, quick: bool) -> list[Row]:
    """In-scope accuracy, and how many out-of-scope rows a threshold that gives up 5 % in scope finds."""
    from sklearn.metrics import roc_auc_score

    train, val, test = (rows(f"intent/clinc150_{name}") for name in ("train", "val", "test"))
    if quick:
        train, val, test = few(train), few(val), few(test)
    model = trained(encoder, kept := [row for row in train if row["intent"] != OOS])
    table = [measured("CLINC150 in-scope", model, [r for r in test if r["intent"] != OOS], len(kept), quick)]
    tuned = model.logits(texts(val))
    inside = np.array([row["intent"] != OOS for row in val])
    areas = {name: roc_auc_score(inside, score(tuned)) for name, score in SCORES.items()}
    best = max(areas, key=lambda name: areas[name])
    limit = threshold(SCORES[best](tuned)[inside])
    scores, known = SCORES[best](model.logits(texts(test))), np.array([r["intent"] != OOS for r in test])
    caught = scores[~known] < limit
    table.append({
        "set": "CLINC150 OOS recall", "mix": best, "n": len(caught), "accuracy": float(caught.mean()),
        "± / 95 %": share(float(caught.sum()), len(caught)),
        "bar": BARS["CLINC150 OOS recall"].judge(float(caught.mean()), quick),
        "how": f"gives up {np.mean(scores[known] < limit):.3f} of in-scope rows (aimed at {LOSS}); "
        f"AUROC {roc_auc_score(known, scores):.3f}",
    })  # fmt: skip
    return table


def plain(name: str, encoder: CachedEncoder, quick: bool) -> list[Row]:
    """All training rows, all test rows: accuracy at full coverage and calibration."""
    train, test = rows(f"intent/{name}_train"), rows(f"intent/{name}_test")
    if quick:
        train, test = sample(train, QUICK_ROWS), sample(test, QUICK_TEST)
        counts = {row["intent"]: sum(r["intent"] == row["intent"] for r in train) for row in train}
        train = [row for row in train if counts[row["intent"]] > 1]
    row = measured(name, trained(encoder, train), test, len(train), quick)
    met = "met" if row["ECE"] <= MOST_ECE else "not"
    row["how"] = f"ECE bar {MOST_ECE}" + ("" if quick else f" {met}")
    return [row]


def cross_lingual(encoder: CachedEncoder, quick: bool) -> list[Row]:
    """What training in English alone costs each language, against training in that language."""
    valid, test = groups(rows("intent/xsid_valid"), "lang"), groups(rows("intent/xsid_test"), "lang")
    home = trained(encoder, _learnable(valid[HOME]))
    table = []
    for language, found in list(test.items())[: 3 if quick else None]:
        part = sample(found, QUICK_TEST // 5) if quick else found
        row = measured(f"xSID en -> {language}", home, part, len(valid[HOME]), quick)
        if language != HOME and len(valid.get(language, ())) > 0:
            own = trained(encoder, _learnable(valid[language]))
            row["trained in it"] = measured("", own, part, 0, quick)["accuracy"]
            row["cost of English"] = row["trained in it"] - row["accuracy"]
        table.append(row)
    away = [row["accuracy"] for row in table if row["set"] != f"xSID en -> {HOME}"]
    return [*table, {"set": "**mean without en**", "accuracy": float(np.mean(away))}]


def _learnable(found: Sequence[Row]) -> list[Row]:
    """Rows of the intents that two different texts have, as ``voc train`` keeps them."""
    different = {(row["intent"], row["text"].casefold()) for row in found}
    counts: dict[str, int] = {}
    for intent, _text in different:
        counts[intent] = counts.get(intent, 0) + 1
    return [row for row in found if counts[row["intent"]] > 1]


PARTS: dict[str, Callable[[CachedEncoder, bool], list[Row]]] = {
    "banking": banking,
    "clinc": clinc,
    "it_tickets": lambda encoder, quick: plain("it_tickets", encoder, quick),
    "bitext": lambda encoder, quick: plain("bitext", encoder, quick),
}


def main() -> None:
    """Train, ask and print the table."""
    parser = common_options(__doc__, teacher=False)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="only these sets")
    parser.add_argument("--cross-lingual", action="store_true", help="xSID instead: English to the others")
    chosen = parser.parse_args()
    encoder = ours(chosen.model)
    if chosen.cross_lingual:
        table = cross_lingual(encoder, chosen.quick)
    else:
        table = [row for name in chosen.only or PARTS for row in PARTS[name](encoder, chosen.quick)]
    finish(chosen, table, ["Strengths and mix are chosen on the training rows; CV is theirs, cross-fitted."])


if __name__ == "__main__":
    main()
