"""The records of one run, to look through: all of them or those behind an issue, by words, a page at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True)
class RecordView:
    """One record. ``row`` is its row of the feedback table, as a mapping; ``repeats`` were folded into it."""

    pieces: tuple[tuple[str, bool], ...]
    """The text, cut where it speaks of the issue (true)."""
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
        return Found(tuple(self._view(row, spans.get(row, ())) for row in shown), len(rows), page, pages)

    def _view(self, row: int, spans: Sequence[Span]) -> RecordView:
        values = {str(name): value for name, value in self._table.iloc[row].items()}
        return RecordView(
            tuple(_cut(str(values["text"]), spans)),
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


def _cut(text: str, spans: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    shown, end = text[:LONGEST], 0
    for start, stop in sorted(spans):
        if end <= start < len(shown):
            yield plain_lines(shown[end:start]), False
            yield plain_lines(shown[start:stop]), True
            end = stop
    yield plain_lines(shown[end:]) + ("…" if len(text) > LONGEST else ""), False


def _extra(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = [name for name in values if name not in FEEDBACK_COLUMNS]
    for name in names[:_CELLS]:
        if (cell := plain(values[name])) and values[name] is not None and values[name] == values[name]:
            yield plain(name), cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…"
