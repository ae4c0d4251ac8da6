"""Rows into the bytes of CSV, JSON Lines and Parquet."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from numbers import Integral, Real
from typing import IO, Any

from voc.errors import VocError

Row = Mapping[str, Any]
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 5_000


def safe_cell(value: Any) -> Any:
    """A CSV cell that no spreadsheet takes for a formula: an apostrophe goes before ``= + - @``, tab and return.

    Numbers, also as text ("-5"), are left as they are. After OWASP, "CSV injection".
    """
    if not isinstance(value, str) or not value.startswith(_RISKY):
        return value
    with suppress(ValueError):
        float(value)
        return value
    return f"'{value}"


def write_lines(file: IO[bytes], rows: Iterable[Row]) -> None:
    """One JSON object a line."""
    import orjson

    options = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    for row in rows:
        try:
            line = orjson.dumps(row, default=_plain, option=options)
        except TypeError:
            line = orjson.dumps({name: _storable(value) for name, value in row.items()}, _plain, options)
        file.write(line + b"\n")


def _storable(value: Any) -> Any:
    """What JSON of 64-bit numbers and UTF-8 can't hold, as text that it can."""
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if value != value:  # pandas' missing time, which is a datetime
        return None
    return list(value) if isinstance(value, tuple | set | frozenset) else str(value)


def batches(lines: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    """The rows of a file of JSON lines, some thousands at a time."""
    import orjson

    lines.seek(0)
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(orjson.loads(line))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def write_csv(file: IO[bytes], rows: Iterable[Row], columns: Sequence[str], header: bool = True) -> None:
    """Rows with these ``columns``, a cell that is missing left blank.

    Raises:
        VocError: a row has another column.
    """
    text = _Encoded(file)
    # This terminator has the writer quote cells with a lone carriage return; `_Encoded` writes "\n".
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    if header:
        writer.writerow({name: safe_cell(name) for name in columns})
    for row in rows:
        extra = set(row) - set(columns)
        if extra:
            raise VocError(
                f"A row has the column {min(extra)!r}, which the table lacks.", "Write JSON Lines instead."
            )
        writer.writerow({name: safe_cell(_cell(value)) for name, value in row.items()})


class _Encoded:
    """Takes the csv module's rows to a binary file, a line each."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def write(self, text: str) -> int:
        return self.file.write(f"{text.removesuffix(chr(13) + chr(10))}\n".encode("utf-8", "replace"))


def _cell(value: Any) -> Any:
    import orjson

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict | set | frozenset):
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    return value.isoformat() if isinstance(value, date | datetime) else value


def kind(value: Any) -> str:
    """The Parquet type a value needs: ``bool``, ``int``, ``float``, ``time`` or ``string``; "" for none."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Integral):
        return "int" if -(1 << 63) <= int(value) < 1 << 63 else "string"
    if isinstance(value, Real):
        return "float"
    return "time" if isinstance(value, datetime) else "string"


def wider(one: str, other: str) -> str:
    """The type that holds values of both."""
    if not one or not other or one == other:
        return one or other
    return "float" if {one, other} == {"int", "float"} else "string"


def write_parquet(file: IO[bytes], batches: Iterable[list[dict[str, Any]]], kinds: Mapping[str, str]) -> None:
    """Rows as one Parquet table; ``kinds`` names each column's type as `kind` does."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "time": pa.timestamp("us")}
    schema = pa.schema([(name, types.get(kind, pa.string())) for name, kind in kinds.items()])
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in batches:
            rows = [{name: _typed(row.get(name), kind) for name, kind in kinds.items()} for row in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "time":
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if kind in ("", "string") and not isinstance(value, str):
        return str(_cell(value))
    return value
