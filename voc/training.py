"""``voc train intent``: from labelled rows to a saved intent model and an honest report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from voc.config import Settings
from voc.errors import USAGE, VocError
from voc.labelled import Row, read_labelled
from voc.training_report import REPORT, Method, TrainingReport, make_report, write_report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.models.custom_intent import Linear
    from voc.models.encoder import Encoder
    from voc.models.scope import Scope
    from voc.models.stack import Fold, Stack

HELD_OUT = 5
"""One row in so many is held out when an encoder or a classifier is fine-tuned."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Fitted:
    """A classifier, what its learners gave the rows that they did not see, and a detector of texts
    about none of the intents."""

    linear: Linear
    stack: Stack
    scope: Scope

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
        method: ``linear`` (on the embedded encoder's features and TF-IDF), ``setfit`` or
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
            held, probabilities, mix = _tuned(
                data.rows, labels, y, draft, method, str(base), device, cache, tell
            )
        report = make_report(method, data, labels, y, held, probabilities, mix)
        write_report(draft / REPORT, report)
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
    languages: Sequence[str] | None = None,
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
        languages: of the n texts, for the detector.
    """
    import numpy as np

    from voc.models.custom_intent import Linear
    from voc.models.learners import MANY
    from voc.models.ngrams import fit_ngrams
    from voc.models.stack import HIDDEN, fit_stack, folds_of

    folds = folds or folds_of(y, marks)
    encoded = encoder.encode(texts)
    vectorizer, ngrams = fit_ngrams(texts)
    views: dict[str, Any] = {"features": encoded.features, "vectors": encoded.vectors}
    if encoded.features.shape == encoded.vectors.shape:  # one layer alone: twice the same
        del views["features"]
    if vectorizer.parts:
        views["ngrams"] = ngrams
    if len(texts) >= MANY:
        views[HIDDEN] = encoded.features
    stack = fit_stack(views, y, folds, tell)
    weights = {name: part.scores.weight for name, part in stack.parts.items()}
    bias = np.sum([part.scores.bias for part in stack.parts.values()], axis=0)
    inner = next((part.scores.inner for part in stack.parts.values() if part.scores.inner), None)
    kept = vectorizer if "ngrams" in weights else None
    scope = learn_scope(encoder.id, encoded.vectors, stack.held_out, stack.probabilities, y, folds, languages)
    return Fitted(Linear(tuple(labels), encoder.id, weights, bias, kept, inner), stack, scope)


def learn_scope(
    encoder: str,
    vectors: NDArray[np.float32],
    held: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    y: NDArray[np.int64],
    folds: Sequence[Fold],
    languages: Sequence[str] | None = None,
) -> Scope:
    """A detector of texts about none of the intents, from rows that the classifier did not see.

    Args:
        encoder: id of the encoder that gave the vectors.
        vectors: (n, d) of unit length.
        held: (m,) positions of the rows held out.
        probabilities: (m, classes) for them.
        y: (n,) classes.
        folds: those in which the rows were held out.
        languages: of the n texts.
    """
    import numpy as np

    from voc.models.scope import fit_scope

    everywhere = np.zeros((len(y), probabilities.shape[1]), np.float32)
    everywhere[held] = probabilities
    return replace(fit_scope(vectors, everywhere, y, languages, folds=folds), encoder=encoder)


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

    texts, marks, languages = _columns(rows)
    fitted = fit_linear(texts, labels, y, marks, _encoder(cache), tell=tell, languages=languages)
    held = fitted.stack.held_out
    about = {"method": "linear", "mix": fitted.mix, **_counts(rows, held)}
    save_intent(fitted.linear, draft, about, fitted.scope)
    return held, fitted.stack.probabilities, fitted.mix


def _tuned(
    rows: Sequence[Row],
    labels: Sequence[str],
    y: NDArray[np.int64],
    draft: Path,
    method: Method,
    base: str,
    device: str | None,
    cache: bool,
    tell: Tell | None,
) -> Outcome:
    """Tune on four rows in five; the fifth chooses the mix or the temperature, and is reported on.

    The detector reads the embedded encoder's vectors, which routing has at hand for the sentiment.
    """
    import numpy as np

    from voc.models.custom_intent import save_intent, write_manifest
    from voc.models.heads import softmax
    from voc.models.scope import FILE, save_scope
    from voc.models.stack import folds_of, mix
    from voc.models.tuned_intent import held_out_logits, tune_classifier, tune_encoder

    texts, marks, languages = _columns(rows)
    train, held = folds_of(y, marks, HELD_OUT)[0]
    seen, about = [texts[at] for at in train], {"method": method, "base": base, **_counts(rows, held)}
    embedded = _encoder(cache)
    vectors = embedded.encode(texts).vectors

    def scope(probabilities: NDArray[np.float32]) -> Scope:
        return learn_scope(embedded.id, vectors, held, probabilities, y, [(train, held)], languages)

    if method == "setfit":
        encoder = tune_encoder(base, seen, y[train], draft, device, tell)
        fitted = fit_linear(texts, labels, y, marks, encoder, [(train, held)], tell)
        found = fitted.stack.probabilities
        save_intent(fitted.linear, draft, {**about, "mix": fitted.mix}, scope(found))
        return fitted.stack.held_out, found, fitted.mix
    classifier = tune_classifier(base, seen, y[train], labels, draft, device, tell)
    logits = held_out_logits(classifier, [texts[at] for at in held])
    factor = float(mix(logits[None], y[held])[0])
    found = softmax((logits * np.float32(factor)).astype(np.float32))
    save_scope(scope(found), draft / FILE)
    write_manifest(draft, labels, base, {**about, "factor": factor})
    return held, found, {base: 1.0}


def _encoder(cache: bool) -> Encoder:
    """The embedded one, with the cache if it is wanted."""
    from voc.models.encoder import CachedEncoder, load_encoder
    from voc.store.cache import VectorStore

    return CachedEncoder(load_encoder(), VectorStore()) if cache else load_encoder()


def _columns(rows: Sequence[Row]) -> tuple[list[str], list[str], list[str]]:
    """Texts, marks and languages."""
    return [row.text for row in rows], [row.mark for row in rows], [row.language for row in rows]


def _counts(rows: Sequence[Row], held: NDArray[np.int64]) -> dict[str, Any]:
    """Rows of each class, and held-out rows in each language."""
    return {
        "rows": dict(sorted(Counter(row.label for row in rows).items())),
        "languages": dict(sorted(Counter(rows[at].language for at in held).items())),
    }
