"""Intent of texts: the embedded head, one fitted to a user's YAML, or any Hugging Face classifier."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voc import plugins
from voc.errors import VocError
from voc.models.encoder import EMBEDDED, CachedEncoder, Encoder
from voc.models.heads import Floats, Head, load_head, softmax
from voc.models.intents import YAML, read_intents
from voc.models.scope import FILE, Scope, fit_scope, load_scope, pack_scope, unpack_scope
from voc.types import Encoded

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Positions of the examples to fit on, and of those held out."""
PENALTY = 0.003
"""Inverse strength of the ridge for heads fitted at run time; see training/README.md for how it was chosen."""


class IntentModel(Protocol):
    """Anything that gives each text a probability for each of ``labels``."""

    @property
    def id(self) -> str:
        """Name and content hash."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of the columns."""
        ...

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, len(labels)); rows sum to 1."""
        ...


class EmbeddedIntent:
    """A head on the embedded encoder's features.

    Args:
        head: the classifier; the one that ships with the encoder when None.
        folder: the model folder.
        scope: tells texts that are about none of the intents; the one that ships with the encoder, if it was
            fitted for this head, when None.

    Raises:
        VocError: the head can't be read.
    """

    def __init__(
        self, head: Head | None = None, folder: Path | None = None, scope: Scope | None = None
    ) -> None:
        from voc.models.embedded_runtime import EMBEDDED_FOLDER

        self.folder = folder or EMBEDDED_FOLDER
        self.head = head or load_head(self.folder / "intent.safetensors")
        self._encoder: Encoder | None = None
        self._scope = scope

    @property
    def scope(self) -> Scope | None:
        """The detector of texts out of scope, if there is one for this head."""
        if self._scope is None:
            self._scope = load_scope(self.folder / FILE)
        return self._scope if self._scope and self._scope.intents in ("", self.id) else None

    @property
    def id(self) -> str:
        """Name and content hash."""
        return f"voc-intent-{self.head.digest}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of the columns."""
        return self.head.labels

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, len(labels)); the texts are encoded here when ``encoded`` is None."""
        return self.head.predict((encoded or self._encode(texts)).features)

    def _encode(self, texts: Sequence[str]) -> Encoded:
        from voc.models.embedded_runtime import EmbeddedEncoder

        self._encoder = self._encoder or EmbeddedEncoder(self.folder)
        return self._encoder.encode(texts)


def load_intent(
    name: str = EMBEDDED, device: str | None = None, encoder: Encoder | None = None
) -> IntentModel:
    """The intent model called ``name``.

    ``embedded``; a YAML file of intents with examples, to which a head is fitted now; a folder that ``voc
    train intent`` wrote; a head file (``.safetensors``); a plug-in (``voc.intent_models``); or a sequence classifier or NLI model by hub name or
    local folder (NLI: zero-shot over the package's intents).

    Args:
        name: as above.
        device: for hub models and plug-ins.
        encoder: encodes the examples of a YAML file; the embedded one when None. Give a ``CachedEncoder`` to
            encode them only once.

    Raises:
        VocError: there is no such model or file.
    """
    path = Path(name)
    if name == EMBEDDED:
        return EmbeddedIntent()
    if path.suffix in YAML:
        from voc.models.encoder import load_encoder

        head, scope = fit_intents(path, encoder or load_encoder())
        return EmbeddedIntent(head, scope=scope)
    if path.suffix == ".safetensors":
        return EmbeddedIntent(load_head(path))
    from voc.models.custom_intent import is_custom, load_custom

    if is_custom(path):
        return load_custom(path, encoder, device)
    if plugin := plugins.find(plugins.INTENT_MODELS, name):
        from voc.models.plugged import PluggedIntent

        return PluggedIntent(plugin, device)
    from voc.models.hub import HubIntent

    return HubIntent(name, device, {i.key: i.description for i in read_intents() if i.key != "other"})


def fit_intents(path: Path, encoder: Encoder) -> tuple[Head, Scope]:
    """A head for the intents of a YAML file, and a detector of texts about none of them.

    The examples are encoded; a logistic regression is fitted to them, and again in folds, so that the detector
    knows how examples look that were not learned from. With a ``CachedEncoder`` both are kept in its store under
    a hash of the encoder, the examples and the penalty: the same file is fitted once.

    Raises:
        VocError: the file can't be used (see ``read_intents``).
    """
    intents = read_intents(path)
    order = tuple(intent.key for intent in intents)
    examples = [
        (text, intent.key, language)
        for intent in intents
        for language, texts in intent.examples.items()
        for text in texts
    ]
    digest = hashlib.sha256(repr([encoder.id, examples, PENALTY]).encode()).hexdigest()
    store = encoder.store if isinstance(encoder, CachedEncoder) else None
    kept = store.get_many(_keys(digest)) if store is not None else [None, None]
    if kept[0] and kept[1]:
        return _unpacked(kept[0], order, digest[:12]), unpack_scope(kept[1], encoder.id)
    head, scope = _fit_examples(examples, order, encoder)
    if store is not None:
        store.put_many(list(zip(_keys(digest), (_packed(head), pack_scope(scope)), strict=True)))
    return _unpacked(_packed(head), order, digest[:12]), unpack_scope(pack_scope(scope), encoder.id)


def _fit_examples(
    examples: Sequence[tuple[str, str, str]], order: Sequence[str], encoder: Encoder
) -> tuple[Head, Scope]:
    texts, labels, languages = zip(*examples, strict=True)
    encoded = encoder.encode(texts)
    head, unseen, folds = _fit_and_judge(encoded.features, labels, order)
    columns = np.array([order.index(label) for label in labels])
    return head, fit_scope(encoded.vectors, unseen, columns, languages, folds=folds)


def _keys(digest: str) -> list[bytes]:
    return [name + bytes.fromhex(digest) for name in (b"intent head ", b"intent scope ")]


def _packed(head: Head) -> bytes:
    """Temperature, bias and weight of a head of one layer, in single precision."""
    ((weight, bias),) = head.weights
    return np.concatenate([np.array([head.temperature]), bias, weight.ravel()]).astype(np.float32).tobytes()


def _unpacked(kept: bytes, labels: tuple[str, ...], digest: str) -> Head:
    numbers = np.frombuffer(kept, np.float32)
    bias, weight = numbers[1 : 1 + len(labels)], numbers[1 + len(labels) :].reshape(-1, len(labels))
    return Head(labels, ((weight, bias),), float(numbers[0]), digest)


def fit_head(features: NDArray[np.float32], labels: Sequence[str], order: Sequence[str]) -> Head:
    """Fit a linear head: class-balanced logistic regression, temperature by cross-validation.

    Works from a handful of examples an intent; a second for thousands.

    Args:
        features: (n, f) of an encoder.
        labels: n intents.
        order: the intents, in the order that the head's columns shall have.

    Raises:
        VocError: an intent has no example.
    """
    return _fit_and_judge(features, labels, order)[0]


def _fit_and_judge(
    features: Floats, labels: Sequence[str], order: Sequence[str]
) -> tuple[Head, Floats, list[Fold]]:
    """The head, probabilities (n, intents) of each example by a head that had not seen it, and the folds.

    No example is judged, and there are no folds, when an intent has one example alone.
    """
    if missing := set(order) - set(labels):
        raise VocError(f"No example of {', '.join(sorted(missing))}", "Give each intent a few examples.")
    positions = {label: i for i, label in enumerate(order)}
    y = np.array([positions[label] for label in labels])
    weight, bias = _logistic(features, y)
    folds = _folds(features, y)
    logits = np.zeros((len(y), len(order)), np.float32)
    for train, test in folds:
        part, offset = _logistic(features[train], y[train])
        logits[test] = features[test] @ part + offset
    temperature = fit_temperature(logits, y) if folds else 1.0
    return Head(tuple(order), ((weight, bias),), temperature), softmax(logits / temperature), folds


def _logistic(
    features: NDArray[np.float32], y: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (f, classes) and bias (classes,) of a ridge-penalised multinomial regression."""
    from sklearn.linear_model import LogisticRegression

    from voc.models.learners import fitting

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    model = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=300)
    with fitting():
        model.fit((features - mean) / scale, y)
    coefficients, intercept = model.coef_, model.intercept_
    if len(intercept) == 1:  # two classes: scikit-learn keeps one column
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercept = np.concatenate([-intercept, intercept]) / 2
    weight = (coefficients / scale).T.astype(np.float32)
    return weight, (intercept - mean @ weight).astype(np.float32)


def _folds(features: Floats, y: NDArray[np.int64]) -> list[Fold]:
    """Up to five folds with each intent in all of them."""
    from sklearn.model_selection import StratifiedKFold

    count = min(5, int(np.bincount(y).min()))
    if count < 2:
        return []
    return list(StratifiedKFold(count, shuffle=True, random_state=0).split(features, y))


def fit_temperature(logits: NDArray[np.float32], y: NDArray[np.int64]) -> float:
    """Temperature with the least mean negative log-likelihood (Guo et al. 2017), between 0.02 and 20."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    def loss(log_t: float) -> float:
        z = logits / np.exp(log_t)
        return float((logsumexp(z, axis=1) - z[np.arange(len(y)), y]).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.02), np.log(20.0)), method="bounded")
    return float(np.exp(found.x))
