"""The workspace: one DuckDB file with the runs of one stream of feedback, their issues and numbers.

Each write is one transaction, and the file is open only while it is read or written. DuckDB lets
one process write at a time; others wait here for their turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voc.errors import VocError
from voc.insight.snapshot import Snapshot, Standing

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
SCHEMA = 1
"""Version of the tables; ``_MIGRATIONS`` brings an older file to it."""
WAIT = 30.0
"""Seconds to wait for another process."""
KEPT = 10
"""Latest runs whose records are kept, so that they can be compared; numbers are kept of all."""
_TABLES = """
CREATE TABLE voc_workspace (schema INTEGER);
CREATE TABLE runs (run_id VARCHAR, number INTEGER, name VARCHAR, last_day VARCHAR, records INTEGER,
  voices INTEGER, encoder VARCHAR, previous VARCHAR, comparison VARCHAR, profile BLOB);
CREATE TABLE issues (issue_id VARCHAR, first_run VARCHAR, name VARCHAR);
CREATE TABLE standings (run_id VARCHAR, issue_id VARCHAR, label VARCHAR, rank INTEGER, priority DOUBLE,
  liked BOOLEAN, volume INTEGER, authors INTEGER, share DOUBLE, share_low DOUBLE, share_high DOUBLE,
  negative DOUBLE, negative_low DOUBLE, negative_high DOUBLE, trend_flag VARCHAR, trend_ratio DOUBLE,
  trend_p DOUBLE, rating_impact DOUBLE);
CREATE TABLE records (run_id VARCHAR, key VARCHAR, voice INTEGER);
CREATE TABLE mentions (run_id VARCHAR, issue_id VARCHAR, key VARCHAR, voice INTEGER, negative BOOLEAN);
"""
_MIGRATIONS: Mapping[int, str] = {}
"""Schema -> the SQL that brings it to the next one."""
METRICS = (
    "volume", "authors", "share", "share_low", "share_high", "negative", "negative_low", "negative_high",
    "trend_flag", "trend_ratio", "trend_p", "rating_impact",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A run, as the workspace keeps it. ``metrics``: issue id -> ``METRICS``."""

    run_id: str
    snapshot: Snapshot
    metrics: Mapping[str, Mapping[str, Any]]
    previous: str | None = None
    comparison: str | None = None
    """What changed since ``previous``, as JSON."""


@dataclass(frozen=True)
class Recalled:
    """The run before, and what of all earlier runs binds the next one."""

    run_id: str
    snapshot: Snapshot
    issues: frozenset[str]
    """Every id ever given."""
    names: Mapping[str, str]
    """Issue id -> the name a person gave it."""


class Workspace:
    """Runs over time, in the file ``path``; it is made by the first ``save``.

    One workspace follows one stream of feedback: the run saved last is what the next is compared
    with. Every method raises ``VocError`` when the file is no workspace, is from a newer voc, or
    stays locked for longer than ``wait`` seconds.
    """

    def __init__(self, path: str | Path, wait: float = WAIT) -> None:
        self.path = Path(path)
        self.wait = wait

    def check(self) -> None:
        """Make the file, or see that it can be written, before any long work."""
        self._do(lambda db: None)

    def recall(self, run_id: str | None = None) -> Recalled | None:
        """Return the last run; with ``run_id``, the one before that run if it is known.

        The same input run again thus continues from where it did the first time.
        """
        return self._do(lambda db: _recall(db, run_id)) if self.path.exists() else None

    def save(self, entry: Entry, names: Mapping[str, str] | None = None) -> None:
        """Add a run, or replace the one of the same id; all of it or nothing."""
        self._do(lambda db: _save(db, entry, names or {}))

    def rename(self, issue_id: str, name: str) -> None:
        """Give an issue a name that the next runs keep."""
        self._do(lambda db: _rename(db, issue_id, name))

    def runs(self) -> pd.DataFrame:
        """Return one row a run, oldest first: ``number``, ``name``, ``last_day``, ``records`` ..."""
        columns = "run_id, number, name, last_day, records, voices, encoder, previous"
        found: pd.DataFrame = self._do(
            lambda db: db.execute(f"SELECT {columns} FROM runs ORDER BY number").df()
        )
        return found

    def history(self) -> pd.DataFrame:
        """Return one row a run and issue: ``number``, ``issue_id``, ``label``, ``rank`` and ``METRICS``."""
        query = "SELECT r.number, s.* FROM standings s JOIN runs r USING (run_id) ORDER BY r.number, s.rank, s.issue_id"
        found: pd.DataFrame = self._do(lambda db: db.execute(query).df())
        return found

    def comparison(self) -> str | None:
        """Return what changed from the last run but one to the last, as JSON."""
        query = "SELECT comparison FROM runs ORDER BY number DESC LIMIT 1"
        row = self._do(lambda db: db.execute(query).fetchone())
        found: str | None = row[0] if row else None
        return found

    def _do(self, work: Callable[[Any], T]) -> T:
        """Do one piece of work in a transaction, waiting for others to finish theirs."""
        import duckdb

        end = time.monotonic() + self.wait
        while True:
            try:
                with self._open() as db:
                    return work(db)
            except (duckdb.IOException, duckdb.TransactionException, duckdb.ConnectionException) as error:
                if not _is_busy(error):
                    raise self._unusable(error) from None
                if time.monotonic() > end:
                    raise VocError(
                        f"{self.path}: another program has had it open for {self.wait:.0f} seconds",
                        "Wait until the other run is done, or close what has the file open; then run again.",
                    ) from None
                time.sleep(0.1)
            except duckdb.Error as error:
                raise self._unusable(error) from None

    @contextmanager
    def _open(self) -> Iterator[Any]:
        import duckdb

        if not self.path.absolute().parent.is_dir():
            raise VocError(
                f"{self.path}: there is no such folder", "Make the folder first, or name another file."
            )
        db = duckdb.connect(str(self.path))
        try:
            db.execute("BEGIN")
            self._migrate(db)
            yield db
            db.execute("COMMIT")
        finally:
            db.close()  # what was not committed is undone

    def _migrate(self, db: Any) -> None:
        tables = {name for (name,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not tables:
            db.execute(_TABLES)
            db.execute("INSERT INTO voc_workspace VALUES (?)", [SCHEMA])
        elif "voc_workspace" not in tables:
            raise VocError(
                f"{self.path}: is a DuckDB file, but no workspace of voc",
                "Name another file; this one is left as it was.",
            )
        (version,) = db.execute("SELECT schema FROM voc_workspace").fetchone() or (0,)
        if version > SCHEMA:
            raise VocError(
                f"{self.path}: written by a newer voc (schema {version}, this one knows {SCHEMA})",
                "Upgrade voc to open it, or name another file.",
            )
        for step in range(version, SCHEMA):
            if step not in _MIGRATIONS:
                raise VocError(
                    f"{self.path}: written by a voc too old to be brought up to date (schema {version})",
                    "Name another file: the next runs begin anew in it. This one is left as it was.",
                )
            db.execute(_MIGRATIONS[step])
            db.execute("UPDATE voc_workspace SET schema = ?", [step + 1])

    def _unusable(self, error: Exception) -> VocError:
        return VocError(
            f"{self.path}: can't be used as a workspace ({type(error).__name__})",
            "Give the path of a workspace, or of a file that doesn't exist yet in a folder you can write to.",
        )


def _is_busy(error: Exception) -> bool:
    text = str(error).casefold()
    return any(
        word in text for word in ("set lock", "transaction conflict", "different configuration", "being used")
    )


def _recall(db: Any, run_id: str | None) -> Recalled | None:
    known = db.execute("SELECT number FROM runs WHERE run_id = ?", [run_id]).fetchone()
    row = db.execute(
        "SELECT run_id, name, last_day, profile FROM runs WHERE number < ? ORDER BY number DESC LIMIT 1",
        [known[0] if known else 2**31 - 1],
    ).fetchone()
    if row is None:
        return None
    standings = db.execute(
        "SELECT issue_id, label, rank, priority, liked FROM standings WHERE run_id = ? ORDER BY rank",
        [row[0]],
    ).fetchall()
    found = Snapshot(
        db.execute("SELECT key, voice FROM records WHERE run_id = ? ORDER BY key", [row[0]]).df(),
        db.execute(
            "SELECT issue_id, key, voice, negative FROM mentions WHERE run_id = ? ORDER BY issue_id, key",
            [row[0]],
        ).df(),
        tuple(Standing(*item) for item in standings),
        _profile(row[3]),
        row[1],
        row[2],
    )
    names = db.execute("SELECT issue_id, name FROM issues WHERE name IS NOT NULL").fetchall()
    ids = db.execute("SELECT issue_id FROM issues").fetchall()
    return Recalled(row[0], found, frozenset(name for (name,) in ids), dict(names))


def _profile(content: bytes | None) -> Any:
    from voc.store.centroids import loads

    return loads(bytes(content), "the last run's centroids") if content else None


def _save(db: Any, entry: Entry, names: Mapping[str, str]) -> None:
    from voc.store.centroids import dumps

    run, known = (
        entry.snapshot,
        db.execute("SELECT number FROM runs WHERE run_id = ?", [entry.run_id]).fetchone(),
    )
    (latest,) = db.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()
    number = known[0] if known else latest + 1
    for table in ("runs", "standings", "records", "mentions"):
        db.execute(f"DELETE FROM {table} WHERE run_id = ?", [entry.run_id])
    voices, profile = int(run.records["voice"].nunique()), run.profile
    db.execute(
        "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [entry.run_id, number, run.name, run.last_day, len(run.records), voices, profile and profile.encoder,
         entry.previous, entry.comparison, dumps(profile) if profile is not None else None],
    )  # fmt: skip
    _insert(db, "standings", [_standing(entry, item) for item in run.standings])
    for table, rows in (("records", run.records), ("mentions", run.mentions)):
        _insert_table(db, table, entry.run_id, rows)
    _know(db, entry, names)
    old = "run_id IN (SELECT run_id FROM runs WHERE number <= ?)"
    for table in ("records", "mentions"):
        db.execute(f"DELETE FROM {table} WHERE {old}", [max(number, latest) - KEPT])


def _know(db: Any, entry: Entry, names: Mapping[str, str]) -> None:
    """Enter the ids that are new, and the names people gave."""
    known = {name for (name,) in db.execute("SELECT issue_id FROM issues").fetchall()}
    fresh = [item.issue_id for item in entry.snapshot.standings if item.issue_id not in known]
    _insert(db, "issues", [[name, entry.run_id, None] for name in fresh])
    for issue_id, name in names.items():
        if issue_id in known or issue_id in fresh:
            db.execute("UPDATE issues SET name = ? WHERE issue_id = ?", [name, issue_id])


def _rename(db: Any, issue_id: str, name: str) -> None:
    known = sorted(found for (found,) in db.execute("SELECT issue_id FROM issues").fetchall())
    if issue_id not in known:
        raise VocError(f"{issue_id}: no such issue in the workspace", "Issues: " + ", ".join(known))
    db.execute("UPDATE issues SET name = ? WHERE issue_id = ?", [name.strip() or None, issue_id])


def _standing(entry: Entry, item: Standing) -> list[Any]:
    metrics = entry.metrics.get(item.issue_id, {})
    own = [entry.run_id, item.issue_id, item.label, item.rank, item.priority, item.liked]
    return own + [metrics.get(name) for name in METRICS]


def _insert(db: Any, table: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        db.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", [list(row) for row in rows]
        )


def _insert_table(db: Any, table: str, run_id: str, rows: pd.DataFrame) -> None:
    """Insert a data frame's rows, each with the run's id before it."""
    db.register("_rows", rows)
    db.execute(f"INSERT INTO {table} (run_id, {', '.join(rows.columns)}) SELECT ?, * FROM _rows", [run_id])
    db.unregister("_rows")
