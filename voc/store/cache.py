"""The vector cache: one SQLite file, keyed by hash, safe for several processes at once."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)
_CHUNK = 500  # SQLite allows 999 host parameters in its oldest builds
_CHECK = 8
_ERRORS = (OSError, UnicodeError, sqlite3.Error)


def cache_folder() -> Path:
    """Return ``VOC_CACHE_DIR``, else the platform's cache folder for voc."""
    if folder := os.environ.get("VOC_CACHE_DIR"):
        return Path(folder)
    from platformdirs import user_cache_path

    return user_cache_path("voc", appauthor=False)


class VectorStore:
    """Bytes by key, each with a checksum: a damaged entry is dropped and counts as missing.

    A store that can't be opened (read-only disk, no permission) works as an empty one, and a file that is
    damaged as a whole is begun anew: the cache saves time, and must never cost a run.

    Args:
        path: the file; ``vectors.sqlite`` in the cache folder when None.
        lasting: whether what is stored must outlive a crash of the machine; without, writing takes half the time.
    """

    def __init__(self, path: Path | None = None, lasting: bool = True) -> None:
        self.path = path or cache_folder() / "vectors.sqlite"
        self._pragmas = (
            ("journal_mode=WAL", "synchronous=NORMAL")
            if lasting
            else ("journal_mode=MEMORY", "synchronous=OFF")
        )
        self._db: sqlite3.Connection | None = None
        self._open()

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._connect()
        except _ERRORS as error:
            if _is_damage(error):
                self._begin_anew()
            else:
                log.warning(
                    "the vector cache %s can't be used (%s); going on without it", self.path, _why(error)
                )

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            for pragma in self._pragmas:
                db.execute(f"PRAGMA {pragma}")
            db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        except _ERRORS:
            db.close()
            raise
        return db

    def _begin_anew(self) -> None:
        """Drop a damaged file and start an empty one; others who have it open lose their speed-up, no more."""
        log.warning("the vector cache %s is damaged; it is dropped and filled anew", self.path)
        self.close()
        try:
            for ending in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            self._db = self._connect()
        except _ERRORS as error:
            log.warning("it can't be filled anew (%s); going on without it", _why(error))

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
        except _ERRORS as error:
            log.warning("the vector cache can't be read (%s); computing instead", _why(error))
            if _is_damage(error):
                self._begin_anew()
            return []

    def put_many(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Store values; a full disk or a locked file only costs the speed-up."""
        if self._db is None:
            return
        # In the order of the keys, which is that of the file's pages: a quarter faster.
        rows = sorted((key, value + _checksum(key, value)) for key, value in items)
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._db.execute("COMMIT")
        except _ERRORS as error:
            log.warning("the vector cache can't be written (%s); going on without", _why(error))
            self._undo(error)

    def _undo(self, error: Exception) -> None:
        if _is_damage(error):
            self._begin_anew()
        elif self._db is not None and self._db.in_transaction:
            with suppress(*_ERRORS):  # a full disk may have rolled it back already
                self._db.execute("ROLLBACK")

    def size(self) -> tuple[int, int]:
        """Return (entries, bytes on disk)."""
        rows = self._select("SELECT count(*), 0 FROM vectors", [])
        return (int(rows[0][0]) if rows else 0, self.path.stat().st_size if self.path.exists() else 0)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            with suppress(*_ERRORS):
                self._db.close()
            self._db = None


def _is_damage(error: Exception) -> bool:
    if isinstance(error, UnicodeError):  # the message quotes a table's name, and that is no text any more
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _why(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", "") or type(error).__name__


def _checksum(key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=_CHECK, key=key[:64]).digest()


def _checked(key: bytes, stored: bytes | None) -> bytes | None:
    if stored is None or len(stored) < _CHECK:
        return None
    value, check = stored[:-_CHECK], stored[-_CHECK:]
    return value if check == _checksum(key, value) else None
