"""State that survives a crash: one SQLite file, one process, and what was committed stays."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voc.errors import VocError

VERSION = 1
"""Of the tables; kept in the file."""


class Database:
    """A SQLite file that this process alone has open: its threads share one connection, in turns.

    The lock is the operating system's, so that it ends with the process however that ends.

    Args:
        path: the file; made, readable by its owner alone, when there is none.
        schema: statements that make the tables when they are absent.

    Raises:
        VocError: another process has it, it is damaged, or a newer voc made it.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        path.touch(mode=0o600)
        try:
            self._connection = self._open(schema)
        except sqlite3.DatabaseError as error:
            raise _explained(path, error) from None

    def _open(self, schema: str) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=0.5, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN EXCLUSIVE")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise VocError(f"{self.path} was made by a newer voc (version {found}).", "Update voc.")
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("it is damaged")
        for statement in filter(str.strip, schema.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk at the end; a transaction within another is part of it.

        Raises:
            VocError: the disk is full, or the file can't be written.
        """
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            except BaseException as error:
                if self._depth == 1 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise _explained(self.path, error) from None
                raise
            finally:
                self._depth -= 1

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let others have the file."""
        with self._lock:
            self._connection.close()


def _explained(path: Path, error: sqlite3.DatabaseError) -> VocError:
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return VocError(f"{path} is in use by another voc.", "Stop that one, or name another folder.")
    if isinstance(error, sqlite3.OperationalError):
        return VocError(f"{path} can't be written: {error}.", "Check the disk's space and the permissions.")
    return VocError(
        f"{path} can't be used: {error}.",
        "Move it away to start afresh: it holds which files were routed and what must still be delivered.",
    )
