"""JSON and JSON Lines. A JSON document is read whole; JSON Lines stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from voc.errors import VocError
from voc.io import encoding as encodings
from voc.io.json_tables import Rows, find_tables, flatten
from voc.io.options import ReadOptions
from voc.io.sources import Blob
from voc.io.table import NoRows, Table, unique_names
from voc.types import Rejected, Row

WHOLE_BYTES = 1 << 30
"""A larger JSON document would not fit in memory."""
_SAMPLE = 200
_BAD = (ValueError, RecursionError)
_LINES = object()


def read_lines(blob: Blob, options: ReadOptions) -> Table:
    """JSON Lines: one object a line; a line that is not becomes a rejected row.

    Raises:
        VocError: none of the first lines is one, or no encoding fits.
    """
    encoding = encodings.detect(blob)

    def rows() -> Iterator[Row | Rejected]:
        number = 0
        with encodings.open_text(blob, encoding) as text:
            while line := text.readline(options.max_row_chars + 1):
                size = len(line)
                while size > options.max_row_chars and not line.endswith("\n"):
                    rest = text.readline(options.max_row_chars)
                    size += len(rest)
                    line = line[:10_000] + rest[-1:] if rest else line[:10_000] + "\n"
                if line.strip("\ufeff\0 \t\r\n"):
                    number += 1
                    yield _line(blob.name, number, line, size, options, encoding.clean)

    columns = _columns(rows())
    if not columns and not any(isinstance(row, Row) for row in islice(rows(), _SAMPLE)):
        raise VocError(
            f"{blob.name} has no JSON object in a line of its own.",
            "Write one object a line (jq -c . does it), or name a JSON document .json.",
        )
    return Table(columns, rows, encoding=encoding.name)


def _line(file: str, number: int, line: str, size: int, options: ReadOptions, clean: bool) -> Row | Rejected:
    raw = encodings.mended(line).rstrip("\r\n")
    if size > options.max_row_chars:
        reason = f"The line has {size:,} characters; only its first {len(raw):,} are kept here."
        return Rejected(file, number, "too_large", reason, raw)
    if not clean and encodings.is_damaged(line):
        return Rejected(file, number, "undecodable", "The row is not in the file's encoding.", raw)
    try:
        value = loads(line.replace("\0", "").strip("\ufeff \t\r\n"))
    except _BAD:
        return Rejected(file, number, "malformed", "The line is not valid JSON.", raw)
    if isinstance(value, str):
        value = {"text": value}
    return to_row(file, number, value, options)


def to_row(file: str, number: int, value: Any, options: ReadOptions) -> Row | Rejected:
    """A nested object as a row of named cells, unless one of them is too large."""
    if not isinstance(value, dict):
        return Rejected(file, number, "malformed", "The row is not a JSON object.", value)
    flat = flatten(value)
    if any(isinstance(cell, str) and len(cell) > options.max_cell_chars for cell in flat.values()):
        cut = {key: cell[:10_000] if isinstance(cell, str) else cell for key, cell in flat.items()}
        return Rejected(
            file, number, "too_large", f"A text has over {options.max_cell_chars:,} characters.", cut
        )
    return Row(file, number, flat)


def loads(text: str | bytes) -> Any:
    """orjson, and for what it refuses (NaN, lone surrogates) the standard library, made storable."""
    try:
        return orjson.loads(text)
    except ValueError:
        return _storable(json.loads(text))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return encodings.mended(value) if encodings.is_damaged(value) else value
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return None if isinstance(value, float) and value != value else value


def _columns(rows: Iterator[Row | Rejected]) -> tuple[str, ...]:
    """Names met in the first rows, in the order met."""
    names: dict[str, None] = {}
    for row in islice(rows, _SAMPLE):
        if isinstance(row, Row):
            names.update(dict.fromkeys(row.values))
    return tuple(names)


def read_document(blob: Blob, options: ReadOptions) -> Iterator[Table]:
    """Every table in a JSON document, the one with the most text first.

    Raises:
        VocError: it is not valid JSON, too large to read whole, or holds no rows.
    """
    document = _document(blob)
    if document is _LINES:
        yield read_lines(blob, options)
        return
    found = sorted(find_tables(document), key=lambda table: -_text_chars(table[1]))
    if not found:
        raise NoRows(
            f"{blob.name} holds no list of rows.",
            "Expected an array of objects, or an object with one array in it.",
        )
    for path, values in found:
        yield _table(blob, path, values, [other for other, _ in found if other != path], options)


def _document(blob: Blob) -> Any:
    if blob.size > WHOLE_BYTES:
        raise VocError(f"{blob.name} is too large for one JSON document.", "Export it as JSON Lines or CSV.")
    encoding = encodings.detect(blob)
    with encodings.open_text(blob, encoding) as text:
        content = encodings.mended(text.read()).strip("\ufeff\0 \t\r\n")
    try:
        return loads(content)
    except RecursionError as error:
        raise VocError(f"{blob.name} is nested too deep.", "Export it as JSON Lines or CSV.") from error
    except ValueError as error:
        if _is_object(content.split("\n", 1)[0]):
            return _LINES
        line = getattr(error, "lineno", "?")
        raise VocError(
            f"{blob.name} is not valid JSON (line {line}, column {getattr(error, 'colno', '?')}).",
            "It may be cut short: export it again. With one object a line, name it .jsonl.",
        ) from error


def _is_object(line: str) -> bool:
    try:
        return isinstance(loads(line), dict)
    except _BAD:
        return False


def _text_chars(rows: Rows) -> int:
    sample = (flatten(row) for row in rows[:_SAMPLE] if isinstance(row, dict))
    strings = (cell for row in sample for cell in row.values() if isinstance(cell, str))
    return sum(len(text) for text in strings if " " in text or not text.isascii())


def _table(blob: Blob, path: str, values: Rows, others: list[str], options: ReadOptions) -> Table:
    def rows() -> Iterator[Row | Rejected]:
        for number, value in enumerate(values, 1):
            yield to_row(blob.name, number, value, options)

    columns, notes = unique_names(_columns(rows()), blob.name)
    if path:
        notes.append(f"Rows were found at {path!r}.")
    if others:
        notes.append(f"Other lists were not read: {', '.join(map(repr, others[:5]))}.")
    return Table(columns, rows, path=path, notes=notes)
