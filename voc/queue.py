"""``voc label``: a queue of texts, the rows of it worth labelling next, and the answers given so far."""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voc.config import Settings
from voc.errors import USAGE, VocError
from voc.types import Record

if TYPE_CHECKING:
    from voc.models.encoder import Encoder
    from voc.models.intent import IntentModel

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

    Args:
        path: the file; made with the first answer. Whatever ids it holds count as answered.

    Raises:
        VocError: the file is there, but is no file of answers.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, str]] = []
        self.columns: tuple[str, ...] = COLUMNS
        if not path.exists():
            return
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                if not {"id", "intent"} <= set(reader.fieldnames or ()):
                    raise VocError(
                        f"{path} is no file of answers: it has no columns id and intent",
                        "Name another file with -o.",
                        USAGE,
                    )
                self.columns = tuple(reader.fieldnames or ())
                self.rows = [row for row in reader if row.get("id")]
        except (UnicodeDecodeError, csv.Error, OSError) as error:
            raise VocError(
                f"{path} can't be read as CSV: {type(error).__name__}", "Name another file."
            ) from None
        if set(self.columns) != set(COLUMNS):
            raise VocError(
                f"{path} has other columns than answers have: {', '.join(COLUMNS)}",
                "Name another file with -o.",
                USAGE,
            )

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
        buffer = io.BytesIO()
        new = not self.path.exists() or self.path.stat().st_size == 0
        write_csv(buffer, [row], list(self.columns), header=new)
        try:
            with self.path.open("ab") as file:
                file.write(self._mended() + buffer.getvalue())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise VocError(f"{self.path} can't be written: {error.strerror}", "Check the disk.") from None
        self.rows.append(row)

    def _mended(self) -> bytes:
        """A line's end where the last one lacks it, as after a crash or an editor."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return b""
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return b"" if file.read(1) == b"\n" else b"\n"


def read_queue(inputs: Sequence[str | Path], settings: Settings) -> tuple[list[Record], int]:
    """The queue's records, cleaned, redacted and each text once, and how many rows were set aside.

    Raises:
        VocError: the input can't be used.
    """
    from voc import io as exports
    from voc.labelled import prepare_records
    from voc.pipeline import read_options, with_channel

    corpus = with_channel(exports.read(list(inputs), read_options(settings)), settings)
    records, _emptied = prepare_records(corpus.records, settings)
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
