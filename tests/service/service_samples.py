"""A router without models, and folders to drop into."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voc.errors import VocError
from voc.service.watch import Watch
from voc.types import Record, Rejected

COLUMNS = ("id", "queue", "error")
WHEN = datetime(2026, 11, 23, tzinfo=UTC)


def answer(items: Sequence[Record | Rejected]) -> list[dict[str, Any]]:
    return [
        {"id": item.id, "queue": "triage" if "?" in item.text else "technical", "error": None}
        if isinstance(item, Record)
        else {"id": f"row {item.source_row}", "queue": None, "error": item.reason}
        for item in items
    ]


def read(path: Path) -> Iterator[list[Record | Rejected]]:
    """``id,text`` rows, three at a time."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and "text" not in rows[0]:
        raise VocError("No column holds text.")
    items = [Record(row["id"], path.name, place, row["text"]) for place, row in enumerate(rows, 1)]
    for start in range(0, len(items), 3):
        yield list(items[start : start + 3])


def drop(folder: Path, name: str, ids: Sequence[str], text: str = "Where is my order?") -> Path:
    """As well-behaved senders do: under a temporary name first."""
    half = folder / f"{name}.part"
    half.write_text("id,text\n" + "".join(f"{one},{text}\n" for one in ids), encoding="utf-8")
    return half.rename(folder / name)


def make_watch(base: Path, **options: Any) -> Watch:
    """Every ticket is of one author; how many came before is in its row."""
    inbox = base / "inbox"
    inbox.mkdir(exist_ok=True)

    def counted(items: Sequence[Record | Rejected]) -> list[dict[str, Any]]:
        return [{**row, "contacts": watch.contacts.count("ann", WHEN)} for row in answer(items)]

    columns = (*COLUMNS, "contacts")
    watch = Watch(inbox, base / "results", options.pop("read", read), counted, columns, **options)
    return watch


def run_once(base: Path, **options: Any) -> Watch:
    watch = make_watch(base, **options)
    try:
        watch.run(settle=0.01, once=True)
    finally:
        watch.close()
    return watch


def routed(base: Path) -> list[str]:
    """Ids in all results."""
    return [row["id"] for row in rows_of(base)]


def rows_of(base: Path) -> list[dict[str, Any]]:
    """Rows of all results."""
    import json

    return [
        json.loads(line)
        for path in sorted((base / "results").glob("[!.]*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
