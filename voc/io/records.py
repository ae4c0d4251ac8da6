"""Rows -> records: the text joined, the date, the rating and the rest read, an id that is unique."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from voc.io import dates, locales, ratings, shapes, turns
from voc.io.columns import ColumnMap
from voc.io.options import ReadOptions
from voc.io.shapes import Shape
from voc.io.sources import DATA_SUFFIXES
from voc.types import Record, Rejected, Row

BLANK = frozenset(["nan", "NaN", "null", "NULL", "#N/A", "<NA>", "undefined", "\\N"])
"""What programs write for a missing text; "none" and "n/a" are answers that people give."""


class Ids:
    """Ids that are unique across a corpus: the file's own where it is unique, else with the row's number."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._stems: dict[str, str] = {}

    def stem(self, name: str) -> str:
        """The file's name without folders and extensions; the second of the same name gets ``~2``."""
        base = PurePosixPath(name.rsplit("/", 1)[-1])
        while base.suffix.lower() in DATA_SUFFIXES:
            base = base.with_suffix("")
        if name not in self._stems:
            taken = set(self._stems.values())
            count = 1
            found = base.name
            while found in taken:
                count += 1
                found = f"{base.name}~{count}"
            self._stems[name] = found
        return self._stems[name]

    def make(self, value: Any, stem: str, row: int) -> str:
        """An id for one row; ``value`` is the id column's."""
        own = f"{stem}:{row}"
        if hash(own) in self._seen:
            own += "~"
        if value is None or value == "":
            return own
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        for candidate in (text, f"{text}#{row}", f"{text}#{own}"):
            if candidate and self._new(candidate):
                return candidate
        return own

    def _new(self, candidate: str) -> bool:
        """Whether no record has this id yet. Hashes are kept, not texts; ``stem:row`` is never given out twice."""
        stem, _, number = candidate.rpartition(":")
        key = hash(candidate)
        if key in self._seen or (number.isdecimal() and stem in self._stems.values()):
            return False
        self._seen.add(key)
        return True


class RecordMaker:
    """Turns the rows of one table into records or rejected rows, and keeps notes on the way."""

    def __init__(
        self,
        found: ColumnMap,
        shape: Shape | None,
        ids: Ids,
        stem: str,
        date: dates.DateColumn | None,
        rating: ratings.RatingColumn | None,
        streams_text: bool,
    ) -> None:
        self.found, self.shape, self.ids, self.stem = found, shape, ids, stem
        self.date, self.rating, self.streams_text = date, rating, streams_text
        self.channel = (shape.channel if shape else None) or found.channel
        self.turns = shape.turns if shape else None
        self.unknown_turns = 0
        self._roles = dict(found.roles)
        self._has_nps = "nps" in self._roles
        self._has_language = "language" in self._roles
        self._not_kept = {*found.text, *(found.roles.get(role, "") for role in ("id", "author"))}

    def __call__(self, row: Row) -> Record | Rejected:
        """The record in a row, or why there is none."""
        values = row.values
        refused = self._not_customer(row)
        if refused:
            return refused
        talk = turns.read_talk(values, self.turns) if self.turns else None
        text = self._text(values, talk)
        if not text:
            return self._no_text(row, talk)
        if talk and self.turns:
            self.unknown_turns += talk.unknown
            values = turns.without_turns(values, self.turns, talk)
        return Record(
            id=self.ids.make(self._cell(values, "id"), self.stem, row.source_row),
            source_file=row.source_file,
            source_row=row.source_row,
            text=text,
            created_at=self.date.parse(self._cell(values, "date")) if self.date else None,
            rating=self.rating.parse(self._cell(values, "rating")) if self.rating else None,
            nps=ratings.nps(self._cell(values, "nps")) if self._has_nps else None,
            author=_author(self._cell(values, "author")),
            language=locales.code(self._cell(values, "language")) if self._has_language else None,
            channel=self.channel,
            metadata={name: value for name, value in values.items() if name not in self._not_kept},
        )

    def _cell(self, values: Mapping[str, Any], role: str) -> Any:
        column = self._roles.get(role)
        return values.get(column) if column is not None else None

    def _not_customer(self, row: Row) -> Rejected | None:
        speaker = self.shape.speaker if self.shape else None
        if speaker is None:
            return None
        column = shapes.pick(speaker.column, tuple(row.values))
        value = row.values.get(column) if column else None
        if value is None or not shapes.is_other(value, speaker.customer, speaker.other):
            return None
        reason = "The turn is not the customer's."
        return Rejected(row.source_file, row.source_row, "not_customer", reason, dict(row.values))

    def _text(self, values: Mapping[str, Any], talk: turns.Talk | None) -> str:
        parts = [text for name in self.found.text if (text := _string(values.get(name)))]
        if len(parts) == 1 and talk is None:
            return parts[0]
        if talk:
            first_by_other = set(talk.others) - set(talk.said)
            parts = [part for part in parts if part not in first_by_other]
        return _joined(parts, talk.said if talk else ())

    def _no_text(self, row: Row, talk: turns.Talk | None) -> Rejected:
        code, reason = "no_text", "The row has no text."
        if talk and talk.others:
            code, reason = "not_customer", "Only others than the customer speak here."
        elif self.streams_text and all(row.values.get(name) is None for name in self.found.text):
            code, reason = "malformed", "The row ends before its text column."
        return Rejected(row.source_file, row.source_row, code, reason, dict(row.values))

    def findings(self) -> list[str]:
        """Notes for the file, once its rows have been read."""
        found = [*self.found.notes]
        for column in (self.date, self.rating):
            found.extend(column.findings() if column else ())
        if self.unknown_turns:
            found.append(f"Turns left out because who speaks is not said: {self.unknown_turns:,}.")
        return found


def _string(value: Any) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    text = str(value).strip()
    return "" if text in BLANK else text


def _joined(parts: Sequence[str], said: Sequence[str]) -> str:
    """Parts a line each, then turns a paragraph each, without a part that another one repeats or goes on from
    (a title that is the text's beginning, a description that is the first comment)."""
    everything = [*parts, *said]
    lines: list[str] = []
    for part in parts:
        start = part.rstrip(".… ")
        if part not in lines and not any(other != part and other.startswith(start) for other in everything):
            lines.append(part)
    return "\n\n".join(["\n".join(lines), *(turn for turn in said if turn not in lines)]).strip()


def _author(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return text or None


def date_column(
    found: ColumnMap, values: Sequence[Any], options: ReadOptions, modified: datetime, more: Callable[[], Any]
) -> dates.DateColumn | None:
    """The parser of a table's dates, if it has any."""
    if "date" not in found.roles:
        return None
    base = (options.as_of or modified).replace(microsecond=0)
    return dates.fit(values, base, found.language, options.date_order, more)
