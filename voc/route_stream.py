"""Files or a live stream of tickets -> one row each, in order, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from voc.pipeline import Progress, read_options
from voc.stream import write_answers
from voc.types import Record, Rejected

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.engine import Engine
    from voc.engine.answers import Raw
    from voc.models.understand import Models
    from voc.router import Asked, Router
    from voc.routing.spec import Rules

Items = list[Record | Rejected]


def route_all(
    answers: Iterator[list[dict[str, Any]]],
    output: str,
    form: str,
    *,
    progress: Progress | None = None,
) -> tuple[int, int]:
    """Write what a router answers into a file (or ``-``), flushed batch by batch.

    Returns:
        Rows written, and how many of them carry an ``error``.

    Raises:
        VocError: the rules, a model or the output can't be used.
    """
    from voc.router import COLUMNS

    return write_answers("route", answers, output, form, COLUMNS, progress=progress)


def engine_answers(
    inputs: Sequence[str | Path],
    router: Router,
    engine: Engine,
    batch: int = 512,
    as_of: datetime | None = None,
) -> Iterator[list[dict[str, Any]]]:
    """Yield answers for the rows of exports: an engine asks the models, and the router decides in order."""
    from voc.engine.answers import Reader
    from voc.engine.models import ModelsFor
    from voc.store.secret import author_key

    blocks = engine.source(Reader(engine.reachable(inputs), read_options(router.settings, as_of), batch))
    models = ModelsFor(router.settings.models, router.cache, engine.threads)
    for asked in engine.map(Ask(router.rules, router.settings, author_key(), models), blocks):
        yield router.decided(asked, as_of)


@dataclass(frozen=True)
class Ask:
    """Work: a raw block -> what the models say of each item (``Router.ask``)."""

    rules: Rules
    settings: Settings
    key: bytes
    models: Callable[[], Models]

    def __call__(self, block: Raw) -> list[Asked]:
        """Ask."""
        from voc.router import Router

        router = Router(self.rules, settings=self.settings, models=self.models())
        router.key = self.key
        return router.ask(block.items)


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
