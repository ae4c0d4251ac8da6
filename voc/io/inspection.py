"""What was found out about each file, from its first rows, for people to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voc.errors import VocError
from voc.io.columns import Column
from voc.io.content import profile
from voc.io.options import DEFAULTS, ReadOptions
from voc.io.prepare import Mapped, open_tables
from voc.io.reader import blobs, choose
from voc.io.records import Ids
from voc.io.sources import Blob, find
from voc.types import Record, Rejected, Row, Source


@dataclass(frozen=True, slots=True)
class Inspection:
    """One file as `inspect` sees it.

    ``source.rows`` counts the rows looked at; ``complete`` says that these were all. ``problem`` and
    ``hint`` are set, and ``records`` is 0, when the file can't be used as it is.
    """

    source: Source
    columns: tuple[Column, ...] = ()
    records: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    """Code -> rows rejected in the sample."""
    dated: int = 0
    rated: int = 0
    complete: bool = True
    problem: str | None = None
    hint: str | None = None


def inspect(inputs: Sequence[str | Path], options: ReadOptions = DEFAULTS) -> list[Inspection]:
    """What `read` would make of the first rows of each file; reads no file to its end.

    A file that can't be used is reported with its ``problem``, and the others are still looked at.

    Raises:
        VocError: a named file does not exist or can't be opened.
    """
    ids = Ids()
    return [_inspect(blob, options, ids) for blob in blobs(find(inputs), options)]


def _inspect(blob: Blob, options: ReadOptions, ids: Ids) -> Inspection:
    try:
        mapped = choose(blob, options, ids)
    except VocError as problem:
        return _unusable(blob, options, problem)
    head = mapped.opened.head
    items = [mapped.maker(item) if isinstance(item, Row) else item for item in head]
    records = [item for item in items if isinstance(item, Record)]
    return Inspection(
        mapped.source(len(head)),
        _columns(mapped),
        len(records),
        dict(Counter(item.code for item in items if isinstance(item, Rejected))),
        sum(record.created_at is not None for record in records),
        sum(record.rating is not None for record in records),
        next(mapped.opened.rest, None) is None,
    )


def _columns(mapped: Mapped) -> tuple[Column, ...]:
    roles = {column: role for role, column in mapped.found.roles.items()} | dict.fromkeys(
        mapped.found.text, "text"
    )
    return tuple(
        Column(
            name, roles.get(name), mapped.found.why.get(name, ""), found.kind, found.filled, found.distinct
        )
        for name, found in mapped.sample.profiles.items()
    )


def _unusable(blob: Blob, options: ReadOptions, problem: VocError) -> Inspection:
    """The columns of a file whose text column can't be told, so that the user can name it."""
    columns: tuple[Column, ...] = ()
    rows = 0
    try:
        opened = next(open_tables(blob, options))
        sample = opened.sample()
        rows = len(opened.head)
        found = [profile(name, sample.values(name)) for name in sample.columns]
        columns = tuple(Column(one.name, None, "", one.kind, one.filled, one.distinct) for one in found)
    except VocError:
        pass
    source = Source(
        blob.name,
        "unknown",
        blob.size,
        blob.sha256,
        columns=tuple(column.name for column in columns),
        rows=rows,
    )
    return Inspection(source, columns, problem=problem.message, hint=problem.hint)
