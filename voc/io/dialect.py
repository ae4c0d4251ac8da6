"""Which delimiter and quoting a text file has: the ones under which its rows agree.

Each candidate parses the sample with the very reader that will read the file. It scores by the share
of rows as wide as the most common width, weighted by (width - 1) / width, as in van den Burg, Nazábal and
Sutton (2019), "Wrangling messy CSV files by detecting row and type patterns".
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from voc.io import names
from voc.io.csv_rows import Dialect, Parsed, parse

ONE_COLUMN = "\x1f"
"""A delimiter that text does not hold."""
_DELIMITERS = (",", "\t", ";", "|")
_ENOUGH = 0.4
_TITLE_LINES = 10
"""Lines of one cell that may stand above the header."""
_DECLARED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


def declared(first_line: str) -> str | None:
    """The delimiter that a ``sep=;`` line, as spreadsheets write it, names."""
    found = _DECLARED.fullmatch(first_line.strip("\r\n \ufeff")) or re.fullmatch(
        r"(?i)sep=(\t)\s*", first_line
    )
    return found[1] if found else None


def sniff(sample: str, suffix: str = "") -> Dialect:
    """The dialect of ``sample``: whole lines from the start of the file."""
    first = sample.split("\n", 1)[0]
    named = declared(first)
    if named:
        return _quoting(sample.split("\n", 1)[-1], named)[0]
    best, best_score = _one_column(sample), _ENOUGH
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        dialect, rows = _quoting(sample, delimiter)
        score = _agreement(rows, sample, delimiter)
        if delimiter == "\t" and suffix in (".tsv", ".tab"):
            score *= 1.2
        if score > best_score:
            best, best_score = dialect, score
    return best


def _one_column(sample: str) -> Dialect:
    return _quoting(sample, ONE_COLUMN)[0]


def _quoting(sample: str, delimiter: str) -> tuple[Dialect, list[Parsed]]:
    """Quotes as RFC 4180 has them unless that breaks rows and another way of quoting breaks fewer."""
    chosen = Dialect(delimiter)
    rows = _rows(sample, chosen)
    if delimiter + ' "' in sample:
        spaced = replace(chosen, skip_space=True)
        tried = _rows(sample, spaced)
        if _share(tried) > _share(rows):
            chosen, rows = spaced, tried
    if not _broken(rows):
        return chosen, rows
    if '\\"' in sample:
        escaped = replace(chosen, escape="\\")
        tried = _rows(sample, escaped)
        if _broken(tried) < _broken(rows):
            chosen, rows = escaped, tried
    if _broken(rows) and _quotes_are_letters(sample, delimiter):
        plain = Dialect(delimiter, quoted=False)
        tried = _rows(sample, plain)
        if delimiter == ONE_COLUMN or _share(tried) >= 0.95:
            return plain, tried
    return chosen, rows


def _rows(sample: str, dialect: Dialect) -> list[Parsed]:
    return list(parse(io.StringIO(sample, newline="\n"), dialect, len(sample) + 1))


def _broken(rows: Sequence[Parsed]) -> int:
    return sum(row.cells is None for row in rows)


def _quotes_are_letters(sample: str, delimiter: str) -> bool:
    """Whether cells that start with a quote mostly do not end with one: inches, or a quoted word."""
    opened = closed = 0
    for line in sample.split("\n"):
        for cell in line.rstrip("\r").split(delimiter):
            if cell.startswith('"'):
                opened += 1
                closed += len(cell) > 1 and cell.endswith('"')
    return opened - closed >= (2 if delimiter in ("\t", ONE_COLUMN) else 3) and closed * 2 <= opened


def _width(rows: Sequence[Parsed]) -> int:
    counts = Counter(len(row.cells) for row in rows if row.cells)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _share(rows: Sequence[Parsed]) -> float:
    """The share of rows as wide as most; a row that lacks its last cells counts half."""
    width = _width(rows)
    fits = 0.0
    for row in rows:
        if row.cells is None:
            continue
        if len(row.cells) == width or (len(row.cells) > width and not any(row.cells[width:])):
            fits += 1
        elif 1 < len(row.cells) < width:
            fits += 0.5
    return fits / len(rows) if rows else 0.0


def _agreement(rows: Sequence[Parsed], sample: str, delimiter: str) -> float:
    width = _width(rows)
    if width < 2:
        return _wide_header(rows)
    title = 0
    for row in rows[:_TITLE_LINES]:
        if row.cells is None or len(row.cells) > 1:
            break
        # A header of one column, or one that another delimiter splits, is no title.
        parts = re.split(r"[,;\t|]", row.cells[0])
        if sum(names.is_known(part.strip()) for part in parts) >= min(2, len(parts)):
            return 0.0
        title += 1
    if title and len(rows) < title + 3:
        return 0.0
    first = next((row.cells for row in rows[title:] if row.cells), [])
    score = _share(rows[title:]) * (width - 1) / width * (0.7 if title else 1)
    if len(first) != width:
        score *= 0.9 if any(map(names.is_known, first)) else 0.5
    prose = sample.count(delimiter + " ") == sample.count(delimiter)
    if prose and not any(names.is_known(cell.strip()) for cell in first):
        score *= 0.5
    # A first line that reads as a header settles it, even where many rows are ragged.
    if len(first) > 1 and sum(names.is_known(cell.strip()) for cell in first) * 2 >= len(first):
        score = max(score, 0.9 * (len(first) - 1) / len(first))
    return score


def _wide_header(rows: Sequence[Parsed]) -> float:
    """Most rows have one cell: still a table when its header names several columns."""
    first = next((row.cells for row in rows if row.cells), [])
    known = sum(names.is_known(cell.strip()) for cell in first)
    return 0.5 if len(first) > 1 and known == len(first) else 0.0
