"""Parquet files, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

from voc.errors import VocError
from voc.io.json_tables import flatten
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
                    for values in batch.to_pylist():
                        number += 1
                        yield Row(blob.name, number, flatten(values))
        except (pa.ArrowException, OSError) as error:
            raise damaged(error) from error

    try:
        with pq.ParquetFile(blob.path) as file:
            names = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise damaged(error) from error
    _, notes = unique_names(names, blob.name)
    return Table(tuple(names), rows, notes=notes)
