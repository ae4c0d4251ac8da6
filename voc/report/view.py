"""What a report says, before it has a format: plain data, every text decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voc.report.changes import Since
from voc.report.charts import Bars, Spark
from voc.report.highlight import Pieces


@dataclass(frozen=True)
class Slice:
    """One piece of a whole."""

    key: str
    name: str
    count: int
    share: float
    text: str
    """The share, written."""


@dataclass(frozen=True)
class Part:
    """One part of a priority: 0..1 three times, and its plain words."""

    key: str
    name: str
    text: str
    low: float
    estimate: float
    high: float
    known: bool


@dataclass(frozen=True)
class QuoteView:
    """A customer's words. ``about`` is language, date and rating in one line."""

    text: str
    language: str
    sentiment: str
    sentiment_name: str
    about: str
    record_id: str
    pieces: Pieces
    """The text, cut where it is to be marked."""


@dataclass(frozen=True)
class Related:
    """A link to another issue."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True)
class Fact:
    """A group of short facts under one head."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Where:
    """An issue's records by the values of one column."""

    title: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True)
class IssueView:
    """One issue, told."""

    anchor: str
    rank: int
    label: str
    keywords: str
    liked: bool
    reason: str
    priority: float
    priority_text: str
    priority_line: str
    customers: str
    authors: int
    volume: str
    share: str
    negative: str
    negative_range: tuple[float, float, float]
    negative_text: str
    flag: str
    flag_name: str
    cost: float | None
    cost_text: str
    intent: str
    intent_name: str
    parts: tuple[Part, ...]
    bars: Bars | None
    spark: Spark | None
    chart_summary: str
    seen: str
    sentiments: tuple[Slice, ...]
    languages: tuple[Slice, ...]
    language_codes: tuple[str, ...]
    intents: tuple[Slice, ...]
    quotes: tuple[QuoteView, ...]
    related: tuple[Related, ...]
    group: str
    critical: tuple[QuoteView, ...]
    mood: str
    """The commonest sentiment."""
    where: tuple[Where, ...] = ()
    segments: tuple[str, ...] = ()
    """``column: value`` for every segment that mentions it."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Table:
    """A small table: a caption, heads and rows of text. ``numeric`` names the columns set right."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Section:
    """A section of a plug-in: a title, then texts (a paragraph each), then tables. Never markup."""

    title: str
    texts: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Axis:
    """What all trend charts share: their unit, and the names of the first and last period."""

    title: str
    first: str
    last: str
    recent: str
    has_partial: bool
    has_baseline: bool


@dataclass(frozen=True)
class Change:
    """Issues that changed in the same way."""

    flag: str
    name: str
    issues: tuple[Related, ...]


@dataclass(frozen=True)
class Report:
    """The whole report."""

    title: str
    dek: str
    period: str
    """First to last day, written; empty without dates."""
    facts: tuple[tuple[str, str], ...]
    """(number, what it counts)."""
    sentiments: tuple[Slice, ...]
    mood: str
    top: tuple[IssueView, ...]
    message: str
    """Said instead of the top issues where there are none."""
    changes: tuple[Change, ...]
    changes_note: str
    problems: tuple[IssueView, ...]
    likes: tuple[IssueView, ...]
    axis: Axis | None
    cost_head: str
    quality: tuple[str, ...]
    """Sentences: what was read, folded, rejected and left unclustered."""
    tables: tuple[Table, ...]
    settings: Table
    models: Table
    pipeline: str
    """YAML."""
    version: str
    as_of: str = ""
    notes: tuple[str, ...] = field(default=())
    groups: tuple[Change, ...] = ()
    """The problems under the groups they are in, most urgent first; empty where there are few."""
    since: Since | None = None
    """What changed since the run before."""
    answers: tuple[Table, ...] = ()
    """What was asked for: issues before and after each event, and which segment drives which issue."""
    extra: tuple[Section, ...] = ()
    """Sections of plug-ins."""
