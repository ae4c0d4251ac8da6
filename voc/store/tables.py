"""Results on disk: tables, issues, rejected rows and ``run.json``, and back again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.errors import VocError
from voc.store.checksums import SUMS, damaged
from voc.store.run_folder import MARKER
from voc.types import Driver, EventEffect, Interval, Issue, Quote, Rejected

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
"""Version of the run folder's layout; raised when a reader of the old one would go wrong."""


def save_tables(folder: Path, feedback: pd.DataFrame, segments: pd.DataFrame) -> None:
    """Write ``feedback.parquet`` and ``segments.parquet``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for name, table in (("feedback", feedback), ("segments", segments)):
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        pq.write_table(arrow.replace_schema_metadata(None), folder / f"{name}.parquet", compression="zstd")


def save_issues(folder: Path, issues: Sequence[Issue], table: pd.DataFrame) -> None:
    """Write ``issues.json`` (whole) and ``issues.csv`` (one row an issue, safe in a spreadsheet)."""
    _dump(folder / "issues.json", [asdict(issue) for issue in issues])
    _save_csv(folder / "issues.csv", table)


def save_drivers(folder: Path, table: pd.DataFrame) -> None:
    """Write ``drivers.csv``: one row a pair of segment and issue, safe in a spreadsheet."""
    _save_csv(folder / "drivers.csv", table)


def _save_csv(path: Path, table: pd.DataFrame) -> None:
    from voc.io.write import open_writer

    with open_writer(path, "csv", columns=list(table.columns)) as writer:
        writer.write([{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")])


def save_rejected(folder: Path, rejected: Iterable[Rejected]) -> None:
    """Write ``rejected.jsonl``: file, row number, code, reason and the (redacted) row of each."""
    import orjson

    with (folder / "rejected.jsonl").open("wb") as file:
        for item in rejected:
            file.write(orjson.dumps(asdict(item), default=str, option=_OPTIONS) + b"\n")


def save_run(folder: Path, run: Mapping[str, Any]) -> None:
    """Write ``run.json``, the last file of a run folder."""
    _dump(folder / MARKER, {"schema": SCHEMA, **run}, indent=True)


READ = ("feedback.parquet", "segments.parquet", "issues.json", "issues.safetensors", "rejected.jsonl")
"""Files that are read again, beside ``run.json``; the others are for people, who may change them."""


def check_whole(folder: Path, names: Sequence[str] = READ) -> None:
    """Check that files are as they were written, by the folder's SHA-256 sums, if it has them.

    Raises:
        VocError: one is not.
    """
    wrong = damaged(folder, names)
    if wrong:
        raise VocError(
            f"{folder / wrong[0]}: is damaged (its SHA-256 is not the one in {SUMS})",
            "Run `voc run` again with --force, or restore the file from a backup.",
        )


def load_tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the feedback and segments tables of a run folder."""
    import pandas as pd

    return pd.read_parquet(folder / "feedback.parquet"), pd.read_parquet(folder / "segments.parquet")


def load_run_json(folder: Path) -> dict[str, Any]:
    """Read ``run.json``.

    Raises:
        VocError: not a run folder, or one written by a newer voc.
    """
    import orjson

    path = folder / MARKER
    if not path.is_file():
        raise VocError(
            f"{folder}: is not a run folder (no {MARKER})", "Give the folder that `voc run -o` wrote."
        )
    try:
        run: dict[str, Any] = orjson.loads(path.read_bytes())
        schema = int(run.get("schema", 0))
    except (AttributeError, ValueError, TypeError):
        raise VocError(f"{path}: is damaged", "Run `voc run` again with --force.") from None
    if schema > SCHEMA:
        raise VocError(f"{folder}: written by a newer voc (schema {schema})", "Upgrade voc to open it.")
    check_whole(folder, [MARKER])
    return run


def load_issues(folder: Path) -> tuple[Issue, ...]:
    """Read ``issues.json``."""
    import orjson

    return tuple(_issue(item) for item in orjson.loads((folder / "issues.json").read_bytes()))


def _issue(item: Mapping[str, Any]) -> Issue:
    values = {
        field.name: item[field.name]
        for field in fields(Issue)
        if field.name in item or field.default is MISSING
    }
    for name in (
        "share",
        "negative_share",
        "trend_ratio",
        "rating_impact",
        "priority_interval",
        "nps_impact",
        "rating_impact_shared",
        "nps_impact_shared",
        "churn_share",
    ):
        values[name] = _interval(values.get(name))
    values["events"] = tuple(_with_intervals(EventEffect, effect) for effect in item.get("events", ()))
    values["drivers"] = tuple(_with_intervals(Driver, driver) for driver in item.get("drivers", ()))
    values["parts"] = {name: Interval(*value) for name, value in values["parts"].items()}
    for name in ("first_seen", "last_seen"):
        values[name] = _moment(values[name])
    values["keywords"] = tuple(values["keywords"])
    values["timeline"] = tuple(
        (str(start), int(mine), int(every)) for start, mine, every in values["timeline"]
    )
    values["quotes"] = tuple(
        Quote(**{**quote, "created_at": _moment(quote["created_at"])}) for quote in values["quotes"]
    )
    return Issue(**values)


def _interval(value: Sequence[float] | None) -> Interval | None:
    return Interval(*value) if value is not None else None


def _with_intervals(kind: Any, item: Mapping[str, Any]) -> Any:
    """Rebuild a type of which every list is an interval."""
    return kind(
        **{key: _interval(value) if isinstance(value, list) else value for key, value in item.items()}
    )


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _dump(path: Path, value: Any, indent: bool = False) -> None:
    import orjson

    path.write_bytes(
        orjson.dumps(value, default=_plain, option=_OPTIONS | (orjson.OPT_INDENT_2 if indent else 0)) + b"\n"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return list(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


_OPTIONS = 16  # orjson.OPT_SERIALIZE_NUMPY, without importing orjson with this module
