"""Models of a few words, quick and the same everywhere: tests of what carries batches need no encoder."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from voc.models.intents import intent_urgency
from voc.models.understand import Models
from voc.types import Encoded

DIM = 64


class WordEncoder:
    """A text is the sum of its words, each a fixed random direction."""

    id = "words-1"
    dim = DIM

    def encode(self, texts: Sequence[str], progress=None) -> Encoded:
        rows = np.full((len(texts), DIM), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.casefold().split():
                row += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(DIM).astype("f4")
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows.astype(np.float16).astype(np.float32)
        if progress:
            progress(len(texts))
        return Encoded(rows, rows)


class Head:
    """Reads probabilities off some columns of the vectors."""

    def __init__(self, name: str, labels: tuple[str, ...], first: int) -> None:
        self.id, self.labels, self.first = name, labels, first

    def predict(self, texts: Sequence[str], encoded: Encoded) -> np.ndarray:
        scores = np.exp(8 * encoded.features[:, self.first : self.first + len(self.labels)])
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def tiny_models() -> Models:
    encoder = WordEncoder()
    sentiment = Head("sentiment-1", ("negative", "neutral", "positive"), 0)
    return Models(encoder, sentiment, Head("intent-1", tuple(intent_urgency()), 3), encoder)
