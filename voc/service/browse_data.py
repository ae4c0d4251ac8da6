"""The records of one run, to look through: all of them or those behind an issue, by words, a page at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, groupby
from typing import TYPE_CHECKING, Any

import regex

from voc.insight.tables import FEEDBACK_COLUMNS
from voc.report.plain import plain, plain_lines

if TYPE_CHECKING:
    import pandas as pd

PAGE = 50
"""Records a page."""
LONGEST = 5_000
"""Characters of a text that are shown."""
_CELL, _CELLS = 200, 20
Span = tuple[int, int]
_LETTER = regex.compile(r"\X")
"""A letter with its marks, which composing may join into one."""


@dataclass(frozen=True)
class RecordView:
    """One record. ``row`` is its row of the feedback table, as a mapping; ``repeats`` were folded into it."""

    pieces: tuple[tuple[str, str], ...]
    """The text, cut into ``issue`` (it speaks of the issue), ``hit`` (a word looked for), both or neither."""
    row: Mapping[str, Any]
    extra: tuple[tuple[str, str], ...]
    """Columns of the file that voc gave no meaning."""
    repeats: int


@dataclass(frozen=True)
class Found:
    """One page of what was looked for. ``page`` counts from 1 and is never beyond ``pages``."""

    records: tuple[RecordView, ...]
    total: int
    page: int
    pages: int


def fold(text: str) -> str:
    """Return what two spellings of the same words have in common: composed or not, wide or not, any case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class Records:
    """Everything that can be looked through, in memory.

    Args:
        feedback: one row a record, as in ``feedback.parquet``.
        segments: one row a segment, as in ``segments.parquet``.
    """

    def __init__(self, feedback: pd.DataFrame, segments: pd.DataFrame) -> None:
        self._table = feedback[feedback["duplicate_of"].isna()].reset_index(drop=True)
        self._folded = [fold(text) for text in self._table["text"]]
        self._moods = list(self._table["sentiment"])
        self._repeats = feedback["duplicate_of"].value_counts()
        self._spans = _spans(self._table, segments)

    def find(self, issue_id: str | None = None, words: str = "", sentiment: str = "", page: int = 1) -> Found:
        """Return the records that have every one of the words (and speak of the issue), in the files' order.

        Args:
            issue_id: only records of this issue; its stretches are marked.
            words: parted by spaces; each may stand anywhere, within a word, too.
            sentiment: only records of this sentiment.
            page: from 1; one beyond the last gives the last.
        """
        spans = self._spans.get(issue_id, {}) if issue_id is not None else {}
        wanted = fold(words).split()
        rows = [
            row
            for row in (spans if issue_id is not None else range(len(self._table)))
            if (not sentiment or self._moods[row] == sentiment)
            and all(word in self._folded[row] for word in wanted)
        ]
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(1, page), pages)
        shown = rows[(page - 1) * PAGE : page * PAGE]
        return Found(
            tuple(self._view(row, spans.get(row, ()), wanted) for row in shown), len(rows), page, pages
        )

    def _view(self, row: int, spans: Sequence[Span], wanted: Sequence[str]) -> RecordView:
        values = {str(name): value for name, value in self._table.iloc[row].items()}
        return RecordView(
            tuple(_cut(str(values["text"]), spans, wanted)),
            values,
            tuple(_extra(values)),
            int(self._repeats.get(values["id"], 0)),
        )


def _spans(table: pd.DataFrame, segments: pd.DataFrame) -> dict[str, dict[int, list[Span]]]:
    """Issue id -> row -> the stretches of its text that speak of the issue."""
    rows = {record: row for row, record in enumerate(table["id"])}
    mine = segments[segments["issue_id"].notna()]
    found: dict[str, dict[int, list[Span]]] = {}
    columns = (mine[name] for name in ("issue_id", "record_id", "start", "end"))
    for issue, record, start, end in zip(*columns, strict=True):
        if record in rows:
            found.setdefault(issue, {}).setdefault(rows[record], []).append((int(start), int(end)))
    return {issue: dict(sorted(places.items())) for issue, places in found.items()}


def _cut(text: str, spans: Sequence[Span], wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    shown = text[:LONGEST]
    ours, hits = _covered(shown, spans), _covered(shown, _hits(shown, wanted))
    kinds = [" ".join(compress(("issue", "hit"), pair)) for pair in zip(ours, hits, strict=True)]
    for kind, places in groupby(range(len(shown)), kinds.__getitem__):
        stretch = list(places)
        yield plain_lines(shown[stretch[0] : stretch[-1] + 1]), kind
    if len(text) > LONGEST:
        yield "…", ""


def _covered(text: str, spans: Iterable[Span]) -> list[bool]:
    """For each letter, whether a span covers it."""
    covered = [False] * len(text)
    for start, end in spans:
        end = min(end, len(text))
        covered[start:end] = [True] * max(0, end - start)
    return covered


def _hits(text: str, wanted: Sequence[str]) -> Iterator[Span]:
    """Yield where the folded words stand in a text that is not folded."""
    letters = [(found.span(), fold(found[0])) for found in _LETTER.finditer(text)] if wanted else []
    folded = "".join(letter for _, letter in letters)
    spans = [span for span, letter in letters for _ in letter]
    for word in wanted:
        start = folded.find(word)
        while start >= 0:
            end = start + len(word)
            yield spans[start][0], spans[end - 1][1]
            start = folded.find(word, end)


def _extra(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = [name for name in values if name not in FEEDBACK_COLUMNS]
    for name in names[:_CELLS]:
        if (cell := plain(values[name])) and values[name] is not None and values[name] == values[name]:
            yield plain(name), cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…"
