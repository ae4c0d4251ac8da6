"""One public function for a batch: a table of records in, the same table with answers out.

It is what Spark (``mapInPandas``), Dask, Ray Data (``map_batches``), Polars or a loop of one's own can call, on as
many machines as there are: it keeps nothing between batches but the models, which each process loads once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from voc.config import Settings, resolve
from voc.errors import USAGE, VocError
from voc.types import Record

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    Table = TypeVar("Table", pd.DataFrame, pa.Table)

OWN = (
    "id",
    "source_file",
    "source_row",
    "created_at",
    "rating",
    "nps",
    "author",
    "text",
    "language",
    "channel",
)
"""Columns of a batch that say what ``voc.Record`` says; any other is metadata. Only ``text`` must be there."""


def understand_batch(
    batch: Table,
    *,
    pipeline: str | None = None,
    settings: Settings | None = None,
    cache: bool = False,
) -> Table:
    """Return one row for each row, in order: language, sentiment, intent, and the text cleaned and redacted.

    The answers are those of ``voc classify`` for the same batch: a file's clear texts help to name the
    language of its short ones, so rows of one source (``source_file``) belong together, some hundred at a time.

    >>> import pandas as pd, voc
    >>> voc.understand_batch(pd.DataFrame({"text": ["The parcel came late"]}))["sentiment"][0]
    'negative'

    Args:
        batch: a column ``text``, and any of ``OWN``; dates are naive UTC or have a zone, ratings are 1..5.
        pipeline: a pipeline's name or YAML file, for its ``text`` and ``models`` sections.
        settings: settings already resolved, in its stead.
        cache: whether vectors are kept on the disk of this machine.

    Returns:
        A table of the same kind with the columns of ``batch_schema``. A row that can't be used has nothing but its
        id and an ``error``.

    Raises:
        VocError: there is no column ``text``, or a model can't be found.
    """
    import pyarrow as pa

    from voc.engine.answers import classify_items
    from voc.engine.models import ModelsFor

    settings = settings or resolve(pipeline).settings
    table = batch if isinstance(batch, pa.Table) else pa.Table.from_pandas(batch, preserve_index=False)
    if "text" not in table.column_names:
        raise VocError(
            "a batch needs a column `text`; this one has " + (", ".join(table.column_names) or "none"),
            "Rename the column that holds what people wrote.",
            USAGE,
        )
    rows = table.to_pylist()
    records = [_record(row, number) for number, row in enumerate(rows, 1)]
    answers = classify_items(records, settings, ModelsFor(settings.models, cache)()) if records else []
    found = _with_ids(answers, rows, settings)
    schema = batch_schema(table.column_names)
    result = pa.table(
        {field.name: pa.array([row.get(field.name) for row in found], field.type) for field in schema}
    )
    return result if isinstance(batch, pa.Table) else _as_pandas(result)


def batch_schema(columns: Iterable[str]) -> pa.Schema:
    """Return the columns that ``understand_batch`` gives for a batch with these, and their types."""
    import pyarrow as pa

    from voc.insight.tables import FEEDBACK_COLUMNS, free_names

    kinds = {
        "source_row": pa.int64(), "created_at": pa.timestamp("us"), "rating": pa.float64(), "nps": pa.int64(),
        **dict.fromkeys(
            ("language_confidence", "sentiment_score", "p_negative", "p_neutral", "p_positive",
             "intent_confidence"),
            pa.float64(),
        ),
    }  # fmt: skip
    names = [name for name in FEEDBACK_COLUMNS if name not in ("issue_ids", "duplicate_of")]
    extra = free_names([name for name in columns if name not in OWN], FEEDBACK_COLUMNS)
    return pa.schema([(name, kinds.get(name, pa.string())) for name in [*names, *extra.values(), "error"]])


def _record(row: Mapping[str, Any], number: int) -> Record:
    """Make a record; its id is its place, which is unique whatever the batch says."""
    given = {name: row[name] for name in OWN if row.get(name) is not None}
    if "created_at" in given:
        given["created_at"] = _naive(given["created_at"])
    given |= {
        name: str(given[name]) for name in ("author", "language", "text", "source_file") if name in given
    }
    metadata = {name: value for name, value in row.items() if name not in OWN}
    defaults = {"source_file": "batch", "text": "", "channel": "review"}
    return Record(**{**defaults, **given, "id": str(number), "source_row": number, "metadata": metadata})


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _with_ids(
    answers: Sequence[dict[str, Any]], rows: Sequence[Mapping[str, Any]], settings: Settings
) -> list[dict[str, Any]]:
    """Give the answers the ids and row numbers of the batch, where it has any."""
    from voc.store.secret import author_key
    from voc.text.prepare import safe_id
    from voc.text.redact import Redactor

    redactor = Redactor(settings.text.patterns, settings.text.redact, settings.text.redactors)
    found = []
    for answer, row in zip(answers, rows, strict=True):
        name = row.get("id")
        safe = safe_id(str(name), redactor, author_key()) if name is not None else None
        found.append({**answer, "id": safe, "source_row": row.get("source_row") or answer["source_row"]})
    return found


def _as_pandas(table: pa.Table) -> pd.DataFrame:
    import pandas as pd

    frame: pd.DataFrame = table.to_pandas()
    frame["nps"] = table["nps"].to_pandas(types_mapper={table["nps"].type: pd.Int64Dtype()}.get)
    return frame
