"""What the router knows of a ticket, and what it decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from voc.io.names import key
from voc.routing.spec import BUILT_IN_FIELDS, Action
from voc.types import Sentiment


@dataclass(frozen=True, slots=True)
class Ticket:
    """One classified ticket.

    ``intents`` are (name, probability), the most probable first. ``typicality`` (0..1) says how usual the
    ticket is among those the intents were learnt from (``voc.models.scope``); None when nothing can tell.
    ``alarms`` are what voc's own intents say, as (name, probability), of what must escalate and has no name among
    the intents.
    """

    id: str
    text: str
    intents: tuple[tuple[str, float], ...]
    sentiment: Sentiment = "neutral"
    sentiment_confidence: float = 1.0
    language: str = "und"
    typicality: float | None = None
    alarms: tuple[tuple[str, float], ...] = ()
    created_at: datetime | None = None
    rating: float | None = None
    nps: int | None = None
    channel: str = "review"
    contacts: int = 0
    """Earlier tickets of the same author."""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """The value of a field, built in or metadata; names differ neither by case nor by spaces or ``_``."""
        wanted = same(name)
        if wanted in BUILT_IN_FIELDS:
            return getattr(self, wanted)
        if name in self.metadata:
            return self.metadata[name]
        return next((value for own, value in self.metadata.items() if same(own) == wanted), None)


@lru_cache(maxsize=10_000)
def same(name: str) -> str:
    """The form in which two spellings of a field's name are equal."""
    return key(name)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a ticket goes. ``reason`` is in words, and holds nothing of the ticket's text.

    ``action``: ``auto`` (no one need look), ``suggest`` (the queue is a suggestion) or ``human``.
    ``rule`` is the first matching rule with a queue; None when there is none, or the ticket escalated.
    """

    id: str
    queue: str
    priority: str
    due: datetime | None
    action: Action
    intent: str | None
    confidence: float
    runner_up: str | None
    runner_up_confidence: float
    sentiment: Sentiment | None
    language: str
    rule: str | None
    reason: str

    def as_row(self) -> dict[str, Any]:
        """The fields as they are written: probabilities with four digits, the due time with its offset."""
        row = {item.name: getattr(self, item.name) for item in fields(self)}
        row["due"] = self.due.isoformat(timespec="seconds") if self.due else None
        row["confidence"] = round(self.confidence, 4)
        row["runner_up_confidence"] = round(self.runner_up_confidence, 4)
        return row
