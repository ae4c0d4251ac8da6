"""Which files were routed: written down before a result appears under its name and before a file is moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from voc.service.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    name TEXT NOT NULL, sha256 TEXT NOT NULL, output TEXT NOT NULL, rows INTEGER NOT NULL,
    errors INTEGER NOT NULL, recorded TEXT NOT NULL, PRIMARY KEY (name, sha256)
)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was routed, and its result: the file's name, and how many rows it has."""

    name: str
    sha256: str
    output: str
    rows: int
    errors: int


def draft_of(output: str) -> str:
    """A result's name until it is recorded."""
    return f".{output}.draft"


class Journal:
    """Files by name and content, in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def find(self, name: str, sha256: str) -> Entry | None:
        """The entry of a file with this name and content."""
        found = self.database.rows(
            "SELECT name, sha256, output, rows, errors FROM files WHERE name = ? AND sha256 = ?",
            name,
            sha256,
        )
        return Entry(*found[0]) if found else None

    def record(self, entry: Entry) -> None:
        """From now on the file counts as routed."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO files (name, sha256, output, rows, errors, recorded) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.name, entry.sha256, entry.output, entry.rows, entry.errors, now),
            )

    def has_output(self, output: str) -> bool:
        """Whether a result of this name was recorded."""
        return bool(self.database.rows("SELECT 1 FROM files WHERE output = ? LIMIT 1", output))
