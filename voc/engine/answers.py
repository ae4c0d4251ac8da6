"""A batch of records in, one answer a record out: what every stream, engine and recipe does with a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.config import Settings
from voc.types import Record, Rejected, Source

if TYPE_CHECKING:
    from voc.io.options import ReadOptions
    from voc.models.understand import Models


@dataclass(frozen=True)
class Raw:
    """A block as read: its number, and its items in order; the last block also tells of the files."""

    number: int
    items: list[Record | Rejected]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads inputs into blocks of ``size`` items; the last one (it may be empty) has the sources.

    Raises:
        VocError: an input can't be used.
    """

    inputs: tuple[str | Path, ...]
    options: ReadOptions
    size: int

    def __call__(self) -> Iterator[Raw]:
        """Open the inputs and yield blocks."""
        from voc import io

        stream = io.stream(list(self.inputs), self.options)
        return raw_blocks(iter(stream), self.size, stream)


def raw_blocks(items: Iterator[Record | Rejected], size: int, stream: Any) -> Iterator[Raw]:
    """Cut items into blocks; ``stream.sources`` are known once they have all been read."""
    number = 0
    while block := list(islice(items, size)):
        yield Raw(number, block)
        number += 1
    yield Raw(number, [], tuple(stream.sources))


@dataclass(frozen=True)
class Classify:
    """Work: a raw block -> one answer an item, as ``classify_items``."""

    settings: Settings
    key: bytes
    models: Callable[[], Models]

    def __call__(self, block: Raw) -> list[dict[str, Any]]:
        """Answer for each item."""
        return classify_items(block.items, self.settings, self.models(), self.key) if block.items else []


def classify_items(
    items: Sequence[Record | Rejected], settings: Settings, models: Models, key: bytes | None = None
) -> list[dict[str, Any]]:
    """Answer for each item, in order; a rejected one gets its reason as ``error``.

    Args:
        items: as read.
        settings: what is redacted, how texts are cut.
        models: who answers.
        key: of the authors' pseudonyms; this machine's own when None.
    """
    from voc.store.secret import author_key
    from voc.text.prepare import prepare, safe_id, safe_name
    from voc.text.redact import Redactor

    key = author_key() if key is None else key
    redactor = Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors)
    given = [item for item in items if isinstance(item, Record)]
    if settings.input.channel != "auto":
        given = [replace(record, channel=settings.input.channel) for record in given]
    records, emptied = prepare(given, redactor, key)
    refused = {
        (item.source_file, item.source_row): item
        for item in [*emptied, *(i for i in items if isinstance(i, Rejected))]
    }
    found = _found(records, settings, models)
    answered = [_answer(item, found, refused) for item in items]
    files = {name: safe_name(name, redactor, key) for name in {item.source_file for item in items}}
    for answer in answered:
        answer["source_file"] = files[answer["source_file"]]
        if answer["id"] is not None:
            answer["id"] = safe_id(answer["id"], redactor, key)
    return answered


Found = dict[tuple[str, int], dict[str, Any]]


def _found(records: Sequence[Record], settings: Settings, models: Models) -> Found:
    """Ask the models; return the columns of each record by its file and row."""
    from voc.insight.tables import (
        FEEDBACK_COLUMNS,
        intent_columns,
        metadata_columns,
        record_columns,
        sentiment_columns,
    )
    from voc.models.understand import understand
    from voc.text.prepare import segments

    if not records:
        return {}
    answers = understand(records, segments(records, settings.text.max_segment_chars), models, topics=False)
    columns: dict[str, Any] = {
        **record_columns(records),
        **sentiment_columns(answers.record_sentiment),
        **intent_columns(answers.record_intent, answers.intents),
    }
    columns = {name: columns[name] for name in FEEDBACK_COLUMNS if name in columns and name != "duplicate_of"}
    columns |= metadata_columns(records, FEEDBACK_COLUMNS)
    return {
        (record.source_file, record.source_row): {
            name: _plain(values[index]) for name, values in columns.items()
        }
        for index, record in enumerate(records)
    }


def _answer(
    item: Record | Rejected, found: Found, refused: dict[tuple[str, int], Rejected]
) -> dict[str, Any]:
    key = (item.source_file, item.source_row)
    if key in found:
        return {**found[key], "error": None}
    problem = refused[key]
    name = item.id if isinstance(item, Record) else None
    return {"id": name, "source_file": key[0], "source_row": key[1], "error": problem.reason}


def _plain(value: Any) -> Any:
    with suppress(AttributeError):
        return value.item()
    return value
