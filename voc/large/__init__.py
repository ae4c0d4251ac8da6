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
from voc.engine.models import ModelsFor
from voc.engine.work import Understand
from voc.pipeline import Clock, Progress, Silent, check_names, measured, read_options, with_channel
from voc.result import Result
from voc.types import Corpus, Record, Rejected

if TYPE_CHECKING:
    from voc.models.understand import Models

FITS = 100_000
"""Items up to which a run on one machine keeps everything in memory."""
BLOCK = 2048
"""Items a block."""


@dataclass(frozen=True)
class Large:
    """An input that is read in blocks, once; and the engine that works on it."""

    blocks: Iterable[Raw]
    engine: Engine


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


def analyze_large(
    large: Large,
    resolved: Resolved,
    *,
    progress: Progress | None = None,
    cache: bool = True,
    as_of: datetime | None = None,
    models: Callable[[], Models] | None = None,
) -> Result:
    """Find, measure and rank the issues in an input that is read in blocks.

    Args:
        large: the input and the engine.
        resolved: the settings.
        progress: hears of the stages.
        cache: whether vectors are kept on disk for the next run.
        as_of: the day trends are judged from; the last date in the input by default.
        models: returns the models; must survive pickling for a cluster. Those of the settings by default.

    Raises:
        VocError: the input, a setting, a column or a model can't be used, or the disk is full.
    """
    from voc.large.reading import read_and_prepare
    from voc.large.tables import all_answers, feedback_table, segment_table
    from voc.large.topics import group
    from voc.lineage import recall, run_id

    settings, engine = resolved.settings, large.engine
    _check(settings)
    clock = Clock(progress or Silent())
    ready = read_and_prepare(large.blocks, engine, settings, clock)
    past = recall(settings.history, run_id(ready.corpus, resolved))
    check_names(ready.names, settings.insight.by)
    named = models or ModelsFor(settings.models, cache, engine.threads)
    with clock.stage("load models"):
        loaded = named()
    with clock.stage("encode", int(ready.is_first.sum())) as advance:
        work = Understand(settings, named, ready.first_by_block)
        kept = engine.map(work, ready.blocks)
        blocks = engine.keep(kept, lambda block: advance(len(block.answers)))
    with clock.stage("group into issues"):
        answers = all_answers(blocks, engine)
        topics, profile = group(blocks, engine, answers, ready, loaded, settings, past)
        segments = segment_table(answers, topics)
        feedback = feedback_table(ready, answers, segments)
    corpus = ready.corpus
    del blocks, answers, kept, ready, large  # the tables have all that is needed now
    return measured(corpus, feedback, segments, topics, profile, loaded.ids, resolved, clock, as_of, past)


def _check(settings: Settings) -> None:
    """Tell mistakes in what the settings name before anything is read."""
    if settings.topics.edits:
        from voc.models.topic_edits import load_edits

        load_edits(settings.topics.edits)
    plugins.check(plugins.CLUSTERERS, [settings.topics.clusterer])
    plugins.check(plugins.REPORT_SECTIONS, settings.report.sections)
