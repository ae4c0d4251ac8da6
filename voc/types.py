"""The frozen types that pass between rooms. Data only: no logic, no heavy import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Sentiment = Literal["negative", "neutral", "positive"]
SENTIMENTS: tuple[Sentiment, ...] = ("negative", "neutral", "positive")
"""Column order of every sentiment probability array."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stood in a file.

    ``source_row`` counts data rows from 1 (a header is not counted; rejected rows are).
    """

    source_file: str
    source_row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be used. It is kept, with its reason, in ``rejected.jsonl``.

    ``code`` is one of ``malformed``, ``undecodable``, ``too_large``, ``no_text`` and ``not_customer``
    (an agent's or a bot's turn, set aside on purpose); ``reason`` is a sentence for people.
    """

    source_file: str
    source_row: int
    code: str
    reason: str
    row: Any


@dataclass(frozen=True, slots=True)
class Source:
    """What was found out about one input file."""

    name: str
    format: str
    bytes: int
    sha256: str
    encoding: str | None = None
    dialect: str | None = None
    sheet: str | None = None
    shape: str | None = None
    channel: str = "review"
    columns: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Role (``text``, ``date``, ``rating`` ...) -> column name, or names joined by `` + ``."""
    rows: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A redacted stretch: offsets into the text *before* redaction, and the kind of entity."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Record:
    """One customer's voice. ``rating`` is on 1..5 whatever the file's scale; ``nps`` is 0..10."""

    id: str
    source_file: str
    source_row: int
    text: str
    created_at: datetime | None = None
    rating: float | None = None
    nps: int | None = None
    author: str | None = None
    language: str | None = None
    language_confidence: float = 0.0
    channel: str = "review"
    """``review``, ``email``, ``chat`` or ``survey``: how the text must be cleaned."""
    duplicate_of: str | None = None
    redactions: tuple[Span, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All records of a run, in canonical order (file, row), and what could not be used."""

    records: tuple[Record, ...]
    rejected: tuple[Rejected, ...]
    sources: tuple[Source, ...]

    @property
    def rows_read(self) -> int:
        """Rows met in the files; equals records (duplicates among them) plus rejected."""
        return len(self.records) + len(self.rejected)


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or clause of a record: ``text == record.text[start:end]``."""

    record_id: str
    index: int
    start: int
    end: int
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """What one pass of an encoder gives for n texts.

    ``vectors``: (n, d) float32, rows of unit length, for topics and users' own classifiers.
    ``features``: (n, f) float32, what the encoder's own heads read (several layers); an encoder
    without heads repeats ``vectors``.
    """

    vectors: NDArray[np.float32]
    features: NDArray[np.float32]


class Interval(NamedTuple):
    """An estimate with its 95 % interval; ``low <= estimate <= high``."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """What the topic model says of one topic. ``central`` are row positions in the segments table,
    most representative first."""

    topic: int
    issue_id: str
    label: str
    keywords: tuple[str, ...]
    central: tuple[int, ...]
    group: str = ""
    """Name of the group of topics that it is in; empty where there are few topics."""
    named: bool = False
    """The label is a name that people gave."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A real (redacted) piece of a record that shows an issue."""

    record_id: str
    text: str
    language: str
    sentiment: Sentiment
    created_at: datetime | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True)
class EventEffect:
    """One issue's rate before and after a named day. Rates are shares of the voices heard."""

    day: str
    """ISO date; it belongs to the time after."""
    name: str
    before: Interval
    after: Interval
    ratio: Interval | None
    """Rate after / rate before; ``None`` when there are too few to compare."""
    p: float | None
    """Adjusted for all issues and events looked at."""
    verdict: str
    """``more``, ``fewer``, ``no_clear_change``, or a guard: ``too_few``, ``one_sided``."""


@dataclass(frozen=True, slots=True)
class Driver:
    """How often one segment of the customers mentions an issue, against all others."""

    column: str
    value: str
    issue_id: str
    voices: int
    """Of the segment: those who mention the issue; ``of`` all of the segment."""
    of: int
    rest_voices: int
    rest_of: int
    rate: Interval
    rest_rate: Interval
    ratio: Interval | None
    p: float | None
    """Adjusted for all pairs of segment and issue looked at."""
    verdict: str
    """``more``, ``fewer``, ``no_clear_difference``, or a guard: ``small_segment``, ``small_rest``, ``few_mentions``."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One ranked issue with its evidence. Counts fold duplicates; ``authors`` are distinct people."""

    issue_id: str
    rank: int
    label: str
    keywords: tuple[str, ...]
    priority: float
    """0..100."""
    parts: Mapping[str, Interval]
    """``reach``, ``severity``, ``momentum``, ``impact``, ``intent``: each 0..1, with its interval."""
    reason: str
    volume: int
    authors: int
    share: Interval
    negative_share: Interval
    trend_ratio: Interval | None
    trend_flag: str
    """``new``, ``rising``, ``steady``, ``falling``, ``gone`` or ``unknown`` (no dates, or too few)."""
    trend_p: float | None
    rating_impact: Interval | None
    top_intent: str
    intents: Mapping[str, int]
    languages: Mapping[str, int]
    sentiments: Mapping[str, int]
    first_seen: datetime | None
    last_seen: datetime | None
    timeline: tuple[tuple[str, int, int], ...]
    """(period start as ISO date, records of this issue, all records) for each period."""
    quotes: tuple[Quote, ...]
    """Most representative first."""
    priority_interval: Interval | None = None
    """0..100: the score at the parts' estimates and at their ends; ``priority`` is its lower end."""
    nps_impact: Interval | None = None
    """Like ``rating_impact``, in NPS points (-100..100)."""
    recent_authors: int = 0
    """Distinct people in the recent window that ``trend_ratio`` speaks of."""
    rating_impact_shared: Interval | None = None
    """What a ridge regression on all issues at once gives this one of the mean rating."""
    nps_impact_shared: Interval | None = None
    """Like ``rating_impact_shared``, in NPS points."""
    churn_share: Interval | None = None
    """Share of its people who say, anywhere in those records, that they leave."""
    repeat_contacts: int = 0
    """Records by someone who had written about this issue within ``insight.repeat_days`` before."""
    mismatches: int = 0
    """Records with five stars but a negative text, or one star but a positive one."""
    events: tuple[EventEffect, ...] = ()
    drivers: tuple[Driver, ...] = ()
    """Every segment compared with ``--by``; those that surely differ first."""
    group: str = ""
    """The group of issues that it is in; empty where there are few."""
