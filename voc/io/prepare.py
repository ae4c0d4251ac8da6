"""One file made ready: its table chosen, its shape recognised, its columns mapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from voc.errors import USAGE, VocError
from voc.io import formats, json_rows, parquet, ratings, shapes, sheets, subheaders, tabular, turns
from voc.io.columns import ColumnMap, Sample, infer
from voc.io.options import SAMPLE_CHARS, SAMPLE_ROWS, ReadOptions
from voc.io.records import Ids, RecordMaker, date_column
from voc.io.shapes import Shape
from voc.io.sources import Blob
from voc.io.table import NoRows, Table
from voc.types import Rejected, Row, Source

Item = Row | Rejected


def tables(blob: Blob, options: ReadOptions) -> tuple[str, Iterator[Table]]:
    """The format of a file, and its tables: one, or the sheets of a workbook, or the lists in a JSON document.

    Raises:
        VocError: the file can't be read.
    """
    kind = formats.detect(blob)
    readers: dict[str, Callable[[Blob, ReadOptions], Iterable[Table]]] = {
        "csv": lambda blob, options: [tabular.read(blob, options)],
        "jsonl": lambda blob, options: [json_rows.read_lines(blob, options)],
        "json": json_rows.read_document,
        "sheet": sheets.read,
        "parquet": lambda blob, options: [parquet.read(blob, options)],
    }
    return kind, iter(readers[kind](blob, options))


@dataclass(slots=True)
class Opened:
    """A table ready to be read: ``head`` is its first rows, ``items()`` all of them."""

    blob: Blob
    kind: str
    table: Table
    head: list[Item]
    rest: Iterator[Item]
    shape: Shape | None = None
    _sample: Sample | None = None

    def items(self) -> Iterator[Item]:
        """All rows, once."""
        return chain(self.head, self.rest)

    def sample(self) -> Sample:
        """The good rows of the head, by column."""
        if self._sample is None:
            self._sample = self._look()
        return self._sample

    def _look(self) -> Sample:
        rows = [item.values for item in self.head if isinstance(item, Row)]
        names = dict.fromkeys(self.table.columns)
        if self.table.dialect is None:
            names.update(dict.fromkeys(name for row in rows for name in row))
        return Sample(tuple(names), rows)


def open_tables(blob: Blob, options: ReadOptions) -> Iterator[Opened]:
    """Each table of a file with its first rows read and its shape recognised.

    Raises:
        VocError: the file can't be read, or ``options.shape`` does not fit it.
        NoRows: no table has a row.
    """
    kind, found = tables(blob, options)
    empty = True
    for table in found:
        opened = _begin(blob, kind, table)
        if opened.head:
            empty = False
            yield _shaped(opened, options)
    if empty:
        raise NoRows(
            f"{blob.name} has a header at most, and no rows.",
            "Export it again; check that the export has rows.",
        )


def _begin(blob: Blob, kind: str, table: Table, shape: Shape | None = None) -> Opened:
    rows = table.rows()
    head: list[Item] = []
    size = 0
    for item in islice(rows, SAMPLE_ROWS):
        head.append(item)
        if isinstance(item, Row):
            size += sum(len(value) for value in item.values.values() if isinstance(value, str))
        if size > SAMPLE_CHARS:
            break
    return Opened(blob, kind, table, head, rows, shape)


def _shaped(opened: Opened, options: ReadOptions) -> Opened:
    shape = _shape(opened, options)
    if shape is None:
        return opened
    if shape.explode:
        sample = opened.sample()
        column = shapes.list_column(shape, sample.columns, sample.rows)
        if column is None:
            return opened
        table = turns.exploded(opened.table, shape, column)
        # The turns have a shape of their own: who speaks, what.
        inner = _begin(opened.blob, opened.kind, table)
        inner.shape = _shape(inner, replace(options, shape=None)) or shape
        return inner
    if shape.repeats:
        table = subheaders.merged(opened.table, opened.head, shape.repeats) or opened.table
        return _begin(opened.blob, opened.kind, table, shape)
    opened.shape = shape
    return opened


def _shape(opened: Opened, options: ReadOptions) -> Shape | None:
    sample = opened.sample()
    if options.shape is None:
        return shapes.recognise(sample.columns, sample.rows, opened.table.path)
    shape = shapes.by_name(options.shape)
    lacks = shapes.missing(shape, sample.columns)
    if lacks:
        raise VocError(
            f"{opened.blob.name} is not a {shape.name!r} export: it has no column {'; '.join(lacks)}.",
            "Leave --shape out to have the columns detected.",
            USAGE,
        )
    return shape


@dataclass(slots=True)
class Mapped:
    """An opened table with its columns mapped, ready to give records."""

    opened: Opened
    found: ColumnMap
    sample: Sample
    maker: RecordMaker

    def source(self, rows: int) -> Source:
        """What was found out, once ``rows`` rows have been read."""
        blob, table = self.opened.blob, self.opened.table
        mapping = self.found.as_mapping()
        if self.opened.shape and self.opened.shape.turns:
            mapping["text"] = " + ".join([*self.found.text, f"{self.opened.shape.turns.lists[0]} (customer)"])
        return Source(
            name=blob.name,
            format=format_name(self.opened),
            bytes=blob.size,
            sha256=blob.sha256,
            encoding=table.encoding,
            dialect=table.dialect,
            sheet=table.sheet,
            shape=self.opened.shape.name if self.opened.shape else None,
            channel=self.maker.channel,
            columns=self.sample.columns,
            mapping=mapping,
            rows=rows,
            notes=(*table.notes, *self.maker.findings()),
        )


def format_name(opened: Opened) -> str:
    """``csv``, ``tsv``, ``json``, ``jsonl``, ``parquet``, or the kind of workbook."""
    if opened.kind == "sheet":
        return opened.blob.suffix[1:] if opened.blob.suffix in (".xls", ".xlsb", ".xlsm", ".ods") else "xlsx"
    return "tsv" if (opened.table.dialect or "").startswith("tab") else opened.kind


def map_table(opened: Opened, options: ReadOptions, ids: Ids) -> Mapped:
    """Map an opened table's columns and make ready what turns its rows into records.

    Raises:
        VocError: the text column can't be told, or an option names no column.
    """
    blob = opened.blob
    sample = opened.sample()
    known = shapes.columns_of(opened.shape, sample.columns) if opened.shape else None
    found = infer(sample, options, known, blob.name, turns=bool(opened.shape and opened.shape.turns))
    rated = _with_text(sample, found)
    date = date_column(
        found, sample.values(found.roles.get("date", "")), options, blob.modified, _more(opened, found)
    )
    rating = ratings.fit(rated.values(found.roles["rating"])) if "rating" in found.roles else None
    maker = RecordMaker(
        found, opened.shape, ids, ids.stem(blob.name), date, rating, opened.table.dialect is not None
    )
    return Mapped(opened, found, sample, maker)


def _with_text(sample: Sample, found: ColumnMap) -> Sample:
    """The rows that say something: a total below the table would stretch the scale of its ratings."""
    said = [row for row in sample.rows if any(row.get(name) not in (None, "") for name in found.text)]
    return replace(sample, rows=said) if found.text and said else sample


def _more(opened: Opened, found: ColumnMap) -> Callable[[], Iterator[Any]]:
    """The dates after the sample, read anew: only asked for while the order of day and month is open."""

    def values() -> Iterator[Any]:
        for item in islice(opened.table.rows(), len(opened.head), None):
            if isinstance(item, Row):
                yield item.values.get(found.roles["date"])

    return values
