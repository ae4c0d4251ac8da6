"""Encode once, read several ways: sentiment and intent of segments and of whole records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.types import SENTIMENTS, Record, Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.models.encoder import Encoder
    from voc.models.intent import IntentModel
    from voc.models.sentiment import SentimentModel

Progress = Callable[[int], None]


_NOISE = re.compile(r"https?://\S+|[@＠][\w.]+|\[[A-Z][A-Z_]*\]|[#＃](?=\w)")


def words_only(text: str) -> str:
    """Return the text without handles, links and redaction marks, which say nothing about what is meant.

    Tweets otherwise group by the company they are addressed to. A text of nothing else is left as it is.
    """
    return " ".join(_NOISE.sub(" ", text).split()) or text


@dataclass(frozen=True)
class Models:
    """The models of a run. ``heads`` encodes for the embedded heads when ``encoder`` is another model."""

    encoder: Encoder
    sentiment: SentimentModel
    intent: IntentModel
    heads: Encoder

    @property
    def ids(self) -> dict[str, str]:
        """Name and content hash of each model, for ``run.json``."""
        return {"encoder": self.encoder.id, "sentiment": self.sentiment.id, "intent": self.intent.id}


@dataclass(frozen=True)
class Understanding:
    """Row i of the segment arrays belongs to segment i, row j of the record arrays to record j.

    ``vectors``: (segments, d) float32 of unit length. Sentiment arrays: (n, 3) in the order of
    ``SENTIMENTS``. Intent arrays: (n, intents) in the order of ``intents``.
    """

    vectors: NDArray[np.float32]
    segment_sentiment: NDArray[np.float32]
    segment_intent: NDArray[np.float32]
    record_sentiment: NDArray[np.float32]
    record_intent: NDArray[np.float32]
    intents: tuple[str, ...]


def understand(
    records: Sequence[Record],
    segments: Sequence[Segment],
    models: Models,
    progress: Progress | None = None,
    topics: bool = True,
) -> Understanding:
    """Encode each segment once, and each record of several segments, and read sentiment and intent off them.

    A record's sentiment is read off its whole text: the mean of its segments got 5 points less
    right (docs/decisions.md).

    Args:
        records: the records, each with at least one segment.
        segments: their segments, grouped by record in the records' order.
        models: the models to ask.
        progress: called with the number of texts done since the last call.
        topics: whether vectors for topics are needed (``classify`` needs none).
    """
    parts = [_chunk(*chunk, models, progress, topics) for chunk in _chunks(records, segments)]
    return _join(parts, models)


def texts_to_encode(records: Sequence[Record], segments: Sequence[Segment]) -> int:
    """Return how many texts ``understand`` encodes: the segments, and the records that have several."""
    counts = Counter(segment.record_id for segment in segments)
    return len(segments) + sum(counts[record.id] > 1 for record in records)


def _chunks(
    records: Sequence[Record], segments: Sequence[Segment], size: int = 8192
) -> Iterator[tuple[Sequence[Record], Sequence[Segment]]]:
    """Cut both lists at the same records: features of several layers are too wide to keep for all."""
    counts = Counter(segment.record_id for segment in segments)
    first = start = end = 0
    for last, record in enumerate(records, 1):
        end += counts[record.id]
        if end - start >= size or last == len(records):
            yield records[first:last], segments[start:end]
            first, start = last, end


def _chunk(
    records: Sequence[Record],
    segments: Sequence[Segment],
    models: Models,
    progress: Progress | None,
    topics: bool,
) -> Understanding:
    from voc.models.encoder import distinct

    own = [segment.record_id for segment in segments]
    counts = Counter(own)
    longer = [record for record in records if counts[record.id] > 1]
    texts = [words_only(text) for text in (*(s.text for s in segments), *(record.text for record in longer))]
    once, where = distinct(texts)
    if progress:
        progress(len(texts) - len(once))
    spoken = where[: len(own)]
    encoded = models.heads.encode(once, progress)
    separate = topics and models.encoder is not models.heads
    vectors = models.encoder.encode(texts[: len(own)]).vectors if separate else encoded.vectors[spoken]
    sentiment, intent = models.sentiment.predict(once, encoded), models.intent.predict(once, encoded)
    place = dict(zip([*own, *(record.id for record in longer)], where, strict=True))
    whole = [place[record.id] for record in records]
    return Understanding(
        vectors, sentiment[spoken], intent[spoken], sentiment[whole], intent[whole], models.intent.labels
    )


def _join(parts: Sequence[Understanding], models: Models) -> Understanding:
    import numpy as np

    intents = models.intent.labels
    widths = (models.encoder.dim, len(SENTIMENTS), len(intents), len(SENTIMENTS), len(intents))
    names = ("vectors", "segment_sentiment", "segment_intent", "record_sentiment", "record_intent")
    arrays = {
        name: np.concatenate([getattr(part, name) for part in parts])
        if parts
        else np.zeros((0, width), np.float32)
        for name, width in zip(names, widths, strict=True)
    }
    return Understanding(**arrays, intents=intents)
