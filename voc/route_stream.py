"""Files or a live stream of tickets -> one row each, in order, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from voc.pipeline import Progress, Silent, read_options
from voc.types import Record, Rejected

if TYPE_CHECKING:
    from voc.router import Router

Items = list[Record | Rejected]


def route_all(
    batches: Iterator[Items],
    output: str,
    form: str,
    router: Router,
    *,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> tuple[int, int]:
    """Route batches into a file (or ``-``), flushed batch by batch.

    Returns:
        Rows written, and how many of them carry an ``error``.

    Raises:
        VocError: the rules, a model or the output can't be used; the rules are read before any ticket is.
    """
    from voc.io.write import open_writer
    from voc.router import COLUMNS

    rows = errors = 0
    router.load()
    with (progress or Silent()).stage("route") as advance, open_writer(output, form, COLUMNS) as writer:
        for items in batches:
            answers = router.answer(items, now)
            writer.write(answers)
            rows += len(answers)
            errors += sum(answer["error"] is not None for answer in answers)
            advance(len(answers))
    return rows, errors


def file_batches(
    inputs: Sequence[str | Path], router: Router, batch: int = 512, as_of: datetime | None = None
) -> Iterator[Items]:
    """The rows of exports, some hundred at a time."""
    from voc import io

    stream = iter(io.stream(list(inputs), read_options(router.settings, as_of)))
    while items := list(islice(stream, batch)):
        yield items


def line_batches(
    stream: Any, router: Router, batch: int = 512, as_of: datetime | None = None
) -> Iterator[Items]:
    """JSON Lines as they come, a lone one at once.

    Each ticket's language is told from itself alone: the same line has the same answer whatever came with it.
    """
    from dataclasses import replace

    from voc.routing.lines import LineReader

    for items in LineReader(stream, read_options(router.settings, as_of), batch):
        yield [
            replace(item, source_file=f"{item.source_file}:{item.source_row}")
            if isinstance(item, Record)
            else item
            for item in items
        ]


def is_live(stream: IO[bytes]) -> bool:
    """Whether a stream begins like JSON Lines; waits for its first bytes and takes none of them."""
    peek = getattr(stream, "peek", None)
    if peek is None:
        return False
    first = peek(64).lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0].strip()
    return bool(first.startswith(b"{") and first != b"{")  # an indented JSON document has its brace alone
