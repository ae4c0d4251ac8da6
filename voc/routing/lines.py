"""JSON Lines as they come: each line is a ticket at once, no sample of the file is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from voc.errors import VocError
from voc.io import dates, ratings, shapes
from voc.io.columns import ColumnMap, Sample, infer
from voc.io.json_rows import loads
from voc.io.json_tables import flatten
from voc.io.names import EXACT, key, matches
from voc.io.options import ReadOptions
from voc.io.records import Ids, RecordMaker
from voc.types import Record, Rejected, Row

CHUNK = 1 << 18
OPTIONAL = ("id", "date", "rating", "author", "language")
MAKERS = 64
"""Sets of columns remembered; a stream usually has one."""


class Bytes(Protocol):
    """What is read from: ``sys.stdin.buffer``, or any buffered binary stream."""

    def read1(self, size: int = -1, /) -> bytes:
        """At least one byte when there will be more, without waiting for ``size`` of them."""
        ...


class _OwnIds(Ids):
    """Ids as they are given, else ``stdin:3``; nothing is remembered, so that memory stays constant."""

    def make(self, value: Any, stem: str, row: int) -> str:
        return f"{stem}:{row}" if value is None or value == "" else str(value).strip()


class LineReader:
    """Turns lines into records, batch by batch, in order: what has come is given at once, a lone line too.

    Roles of the columns are told by their names, or by ``options``. Dates are year-month-day unless
    ``options.date_order`` says otherwise; ratings are 1 to 5 unless written such as 8/10.

    Args:
        stream: where the lines come from.
        options: names of columns, limits.
        batch: lines a batch at most.
        name: what ``source_file`` holds.
    """

    def __init__(self, stream: Bytes, options: ReadOptions, batch: int = 512, name: str = "stdin") -> None:
        self.stream, self.options, self.batch, self.name = stream, options, batch, name
        self._makers: dict[tuple[str, ...], RecordMaker] = {}
        self._rows = 0

    def __iter__(self) -> Iterator[list[Record | Rejected]]:
        pending, skipping = b"", False
        while chunk := self.stream.read1(CHUNK):
            *lines, pending = (pending + chunk).split(b"\n")
            if skipping and lines:
                lines, skipping = lines[1:], False
            yield from self._batches(lines)
            if skipping:
                pending = b""
            elif len(pending) > self.options.max_row_chars:
                yield [self._refused("too_large", f"The line has over {self.options.max_row_chars:,} bytes.")]
                pending, skipping = b"", True
        yield from self._batches([pending])

    def _batches(self, lines: list[bytes]) -> Iterator[list[Record | Rejected]]:
        for start in range(0, len(lines), self.batch):
            items = [self._item(line) for line in lines[start : start + self.batch] if line.strip(b"\0 \t\r")]
            if items:
                yield items

    def _item(self, line: bytes) -> Record | Rejected:
        try:
            text = line.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self._refused("undecodable", "The line is not UTF-8.")
        try:
            value = loads(text)
        except (ValueError, RecursionError):
            return self._refused("malformed", "The line is not valid JSON.")
        value = {"text": value} if isinstance(value, str) else value
        if not isinstance(value, dict) or not value:
            return self._refused("malformed", "The line is not a JSON object.")
        return self._record(flatten(value))

    def _record(self, values: Mapping[str, Any]) -> Record | Rejected:
        if any(isinstance(cell, str) and len(cell) > self.options.max_cell_chars for cell in values.values()):
            return self._refused("too_large", f"A text has over {self.options.max_cell_chars:,} characters.")
        columns = tuple(values)
        try:
            make = self._makers.get(columns) or self._maker(columns, values)
        except VocError as error:
            return self._refused("no_text", error.message)
        self._rows += 1
        made = make(Row(self.name, self._rows, values))
        if isinstance(made, Record):
            if len(self._makers) >= MAKERS:
                self._makers.clear()
            self._makers[columns] = make
        return made

    def _maker(self, columns: tuple[str, ...], values: Mapping[str, Any]) -> RecordMaker:
        shape = shapes.recognise(columns, [values], "")
        shape = None if shape and (shape.explode or shape.repeats) else shape
        known = shapes.columns_of(shape, columns) if shape else None
        sample, options = Sample(columns, [values]), self._options(columns)
        try:
            found = infer(sample, options, known, self.name, bool(shape and shape.turns))
        except VocError:
            named = _called_text(columns)
            if options.text_column is not None or named is None:
                raise
            # One short text says too little to be told by its content: its name must do.
            found = infer(sample, replace(options, text_column=named), known, self.name)
        return RecordMaker(found, shape, _OwnIds(), self.name, self._date(found), _rating(found), False)

    def _options(self, columns: tuple[str, ...]) -> ReadOptions:
        """The options but for columns that this line lacks: only its text can't be done without."""
        present = {key(name) for name in columns}
        named = {f"{role}_column": getattr(self.options, f"{role}_column") for role in OPTIONAL}
        absent: dict[str, Any] = {
            option: None for option, name in named.items() if name and key(name) not in present
        }
        return replace(self.options, **absent)

    def _date(self, found: ColumnMap) -> dates.DateColumn | None:
        if "date" not in found.roles:
            return None
        now = self.options.as_of or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        return dates.fit([], now, found.language, self.options.date_order or "ymd")

    def _refused(self, code: str, reason: str) -> Rejected:
        self._rows += 1
        return Rejected(self.name, self._rows, code, reason, None)


def _called_text(columns: tuple[str, ...]) -> str | None:
    return next(
        (name for name in columns if any(m.role == "text" and m.strength == EXACT for m in matches(name))),
        None,
    )


def _rating(found: ColumnMap) -> ratings.RatingColumn | None:
    return ratings.RatingColumn(ratings.Scale(1, 5)) if "rating" in found.roles else None
