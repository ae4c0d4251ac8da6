"""The vector cache: one SQLite file, keyed by hash, safe for several processes at once."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

log = logging.getLogger(__name__)
_CHUNK = 500  # SQLite allows 999 host parameters in its oldest builds
_CHECK = 8


def cache_folder() -> Path:
    """Return ``VOC_CACHE_DIR``, else the platform's cache folder for voc."""
    if folder := os.environ.get("VOC_CACHE_DIR"):
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("voc", appauthor=False)


class VectorStore:
    """Bytes by key, each with a checksum: a damaged entry is dropped and counts as missing.

    A store that can't be opened (read-only disk, corrupt file) works as an empty one: the cache
    saves time, and must never cost a run.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or cache_folder() / "vectors.sqlite"
        self._db: sqlite3.Connection | None = self._open()

    def _open(self) -> sqlite3.Connection | None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        except (OSError, sqlite3.Error) as error:
            log.warning("the vector cache %s can't be used (%s); going on without it", self.path, error)
            return None
        return db

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Return the value of each key, ``None`` where it is missing or damaged."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys) if self._db else 0, _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            found.update(self._select(f"SELECT key, value FROM vectors WHERE key IN ({marks})", chunk))
        return [_checked(key, found.get(key)) for key in keys]

    def _select(self, query: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        try:
            return self._db.execute(query, list(keys)).fetchall() if self._db else []
        except sqlite3.Error as error:
            log.warning("the vector cache can't be read (%s); computing instead", error)
            return []

    def put_many(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Store values; a full disk or a locked file only costs the speed-up."""
        if self._db is None:
            return
        rows = [(key, value + _checksum(key, value)) for key, value in items]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            log.warning("the vector cache can't be written (%s); going on without", error)
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def size(self) -> tuple[int, int]:
        """Return (entries, bytes on disk)."""
        rows = self._select("SELECT count(*), 0 FROM vectors", [])
        return (int(rows[0][0]) if rows else 0, self.path.stat().st_size if self.path.exists() else 0)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            self._db.close()
            self._db = None


def _checksum(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_CHECK, key=key[:64]).digest()


def _checked(key: bytes, stored: bytes | None) -> bytes | None:
    if stored is None or len(stored) < _CHECK:
        return None
    value, check = stored[:-_CHECK], stored[-_CHECK:]
    return value if check == _checksum(key, value) else None
