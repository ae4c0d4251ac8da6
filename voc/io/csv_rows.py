"""Rows of delimited text, one by one, going on after rows that are malformed.

The standard library's strict reader says where quoting breaks. A row it cannot read is given back as
malformed with only its first line; the lines after it are read again, so that a quote that is never
closed costs one row and not the rest of the file. Rows are bounded in lines and characters, which also
bounds what is read twice.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TextIO

MAX_LINES = 10_000
"""Lines one quoted cell may span before its quote counts as never closed."""
_HEAD = 10_000
"""Characters kept of a line that is too long."""
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "\x1f": "one column"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are separated and quoted."""

    delimiter: str = ","
    quoted: bool = True
    escape: str | None = None
    skip_space: bool = False

    def __str__(self) -> str:
        quoting = 'quoted by "' if self.quoted else "no quoting"
        extra = f", {self.escape} escapes" if self.escape else ""
        return f"{_NAMES.get(self.delimiter, repr(self.delimiter))}, {quoting}{extra}"


class Parsed(NamedTuple):
    """One row: its cells, or the ``problem`` (and its code) that its ``lines`` have."""

    cells: list[str] | None
    lines: list[str]
    code: str = ""
    problem: str = ""


class _OverlongError(Exception):
    """A physical line over the limit; nothing of it is in the reader yet."""


class _Lines:
    """Physical lines with a way to give them back, and a bound on those of one row."""

    def __init__(self, text: TextIO, max_chars: int) -> None:
        self.text, self.max_chars = text, max_chars
        self.taken: list[str] = []
        self.chars = 0
        self.pending: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.chars >= self.max_chars or len(self.taken) >= MAX_LINES:
            raise StopIteration
        line = self.pending.popleft() if self.pending else self.text.readline(self.max_chars + 1)
        if not line:
            raise StopIteration
        if len(line) > self.max_chars:
            self.pending.appendleft(line)
            raise _OverlongError
        if "\0" in line:
            line = line.replace("\0", "")
        if line.startswith("\ufeff"):  # of the second file, where two were joined
            line = line.lstrip("\ufeff")
        self.taken.append(line)
        self.chars += len(line)
        return line

    def start(self) -> None:
        self.taken = []
        self.chars = 0

    def give_back_all_but_first(self) -> str:
        self.pending.extendleft(reversed(self.taken[1:]))
        return self.taken[0]

    def drop_overlong(self) -> tuple[str, int]:
        line = self.pending.popleft()
        head, size = line[:_HEAD], len(line)
        while line and not line.endswith("\n"):
            line = self.text.readline(self.max_chars)
            size += len(line)
        return head, size


def parse(text: TextIO, dialect: Dialect, max_chars: int, width: int = 0) -> Iterator[Parsed]:
    """Every row of ``text`` in order; blank lines are not rows.

    ``max_chars`` bounds one row. With ``width`` (the header's cells), a quoted cell that has swallowed
    whole rows is told from a text of several lines.
    """
    # The limit is the module's, not the reader's: rows are bounded here, so it may be any larger.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * max_chars + 1))
    lines = _Lines(text, max_chars)
    reader = _reader(lines, dialect)
    while True:
        lines.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _OverlongError:
            yield _too_long(lines) if not lines.taken else _malformed(lines, "unexpected end of data")
            reader = _reader(lines, dialect)
            continue
        except csv.Error as error:
            yield _malformed(lines, str(error))
            reader = _reader(lines, dialect)
            continue
        if len(lines.taken) > 2 and _swallowed(lines.taken, dialect.delimiter, width):
            yield _malformed(lines, "unexpected end of data")
        elif cells and (width == 1 or not lines.taken[0].isspace()):
            yield Parsed(cells, lines.taken)


def _reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE,
        quotechar='"' if dialect.quoted else None,
        escapechar=dialect.escape,
        doublequote=True,
        skipinitialspace=dialect.skip_space,
        strict=True,
    )


def _malformed(lines: _Lines, error: str) -> Parsed:
    first = lines.give_back_all_but_first()
    if "expected after" in error:
        problem = "A closing quote is followed by more text."
    elif "unexpected end" in error:
        problem = "A quote is opened and not closed."
    elif "new-line" in error:
        problem = "A line break stands in a cell without quotes."
    else:
        problem = "The row can't be told into cells."
    return Parsed(None, [first], "malformed", problem)


def _too_long(lines: _Lines) -> Parsed:
    head, size = lines.drop_overlong()
    problem = f"The line has {size:,} characters; only its first {len(head):,} are kept here."
    return Parsed(None, [head], "too_large", problem)


def _swallowed(lines: list[str], delimiter: str, width: int) -> bool:
    """Whether the lines within a quoted cell are all rows themselves: exactly the header's delimiters.

    How many such lines are needed falls with the width: few texts have five commas in each of three lines.
    """
    inner = lines[1:-1]
    if width < 2 or len(inner) < max(2, 12 // (width - 1)):
        return False
    return all(line.count(delimiter) == width - 1 for line in inner)
