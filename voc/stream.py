"""Streaming: the same answers as a run, batch by batch, one row out for each row in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from voc.config import Settings
from voc.pipeline import Progress, Silent, load_models, read_options
from voc.types import Record, Rejected


def classify(
    inputs: Sequence[str | Path],
    output: str,
    form: str,
    settings: Settings,
    *,
    batch: int = 512,
    cache: bool = True,
    progress: Progress | None = None,
    as_of: datetime | None = None,
) -> tuple[int, int]:
    """Classify files into a file (or ``-``), in input order and constant memory.

    Returns:
        Rows written, and how many of them carry an ``error``.

    Raises:
        VocError: the input, the output or a model can't be used.
    """
    from voc.io.write import open_writer

    rows = errors = 0
    with (
        (progress or Silent()).stage("classify") as advance,
        open_writer(output, form) as writer,
    ):
        for answers in classify_batches(inputs, settings, batch=batch, cache=cache, as_of=as_of):
            writer.write(answers)
            rows += len(answers)
            errors += sum(answer["error"] is not None for answer in answers)
            advance(len(answers))
    return rows, errors


def classify_batches(
    inputs: Sequence[str | Path],
    settings: Settings,
    *,
    batch: int = 512,
    cache: bool = True,
    as_of: datetime | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of answers, one dict a row of the input, in order."""
    from voc import io
    from voc.store.cache import VectorStore

    stream = iter(io.stream(list(inputs), read_options(settings, as_of)))
    first = list(islice(stream, batch))
    models = load_models(settings, VectorStore() if cache else None)
    while first:
        yield classify_items(first, settings, models)
        first = list(islice(stream, batch))


def classify_items(
    items: Sequence[Record | Rejected], settings: Settings, models: Any
) -> list[dict[str, Any]]:
    """Answer for each item, in order; a rejected one gets its reason as ``error``."""
    from voc.insight.tables import (
        FEEDBACK_COLUMNS,
        intent_columns,
        metadata_columns,
        record_columns,
        sentiment_columns,
    )
    from voc.models.understand import understand
    from voc.store.secret import author_key
    from voc.text.prepare import prepare, safe_id, segments
    from voc.text.redact import Redactor

    redactor = Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors)
    given = [item for item in items if isinstance(item, Record)]
    if settings.input.channel != "auto":
        given = [replace(record, channel=settings.input.channel) for record in given]
    records, emptied = prepare(given, redactor, author_key())
    refused = {
        (item.source_file, item.source_row): item
        for item in [*emptied, *(i for i in items if isinstance(i, Rejected))]
    }
    found: dict[tuple[str, int], dict[str, Any]] = {}
    if records:
        answers = understand(
            records, segments(records, settings.text.max_segment_chars), models, topics=False
        )
        columns: dict[str, Any] = {
            **record_columns(records),
            **sentiment_columns(answers.record_sentiment),
            **intent_columns(answers.record_intent, answers.intents),
        }
        columns = {
            name: columns[name] for name in FEEDBACK_COLUMNS if name in columns and name != "duplicate_of"
        }
        columns |= metadata_columns(records, FEEDBACK_COLUMNS)
        for index, record in enumerate(records):
            found[record.source_file, record.source_row] = {
                name: _plain(values[index]) for name, values in columns.items()
            }
    answered = [_answer(item, found, refused) for item in items]
    for answer in answered:
        if answer["id"] is not None:
            answer["id"] = safe_id(answer["id"], redactor, author_key())
    return answered


def _answer(
    item: Record | Rejected,
    found: dict[tuple[str, int], dict[str, Any]],
    refused: dict[tuple[str, int], Rejected],
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
