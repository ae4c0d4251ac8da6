"""``voc.Router``: records or texts -> decisions; the models are asked once for a batch."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.config import Settings
from voc.routing.contacts import Contacts, Memory
from voc.routing.decide import decide, due
from voc.routing.spec import BUILT_IN_FIELDS, ESCALATED, Rules
from voc.routing.ticket import Decision, Ticket, same
from voc.types import SENTIMENTS, Encoded, Record, Rejected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.models.intent import EmbeddedIntent
    from voc.models.scope import Scope
    from voc.models.understand import Models
    from voc.text.redact import Redactor

log = logging.getLogger(__name__)
COLUMNS = (*(item.name for item in fields(Decision)), "error")
"""Columns of the rows that ``answer`` gives."""
Asked = tuple[Ticket | Rejected, str | None]
"""A ticket and the pseudonym of its author; or what can't be read and the name of its row."""


class Router:
    """Sends tickets to queues by a file of rules.

    Models and rules are loaded at the first use, or by ``load``. One router remembers authors, for repeat
    contact: give it the tickets in the order in which they came.

    Args:
        rules: a YAML file, the name of one that ships with voc (``support``), or rules already read.
        settings: which models, what is redacted; the defaults when None.
        models: models already loaded.
        cache: whether vectors are kept on disk for the next time.
    """

    def __init__(
        self,
        rules: str | Path | Rules,
        *,
        settings: Settings | None = None,
        models: Models | None = None,
        cache: bool = True,
    ) -> None:
        self.source = rules
        self.settings = settings or Settings()
        self.given_models = models
        self.cache = cache
        self.key: bytes | None = None
        """Of the authors' pseudonyms; this machine's own when None."""

    def load(self) -> Router:
        """Read the rules and load the models now.

        Raises:
            VocError: the rules have mistakes (each is named with its line), or a model can't be found.
        """
        _ = self.rules, self.scope, self.alarm, self.contacts
        return self

    @cached_property
    def models(self) -> Models:
        """The models that answer."""
        from voc.pipeline import load_models
        from voc.store.cache import VectorStore

        return self.given_models or load_models(self.settings, VectorStore() if self.cache else None)

    @cached_property
    def rules(self) -> Rules:
        """The rules, checked against the intents that the model knows."""
        from voc.routing.rulefile import read_rules

        if isinstance(self.source, Rules):
            return self.source
        return read_rules(self.source, self.models.intent.labels)

    @cached_property
    def scope(self) -> Scope | None:
        """Tells tickets that are about nothing we know; None when it was not fitted for these models."""
        found: Scope | None = getattr(self.models.intent, "scope", None)
        if found is None or found.encoder != self.models.heads.id:
            log.warning(
                "tickets out of scope are told by confidence alone: no detector was fitted for these models"
            )
            return None
        return found

    @cached_property
    def alarm(self) -> EmbeddedIntent | None:
        """voc's own intents, which tell what must escalate where the intent model has no name for it."""
        from voc.models.intent import EmbeddedIntent

        if set(ESCALATED) <= set(self.models.intent.labels):
            return None
        found = EmbeddedIntent()
        if found.scope is None or found.scope.encoder != self.models.heads.id:
            log.warning("%s can't be told: voc's own intents are another encoder's", " and ".join(ESCALATED))
            return None
        return found

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages in which the intent model was measured.

        Of voc's own intents those that each has examples in; of trained ones those with enough held-out rows.
        Nothing is known of other models: list ``auto_languages`` in the rules.
        """
        from voc.models.intents import read_intents
        from voc.text.codes import normalise_code

        if self.settings.models.intent != "embedded":
            measured: frozenset[str] = getattr(self.models.intent, "languages", frozenset())
            return measured
        intents = read_intents()
        common = set.intersection(*(set(intent.examples) for intent in intents))
        return frozenset(code for name in common if (code := normalise_code(name)))

    @cached_property
    def unseen(self) -> set[str]:
        """Fields that the rules ask for and no ticket has had yet: perhaps their names are wrong."""
        return {name for name in self.rules.asked if same(name) not in BUILT_IN_FIELDS}

    @cached_property
    def contacts(self) -> Memory:
        """Who wrote before: while the process lives, unless it is given a memory that lasts."""
        return Contacts(self.rules.repeat_within)

    def route(
        self, tickets: Record | str | Sequence[Record | str], now: datetime | None = None
    ) -> list[Decision]:
        """One decision for each ticket, in order; a ticket without words goes to people.

        Args:
            tickets: records (as ``voc.read(...).records``) or texts.
            now: when the clock starts for tickets without a date; the present by default.

        Raises:
            VocError: the rules or a model can't be used.
        """
        self.load()
        given = [tickets] if isinstance(tickets, str | Record) else list(tickets)
        records = [_as_record(ticket, number) for number, ticket in enumerate(given, 1)]
        moment = now or datetime.now(UTC)
        return [
            self._unreadable(_name(ticket), ticket.reason, moment)
            if isinstance(ticket, Rejected)
            else decide(ticket, self.rules, moment, self.languages)
            for ticket in self.classify(records, moment)
        ]

    def answer(self, items: Sequence[Record | Rejected], now: datetime | None = None) -> list[dict[str, Any]]:
        """One row for each item, in order: the decision, and ``error`` for what can't be read.

        A row that can't be read goes to people; a turn that is not a customer's goes nowhere.
        """
        return self.decided(self.ask(items), now)

    def ask(self, items: Sequence[Record | Rejected]) -> list[Asked]:
        """What the models say of each item. Nothing is remembered: any machine may be asked."""
        from voc.text.prepare import safe_name

        asked = iter(self._asked([item for item in items if isinstance(item, Record)]))
        refused = {item.source_file for item in items if isinstance(item, Rejected)}
        files = {name: safe_name(name, self._redactor(), self._key()) for name in refused}
        return [
            next(asked)
            if isinstance(item, Record)
            else (item, f"{files[item.source_file]}:{item.source_row}")
            for item in items
        ]

    def decided(self, asked: Sequence[Asked], now: datetime | None = None) -> list[dict[str, Any]]:
        """As ``answer``, for what ``ask`` returned; the tickets come in their order."""
        moment = now or datetime.now(UTC)
        rows = []
        for found, who in asked:
            if isinstance(found, Ticket):
                decision = decide(self._met(found, who, moment), self.rules, moment, self.languages)
                rows.append({**decision.as_row(), "error": None})
            else:
                rows.append(self._error(str(who), found, moment))
        return rows

    def classify(self, records: Sequence[Record], now: datetime) -> list[Ticket | Rejected]:
        """The records as the rules see them, in order; those without words as rejected."""
        return [
            self._met(found, who, now) if isinstance(found, Ticket) else found
            for found, who in self._asked(records)
        ]

    def _asked(self, records: Sequence[Record]) -> list[Asked]:
        prepared = self._prepared(records)
        tickets = iter(self._tickets([record for record in prepared if isinstance(record, Record)]))
        return [
            (next(tickets), item.author) if isinstance(item, Record) else (item, _name(item))
            for item in prepared
        ]

    def _met(self, ticket: Ticket, author: str | None, now: datetime) -> Ticket:
        """Note the ticket, and that its author wrote."""
        self.unseen.difference_update([name for name in self.unseen if ticket.value(name) is not None])
        return replace(ticket, contacts=self.contacts.count(author, ticket.created_at or now))

    def _prepared(self, records: Sequence[Record]) -> list[Record | Rejected]:
        """Cleaned, redacted, in a known language; in order, whatever their ids are."""
        from voc.text.prepare import prepare

        channel = self.settings.input.channel
        numbered = [
            replace(record, source_row=row, channel=record.channel if channel == "auto" else channel)
            for row, record in enumerate(records)
        ]
        kept, emptied = prepare(numbered, self._redactor(), self._key())
        everything: list[Record | Rejected] = [*kept, *emptied]
        placed = {item.source_row: item for item in everything}
        return [replace(placed[row], source_row=record.source_row) for row, record in enumerate(records)]

    def _redactor(self) -> Redactor:
        from voc.text.redact import Redactor

        text = self.settings.text
        return Redactor(text.patterns, text.redact, text.redactors)

    def _key(self) -> bytes:
        from voc.store.secret import author_key

        return self.key or author_key()

    def _tickets(self, records: Sequence[Record]) -> list[Ticket]:
        """Encode each whole text once and read everything off it."""
        from voc.models.understand import words_only

        if not records:
            return []
        texts = [words_only(record.text) for record in records]
        encoded = self.models.heads.encode(texts)
        sentiment = self.models.sentiment.predict(texts, encoded)
        intent = self.models.intent.predict(texts, encoded)
        usual = self.scope.typicality(encoded.vectors, intent) if self.scope else None
        alarms = self._alarms(texts, encoded)
        return [
            replace(
                self._ticket(record, sentiment[row], intent[row]),
                typicality=None if usual is None else float(usual[row]),
                alarms=alarms[row],
            )
            for row, record in enumerate(records)
        ]

    def _alarms(self, texts: Sequence[str], encoded: Encoded) -> list[tuple[tuple[str, float], ...]]:
        """For each text, how probable what must escalate is, where the intent model has no name for it."""
        if self.alarm is None:
            return [()] * len(texts)
        p, labels = self.alarm.predict(texts, encoded), self.alarm.labels
        unnamed = [name for name in ESCALATED if name not in self.models.intent.labels]
        return [tuple((name, float(row[labels.index(name)])) for name in unnamed) for row in p]

    def _ticket(
        self,
        record: Record,
        sentiment: NDArray[np.float32],
        intent: NDArray[np.float32],
    ) -> Ticket:
        labels = self.models.intent.labels
        order = sorted(range(len(labels)), key=lambda column: -intent[column])
        best = int(sentiment.argmax())
        return Ticket(
            id=record.id,
            text=record.text,
            intents=tuple((labels[column], float(intent[column])) for column in order),
            sentiment=SENTIMENTS[best],
            sentiment_confidence=float(sentiment[best]),
            language=record.language or "und",
            created_at=record.created_at,
            rating=record.rating,
            nps=record.nps,
            channel=record.channel,
            metadata=record.metadata,
        )

    def _unreadable(self, name: str, reason: str, now: datetime) -> Decision:
        rules = self.rules
        by = due(now, rules.default_priority, rules)
        return Decision(
            name,
            rules.fallback,
            rules.default_priority,
            by,
            "human",
            None,
            0.0,
            None,
            0.0,
            None,
            "und",
            None,
            reason,
        )

    def _error(self, name: str, problem: Rejected, now: datetime) -> dict[str, Any]:
        if problem.code == "not_customer":
            return {**dict.fromkeys(COLUMNS), "id": name, "error": problem.reason}
        return {**self._unreadable(name, problem.reason, now).as_row(), "error": problem.reason}


def _name(refused: Rejected) -> str:
    """The id of a record that was refused when it was prepared; redacted, as its row is."""
    return str(refused.row["id"])


def _as_record(ticket: Record | str, number: int) -> Record:
    return ticket if isinstance(ticket, Record) else Record(str(number), "tickets", number, ticket)
