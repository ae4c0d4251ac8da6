"""What ``voc train intent`` reaches: few rows and many, calibration, out of scope, promises, other languages.

usage: python benchmarks/train_intent.py [--quick] [--json FILE] [--model FOLDER]
                                         [--only NAME ...]                        (needs ../shared/data)

NAMEs: banking77, clinc150, it_tickets, bitext, cross_lingual. Every number goes through
``voc.training.fit_linear``, as the command does: views, ridges, mix and detector come from the training rows
alone. Each part is printed, and written to FILE, as it ends; vectors are kept, so that a run that was stopped
encodes nothing twice.

clinc150: the detector that ``voc train`` fits from in-scope rows alone; its limit gives up 5 % of the validation
split's in-scope rows. it_tickets: a tenth of the training rows is kept from the model and plays the labelled
export of ``voc route --simulate --target-precision``; what is promised there is held against the test rows. Four such
tenths are drawn.
cross_lingual: xSID's English validation rows, asked about the other languages and compared with each language's own;
and our own intents' English examples, asked about Korean and others.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from intents import LOSS, OOS, few, threshold
from model_common import Bar, Row, accuracy, describe, groups, markdown, mean, ours, rows, sample, texts
from model_common import options as common_options
from model_heads import shots
from numpy.typing import NDArray
from train_intent_routing import COVERAGE, over_draws, promises

from voc.insight.calibration import calibrate
from voc.insight.metrics import macro_f1
from voc.models.encoder import CachedEncoder
from voc.training import Fitted, classes_of, fit_linear
from voc.types import Encoded

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
ECE = Bar("ECE", 0.05, most=True)
SEEDS = range(5)
QUICK_ROWS, QUICK_TEST = 600, 300
HOME = "en"
KEPT, DRAWS = 10, 4
"""One training row in so many of it_tickets plays the labelled export; so many such exports are drawn, as one alone
holds some 1,100 rows at 70 % coverage: what it says is right to within one point, as is what the test rows say."""
OWN = ("ko", "ja", "zh", "de", "ar")
"""Languages of our own intents' examples that are asked about."""


@dataclass(frozen=True)
class Model:
    """A fitted classifier with its encoder."""

    fitted: Fitted
    encoder: CachedEncoder
    held_out: NDArray[np.float64]
    """(n, 2): how sure it was of rows that it had not seen, in cross-validation, and whether it was right."""
    rows: int

    @property
    def cv(self) -> float:
        """Accuracy in cross-validation."""
        return float(self.held_out[:, 1].mean())

    @property
    def mix(self) -> str:
        """Each view's share."""
        return ", ".join(f"{name} {part:.2f}" for name, part in self.fitted.mix.items())

    def encode(self, asked: Sequence[str]) -> Encoded:
        """What the encoder gives for texts."""
        return self.encoder.encode(asked)

    def probabilities(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n, classes)."""
        return self.fitted.linear.predict(asked, self.encode(asked))

    def typicality(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n,): how usual the texts are among those learned from."""
        return self.fitted.scope.typicality(self.encode(asked).vectors, self.probabilities(asked))


def trained(encoder: CachedEncoder, found: Sequence[Row]) -> Model:
    """``voc train intent`` on these rows, without the files; rows of intents with one text alone are left out."""
    kept = _learnable(found)
    asked = texts(kept)
    labels, y = classes_of([row["intent"] for row in kept])
    marks = [" ".join(t.casefold().split()) for t in asked]
    languages = [row.get("lang", "") for row in kept]
    fitted = fit_linear(asked, labels, y, marks, encoder, tell=tell, languages=languages)
    p = fitted.stack.probabilities
    right = p.argmax(1) == y[fitted.stack.held_out]
    return Model(fitted, encoder, np.column_stack([p.max(1), right]).astype(np.float64), len(kept))


def tell(step: str) -> None:
    """Say where it stands."""
    print(f"  {step}", file=sys.stderr, flush=True)


def _learnable(found: Sequence[Row]) -> list[Row]:
    different = {(row["intent"], " ".join(row["text"].casefold().split())) for row in found}
    counts: dict[str, int] = {}
    for intent, _text in different:
        counts[intent] = counts.get(intent, 0) + 1
    return [row for row in found if counts[row["intent"]] > 1]


def measured(name: str, model: Model, test: Sequence[Row], quick: bool) -> Row:
    """A line: accuracy, macro-F1 and calibration error on the test rows."""
    place = {label: at for at, label in enumerate(model.fitted.linear.labels)}
    truth = np.array([place.get(row["intent"], -1) for row in test])
    p = model.probabilities(texts(test))
    right = p.argmax(1) == truth
    calibration = calibrate(p.max(1).astype(np.float64), right)
    return {
        "set": name,
        "train rows": model.rows,
        "mix": model.mix,
        "CV": model.cv,
        "n": len(test),
        "result": accuracy(right),
        "macro-F1": macro_f1(np.maximum(truth, 0), p.argmax(1).astype(np.int64)),
        "ECE": calibration.ece,
        "ECE by chance": calibration.by_chance.estimate,
        "bar": BARS[name].judge(float(right.mean()), quick) if name in BARS else "",
    }


def banking77(encoder: CachedEncoder, quick: bool) -> Iterator[Row]:
    """5 and 10 rows an intent, five draws each, and all rows."""
    train, test = rows("intent/banking77_train"), rows("intent/banking77_test")
    if quick:
        train, test = few(train), few(test)
    intents = np.array([row["intent"] for row in train])
    for k in (5, 10):
        drawn = [[train[at] for at in shots(intents, k, seed)] for seed in (SEEDS[:2] if quick else SEEDS)]
        yield _mean(
            [measured(f"BANKING77 {k}-shot", trained(encoder, part), test, quick) for part in drawn], quick
        )
    yield measured("BANKING77 full", trained(encoder, train), test, quick)


def _mean(draws: Sequence[Row], quick: bool) -> Row:
    """One line of several draws: means and the standard deviation; the draws are no interval."""
    found = dict(draws[0])
    for column in ("CV", "macro-F1", "ECE", "ECE by chance"):
        found[column] = float(np.mean([row[column] for row in draws]))
    results = [row["result"].estimate for row in draws]
    found["result"] = float(np.mean(results))
    found["how"] = f"sd {np.std(results, ddof=1):.3f} over {len(draws)} draws"
    found["bar"] = BARS[found["set"]].judge(found["result"], quick)
    return found


def clinc150(encoder: CachedEncoder, quick: bool) -> Iterator[Row]:
    """In-scope accuracy, and how many out-of-scope rows the detector finds where it gives up 5 % in scope."""
    from sklearn.metrics import roc_auc_score

    train, val, test = (rows(f"intent/clinc150_{name}") for name in ("train", "val", "test"))
    if quick:
        train, val, test = few(train), few(val), few(test)
    model = trained(encoder, [row for row in train if row["intent"] != OOS])
    inside = [row for row in test if row["intent"] != OOS]
    yield measured("CLINC150 in-scope", model, inside, quick)
    known = model.typicality(texts(inside))
    strange = model.typicality(texts(row for row in test if row["intent"] == OOS))
    limit = threshold(model.typicality(texts(row for row in val if row["intent"] != OOS)), LOSS)
    area = roc_auc_score(np.r_[np.ones(len(known)), np.zeros(len(strange))], np.r_[known, strange])
    for name, at in (("CLINC150 OOS recall", limit), (f"as shipped: typicality < {LOSS}", LOSS)):
        caught = strange < at
        yield {
            "set": name,
            "n": len(caught),
            "result": accuracy(caught),
            "bar": BARS[name].judge(float(caught.mean()), quick) if name in BARS else "",
            "how": f"{np.mean(known < at):.3f} of in-scope rows given up; AUROC {area:.3f}",
        }


def it_tickets(encoder: CachedEncoder, quick: bool) -> Iterator[Row]:
    """All training rows; then thresholds for promised precisions, kept or not on the test rows."""
    train, test = rows("intent/it_tickets_train"), rows("intent/it_tickets_test")
    if quick:
        train, test = sample(train, QUICK_ROWS), sample(test, QUICK_TEST)
    model = trained(encoder, train)
    yield _plain("it_tickets", model, test, quick)
    yield _surest(model, test)
    drawn = []
    for draw in range(1 if quick else DRAWS):
        labelled = sample(train, len(train) // (2 if quick else KEPT), draw)
        held = {id(row) for row in labelled}
        model = trained(encoder, [row for row in train if id(row) not in held])
        known = set(model.fitted.linear.labels)
        asked = [[row for row in part if row["intent"] in known] for part in (labelled, test)]
        found = [row | {"set": f"{row['set']}, draw {draw + 1}"} for row in promises(model, *asked)]
        yield from found
        drawn.append(found[0])
    yield over_draws(drawn)


def _surest(model: Model, test: Sequence[Row]) -> Row:
    """What cross-validation over all rows says of the surest ones, and what the test rows of that model give."""
    sure, right = model.held_out.T
    limit = np.quantile(sure, 1 - COVERAGE)
    p, labels = model.probabilities(texts(test)), np.array(model.fitted.linear.labels)
    found = (labels[p.argmax(1)] == [row["intent"] for row in test])[p.max(1) >= limit]
    said = float(right[sure >= limit].mean())
    name = f"{COVERAGE:.0%} coverage, cross-validated"
    return {"set": name, "n": len(found), "result": accuracy(found), "said": said}


def bitext(encoder: CachedEncoder, quick: bool) -> Iterator[Row]:
    """All training rows, all test rows."""
    train, test = rows("intent/bitext_train"), rows("intent/bitext_test")
    if quick:
        train, test = sample(train, QUICK_ROWS), sample(test, QUICK_TEST)
    yield _plain("bitext", trained(encoder, train), test, quick)


def _plain(name: str, model: Model, test: Sequence[Row], quick: bool) -> Row:
    row = measured(name, model, test, quick)
    return row | {"how": ECE.judge(row["ECE"], quick)}


def cross_lingual(encoder: CachedEncoder, quick: bool) -> Iterator[Row]:
    """What training in English alone costs each language, against training in that language."""
    valid, test = groups(rows("intent/xsid_valid"), "lang"), groups(rows("intent/xsid_test"), "lang")
    home, away = trained(encoder, valid[HOME]), []
    for language, found in list(test.items())[: 4 if quick else None]:
        part = sample(found, QUICK_TEST // 5) if quick else found
        row = _against(f"xSID {HOME} -> {language}", home, encoder, valid.get(language, []), part, quick)
        away += [row] if language != HOME else []
        yield row
    means = {
        name: float(np.mean([row[name] for row in away])) for name in ("trained in it", "cost of English")
    }
    yield {"set": f"**mean without {HOME}**", "result": mean([row["result"] for row in away]), **means}
    examples = groups(_own_examples(), "lang")
    home = trained(encoder, examples[HOME])
    for language in OWN[: 1 if quick else None]:
        # Trained in the language itself: on one half, asked about the other, and the other way round.
        one, other = examples[language][::2], examples[language][1::2]
        halves = [measured("", trained(encoder, a), b, quick) for a, b in ((one, other), (other, one))]
        row = measured(f"our intents {HOME} -> {language}", home, examples[language], quick)
        yield row | _cost(row, float(np.mean([half["result"].estimate for half in halves])))


def _against(
    name: str, home: Model, encoder: CachedEncoder, own: Sequence[Row], part: Sequence[Row], quick: bool
) -> Row:
    row = measured(name, home, part, quick)
    if name.endswith(f"> {HOME}"):
        return row
    return row | _cost(row, measured("", trained(encoder, own), part, quick)["result"].estimate)


def _cost(row: Row, own: float) -> Row:
    return {"trained in it": own, "cost of English": own - row["result"].estimate}


def _own_examples() -> list[Row]:
    """The examples of the package's own intents, as rows."""
    from voc.models.intents import read_intents

    return [
        {"text": text, "intent": intent.key, "lang": language}
        for intent in read_intents()
        for language, found in intent.examples.items()
        for text in found
    ]


PARTS: dict[str, Callable[[CachedEncoder, bool], Iterator[Row]]] = {
    part.__name__: part for part in (banking77, clinc150, it_tickets, bitext, cross_lingual)
}


def main() -> None:
    """Train, ask and print each part as it ends."""
    parser = common_options(__doc__, teacher=False)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="only these parts")
    chosen = parser.parse_args()
    print(
        f"## train_intent{' (quick: a sample)' if chosen.quick else ''}\n\n{describe(chosen.model)}",
        flush=True,
    )
    encoder, table = ours(chosen.model), []
    for name in chosen.only or PARTS:
        start = time.monotonic()
        part = []
        for row in PARTS[name](encoder, chosen.quick):
            part.append(row)
            tell(str(row["set"]))
            _keep(chosen, [*table, *part])
        table += part
        print(f"\n### {name} ({time.monotonic() - start:.0f} s)\n\n{markdown(part)}", flush=True)


def _keep(chosen: argparse.Namespace, table: Sequence[Row]) -> None:
    if chosen.json:
        content = {
            "benchmark": "train_intent",
            "quick": chosen.quick,
            "model": describe(chosen.model),
            "rows": table,
        }
        chosen.json.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
