"""CSV, TSV and their like: encoding, dialect and header found, rows streamed with exact numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from voc.errors import VocError
from voc.io import dialect as dialects
from voc.io import encoding as encodings
from voc.io.csv_rows import Parsed, parse
from voc.io.options import MAX_COLUMNS, ReadOptions
from voc.io.sources import Blob
from voc.io.table import NoRows, Table, check_width, find_header, unique_names
from voc.types import Rejected, Row

_SAMPLE_CHARS = 256_000


def read(blob: Blob, options: ReadOptions) -> Table:
    """The table in a delimited text file.

    Raises:
        VocError: no encoding fits, the first line is no header of a table, or there is no row.
    """
    encoding = encodings.detect(blob)
    sample = _sample(blob, encoding)
    dialect = dialects.sniff(sample, blob.suffix)
    start = 1 if dialects.declared(sample.split("\n", 1)[0]) else 0
    with encodings.open_text(blob, encoding) as text:
        _skip_lines(text, start)
        head = list(islice(parse(text, dialect, options.max_row_chars), 60))
    _check_first(blob, head)
    cells = [row.cells or [] for row in head]
    if len(cells[0]) <= MAX_COLUMNS:  # a wider one below is a malformed row
        cells = [row if len(row) <= MAX_COLUMNS else [] for row in cells]
    check_width(max(map(len, cells)), blob.name)
    at = find_header(cells)
    header = [encodings.mended(cell) for cell in cells[at]] if at is not None else [""] * max(map(len, cells))
    columns, notes = unique_names(header, blob.name)
    if at:
        notes.append(f"Lines passed over above the header: {at}.")
    if at is None:
        notes.append("There is no header: columns are named by their place.")

    def rows() -> Iterator[Row | Rejected]:
        with encodings.open_text(blob, encoding) as text:
            _skip_lines(text, start)
            parsed = parse(text, dialect, options.max_row_chars, len(columns))
            first = 0 if at is None else at + 1
            reader = _RowMaker(
                blob.name,
                columns,
                options.max_cell_chars,
                encoding.clean,
                cells[at] if at is not None else None,
            )
            yield from map(reader, islice(parsed, first, None))

    return Table(columns, rows, encoding.name, str(dialect), notes=notes)


def _sample(blob: Blob, encoding: encodings.Encoding) -> str:
    with encodings.open_text(blob, encoding) as text:
        sample = text.read(_SAMPLE_CHARS)
    if "\n" not in sample:
        sample = sample.replace("\r", "\n")
    cut = sample.rfind("\n") if len(sample) == _SAMPLE_CHARS else -1
    return sample[: cut + 1] if cut > 0 else sample


def _skip_lines(text: TextIO, count: int) -> None:
    for _ in range(count):
        text.readline(1000)


def _check_first(blob: Blob, head: list[Parsed]) -> None:
    if not head:
        raise NoRows(f"{blob.name} has no rows.", "Export it again; check that the export has rows.")
    if head[0].code == "too_large":
        raise VocError(
            f"The first line of {blob.name} is too long for a header ({head[0].problem[:-1]}).",
            "Check that it is a table of feedback with one row a line.",
        )


class _RowMaker:
    """Turns parsed rows into `Row` or `Rejected`, counting them from 1."""

    def __init__(
        self, file: str, columns: tuple[str, ...], max_cell: int, clean: bool, header: list[str] | None
    ) -> None:
        self.file, self.columns, self.max_cell, self.clean = file, columns, max_cell, clean
        self.header = header
        self.width = len(columns)
        self.number = 0

    def __call__(self, parsed: Parsed) -> Row | Rejected:
        self.number += 1
        if not self.clean and any(map(encodings.is_damaged, parsed.lines)):
            return self._reject("undecodable", "The row is not in the file's encoding.", parsed)
        cells = parsed.cells
        if cells is None:
            return self._reject(parsed.code, parsed.problem, parsed)
        if cells == self.header:
            return self._reject("malformed", "The row repeats the header.", parsed)
        if len(cells) != self.width:
            if any(cells[self.width :]):
                problem = f"The row has {len(cells)} cells where the table has {self.width} columns."
                return self._reject("malformed", problem, parsed)
            return Row(self.file, self.number, self._padded(cells))
        if sum(map(len, parsed.lines)) > self.max_cell and max(map(len, cells)) > self.max_cell:
            return self._reject("too_large", f"A cell has over {self.max_cell:,} characters.", parsed)
        return Row(self.file, self.number, dict(zip(self.columns, cells, strict=True)))

    def _padded(self, cells: list[str]) -> dict[str, str | None]:
        missing: list[str | None] = [None] * (self.width - len(cells))
        return dict(zip(self.columns, [*cells, *missing], strict=False))

    def _reject(self, code: str, reason: str, parsed: Parsed) -> Rejected:
        raw = encodings.mended("".join(parsed.lines)).rstrip("\r\n")
        if len(raw) > self.max_cell:
            raw, reason = raw[:10_000], f"{reason} Only its first 10,000 characters are kept here."
        return Rejected(self.file, self.number, code, reason, raw)
