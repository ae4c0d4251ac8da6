"""Repeat contact that outlives a restart: authors' pseudonyms and times, in the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from voc.routing.contacts import aware
from voc.service.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS contacts (author TEXT NOT NULL, at REAL NOT NULL, noted REAL NOT NULL);
CREATE INDEX IF NOT EXISTS contacts_author ON contacts (author, at);
CREATE INDEX IF NOT EXISTS contacts_noted ON contacts (noted);
CREATE INDEX IF NOT EXISTS contacts_at ON contacts (at)
"""
"""``at``: when the ticket was written, ``noted``: when it was routed; seconds since 1970."""


class KeptContacts:
    """Counts earlier tickets of the same author, in the order the tickets come (``voc.routing.contacts``).

    What was counted is kept once ``keep`` says that its tickets are routed: in the same transaction, so that
    a ticket that is routed again after a crash is not its own repeat.

    Args:
        database: where they are kept (with `SCHEMA`).
        within: how far back a ticket still counts; older ones are deleted.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, within: timedelta, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock
        self.within = within.total_seconds()
        self._pending: dict[str, list[float]] = {}

    def count(self, author: str | None, when: datetime) -> int:
        """How many tickets of ``author`` (a pseudonym) came before, within the time; this one is noted."""
        if not author:
            return 0
        at = aware(when).timestamp()
        kept = self.database.rows(
            "SELECT count(*) FROM contacts WHERE author = ? AND at BETWEEN ? AND ?",
            author,
            at - self.within,
            at + self.within,
        )[0][0]
        pending = self._pending.setdefault(author, [])
        earlier = sum(abs(at - other) <= self.within for other in pending)
        pending.append(at)
        return int(kept) + earlier

    def keep(self) -> None:
        """What was counted since the last time is routed: write it down, and delete what no longer counts.

        A contact goes once it was noted longer ago than the time looked back, and lies as far before the
        newest ticket: a backlog from before a long stop still counts its own.
        """
        pending, self._pending = self._pending, {}
        if not pending:
            return
        now = self.clock()
        with self.database.transaction() as connection:
            connection.executemany(
                "INSERT INTO contacts (author, at, noted) VALUES (?, ?, ?)",
                [(author, at, now) for author, times in pending.items() for at in times],
            )
            newest = connection.execute("SELECT max(at) FROM contacts").fetchone()[0]
            connection.execute(
                "DELETE FROM contacts WHERE noted < ? AND at < ?",
                (now - self.within, min(now, newest) - self.within),
            )

    def forget(self) -> None:
        """What was counted since the last ``keep`` was not routed after all."""
        self._pending = {}
