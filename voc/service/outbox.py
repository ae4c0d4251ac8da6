"""Messages that must arrive: kept in the database from before a ticket counts as routed until it is delivered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from voc.service.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL, source TEXT,
    state TEXT NOT NULL CHECK (state IN ('held', 'waiting', 'dead')), attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL DEFAULT 0, first_tried REAL, problem TEXT
);
CREATE INDEX IF NOT EXISTS outbox_state ON outbox (state)
"""
"""``held``: of a source that is not yet recorded as routed, so not to be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to deliver. ``key`` never changes, so that who receives it twice can tell."""

    number: int
    key: str
    body: bytes
    attempts: int
    first_tried: float | None


class Outbox:
    """Messages in the order they were put in; a delivered one is deleted.

    Args:
        database: where they are kept (with `SCHEMA`).
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database, self.clock = database, clock

    def add(self, messages: Iterable[tuple[str, bytes]], source: str | None = None) -> None:
        """Put in (key, body) pairs; those of a ``source`` are held until it is released. A known key is left."""
        state = "waiting" if source is None else "held"
        with self.database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO outbox (key, body, source, state) VALUES (?, ?, ?, ?)",
                [(key, body, source, state) for key, body in messages],
            )

    def release(self, source: str) -> None:
        """Let the messages of a source go."""
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET state = 'waiting' WHERE state = 'held' AND source = ?", (source,)
            )

    def drop_held(self) -> None:
        """Forget what was held when the process died: its source will be routed again."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE state = 'held'")

    def due(self) -> Message | None:
        """The first message whose time has come."""
        found = self.database.rows(
            "SELECT number, key, body, attempts, first_tried FROM outbox "
            "WHERE state = 'waiting' AND due <= ? ORDER BY number LIMIT 1",
            self.clock(),
        )
        return Message(*found[0]) if found else None

    def delivered(self, message: Message) -> None:
        """It arrived."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE number = ?", (message.number,))

    def failed(self, message: Message, problem: str, wait: float | None) -> None:
        """It did not: try again in ``wait`` seconds, or (None) set it aside as a dead letter."""
        now = self.clock()
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE outbox SET state = ?, attempts = attempts + 1, due = ?, problem = ?, "
                "first_tried = coalesce(first_tried, ?) WHERE number = ?",
                ("dead" if wait is None else "waiting", now + (wait or 0), problem, now, message.number),
            )

    def revive(self) -> int:
        """Try the dead letters again from the start; how many there were."""
        with self.database.transaction() as connection:
            return connection.execute(
                "UPDATE outbox SET state = 'waiting', attempts = 0, due = 0, first_tried = NULL "
                "WHERE state = 'dead'"
            ).rowcount

    def counts(self) -> dict[str, Any]:
        """How many messages wait, and how many are dead letters."""
        found = dict(self.database.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
        return {"waiting": found.get("waiting", 0), "dead": found.get("dead", 0)}
