"""``voc label``: a queue of texts, the rows of it worth labelling next, and the answers given so far."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from voc.config import Settings
from voc.errors import USAGE, VocError
from voc.types import Record

if TYPE_CHECKING:
    from voc.models.encoder import Encoder
    from voc.models.intent import IntentModel

log = logging.getLogger(__name__)
COLUMNS = ("id", "source_file", "source_row", "language", "text", "intent")
"""Columns of the answers; ``voc train intent`` reads them as they are."""
_MOST = 20_000
"""Rows of a queue that are weighed: the first ones."""


@dataclass(frozen=True)
class Proposal:
    """A row to label, and the intents that the model finds likeliest, the best first."""

    record: Record
    likely: tuple[tuple[str, float], ...]


class Answers:
    """A CSV file of answers; each is on the disk before the next question is put.

    An answer whose writing was cut off counts as not given, and makes room for the next one.

    Args:
        path: the file; made with the first answer. Whatever ids it holds count as answered.

    Raises:
        VocError: the file is there, but is no file of answers, or a row of it has to be mended by hand.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, str]] = []
        self.columns: tuple[str, ...] = COLUMNS
        if not path.exists():
            return
        try:
            data = path.read_bytes()
            found = _whole_rows(path, data)
            data[: found[-1].end if found else 0].decode()
        except (UnicodeDecodeError, OSError) as error:
            raise VocError(
                f"{path} can't be read as CSV: {type(error).__name__}", "Name another file."
            ) from None
        self.columns = _columns(path, found)
        if found[-1].end < len(data):
            log.warning("%s: the last answer was cut off while it was written, and counts as not given", path)
        rows = (_as_answer(path, row, self.columns) for row in found[1:])
        self.rows = [row for row in rows if row.get("id")]

    @property
    def ids(self) -> set[str]:
        """Ids that are answered."""
        return {_plain(row["id"]) for row in self.rows}

    @property
    def intents(self) -> list[str]:
        """Intents given so far, in alphabetical order."""
        return sorted({_plain(row["intent"]) for row in self.rows if row["intent"]})

    def add(self, record: Record, intent: str) -> None:
        """Append one answer and force it to the disk.

        Raises:
            VocError: the file can't be written.
        """
        from voc.io.sinks import write_csv

        row = {
            "id": record.id,
            "source_file": record.source_file,
            "source_row": str(record.source_row),
            "language": record.language or "und",
            "text": record.text,
            "intent": intent,
        }
        try:
            kept, end = self._mended()
            buffer = io.BytesIO()
            write_csv(buffer, [row], list(self.columns), header=not kept)
            with self.path.open("ab") as file:
                file.write(end + buffer.getvalue())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise VocError(f"{self.path} can't be written: {error.strerror}", "Check the disk.") from None
        self.rows.append(row)

    def _mended(self) -> tuple[int, bytes]:
        """Cut the file back to its whole rows: its size then, and a line's end where the last one lacks it.

        Done for each answer: someone may have edited the file since the last one.
        """
        data = self.path.read_bytes() if self.path.exists() else b""
        rows = _whole_rows(self.path, data)
        kept = rows[-1].end if rows else 0
        if kept < len(data):
            os.truncate(self.path, kept)
        return kept, b"" if data[:kept].endswith(b"\n") or not kept else b"\n"


def read_queue(inputs: Sequence[str | Path], settings: Settings) -> tuple[list[Record], int]:
    """The queue's records, each text once, and how many rows were set aside.

    The records are cleaned and redacted, and so are the names of their files.

    Raises:
        VocError: the input can't be used.
    """
    from voc import io as exports
    from voc.labelled import redaction
    from voc.pipeline import read_options, with_channel
    from voc.text.prepare import prepare, redact_sources

    redactor, key = redaction(settings)
    corpus = with_channel(exports.read(list(inputs), read_options(settings)), settings)
    records, _emptied = prepare(redact_sources(corpus, redactor, key).records, redactor, key)
    once = {_mark(record.text): record for record in reversed(records)}
    kept = [record for record in records if once[_mark(record.text)] is record]
    return kept, corpus.rows_read - len(kept)


def propose(
    records: Sequence[Record], answers: Answers, n: int, encoder: Encoder, model: IntentModel | None
) -> list[Proposal]:
    """The unanswered records whose labels would help most (``voc.insight.labelling.choose_next``).

    Args:
        records: the queue.
        answers: those given; what they cover is not asked about again.
        n: how many.
        encoder: gives the vectors.
        model: tells which rows are uncertain; without one, rows are chosen for being typical and unlike.
    """
    import numpy as np

    from voc.insight.labelling import choose_next, uncertainty
    from voc.models.understand import words_only

    ids, texts_done = answers.ids, {_mark(_plain(row["text"])) for row in answers.rows}
    open_ = [r for r in records if r.id not in ids and _mark(r.text) not in texts_done][:_MOST]
    if not open_:
        return []
    texts = [words_only(record.text) for record in open_]
    encoded = encoder.encode(texts)
    known = encoder.encode([words_only(_plain(row["text"])) for row in answers.rows]).vectors
    if model is None:
        chosen = choose_next(encoded.vectors, np.ones(len(open_)), n, known)
        return [Proposal(open_[at], ()) for at in chosen]
    p = model.predict(texts, encoded)
    chosen = choose_next(encoded.vectors, uncertainty(p), n, known)
    return [
        Proposal(open_[at], tuple((model.labels[j], float(p[at, j])) for j in np.argsort(-p[at])[:3]))
        for at in chosen
    ]


def read_answer(typed: str, likely: Sequence[str], intents: Sequence[str]) -> str | None:
    """The intent that a typed answer means, or None where it is not clear.

    A number picks from ``likely``; a name, or an unambiguous beginning of one, from ``intents``; ``+name`` is
    a new intent, and so is any name while there are none.
    """
    typed = typed.strip()
    if typed.startswith("+") and typed[1:].strip():
        return typed[1:].strip()
    if typed.isdecimal() and 1 <= int(typed) <= len(likely):
        return likely[int(typed) - 1]
    same = [name for name in intents if name.casefold() == typed.casefold()]
    begins = [name for name in intents if name.casefold().startswith(typed.casefold())]
    found = same or (begins if len(begins) == 1 else [])
    if found:
        return found[0]
    return typed if typed and not intents else None


def nearest(typed: str, intents: Sequence[str]) -> list[str]:
    """Intents that may have been meant."""
    begins = [name for name in intents if name.casefold().startswith(typed.strip().casefold())]
    return begins[:5] or difflib.get_close_matches(typed.strip(), intents, n=3, cutoff=0.5)


def _mark(text: str) -> str:
    """Equal for texts that differ in case and spacing alone."""
    return " ".join(text.casefold().split())


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it (``voc.io.sinks.safe_cell``)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


@dataclass(frozen=True)
class _Row:
    """A row as it is in the file: from line ``line``, ending before byte ``end``."""

    cells: list[str]
    line: int
    raw: bytes
    end: int
    open: bool
    """The file ends within its quotes."""

    def cut_off(self, width: int) -> bool:
        """Whether, as the last row of a file, it is one that was not written to its end."""
        if self.open or self.raw.endswith((b"\n", b"\r")):
            return self.open
        return len(self.cells) < width or _ends_within_a_character(self.raw)

    def swallows(self, width: int) -> bool:
        """Whether a row that seems cut off has more in its quotes: its last line ends, or lines are whole rows.

        So it looks where someone left a stray quote.
        """
        lines = list(io.StringIO(self.raw.decode("utf-8", "replace"), newline=""))
        rows = (next(csv.reader(islice(lines, at, None)), []) for at in range(1, len(lines)))
        return self.raw.endswith((b"\n", b"\r")) or any(len(cells) == width for cells in rows)


class _Lines:
    """Lines for the csv module, counted; ``over`` once it asked for more than there are."""

    def __init__(self, data: bytes) -> None:
        self.size = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        """Bytes taken."""
        self.number = 0
        self.over = False
        # What is not UTF-8 keeps its length: it may be half a character, where the file was cut off.
        self._left = io.StringIO(data[self.size :].decode("utf-8", "surrogateescape"), newline="")

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._left.readline()
        if not line:
            self.over = True
            raise StopIteration
        self.number += 1
        self.size += len(line.encode("utf-8", "surrogateescape"))
        return line


def _rows_in(data: bytes) -> Iterator[_Row]:
    lines = _Lines(data)
    line, start = 1, lines.size
    for cells in csv.reader(lines):
        yield _Row(cells, line, data[start : lines.size], lines.size, lines.over)
        line, start = lines.number + 1, lines.size


def _whole_rows(path: Path, data: bytes) -> list[_Row]:
    """All rows of the file, but for a last one that was cut off while it was written.

    Raises:
        VocError: a quote is not closed, and what it swallowed may be whole rows.
    """
    try:
        rows = list(_rows_in(data))
        if len(rows) < 2 or not rows[-1].cut_off(len(rows[0].cells)):
            return rows
        if rows[-1].swallows(len(rows[0].cells)):
            raise VocError(
                f"{path}: line {rows[-1].line} has a quote that is not closed",
                "Close it, or delete what was cut off there; the answers after it are not lost.",
            )
    except csv.Error as error:
        raise VocError(f"{path} can't be read as CSV: {type(error).__name__}", "Name another file.") from None
    return rows[:-1]


def _columns(path: Path, rows: Sequence[_Row]) -> tuple[str, ...]:
    """The header.

    Raises:
        VocError: it is not that of answers.
    """
    header = tuple(rows[0].cells) if rows else ()
    if not {"id", "intent"} <= set(header):
        raise VocError(
            f"{path} is no file of answers: it has no columns id and intent",
            "Name another file with -o.",
            USAGE,
        )
    if set(header) != set(COLUMNS):
        raise VocError(
            f"{path} has other columns than answers have: {', '.join(COLUMNS)}",
            "Name another file with -o.",
            USAGE,
        )
    return header


def _as_answer(path: Path, row: _Row, columns: Sequence[str]) -> dict[str, str]:
    """Cells by column; none for an empty row.

    Raises:
        VocError: cells are missing or left over, so that what is in which column is anyone's guess.
    """
    if not any(cell.strip() for cell in row.cells):
        return {}
    if len(row.cells) < len(columns) or any(row.cells[len(columns) :]):
        raise VocError(
            f"{path}: line {row.line} has {len(row.cells)} cells, and should have {len(columns)}",
            "Mend or delete that row.",
        )
    return dict(zip(columns, row.cells, strict=False))


def _ends_within_a_character(raw: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(raw)
    return bool(decoder.getstate()[0])
