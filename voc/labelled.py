"""Labelled rows for training: any export, cleaned and redacted as in a run; every row is used or counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voc.config import Settings
from voc.errors import USAGE, VocError
from voc.pipeline import read_options, with_channel
from voc.types import Corpus, Record

if TYPE_CHECKING:
    from voc.text.redact import Redactor

LEAST_OF_CLASS = 2
"""Distinct texts that a class needs: one to learn from, one to be asked about."""
LONGEST_LABEL = 100
"""A longer cell is somebody's text, not a label."""


@dataclass(frozen=True)
class Row:
    """One labelled text, and where it stood."""

    id: str
    source_file: str
    source_row: int
    text: str
    label: str
    language: str

    @property
    def mark(self) -> str:
        """Equal for texts that differ in case and spacing alone."""
        return " ".join(self.text.casefold().split())


@dataclass(frozen=True)
class LabelledRows:
    """What was read: ``rows_read == len(rows) + sum(rejected.values())``, ``rejected`` by reason.

    Names of files and of the column are redacted, as in a run.
    """

    rows: tuple[Row, ...]
    rows_read: int
    rejected: Mapping[str, int]
    label_column: str


def read_labelled(
    inputs: Sequence[str | Path], settings: Settings, label_column: str | None = None
) -> LabelledRows:
    """Read labelled files.

    Args:
        inputs: files, folders or globs, in any format that voc reads.
        settings: columns, patterns to redact, channel.
        label_column: the column with the labels; found by its name when None.

    Raises:
        VocError: the input can't be used, no column holds labels, or fewer than two classes are left.
    """
    from voc import io
    from voc.io.labels import label_text
    from voc.text.prepare import prepare, redact_sources

    corpus = with_channel(io.read(list(inputs), read_options(settings)), settings)
    redactor, key = redaction(settings)
    column = _label_column(corpus, label_column)
    corpus = redact_sources(corpus, redactor, key)
    records, emptied = prepare(corpus.records, redactor, key)
    rejected = Counter(item.code for item in (*corpus.rejected, *emptied))
    # As written: redaction would take some codes for telephone numbers.
    written = {(r.source_file, r.source_row): label_text(r.metadata.get(column)) for r in corpus.records}
    rows = []
    for record in records:
        label = written[record.source_file, record.source_row]
        if label is None:
            rejected["no_label"] += 1
        elif len(label) > LONGEST_LABEL:
            rejected["label_too_long"] += 1
        else:
            rows.append(_row(record, label))
    kept = _without_tiny(rows)
    if len(rows) > len(kept):
        rejected["class_too_small"] = len(rows) - len(kept)
    _check(kept, rejected, column)
    shown = redactor.redact_value(column)
    return LabelledRows(tuple(kept), corpus.rows_read, dict(sorted(rejected.items())), shown)


def redaction(settings: Settings) -> tuple[Redactor, bytes]:
    """What takes personal data out as the settings ask for, and the key of the pseudonyms."""
    from voc.store.secret import author_key
    from voc.text.redact import Redactor

    return Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors), author_key()


def _label_column(corpus: Corpus, given: str | None) -> str:
    from voc.io.columns import find_column
    from voc.io.labels import label_column
    from voc.io.names import shown

    columns = list(dict.fromkeys(name for source in corpus.sources for name in source.columns))
    text = {part for source in corpus.sources for part in source.mapping.get("text", "").split(" + ")}
    where = ", ".join(source.name for source in corpus.sources)
    if given is not None:
        found: str | None = find_column(given, columns, "label", where)
    else:
        filled = {name for record in corpus.records for name in record.metadata}
        found = label_column([name for name in columns if name in filled and name not in text], "intent")
    if found is None:
        listed = ", ".join(shown(name) for name in columns[:20] if name not in text)
        raise VocError(
            f"{where}: no column is named like labels", f"Name it with --label-column: {listed}.", USAGE
        )
    if found in text:
        raise VocError(
            f"The column {found!r} is read as text, so that its labels would give themselves away",
            "Name the column with the text alone with --text-column.",
            USAGE,
        )
    return found


def _row(record: Record, label: str) -> Row:
    from voc.models.understand import words_only

    text = words_only(record.text)
    return Row(record.id, record.source_file, record.source_row, text, label, record.language or "und")


def _without_tiny(rows: Sequence[Row]) -> list[Row]:
    """The rows of classes with enough distinct texts of their own to be learned and measured.

    A text with several labels counts for the first one's class, as in ``voc.models.stack.folds_of``.
    """
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.mark, row.label)
    counts = Counter(first.values())
    return [row for row in rows if counts[row.label] >= LEAST_OF_CLASS]


def _check(rows: Sequence[Row], rejected: Mapping[str, int], column: str) -> None:
    labels = {row.label for row in rows}
    if len(labels) >= 2:
        if len(labels) > max(2, len(rows) // 2):
            raise VocError(
                f"Column {column!r} holds {len(labels)} different labels in {len(rows)} rows",
                "That is no set of intents; name the right column with --label-column.",
            )
        return
    reasons = ", ".join(f"{name} {count:,}" for name, count in rejected.items()) or "none"
    raise VocError(
        f"Column {column!r}: {len(labels)} intent{'' if len(labels) == 1 else 's'} with at least "
        f"{LEAST_OF_CLASS} different texts; two are needed (rows set aside: {reasons})",
        "Label more rows, five or more an intent, or name the right column with --label-column.",
    )
