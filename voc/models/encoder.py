"""Text -> vectors: the encoder's contract, its loader and the cache around it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from voc import plugins
from voc.types import Encoded

if TYPE_CHECKING:
    from voc.models.embedded_runtime import EmbeddedEncoder
    from voc.models.hub import HubEncoder
    from voc.models.plugged import PluggedEncoder

EMBEDDED = "embedded"
"""Name of the model that the package carries."""

Progress = Callable[[int], None]
"""Called with how many more texts are done, as ``rich``'s ``advance`` wants it; the calls sum to n."""


class Encoder(Protocol):
    """Anything that turns n texts into an ``Encoded`` of n rows, row i belonging to text i."""

    @property
    def id(self) -> str:
        """Name and content hash: two encoders with one id give the same vectors."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """Vectors (n, dim) and features (n, f) of the texts, in their order."""
        ...


class Store(Protocol):
    """A key-value store of bytes, for the vector cache."""

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""
        ...

    def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep these values."""
        ...


def load_encoder(
    name: str = EMBEDDED, device: str | None = None, threads: int | None = None
) -> EmbeddedEncoder | HubEncoder | PluggedEncoder:
    """The encoder called ``name``: ``embedded``, a plug-in (``voc.encoders``), a hub name or a local folder.

    ``device`` (``cpu``, ``cuda`` ...) is for hub models and plug-ins; the embedded one runs on the CPU, in
    ``threads`` (all that the process may use when None).

    Raises:
        VocError: the folder or hub name holds no encoder, the hub can't be reached, or a plug-in fails.
    """
    if name == EMBEDDED or (Path(name) / "model.json").exists():
        from voc.models.embedded_runtime import EMBEDDED_FOLDER, EmbeddedEncoder

        return EmbeddedEncoder(EMBEDDED_FOLDER if name == EMBEDDED else Path(name), threads)
    if plugin := plugins.find(plugins.ENCODERS, name):
        from voc.models.plugged import PluggedEncoder

        return PluggedEncoder(plugin, device)
    from voc.models.hub import HubEncoder

    return HubEncoder(name, device)


def encoded(features: NDArray[np.float16], dim: int) -> Encoded:
    """``Encoded`` from half-precision features: the vector is their last ``dim`` columns at unit length, but for rounding.

    Features are rounded to float16 before anything reads them, so that a run from the cache and a run
    without it see the same numbers; and vectors, so that a large run, which sets them aside, does too.
    """
    full = features.astype(np.float32)
    tail = full[:, full.shape[1] - dim :]
    length = np.maximum(np.linalg.norm(tail, axis=1, keepdims=True), 1e-12)
    return Encoded(vectors=(tail / length).astype(np.float16).astype(np.float32), features=full)


def distinct(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Each text once, in the order in which they first come, and for each of the n texts the place of its own."""
    places: dict[str, int] = {}
    where = [places.setdefault(text, len(places)) for text in texts]
    return list(places), where


def _halves(encoder: Encoder, texts: Sequence[str], progress: Progress | None) -> NDArray[np.float16]:
    """Features in half precision, from the encoder itself where it has them so: rounding takes its time."""
    if own := getattr(encoder, "halves", None):
        found: NDArray[np.float16] = own(texts, progress)
        return found
    return encoder.encode(texts, progress).features.astype(np.float16)


class CachedEncoder:
    """An encoder that asks ``store`` first. Values are one text's features as float16 bytes.

    Args:
        encoder: what encodes the texts that the store doesn't know.
        store: where features are kept, under a hash of the encoder's id and the text.
        chunk: texts encoded between two writes, so that an interrupted run loses little.
    """

    def __init__(self, encoder: Encoder, store: Store, chunk: int = 8192) -> None:
        self.encoder = encoder
        self.store = store
        self.chunk = chunk
        self.hits = 0
        self.misses = 0

    @property
    def id(self) -> str:
        """The wrapped encoder's id: a cache changes no vector."""
        return self.encoder.id

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.encoder.dim

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """As ``Encoder.encode``; ``hits`` and ``misses`` count distinct texts."""
        unique = list(dict.fromkeys(texts))
        keys = {text: self.key(text) for text in unique}
        known: dict[str, NDArray[np.float16]] = {}
        for text, value in zip(unique, self.store.get_many([keys[t] for t in unique]), strict=True):
            if value is not None:
                known[text] = np.frombuffer(value, np.float16)
        self.hits += len(known)
        if progress:
            progress(len(texts) - sum(text not in known for text in unique))
        missing = [text for text in unique if text not in known]
        self.misses += len(missing)
        for start in range(0, len(missing), self.chunk):
            part = missing[start : start + self.chunk]
            features = _halves(self.encoder, part, progress)
            self.store.put_many([(keys[t], row.tobytes()) for t, row in zip(part, features, strict=True)])
            known.update(zip(part, features, strict=True))
        if not texts:
            return self.encoder.encode([])
        return encoded(np.stack([known[text] for text in texts]), self.dim)

    def key(self, text: str) -> bytes:
        """Cache key of a text: it says nothing about the text to whoever lacks it."""
        digest = hashlib.blake2b(self.id.encode(), digest_size=20)
        digest.update(b"\0" + text.encode("utf-8", "surrogatepass"))
        return digest.digest()
