"""The only place that knows the order of the stages: read, prepare, understand, group, rank."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voc import plugins
from voc.config import Resolved, Settings, resolve
from voc.errors import USAGE, VocError
from voc.result import Result
from voc.types import Corpus, Record, Segment

if TYPE_CHECKING:
    import pandas as pd

    from voc.insight.matching import Profile
    from voc.io.options import ReadOptions
    from voc.lineage import Past
    from voc.models.topics import Topics
    from voc.models.understand import Models, Understanding
    from voc.store.cache import VectorStore
    from voc.store.work import Work

Advance = Callable[[int], None]


class Progress(Protocol):
    """Hears of stages as they run. ``total`` is ``None`` when it isn't known."""

    def stage(self, name: str, total: int | None = None) -> Any:
        """Return a context manager that yields a function to call with the amount done."""


class Silent:
    """A progress that says nothing."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        """Yield a function that ignores what it hears."""
        yield lambda amount: None


@dataclass
class Clock:
    """Names stages, times them and passes them on to a progress."""

    progress: Progress
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Advance]:
        """Time one stage."""
        start = time.perf_counter()
        with self.progress.stage(name, total) as advance:
            yield advance
        self.timings[name] = round(time.perf_counter() - start, 3)


def read_options(settings: Settings, as_of: datetime | None = None) -> ReadOptions:
    """Return what the settings say about reading files."""
    from voc.io.options import ReadOptions

    given = settings.input.model_dump(exclude={"channel"})
    return ReadOptions(**given, as_of=as_of)


def read(
    inputs: str | Path | Sequence[str | Path],
    *,
    pipeline: str | None = None,
    as_of: datetime | None = None,
    **columns: str | None,
) -> Corpus:
    """Read files, folders or globs, in any format that voc knows.

    Args:
        inputs: one path or several; ``-`` is standard input.
        pipeline: a pipeline's name or YAML file, for its ``input`` section.
        as_of: what relative dates ("3 days ago") count from.
        columns: ``text_column``, ``date_column``, ``sheet`` ...: see ``voc.ReadOptions``.

    Raises:
        VocError: the input can't be used.
    """
    from voc import io

    paths = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    flags = {f"input.{name}": value for name, value in columns.items()}
    settings = resolve(pipeline, flags).settings
    return with_channel(io.read(paths, read_options(settings, as_of)), settings)


def with_channel(corpus: Corpus, settings: Settings) -> Corpus:
    """Set every record's channel when the settings name one."""
    if settings.input.channel == "auto":
        return corpus
    records = tuple(replace(record, channel=settings.input.channel) for record in corpus.records)
    return replace(corpus, records=records)


def load_models(settings: Settings, store: VectorStore | None = None) -> Models:
    """Load what the settings name; vectors are looked up in ``store`` first.

    Raises:
        VocError: a model can't be found or loaded.
    """
    from voc.models.load import load_named

    return load_named(settings.models, store)


def analyze(
    corpus: Corpus,
    pipeline: str | None = None,
    *,
    resolved: Resolved | None = None,
    models: Models | None = None,
    progress: Progress | None = None,
    cache: bool = True,
    as_of: datetime | None = None,
    work: Work | None = None,
    **settings: Any,
) -> Result:
    """Find, measure and rank the issues in a corpus.

    Args:
        corpus: what ``voc.read`` returned.
        pipeline: a pipeline's name or YAML file.
        resolved: settings already resolved; wins over ``pipeline`` and ``settings``.
        models: models already loaded; by default those that the settings name.
        progress: hears of the stages.
        cache: whether vectors are kept on disk for the next run.
        as_of: the day trends are judged from; the last date in the corpus by default.
        work: keeps finished stages, so that an interrupted run can go on.
        settings: dotted keys with ``__`` for the dot, such as ``topics__min_size=5``.

    Raises:
        VocError: a setting, a column or a model can't be used.
    """
    resolved = resolved or resolve(
        pipeline, {key.replace("__", "."): value for key, value in settings.items()}
    )
    from voc.lineage import recall, run_id
    from voc.models.understand import texts_to_encode, understand
    from voc.store.stages import understood
    from voc.store.work import Work

    work = work or Work()
    past = recall(resolved.settings.history, run_id(corpus, resolved))
    check_columns(corpus, resolved.settings.insight.by)
    if resolved.settings.topics.edits:
        from voc.models.topic_edits import load_edits

        load_edits(resolved.settings.topics.edits)  # its mistakes are told before any model runs
    plugins.check(plugins.CLUSTERERS, [resolved.settings.topics.clusterer])
    plugins.check(plugins.REPORT_SECTIONS, resolved.settings.report.sections)
    clock = Clock(progress or Silent())
    corpus = prepare_corpus(corpus, resolved.settings, clock)
    kept = [record for record in corpus.records if record.duplicate_of is None]
    segments = _segment(kept, resolved.settings)
    with clock.stage("load models"):
        models = models or load_models(resolved.settings, _store() if cache else work.vectors())
    with clock.stage("encode", texts_to_encode(kept, segments)) as advance:
        loaded = models
        answers = understood(
            work, kept, segments, models, lambda: understand(kept, segments, loaded, advance)
        )
    return _rank(corpus, kept, segments, answers, models, resolved, clock, as_of, past, work)


OWN_COLUMNS = ("language", "source_file", "intent")
"""Columns of ours that can be segments, beside the metadata."""


def check_columns(corpus: Corpus, by: Sequence[str]) -> None:
    """Check that the columns given with ``--by`` exist, before any model runs.

    Raises:
        VocError: there is no such column; the hint names those there are.
    """
    check_names({name for record in corpus.records for name in record.metadata} if by else set(), by)


def check_names(known: Set[str], by: Sequence[str]) -> None:
    """As ``check_columns``, with the metadata's names already known."""
    for name in by:
        if name not in known and name not in OWN_COLUMNS:
            raise VocError(
                f"--by {name}: no such column in the input",
                "Columns to compare by: " + ", ".join([*sorted(known), *OWN_COLUMNS]),
                USAGE,
            )


def _store() -> VectorStore:
    from voc.store.cache import VectorStore

    return VectorStore()


def prepare_corpus(corpus: Corpus, settings: Settings, clock: Clock) -> Corpus:
    """Clean, redact, name the language of and fold the records; empty ones become rejected rows."""
    from voc.store.secret import author_key
    from voc.text.prepare import fold_records, prepare, redact_rejected, redact_sources
    from voc.text.redact import Redactor

    redactor, key = (
        Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors),
        author_key(),
    )
    authors = frozenset(source.mapping.get("author", "") for source in corpus.sources)
    with clock.stage("clean and redact", len(corpus.records)) as advance:
        corpus = redact_sources(corpus, redactor, key)
        records, emptied = prepare(corpus.records, redactor, key, advance)
        rejected = [redact_rejected(item, redactor, authors, key) for item in corpus.rejected]
    with clock.stage("fold duplicates"):
        records = fold_records(records) if settings.text.fold_duplicates else records
    rejected = sorted([*rejected, *emptied], key=lambda item: (item.source_file, item.source_row))
    return replace(corpus, records=tuple(records), rejected=tuple(rejected))


def _segment(records: Sequence[Record], settings: Settings) -> list[Segment]:
    from voc.text.prepare import segments

    return segments(records, settings.text.max_segment_chars)


def _rank(
    corpus: Corpus,
    kept: Sequence[Record],
    segments: Sequence[Segment],
    answers: Understanding,
    models: Models,
    resolved: Resolved,
    clock: Clock,
    as_of: datetime | None,
    past: Past,
    work: Work,
) -> Result:
    from voc.insight.tables import feedback_table, segment_table
    from voc.lineage import follow, starting_point
    from voc.models.topic_plan import read_plan
    from voc.models.topics import fit_topics
    from voc.store.stages import grouped

    settings = resolved.settings
    with clock.stage("group into issues"):
        plan = read_plan(settings.topics.edits, models.encoder)
        start = starting_point(past, kept, models.ids, settings.topics)
        topics = grouped(
            work,
            segments,
            answers,
            settings.topics,
            start,
            lambda: fit_topics(segments, answers, settings.topics, plan, start),
        )
        topics, profile = follow(
            topics, segments, kept, answers.vectors, models.ids["encoder"], past, settings.topics.names
        )
        table = segment_table(
            segments,
            answers.segment_sentiment,
            answers.segment_intent,
            answers.intents,
            topics.assigned,
            topics.info,
        )
        feedback = feedback_table(
            corpus.records, kept, answers.record_sentiment, answers.record_intent, answers.intents, table
        )
    return measured(corpus, feedback, table, topics, profile, models.ids, resolved, clock, as_of, past)


def measured(
    corpus: Corpus,
    feedback: pd.DataFrame,
    table: pd.DataFrame,
    topics: Topics,
    profile: Profile,
    ids: Mapping[str, str],
    resolved: Resolved,
    clock: Clock,
    as_of: datetime | None,
    past: Past,
) -> Result:
    """Measure and rank the issues in finished tables.

    Args:
        corpus: its sources and rejected rows; the records are taken from ``feedback``.
        feedback: as ``feedback.parquet``.
        table: as ``segments.parquet``.
        topics: their ``central`` are rows of ``table``.
        profile: the issues' centroids.
        ids: name and content hash of each model.
        resolved: the settings.
        clock: times the stages.
        as_of: the day trends are judged from.
        past: the run that this one follows.
    """
    from voc.insight.issues import build_issues
    from voc.insight.mentions import kept_records
    from voc.insight.signals import mismatch_counts
    from voc.lineage import run_id, since
    from voc.manifest import manifest
    from voc.models.intents import intent_urgency

    settings = resolved.settings
    with clock.stage("rank"):
        urgency = {**intent_urgency(settings.models.intent), **settings.priority.intent_weights}
        ranked = build_issues(
            feedback,
            table,
            topics.info,
            settings.priority,
            settings.trends,
            urgency,
            settings.report.quotes,
            as_of,
            settings.insight,
        )
    run = manifest(corpus, feedback, table, ids, resolved, clock.timings, as_of)
    run["mismatches"] = mismatch_counts(kept_records(feedback))
    run["run_id"] = run_id(corpus, resolved)
    if topics.notes:
        run["notes"] = [*run.get("notes", ()), *topics.notes]
    result = Result(feedback, table, ranked, corpus.rejected, run, topics.model, profile)
    run.update(since(result, past, settings.trends.fdr, settings.topics.names))
    return result
