"""``voc train intent``: from labelled rows to a saved intent model and an honest report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from voc.config import Settings
from voc.errors import USAGE, VocError
from voc.labelled import LabelledRows, Row, read_labelled
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.insight.calibration import Calibration
    from voc.insight.labelling import Confusion, Suspect
    from voc.insight.metrics import Scores
    from voc.models.custom_intent import Linear
    from voc.models.encoder import Encoder
    from voc.models.stack import Fold, Stack

Method = Literal["linear", "setfit", "finetune"]
HELD_OUT = 5
"""One row in so many is held out when an encoder or a classifier is fine-tuned."""
REPORT = "report.json"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class TrainingReport:
    """What a model was trained on and how well it does on rows it did not see.

    ``rows_read == used + sum(rejected.values())``. ``measured`` rows were held out: all of them in turn
    (cross-validation), or one in ``HELD_OUT`` when something was fine-tuned. ``mix`` is each view's share.
    Rows are named by id, file and row; texts are not kept.
    """

    method: Method
    label_column: str
    rows_read: int
    used: int
    rejected: Mapping[str, int]
    measured: int
    mix: Mapping[str, float]
    scores: Scores
    calibration: Calibration
    mislabelled: tuple[Mapping[str, Any], ...]
    confusable: tuple[Mapping[str, Any], ...]
    contradictions: tuple[tuple[str, ...], ...]
    thin: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


@dataclass(frozen=True)
class Fitted:
    """A linear classifier and what its regressions gave the rows that they did not see."""

    linear: Linear
    stack: Stack

    @property
    def mix(self) -> dict[str, float]:
        """Each view's share of the spread of the logits; sums to 1."""
        return {name: part.share for name, part in self.stack.parts.items()}


def train_intents(
    inputs: Sequence[str | Path],
    output: Path,
    settings: Settings,
    *,
    label_column: str | None = None,
    method: Method = "linear",
    base: str | None = None,
    force: bool = False,
    cache: bool = True,
    tell: Tell | None = None,
) -> TrainingReport:
    """Learn intents from labelled files and write the model's folder.

    Args:
        inputs: labelled files, in any format that voc reads.
        output: the folder to write; use it with ``--intent-model``.
        settings: columns and models; ``models.device`` is where fine-tuning runs.
        label_column: the column with the labels; found by its name when None.
        method: ``linear`` (a regression on the embedded encoder's features and TF-IDF), ``setfit`` or
            ``finetune``, which tune ``base``.
        base: hub name or local folder of the model to tune.
        force: replace a model that is in ``output``.
        cache: whether features are kept on disk.
        tell: told of each step.

    Raises:
        VocError: the input can't be used, an option is wrong, packages for a method are missing, or
            the folder can't be written.
    """
    from voc.models.custom_intent import MANIFEST
    from voc.store.run_folder import new_run_folder

    _check_method(method, base)
    with new_run_folder(output, force, MANIFEST) as draft:
        data = read_labelled(inputs, settings, label_column)
        labels, y = classes_of([row.label for row in data.rows])
        if method == "linear":
            held, probabilities, mix = _linear(data.rows, labels, y, draft, cache, tell)
        else:
            device = settings.models.device
            held, probabilities, mix = _tuned(data.rows, labels, y, draft, method, str(base), device, tell)
        report = make_report(method, data, labels, y, held, probabilities, mix)
        _write_report(draft / REPORT, report)
    return report


def classes_of(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The distinct labels in alphabetical order, and each row's position among them."""
    import numpy as np

    labels = tuple(sorted(set(names)))
    place = {label: at for at, label in enumerate(labels)}
    return labels, np.array([place[name] for name in names], np.int64)


def fit_linear(
    texts: Sequence[str],
    labels: Sequence[str],
    y: NDArray[np.int64],
    marks: Sequence[str],
    encoder: Encoder,
    folds: Sequence[Fold] | None = None,
    tell: Tell | None = None,
) -> Fitted:
    """Fit the default model.

    Args:
        texts: n texts.
        labels: the classes.
        y: (n,) positions in ``labels``.
        marks: n marks; rows with equal ones are never parted by the folds.
        encoder: gives vectors and features.
        folds: by default those of ``voc.models.stack.folds_of``.
        tell: told of each step.
    """
    import numpy as np

    from voc.models.custom_intent import Linear
    from voc.models.ngrams import fit_ngrams
    from voc.models.stack import fit_stack, folds_of

    encoded = encoder.encode(texts)
    vectorizer = fit_ngrams(texts)
    views: dict[str, Any] = {"features": encoded.features, "vectors": encoded.vectors}
    if encoded.features.shape == encoded.vectors.shape:  # one layer alone: twice the same
        del views["features"]
    if vectorizer.parts:
        views["ngrams"] = vectorizer.matrix(texts)
    stack = fit_stack(views, y, folds or folds_of(y, marks), tell)
    weights = {name: part.weight for name, part in stack.parts.items()}
    bias = np.sum([part.bias for part in stack.parts.values()], axis=0)
    kept = vectorizer if "ngrams" in weights else None
    return Fitted(Linear(tuple(labels), encoder.id, weights, bias, kept), stack)


def make_report(
    method: Method,
    data: LabelledRows,
    labels: Sequence[str],
    y: NDArray[np.int64],
    held: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    mix: Mapping[str, float],
) -> TrainingReport:
    """Scores, calibration and label problems of the rows at the positions ``held``."""
    import numpy as np

    from voc.insight.calibration import calibrate
    from voc.insight.labelling import confusable_pairs, contradictions, likely_mislabelled, thin_classes
    from voc.insight.metrics import score

    truth, guess = y[held], probabilities.argmax(axis=1).astype(np.int64)
    names, marks = [row.label for row in data.rows], [row.mark for row in data.rows]
    suspects = likely_mislabelled(probabilities, truth)
    return TrainingReport(
        method=method,
        label_column=data.label_column,
        rows_read=data.rows_read,
        used=len(data.rows),
        rejected=data.rejected,
        measured=len(held),
        mix=mix,
        scores=score(truth, guess, labels),
        calibration=calibrate(probabilities.max(axis=1).astype(np.float64), truth == guess),
        mislabelled=tuple(_suspect(found, data.rows[held[found.row]], labels) for found in suspects),
        confusable=tuple(_pair(found, labels) for found in confusable_pairs(guess, truth, len(labels))),
        contradictions=tuple(
            tuple(data.rows[at].id for at in found) for found in contradictions(names, marks)
        ),
        thin=thin_classes(names, marks),
    )


def _check_method(method: str, base: str | None) -> None:
    if method not in get_args(Method):
        raise VocError(f"There is no method {method!r}", f"Methods: {', '.join(get_args(Method))}.", USAGE)
    if method == "linear":
        if base is not None:
            raise VocError(
                "--base is for --method setfit and finetune", "Leave it out, or name a method.", USAGE
            )
        return
    if base is None:
        raise VocError(
            f"--method {method} needs a model to tune",
            "Name one with --base: a local folder or a hub name, such as a multilingual sentence model.",
            USAGE,
        )
    from voc.models.tuned_intent import check_extras

    check_extras(method)


Outcome = tuple["NDArray[np.int64]", "NDArray[np.float32]", dict[str, float]]
"""Positions of the rows held out, their probabilities, and the mix."""


def _linear(
    rows: Sequence[Row],
    labels: Sequence[str],
    y: NDArray[np.int64],
    draft: Path,
    cache: bool,
    tell: Tell | None,
) -> Outcome:
    from voc.models.custom_intent import save_intent
    from voc.models.encoder import CachedEncoder, load_encoder
    from voc.store.cache import VectorStore

    encoder: Encoder = load_encoder()
    if cache:
        encoder = CachedEncoder(encoder, VectorStore())
    texts, marks = [row.text for row in rows], [row.mark for row in rows]
    fitted = fit_linear(texts, labels, y, marks, encoder, tell=tell)
    save_intent(fitted.linear, draft, {"method": "linear", "mix": fitted.mix, **_counts(rows)})
    return fitted.stack.held_out, fitted.stack.probabilities, fitted.mix


def _tuned(
    rows: Sequence[Row],
    labels: Sequence[str],
    y: NDArray[np.int64],
    draft: Path,
    method: Method,
    base: str,
    device: str | None,
    tell: Tell | None,
) -> Outcome:
    """Tune on four rows in five; the fifth chooses the mix or the temperature, and is reported on."""
    import numpy as np

    from voc.models.custom_intent import save_intent, write_manifest
    from voc.models.heads import softmax
    from voc.models.stack import folds_of, mix
    from voc.models.tuned_intent import held_out_logits, tune_classifier, tune_encoder

    texts, marks = [row.text for row in rows], [row.mark for row in rows]
    train, held = folds_of(y, marks, HELD_OUT)[0]
    seen, about = [texts[at] for at in train], {"method": method, "base": base, **_counts(rows)}
    if method == "setfit":
        encoder = tune_encoder(base, seen, y[train], draft, device)
        fitted = fit_linear(texts, labels, y, marks, encoder, [(train, held)], tell)
        save_intent(fitted.linear, draft, {**about, "mix": fitted.mix})
        return fitted.stack.held_out, fitted.stack.probabilities, fitted.mix
    classifier = tune_classifier(base, seen, y[train], labels, draft, device)
    logits = held_out_logits(classifier, [texts[at] for at in held])
    factor = float(mix(logits[None], y[held])[0])
    write_manifest(draft, labels, base, {**about, "factor": factor})
    return held, softmax((logits * np.float32(factor)).astype(np.float32)), {base: 1.0}


def _counts(rows: Sequence[Row]) -> dict[str, Any]:
    return {"rows": dict(sorted(Counter(row.label for row in rows).items()))}


def _suspect(found: Suspect, row: Row, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "source_file": row.source_file,
        "source_row": row.source_row,
        "label": labels[found.label],
        "likelier": labels[found.likelier],
        "margin": round(found.margin, 4),
    }


def _pair(found: Confusion, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "label": labels[found.label],
        "taken_for": labels[found.taken_for],
        "rows": found.rows,
        "share": round(found.share, 4),
    }


def _write_report(path: Path, report: TrainingReport) -> None:
    import orjson

    path.write_bytes(orjson.dumps(report.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return value._asdict()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
