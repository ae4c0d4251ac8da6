"""The two tables that everything after the models reads: ``feedback`` and ``segments``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voc.types import SENTIMENTS, Record, Segment, TopicInfo

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

FEEDBACK_COLUMNS = (
    "id", "source_file", "source_row", "created_at", "rating", "nps", "author", "text", "language",
    "language_confidence", "sentiment", "sentiment_score", "p_negative", "p_neutral", "p_positive",
    "intent", "intent_confidence", "issue_ids", "duplicate_of", "redactions",
)  # fmt: skip


def sentiment_columns(probabilities: NDArray[np.float32]) -> dict[str, Any]:
    """Turn (n, 3) probabilities into the columns sentiment, sentiment_score (-1..1) and p_*."""
    best = probabilities.argmax(axis=1) if len(probabilities) else []
    columns: dict[str, Any] = {
        "sentiment": [SENTIMENTS[index] for index in best],
        "sentiment_score": (probabilities[:, 2] - probabilities[:, 0]).astype("float64").round(4),
    }
    for index, name in enumerate(SENTIMENTS):
        columns[f"p_{name}"] = probabilities[:, index].astype("float64").round(4)
    return columns


def intent_columns(probabilities: NDArray[np.float32], intents: Sequence[str]) -> dict[str, Any]:
    """Turn (n, intents) probabilities into the columns intent and intent_confidence."""
    best = probabilities.argmax(axis=1) if len(probabilities) else []
    return {
        "intent": [intents[index] for index in best],
        "intent_confidence": probabilities.max(axis=1).astype("float64").round(4)
        if len(probabilities)
        else [],
    }


def record_columns(records: Sequence[Record]) -> dict[str, list[Any]]:
    """Return the columns that come from the records themselves."""
    return {
        "id": [record.id for record in records],
        "source_file": [record.source_file for record in records],
        "source_row": [record.source_row for record in records],
        "created_at": [record.created_at for record in records],
        "rating": [record.rating for record in records],
        "nps": [record.nps for record in records],
        "author": [record.author for record in records],
        "text": [record.text for record in records],
        "language": [record.language for record in records],
        "language_confidence": [round(record.language_confidence, 4) for record in records],
        "duplicate_of": [record.duplicate_of for record in records],
        "redactions": [redaction_counts(record) for record in records],
    }


def redaction_counts(record: Record) -> str:
    """Say what was redacted, as ``EMAIL:1 PHONE:2``; empty when nothing was."""
    counts = Counter(span.kind for span in record.redactions)
    return " ".join(f"{kind}:{count}" for kind, count in sorted(counts.items()))


def metadata_columns(records: Sequence[Record], taken: Sequence[str]) -> dict[str, list[Any]]:
    """Return every metadata column as text, in order of first appearance.

    A name that one of our own columns has gets the suffix ``_source``.
    """
    names = free_names(dict.fromkeys(name for record in records for name in record.metadata), taken)
    return {
        column: [_as_text(record.metadata.get(name)) for record in records] for name, column in names.items()
    }


def free_names(names: Iterable[str], taken: Sequence[str]) -> dict[str, str]:
    """Return name -> column: the name with ``_source`` added until neither ``taken`` nor another has it."""
    columns: dict[str, str] = {}
    used = set(taken)
    for name in names:
        column = name
        while column in used:
            column = f"{column}_source"
        used.add(column)
        columns[name] = column
    return columns


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, dict | list):
        import orjson

        return orjson.dumps(value, default=str).decode()
    return str(value)


def segment_table(
    segments: Sequence[Segment],
    sentiment: NDArray[np.float32],
    intent: NDArray[np.float32],
    intents: Sequence[str],
    topics: NDArray[np.int64],
    info: Mapping[int, TopicInfo],
) -> pd.DataFrame:
    """Build the segments table: one row a segment of a record that is no duplicate."""
    import pandas as pd

    return pd.DataFrame(
        {
            "segment_id": [f"{segment.record_id}#{segment.index}" for segment in segments],
            "record_id": [segment.record_id for segment in segments],
            "start": [segment.start for segment in segments],
            "end": [segment.end for segment in segments],
            "text": [segment.text for segment in segments],
            "language": [segment.language for segment in segments],
            **sentiment_columns(sentiment),
            **intent_columns(intent, intents),
            "topic": [int(topic) for topic in topics],
            "issue_id": pd.array(
                [info[int(t)].issue_id if int(t) in info else None for t in topics], dtype="object"
            ),
        }
    )


def feedback_table(
    records: Sequence[Record],
    kept: Sequence[Record],
    sentiment: NDArray[np.float32],
    intent: NDArray[np.float32],
    intents: Sequence[str],
    segments: pd.DataFrame,
) -> pd.DataFrame:
    """Build the feedback table: one row a record; a duplicate repeats its original's answers.

    Args:
        records: all records, duplicates included, in canonical order.
        kept: the records that are no duplicates: row i of ``sentiment`` and ``intent`` is kept[i].
        sentiment: (kept, 3) probabilities.
        intent: (kept, intents) probabilities.
        intents: the intents' names.
        segments: the segments table.
    """
    import numpy as np
    import pandas as pd

    position = {record.id: index for index, record in enumerate(kept)}
    rows = np.array([position[record.duplicate_of or record.id] for record in records], dtype=np.int64)
    found = segments.dropna(subset=["issue_id"]).groupby("record_id", sort=False)["issue_id"]
    issues = {record: list(dict.fromkeys(ids)) for record, ids in found}
    columns: dict[str, Any] = {
        **record_columns(records),
        **sentiment_columns(sentiment[rows]),
        **intent_columns(intent[rows], intents),
        "issue_ids": [issues.get(record.duplicate_of or record.id, []) for record in records],
    }
    table = pd.DataFrame({name: columns[name] for name in FEEDBACK_COLUMNS})
    table["created_at"] = pd.to_datetime(table["created_at"]).astype("datetime64[us]")
    table["rating"] = table["rating"].astype("float64")
    table["nps"] = table["nps"].astype("Int64")
    extra = metadata_columns(records, FEEDBACK_COLUMNS)
    return (
        pd.concat([table, pd.DataFrame(extra, dtype="object", index=table.index)], axis=1) if extra else table
    )
