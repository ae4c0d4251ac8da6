"""Requests and answers as OpenAPI describes them, and requests as records."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voc.io.json_tables import flatten
from voc.service.limits import Limits, RefusedError
from voc.types import Record

_numbers = itertools.count(1)


class TicketIn(BaseModel):
    """One ticket. Further fields, such as `plan`, are metadata that rules can ask for."""

    model_config = ConfigDict(extra="allow")

    text: str = Field(description="The customer's words.")
    id: Annotated[str, Field(max_length=200)] | int | None = Field(
        None, description="Comes back with the answer; its position, from 1, when absent."
    )
    created_at: datetime | None = Field(None, description="UTC unless it has an offset.")
    rating: float | None = Field(None, ge=1, le=5, allow_inf_nan=False)
    nps: int | None = Field(None, ge=0, le=10)
    author: Annotated[str, Field(max_length=1000)] | None = Field(
        None, description="Whoever wrote; pseudonymised."
    )
    language: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="A code or a name; detected when absent."
    )
    channel: Literal["review", "email", "chat", "survey"] = "review"


class TicketsIn(BaseModel):
    """A request."""

    model_config = ConfigDict(extra="forbid")

    tickets: list[TicketIn] = Field(min_length=1)


class Routed(BaseModel):
    """Where a ticket goes, and why."""

    id: str
    queue: str | None
    priority: str | None
    due: datetime | None
    action: Literal["auto", "suggest", "human"] | None
    intent: str | None
    confidence: float | None
    runner_up: str | None
    runner_up_confidence: float | None
    sentiment: Literal["negative", "neutral", "positive"] | None
    language: str | None
    rule: str | None
    reason: str | None
    error: str | None


class RoutedOut(BaseModel):
    """One row for each ticket, in order."""

    tickets: list[Routed]


class Classified(BaseModel):
    """What a ticket says."""

    id: str
    language: str | None
    language_confidence: float | None
    sentiment: Literal["negative", "neutral", "positive"] | None
    sentiment_score: float | None
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    intent: str | None
    intent_confidence: float | None
    redactions: str | None
    error: str | None


class ClassifiedOut(BaseModel):
    """One row for each ticket, in order."""

    tickets: list[Classified]


class Problem(BaseModel):
    """What was wrong. `where` is the path to it in the request."""

    code: str
    message: str
    where: list[str | int] = []


class ProblemOut(BaseModel):
    """An error."""

    error: Problem


def as_records(request: TicketsIn, limits: Limits) -> list[Record]:
    """The tickets as records.

    Raises:
        RefusedError: too many tickets or fields, or too long a text.
    """
    if len(request.tickets) > limits.tickets:
        raise RefusedError(413, "too_many", f"Send at most {limits.tickets:,} tickets at once.", ("tickets",))
    return [_record(ticket, place, limits) for place, ticket in enumerate(request.tickets)]


def _record(ticket: TicketIn, place: int, limits: Limits) -> Record:
    where = ("tickets", place)
    if len(ticket.text) > limits.text_chars:
        raise RefusedError(
            413, "too_long", f"A text has over {limits.text_chars:,} characters.", (*where, "text")
        )
    metadata = flatten(ticket.model_extra or {})
    if len(metadata) > limits.fields:
        raise RefusedError(413, "too_many", f"A ticket has over {limits.fields} fields.", where)
    return Record(
        id=str(place + 1) if ticket.id is None or ticket.id == "" else _sound(str(ticket.id)),
        # A file of its own: its language is told from itself alone, whatever is answered with it.
        source_file=f"request:{next(_numbers)}",
        source_row=1,
        text=_sound(ticket.text),
        created_at=ticket.created_at,
        rating=ticket.rating,
        nps=ticket.nps,
        author=ticket.author and _sound(ticket.author),
        language=ticket.language and _sound(ticket.language),
        channel=ticket.channel,
        metadata={_sound(name): _sound(value) for name, value in metadata.items()},
    )


def _sound(value: Any) -> Any:
    """JSON can hold half a surrogate pair, and no encoder takes that: it becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def classified(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of ``classify`` with the columns of `Classified` alone."""
    return [{name: row.get(name) for name in Classified.model_fields} for row in rows]
