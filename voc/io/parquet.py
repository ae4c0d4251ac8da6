"""Parquet files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from voc.errors import VocError
from voc.io.json_rows import to_row
from voc.io.options import ReadOptions
from voc.io.sources import Blob
from voc.io.table import Table, unique_names
from voc.types import Rejected, Row

_BATCH = 2_000


def read(blob: Blob, options: ReadOptions) -> Table:
    """The table in a Parquet file; nested fields become columns such as ``user.name``.

    Raises:
        VocError: the file is damaged or cut short.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def damaged(error: Exception) -> VocError:
        return VocError(f"{blob.name} is damaged or cut short.", f"Export it again ({type(error).__name__}).")

    def rows() -> Iterator[Row | Rejected]:
        number = 0
        try:
            with pq.ParquetFile(blob.path) as file:
                for batch in file.iter_batches(_BATCH):
                    for values in _values(batch):
                        number += 1
                        if isinstance(values, dict):
                            yield to_row(blob.name, number, values, options)
                        else:
                            reason = "The row holds text that is not UTF-8, or a date out of range."
                            yield Rejected(blob.name, number, "undecodable", reason, values)
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise damaged(error) from error

    try:
        with pq.ParquetFile(blob.path) as file:
            names = file.schema_arrow.names
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise damaged(error) from error
    _, notes = unique_names(names, blob.name)
    return Table(tuple(names), rows, notes=notes)


def _values(batch: Any) -> Iterator[dict[str, Any] | str]:
    """The rows of a batch; one that holds what Python can't, as far as it can be read, in words."""
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):
        for at in range(len(batch)):
            try:
                yield from batch.slice(at, 1).to_pylist()
            except (ValueError, OverflowError):
                yield _in_words(batch, at)


def _in_words(batch: Any, at: int) -> str:
    import pyarrow as pa

    parts = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        kind = column.type
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        try:
            cell = column.cast(pa.large_binary())[at].as_py() if text else column[at].as_py()
        except (ValueError, OverflowError, pa.ArrowException):
            cell = "?"
        parts.append(f"{name}: {cell.decode('utf-8', 'replace') if isinstance(cell, bytes) else cell}")
    return "; ".join(parts)[:10_000]
