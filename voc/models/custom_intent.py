"""A user's own intents, learned from labelled rows: a folder of plain files, read and run with numpy.

``intent.json`` says what it is, ``weights.safetensors`` holds each view's matrix, ``ngrams.json`` the
vocabularies, ``scope.safetensors`` what tells texts about none of the intents. Nothing in the folder is ever
executed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.models.encoder import Encoder
from voc.models.heads import Floats, softmax
from voc.models.learners import units
from voc.models.ngrams import Ngrams, Vectorizer
from voc.models.scope import FILE as SCOPE
from voc.models.scope import Scope, load_scope, save_scope
from voc.models.stack import HIDDEN
from voc.types import Encoded

MANIFEST, WEIGHTS, NGRAMS = "intent.json", "weights.safetensors", "ngrams.json"
ENCODER, CLASSIFIER = "encoder", "classifier"
"""Folders within, there when the encoder, or a whole classifier, was fine-tuned."""
FORMAT = 1
MEASURED = 30
"""Held-out rows in a language from which on the intents count as measured in it."""
AGAIN = "Train it again with `voc train intent`."


@dataclass(frozen=True)
class Linear:
    """``softmax(sum over views of x @ weight + bias)``, as ``voc.models.stack`` fits it.

    ``weights``: view (``features``, ``vectors``, ``ngrams`` or ``hidden``) -> (columns, classes). ``encoder`` is the
    id of the encoder whose features the weights belong to. ``inner``: weight and bias of the hidden units that read
    the features, if there are any.
    """

    labels: tuple[str, ...]
    encoder: str
    weights: Mapping[str, Floats]
    bias: Floats
    vectorizer: Vectorizer | None
    inner: tuple[Floats, Floats] | None = None

    def predict(self, texts: Sequence[str], encoded: Encoded) -> Floats:
        """Probabilities (n, labels) of n texts and what the encoder gives for them."""
        return softmax(self.logits(texts, encoded))

    def logits(self, texts: Sequence[str], encoded: Encoded) -> Floats:
        """Calibrated scores (n, labels) before the softmax."""
        logits = np.zeros((len(texts), len(self.labels)), np.float32) + self.bias
        for view, weight in self.weights.items():
            if view == "ngrams" and self.vectorizer is not None:
                logits += self.vectorizer.project(texts, weight)
            elif view == HIDDEN and self.inner is not None:
                logits += units(encoded.features, self.inner) @ weight
            else:
                logits += getattr(encoded, view) @ weight
        return logits


class CustomIntent:
    """The intent model in a folder that ``save_intent`` wrote.

    Args:
        folder: the folder.
        encoder: the encoder of the run; the embedded one when None. A folder that brings its own fine-tuned
            encoder uses that one.
        device: for a fine-tuned encoder.

    Raises:
        VocError: the folder can't be read, or was trained on another encoder's features.
    """

    def __init__(self, folder: Path, encoder: Encoder | None = None, device: str | None = None) -> None:
        self.folder = Path(folder)
        self.linear, self.id = load_linear(self.folder)
        self.scope, self.languages = load_scope(self.folder / SCOPE), measured_languages(self.folder)
        self.tuned = (self.folder / ENCODER).is_dir()
        self.encoder = self._tuned_encoder(device) if self.tuned else encoder or _embedded()
        if self.encoder.id != self.linear.encoder:
            raise VocError(
                f"{self.folder} was trained on the encoder {self.linear.encoder}, this is {self.encoder.id}",
                f"Its weights mean nothing on another encoder. {AGAIN}",
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of the columns."""
        return self.linear.labels

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, labels); ``encoded`` saves encoding, and must be of this model's encoder."""
        if encoded is None or self.tuned:
            encoded = self.encoder.encode(texts)
        return self.linear.predict(texts, encoded)

    def _tuned_encoder(self, device: str | None) -> Encoder:
        from voc.models.hub import HubEncoder

        return HubEncoder(str(self.folder / ENCODER), device)


class FinetunedIntent:
    """A fine-tuned sequence classifier in a folder that ``voc train intent --method finetune`` wrote.

    Its softmax is tempered by the factor that fitted the held-out rows best (Guo et al. 2017).

    Raises:
        VocError: the folder can't be read.
    """

    def __init__(self, folder: Path, device: str | None = None) -> None:
        from voc.models.hub import HubClassifier

        manifest = checked_manifest(folder)
        self.scope, self.languages = load_scope(folder / SCOPE), measured_languages(folder)
        self.classifier = HubClassifier(str(folder / CLASSIFIER), device)
        self.labels = tuple(manifest["labels"])
        self.factor = float(manifest["factor"])
        self.id = f"{folder.resolve().name}-{self.classifier.id.rsplit('-', 1)[-1]}"

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, labels); ``encoded`` is not used."""
        p = self.classifier.predict(texts)
        return softmax((np.log(np.maximum(p, 1e-30)) * self.factor).astype(np.float32))


def is_custom(folder: Path) -> bool:
    """Whether a folder holds a model of this make."""
    return (folder / MANIFEST).is_file()


def load_custom(
    folder: Path, encoder: Encoder | None = None, device: str | None = None
) -> CustomIntent | FinetunedIntent:
    """The model in a folder that ``voc train intent`` wrote; arguments as for ``CustomIntent``.

    Raises:
        VocError: it can't be read, or belongs to another encoder.
    """
    if read_manifest(folder).get("method") == "finetune":
        return FinetunedIntent(folder, device)
    return CustomIntent(folder, encoder, device)


def read_manifest(folder: Path) -> dict[str, Any]:
    """``intent.json`` of a model folder.

    Raises:
        VocError: there is none, or it is of another format.
    """
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        known = manifest["format"] == FORMAT
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise VocError(f"{folder} can't be read as an intent model: {type(error).__name__}", AGAIN) from error
    if not known:
        raise VocError(f"{folder} is of format {manifest['format']}, not {FORMAT}", AGAIN)
    return manifest


def checked_manifest(folder: Path) -> dict[str, Any]:
    """As ``read_manifest``; the files that it names are as they were written.

    Raises:
        VocError: a file is missing or was changed.
    """
    manifest = read_manifest(folder)
    for name, expected in manifest["sha256"].items():
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise VocError(f"{folder / name} can't be read as part of an intent model", AGAIN) from error
        if found != expected:
            raise VocError(f"{folder / name} is not the file that was written (its sha256 differs)", AGAIN)
    return manifest


def measured_languages(folder: Path) -> frozenset[str]:
    """Languages of enough held-out rows: what the report says holds for them."""
    rows = read_manifest(folder).get("languages") or {}
    return frozenset(code for code, count in rows.items() if count >= MEASURED and code != "und")


def write_manifest(folder: Path, labels: Sequence[str], encoder: str, about: Mapping[str, Any]) -> None:
    """Write ``intent.json``, with the hashes of the model's other files."""
    names = [name for name in (WEIGHTS, NGRAMS, SCOPE) if (folder / name).is_file()]
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    content = {"format": FORMAT, "encoder": encoder, "labels": list(labels), "sha256": hashes}
    _write(folder / MANIFEST, {**content, **about})


def save_intent(linear: Linear, folder: Path, about: Mapping[str, Any], scope: Scope | None = None) -> None:
    """Write a model into an existing folder; the manifest, which makes it one, comes last.

    Args:
        linear: the classifier; its weights are kept in half precision.
        folder: where to.
        about: more facts for the manifest: method, rows, mix, and held-out rows by ``languages``.
        scope: the detector of texts about none of the intents.
    """
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {
        f"weight.{view}": np.ascontiguousarray(_half(w)) for view, w in linear.weights.items()
    }
    tensors["bias"] = linear.bias
    if linear.inner is not None:
        tensors |= {
            "inner.weight": np.ascontiguousarray(_half(linear.inner[0])),
            "inner.bias": linear.inner[1],
        }
    parts = linear.vectorizer.parts if linear.vectorizer else ()
    tensors |= {f"idf.{i}": part.idf for i, part in enumerate(parts)}
    save_file(tensors, folder / WEIGHTS)
    _write(folder / NGRAMS, [_described(part) for part in parts])
    if scope is not None:
        save_scope(scope, folder / SCOPE)
    write_manifest(folder, linear.labels, linear.encoder, about)


def load_linear(folder: Path) -> tuple[Linear, str]:
    """The classifier in a folder, and its id: the folder's name and a hash of its files.

    Raises:
        VocError: files are missing, changed or of a newer format.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        manifest = checked_manifest(folder)
        tensors = load_file(folder / WEIGHTS)
        parts = json.loads((folder / NGRAMS).read_text(encoding="utf-8"))
        vectorizer = Vectorizer(tuple(_read(part, tensors[f"idf.{i}"]) for i, part in enumerate(parts)))
        weights = {
            name.removeprefix("weight."): tensor.astype(np.float32)
            for name, tensor in tensors.items()
            if name.startswith("weight.")
        }
        linear = Linear(
            tuple(manifest["labels"]),
            manifest["encoder"],
            weights,
            tensors["bias"],
            vectorizer if parts else None,
            (tensors["inner.weight"].astype(np.float32), tensors["inner.bias"])
            if HIDDEN in weights
            else None,
        )
        digest = hashlib.sha256("".join(sorted(manifest["sha256"].values())).encode()).hexdigest()[:12]
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise VocError(f"{folder} can't be read as an intent model: {type(error).__name__}", AGAIN) from error
    return linear, f"{folder.resolve().name}-{digest}"


def _embedded() -> Encoder:
    from voc.models.encoder import load_encoder

    return load_encoder()


def _half(weight: Floats) -> NDArray[np.float16]:
    return np.clip(weight, -65_000, 65_000).astype(np.float16)


def _described(part: Ngrams) -> dict[str, Any]:
    ordered = sorted(part.vocabulary, key=lambda ngram: part.vocabulary[ngram])
    return {"kind": part.kind, "shortest": part.shortest, "longest": part.longest, "vocabulary": ordered}


def _read(part: Mapping[str, Any], idf: Floats) -> Ngrams:
    vocabulary = {ngram: column for column, ngram in enumerate(part["vocabulary"])}
    return Ngrams(part["kind"], int(part["shortest"]), int(part["longest"]), vocabulary, idf)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
