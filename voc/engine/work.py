"""What a large run does to its blocks, from what was read to topics: each step an object to call with a block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from voc.config import Settings
from voc.engine.answers import Raw
from voc.types import Corpus, Record, Rejected, Source

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from voc.models.placement import Placement, Voices
    from voc.models.understand import Models, Understanding

META = "meta:"
"""Begins the names of metadata columns, so that they can't be taken for ours."""


@dataclass(frozen=True)
class Votes:
    """How many clear texts of each language each file has; the sources, in the last block."""

    languages: Mapping[str, Counter[str]]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Prepared:
    """Records fit to be seen, as columns of ``feedback.parquet`` and metadata; and redacted rejected rows."""

    number: int
    records: pa.Table
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True)
class Understood:
    """Answers for the m segments of k records that are no duplicates.

    ``answers``: k rows, sentiment and intent as ``feedback.parquet`` has them; ``segments``: m rows, as
    ``segments.parquet`` but for the topic. ``owners``: (m,) the record of each segment, 0..k-1.
    ``vectors``: (m, d) float16, ``sentiment``: (m, 3), ``intent``: (m, intents).
    """

    number: int
    answers: pa.Table
    segments: pa.Table
    owners: NDArray[np.int64]
    vectors: NDArray[np.float16]
    sentiment: NDArray[np.float32]
    intent: NDArray[np.float32]


@dataclass(frozen=True)
class CountLanguages:
    """Work: ``Raw`` -> ``Votes``."""

    plain: ClassVar[bool] = True
    settings: Settings
    key: bytes

    def __call__(self, block: Raw) -> Votes:
        """Count."""
        from voc.text.prepare import language_votes

        records, _ = _items(block, self.settings, self.key)
        return Votes(language_votes(records), block.sources)


@dataclass(frozen=True)
class Prepare:
    """Work: ``Raw`` -> ``Prepared``. ``votes`` are those of all blocks together.

    ``authors``: the columns that hold authors, in any file.
    """

    plain: ClassVar[bool] = True
    settings: Settings
    key: bytes
    votes: Mapping[str, Counter[str]]
    authors: frozenset[str]

    def __call__(self, block: Raw) -> Prepared:
        """Clean, name languages, redact."""
        from voc.text.prepare import prepare, redact_rejected

        redactor = _redactor(self.settings)
        records, refused = _items(block, self.settings, self.key)
        kept, emptied = prepare(records, redactor, self.key, votes=self.votes)
        rejected = [redact_rejected(item, redactor, self.authors, self.key) for item in refused]
        return Prepared(block.number, record_table(kept), (*rejected, *emptied))


@dataclass(frozen=True)
class Understand:
    """Work: ``Prepared`` -> ``Understood``. ``kept``: for each block, which of its records are no duplicates."""

    settings: Settings
    models: Callable[[], Models]
    kept: Sequence[NDArray[np.bool_]]

    def __call__(self, block: Prepared) -> Understood:
        """Cut into segments, encode, ask the heads."""
        import numpy as np

        from voc.models.understand import understand
        from voc.text.prepare import segments

        records = self.records(block)
        parts = segments(records, self.settings.text.max_segment_chars)
        found = understand(records, parts, self.models())
        place = {record.id: row for row, record in enumerate(records)}
        return Understood(
            block.number,
            _answers(found),
            _segments(parts, found),
            np.array([place[part.record_id] for part in parts], dtype=np.int64),
            found.vectors.astype(np.float16),
            found.segment_sentiment,
            found.segment_intent,
        )

    def records(self, block: Prepared) -> list[Record]:
        """Return the block's records that are no duplicates, with what the models read of them."""
        import pyarrow as pa

        kept = pa.array(self.kept[block.number])
        rows = block.records.select(["id", "text", "language"]).filter(kept).to_pylist()
        return [Record(row["id"], "", 0, row["text"], language=row["language"]) for row in rows]


@dataclass(frozen=True)
class WithoutVectors:
    """Work: ``Understood`` -> the same without what only topics need: a tenth of the size."""

    def __call__(self, block: Understood) -> Understood:
        """Drop the arrays but ``owners``."""
        return replace(
            block, vectors=block.vectors[:0], sentiment=block.sentiment[:0], intent=block.intent[:0]
        )


@dataclass(frozen=True)
class Sample:
    """Work: ``Understood`` -> the voices of the records at the ``rows`` named for its block."""

    rows: Sequence[NDArray[np.int64]]

    def __call__(self, block: Understood) -> Voices:
        """Take the records' segments."""
        import numpy as np

        return voices(block, np.flatnonzero(np.isin(block.owners, self.rows[block.number])))


@dataclass(frozen=True)
class Place:
    """Work: ``Understood`` -> (m,) the topics of its segments."""

    placement: Placement

    def __call__(self, block: Understood) -> NDArray[np.int64]:
        """Give each segment the nearest topic."""
        return self.placement.place(voices(block))


def voices(block: Understood, chosen: NDArray[np.intp] | slice = slice(None)) -> Voices:
    """Return segments of a block, of whole records, as topics want them; owners are numbered from 0."""
    import numpy as np
    import pyarrow.compute as pc

    from voc.models.placement import Voices

    table = block.segments
    return Voices(
        block.vectors[chosen].astype(np.float32),
        block.sentiment[chosen],
        block.intent[chosen],
        np.unique(block.owners[chosen], return_inverse=True)[1].astype(np.int64),
        pc.utf8_length(table["text"]).to_numpy().astype(np.float64)[chosen],
        table["language"].to_numpy(zero_copy_only=False)[chosen],
    )


def record_table(records: Sequence[Record]) -> pa.Table:
    """Lay records out as columns: ours with their types, metadata as text under ``META`` names."""
    import pyarrow as pa

    from voc.insight.tables import metadata_columns, record_columns

    kinds = {
        "source_row": pa.int64(), "created_at": pa.timestamp("us"), "rating": pa.float64(),
        "nps": pa.int64(), "language_confidence": pa.float64(),
    }  # fmt: skip
    own = {name: values for name, values in record_columns(records).items() if name != "duplicate_of"}
    more = {META + name: values for name, values in metadata_columns(records, ()).items()}
    return pa.table(
        {name: pa.array(values, kinds.get(name, pa.string())) for name, values in (own | more).items()}
    )


def _items(block: Raw, settings: Settings, key: bytes) -> tuple[list[Record], tuple[Rejected, ...]]:
    """Part a block into records and rejected rows, their files' names redacted, in their channel."""
    from voc.text.prepare import redact_sources

    records = tuple(item for item in block.items if isinstance(item, Record))
    rejected = tuple(item for item in block.items if isinstance(item, Rejected))
    safe = redact_sources(Corpus(records, rejected, ()), _redactor(settings), key)
    if settings.input.channel == "auto":
        return list(safe.records), safe.rejected
    return [replace(record, channel=settings.input.channel) for record in safe.records], safe.rejected


def _redactor(settings: Settings) -> Any:
    from voc.text.redact import Redactor

    return Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors)


def _answers(found: Understanding) -> pa.Table:
    import pyarrow as pa

    from voc.insight.tables import intent_columns, sentiment_columns

    return _typed(
        pa.table(
            sentiment_columns(found.record_sentiment) | intent_columns(found.record_intent, found.intents)
        )
    )


def _segments(parts: Sequence[Any], found: Understanding) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    from voc.insight.tables import segment_table

    none = np.zeros(len(parts), dtype=np.int64)
    table = segment_table(parts, found.segment_sentiment, found.segment_intent, found.intents, none, {})
    bare = pa.Table.from_pandas(table.drop(columns=["topic", "issue_id"]), preserve_index=False)
    return _typed(bare.replace_schema_metadata(None))


_WORDS = ("segment_id", "record_id", "text", "language", "sentiment", "intent")
_COUNTS = ("start", "end")


def _typed(table: pa.Table) -> pa.Table:
    """Give the columns the types that they have in every block, an empty one among them."""
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        return pa.string() if name in _WORDS else pa.int64() if name in _COUNTS else pa.float64()

    return table.cast(pa.schema([(name, kind(name)) for name in table.column_names]))
