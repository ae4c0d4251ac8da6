"""From blocks as read to records fit to be seen, and which of them say again what another said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from voc.config import Settings
from voc.engine import Engine
from voc.engine.answers import Raw
from voc.engine.work import META, CountLanguages, Prepare, Prepared, Votes
from voc.pipeline import Clock
from voc.types import Corpus, Source

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Ready:
    """n records fit to be seen, in the order of the input.

    ``corpus``: the sources and the rejected rows; no records. ``blocks``: the records. ``table``: the
    same, all in one. ``firsts``: (n,) the record that each repeats, its own number where it is the first.
    ``sizes``: records a block.
    """

    corpus: Corpus
    blocks: Iterable[Prepared]
    table: pa.Table
    firsts: NDArray[np.int64]
    sizes: tuple[int, ...]

    @cached_property
    def is_first(self) -> NDArray[np.bool_]:
        """(n,) which records are no duplicates."""
        import numpy as np

        found: NDArray[np.bool_] = self.firsts == np.arange(len(self.firsts))
        return found

    @property
    def first_by_block(self) -> list[NDArray[np.bool_]]:
        """As ``is_first``, cut as the blocks are."""
        import numpy as np

        return np.split(self.is_first, np.cumsum(self.sizes)[:-1])

    @property
    def names(self) -> set[str]:
        """The metadata's names."""
        return {name.removeprefix(META) for name in self.table.column_names if name.startswith(META)}


def read_and_prepare(blocks: Iterable[Raw], engine: Engine, settings: Settings, clock: Clock) -> Ready:
    """Read, clean, name languages, redact and fold.

    A file's clear texts say what its short ones are in, so languages are counted in all blocks before
    any is prepared.

    Raises:
        VocError: the input can't be used.
    """
    from voc.store.secret import author_key
    from voc.text.prepare import redact_sources
    from voc.text.redact import Redactor

    key = author_key()
    with clock.stage("read"):
        raw = engine.keep(blocks)
        languages, sources = _counted(engine.map(CountLanguages(settings, key), raw))
    authors = frozenset(source.mapping.get("author", "") for source in sources)
    with clock.stage("clean and redact"):
        work = Prepare(settings, key, languages, authors)
        ready = engine.keep(engine.map(work, raw))
        tables, rejected = [], []
        for block in ready:
            tables.append(block.records)
            rejected.extend(block.rejected)
    with clock.stage("fold duplicates"):
        firsts = _fold(tables, settings)
    redactor = Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors)
    rejected.sort(key=lambda item: (item.source_file, item.source_row))
    corpus = redact_sources(Corpus((), tuple(rejected), sources), redactor, key)
    return Ready(corpus, ready, _one(tables), firsts, tuple(map(len, tables)))


def _counted(blocks: Iterable[Votes]) -> tuple[dict[str, Counter[str]], tuple[Source, ...]]:
    languages: dict[str, Counter[str]] = {}
    sources: tuple[Source, ...] = ()
    for block in blocks:
        for name, counts in block.languages.items():
            languages.setdefault(name, Counter()).update(counts)
        sources = block.sources or sources
    return languages, sources


def _fold(tables: Sequence[pa.Table], settings: Settings) -> NDArray[np.int64]:
    import numpy as np

    from voc.text.fold import fold

    if not settings.text.fold_duplicates:
        return np.arange(sum(map(len, tables)))
    texts, authors, dates = (
        [value for table in tables for value in table[name].to_pylist()]
        for name in ("text", "author", "created_at")
    )
    return np.array(fold(texts, authors, dates), dtype=np.int64)


def _one(tables: Sequence[pa.Table]) -> pa.Table:
    """Join blocks whose metadata may differ; columns stand in the order in which they first came."""
    import pyarrow as pa

    return pa.concat_tables(tables, promote_options="default")
