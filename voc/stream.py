"""Streaming: the same answers as a run, batch by batch, one row out for each row in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from voc.config import Settings
from voc.engine import Engine, open_engine
from voc.engine.answers import Classify, Reader, classify_items
from voc.engine.models import ModelsFor
from voc.pipeline import Progress, Silent, read_options

__all__ = ["classify", "classify_batches", "classify_items"]


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
    engine: Engine | None = None,
) -> tuple[int, int]:
    """Classify files into a file (or ``-``), in input order and constant memory.

    Args:
        inputs: files, folders, globs, URLs that fsspec knows, or ``-``.
        output: file, or ``-`` for standard output.
        form: ``csv``, ``jsonl`` or ``parquet``.
        settings: what is redacted, which models answer.
        batch: rows a batch; the same batches give the same answers on every engine.
        cache: whether vectors are kept on disk.
        progress: hears how many rows are done.
        as_of: what relative dates count from.
        engine: who does the work; this process by default.

    Returns:
        Rows written, and how many of them carry an ``error``.

    Raises:
        VocError: the input, the output or a model can't be used.
    """
    answers = classify_batches(inputs, settings, batch=batch, cache=cache, as_of=as_of, engine=engine)
    return write_answers("classify", answers, output, form, progress=progress)


def write_answers(
    stage: str,
    answers: Iterator[list[dict[str, Any]]],
    output: str,
    form: str,
    columns: Sequence[str] | None = None,
    *,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Write answers into a file (or ``-``), flushed batch by batch.

    Returns:
        Rows written, and how many of them carry an ``error``.

    Raises:
        VocError: the output can't be used.
    """
    from voc.io.write import open_writer

    rows = errors = 0
    with (progress or Silent()).stage(stage) as advance, open_writer(output, form, columns) as writer:
        for batch in answers:
            writer.write(batch)
            rows += len(batch)
            errors += sum(answer["error"] is not None for answer in batch)
            advance(len(batch))
    return rows, errors


def classify_batches(
    inputs: Sequence[str | Path],
    settings: Settings,
    *,
    batch: int = 512,
    cache: bool = True,
    as_of: datetime | None = None,
    engine: Engine | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Yield batches of answers, one dict a row of the input, in order."""
    from voc.store.secret import author_key

    engine = engine or open_engine()
    blocks = engine.source(Reader(engine.reachable(inputs), read_options(settings, as_of), batch))
    work = Classify(settings, author_key(), ModelsFor(settings.models, cache, engine.threads))
    yield from (answers for answers in engine.map(work, blocks) if answers)
