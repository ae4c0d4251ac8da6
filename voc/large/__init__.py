"""A run on more than fits in memory, or on a cluster: the same stages as ``pipeline``, block by block.

Only what people are told of stays in memory: the columns of both tables. Records and vectors pass by in
blocks that an engine (``voc.engine``) reads, works on and sets aside. Topics are found in a sample, and every
other segment is given the nearest one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc import plugins
from voc.config import Resolved, Settings
from voc.engine import Engine
from voc.engine.answers import Raw, Reader, raw_blocks
from voc.engine.local import LocalEngine
from voc.engine.models import Given, ModelsFor
from voc.engine.resuming import Resumed
from voc.engine.work import Understand
from voc.pipeline import (
    Clock,
    Progress,
    Silent,
    check_names,
    load_models,
    measured,
    read_options,
    with_channel,
)
from voc.result import Result
from voc.store.stages import hash_of
from voc.store.work import Work
from voc.types import Corpus, Record, Rejected

if TYPE_CHECKING:
    from voc.large.reading import Ready
    from voc.models.understand import Models

FITS = 25_000
"""Items up to which a run on one machine keeps everything in memory."""
BLOCK = 2048
"""Items a block."""


@dataclass(frozen=True)
class Large:
    """An input that is read in blocks, once; and the engine that works on it."""

    blocks: Iterable[Raw]
    engine: Engine


@dataclass
class Begun:
    """A large input whose records are fit to be seen: what is left is to ask the models, group and rank.

    ``corpus``: its sources and rejected rows; no records. ``ready``: all of it, until ``analyze_large`` takes it.
    """

    corpus: Corpus
    ready: Ready | None
    engine: Engine
    resolved: Resolved
    clock: Clock

    def take(self) -> Ready:
        """Hand over what is ready, and hold it no longer: it is large, and the caller may hold this."""
        ready, self.ready = self.ready, None
        if ready is None:
            raise ValueError("this input has been analyzed")
        return ready


def open_input(
    inputs: Sequence[str | Path],
    settings: Settings,
    engine: Engine,
    as_of: datetime | None = None,
    fits: int | None = None,
) -> Corpus | Large:
    """Read an input whole where it fits on one machine; else return it to be read in blocks.

    Args:
        inputs: files, folders, globs, URLs, or ``-``.
        settings: how they are read.
        engine: who works on what is large. A cluster reads everything in blocks.
        as_of: what relative dates count from.
        fits: items that fit; ``FITS`` when None.

    Raises:
        VocError: the input can't be used.
    """
    options = read_options(settings, as_of)
    fits = FITS if fits is None else fits
    if not isinstance(engine, LocalEngine):
        return Large(engine.source(Reader(engine.reachable(inputs), options, BLOCK)), engine)
    from voc import io

    stream = io.stream(list(inputs), options)
    items = iter(stream)
    first = list(islice(items, fits + 1))
    if len(first) > fits:
        return Large(raw_blocks(chain(_let_go(first), items), BLOCK, stream), engine)
    records = tuple(item for item in first if isinstance(item, Record))
    rejected = tuple(item for item in first if isinstance(item, Rejected))
    return with_channel(Corpus(records, rejected, tuple(stream.sources)), settings)


def _let_go(items: list[Any]) -> Iterator[Any]:
    """Yield the items, and keep none."""
    items.reverse()
    while items:
        yield items.pop()


def begin(large: Large, resolved: Resolved, progress: Progress | None = None) -> Begun:
    """Read an input in blocks; clean, redact, name languages and fold.

    Raises:
        VocError: the input, a setting or a column can't be used, or the disk is full.
    """
    from voc.large.reading import read_and_prepare

    _check(resolved.settings)
    clock = Clock(progress or Silent())
    ready = read_and_prepare(large.blocks, large.engine, resolved.settings, clock)
    check_names(ready.names, resolved.settings.insight.by)
    return Begun(ready.corpus, ready, large.engine, resolved, clock)


def analyze_large(
    begun: Begun,
    *,
    cache: bool = True,
    as_of: datetime | None = None,
    models: Callable[[], Models] | None = None,
    work: Work | None = None,
) -> Result:
    """Find, measure and rank the issues in an input that is read in blocks.

    Args:
        begun: what ``begin`` returned; it is gone through once.
        cache: whether vectors are kept on disk for the next run.
        as_of: the day trends are judged from; the last date in the input by default.
        models: returns the models; must survive pickling for a cluster. Those of the settings by default.
        work: keeps the answers of each block and the topics, so that an interrupted run can go on.

    Raises:
        VocError: a model can't be used, or the disk is full.
    """
    from voc.large.tables import all_answers, feedback_table, segment_table
    from voc.large.topics import group
    from voc.lineage import recall, run_id

    ready, engine, resolved, clock = begun.take(), begun.engine, begun.resolved, begun.clock
    settings, work = resolved.settings, work or Work()
    past = recall(settings.history, run_id(begun.corpus, resolved))
    named = models or _models(settings, engine, cache, work)
    with clock.stage("load models"):
        loaded = named()
    with clock.stage("encode", int(ready.is_first.sum())) as advance:
        asked = Resumed(Understand(settings, named, ready.first_by_block), work.shelf, hash_of(loaded))
        blocks = engine.keep(engine.map(asked, ready.blocks), lambda block: advance(len(block.answers)))
    with clock.stage("group into issues"):
        answers = all_answers(blocks, engine)
        topics, profile = group(blocks, engine, answers, ready, loaded, settings, past, work)
        segments = segment_table(answers, topics)
        feedback = feedback_table(ready, answers, segments)
    del blocks, answers, ready  # the tables have all that is needed now
    return measured(
        begun.corpus, feedback, segments, topics, profile, loaded.ids, resolved, clock, as_of, past
    )


def _models(settings: Settings, engine: Engine, cache: bool, work: Work) -> Callable[[], Models]:
    """Return what gives the models; a run without a cache keeps its vectors beside it, as sentences come again."""
    if cache or not isinstance(engine, LocalEngine):
        return ModelsFor(settings.models, cache, engine.threads)
    return Given(load_models(settings, work.vectors()))


def _check(settings: Settings) -> None:
    """Tell mistakes in what the settings name before anything is read."""
    if settings.topics.edits:
        from voc.models.topic_edits import load_edits

        load_edits(settings.topics.edits)
    plugins.check(plugins.CLUSTERERS, [settings.topics.clusterer])
    plugins.check(plugins.REPORT_SECTIONS, settings.report.sections)
