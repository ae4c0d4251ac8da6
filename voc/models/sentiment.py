"""Sentiment of texts: the embedded head, or any Hugging Face sequence classifier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voc import plugins
from voc.models.encoder import EMBEDDED, Encoder
from voc.models.heads import Head, load_head
from voc.types import SENTIMENTS, Encoded

MIXED = "mixed"


class SentimentModel(Protocol):
    """Anything that gives each text a probability of being negative, neutral and positive."""

    @property
    def id(self) -> str:
        """Name and content hash."""
        ...

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, 3) in the order of ``SENTIMENTS``; rows sum to 1."""
        ...


class EmbeddedSentiment:
    """The head that ships with the embedded encoder.

    The head tells *mixed* (good and bad in one text) apart from *neutral* (no opinion: a question, a fact), so
    that neither blurs the other. Both are given as neutral here: a mixed text is split into segments, and
    those carry its praise and its complaint.

    Args:
        folder: the model folder that holds ``sentiment.safetensors``.

    Raises:
        VocError: the head can't be read.
    """

    def __init__(self, folder: Path | None = None) -> None:
        from voc.models.embedded_runtime import EMBEDDED_FOLDER

        self.folder = folder or EMBEDDED_FOLDER
        self.head: Head = load_head(self.folder / "sentiment.safetensors")
        self._encoder: Encoder | None = None

    @property
    def id(self) -> str:
        """Name and content hash."""
        return f"voc-sentiment-{self.head.digest}"

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, 3); the texts are encoded here when ``encoded`` is None."""
        found = self.head.predict((encoded or self._encode(texts)).features)
        return three_classes(found, self.head.labels)

    def _encode(self, texts: Sequence[str]) -> Encoded:
        from voc.models.embedded_runtime import EmbeddedEncoder

        self._encoder = self._encoder or EmbeddedEncoder(self.folder)
        return self._encoder.encode(texts)


def three_classes(probabilities: NDArray[np.float32], labels: Sequence[str]) -> NDArray[np.float32]:
    """Probabilities (n, 3) in the order of ``SENTIMENTS`` from a head's (n, len(labels)): mixed counts as neutral."""
    found = np.zeros((len(probabilities), len(SENTIMENTS)), np.float32)
    for column, label in enumerate(labels):
        found[:, SENTIMENTS.index("neutral" if label == MIXED else label)] += probabilities[:, column]
    return found


def load_sentiment(name: str = EMBEDDED, device: str | None = None) -> SentimentModel:
    """The sentiment model called ``name``.

    ``embedded``, a plug-in (``voc.sentiment_models``), or a sequence classifier by hub name or local folder.

    Raises:
        VocError: there is no such model, its labels can't be read as sentiments, or a plug-in fails.
    """
    if name == EMBEDDED:
        return EmbeddedSentiment()
    if plugin := plugins.find(plugins.SENTIMENT_MODELS, name):
        from voc.models.plugged import PluggedSentiment

        return PluggedSentiment(plugin, device)
    from voc.models.hub import HubSentiment

    return HubSentiment(name, device)
