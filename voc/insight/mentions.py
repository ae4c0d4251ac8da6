"""Who speaks of what: one row for each pair of a record and an issue it mentions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voc.types import SENTIMENTS

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN_URGENCY = 0.3
"""Urgency of an intent that no table of urgencies names (a user's own taxonomy)."""
_P = [f"p_{name}" for name in SENTIMENTS]


def kept_records(feedback: pd.DataFrame) -> pd.DataFrame:
    """Return the records that are no duplicates, renumbered from 0, with their authors as codes.

    The added column ``voice`` is the same number for the same author; a record without an author
    is a voice of its own. The numbers don't depend on the order of the rows.
    """
    import pandas as pd

    kept = feedback[feedback["duplicate_of"].isna()].reset_index(drop=True)
    alone = "\0" + kept["id"].astype("object")
    names = kept["author"].astype("object").where(kept["author"].notna(), alone)
    voices, _ = pd.factorize(names, sort=True)
    return kept.assign(voice=voices)


def mentions(kept: pd.DataFrame, segments: pd.DataFrame, urgency: Mapping[str, float]) -> pd.DataFrame:
    """Roll the segments up to one row a record and issue.

    A record's sentiment *in an issue* comes from that issue's own segments only: praise elsewhere
    in the same review doesn't wash a complaint out, nor the other way round.

    Returns:
        Columns ``issue_id``, ``record`` (row of ``kept``), ``voice``, ``sentiment``, ``harm``
        (0 unless negative, else 0.5..1 by how strongly), ``urgency`` (0..1: the intents' urgency,
        each times its confidence), ``intent`` (the most confident), ``language``, ``created_at``;
        sorted by issue and record.
    """
    import numpy as np
    import pandas as pd

    wanted = ["record_id", "issue_id", "intent", "intent_confidence", "language", *_P]
    table = segments.loc[segments["issue_id"].notna(), wanted]  # texts would be copied three times over
    rows = table["record_id"].map(pd.Series(kept.index, index=kept["id"]))
    table = table[rows.notna()].assign(record=rows.dropna().astype(np.int64))
    weight = table["intent"].map(lambda name: urgency.get(name, UNKNOWN_URGENCY)).astype("float64")
    table["urgency"] = weight * table["intent_confidence"]
    pairs = table.groupby(["issue_id", "record"], sort=True)
    means = pairs[[*_P, "urgency"]].mean()
    surest = table.sort_values("intent_confidence", ascending=False, kind="stable")
    first = surest.groupby(["issue_id", "record"], sort=True)[["intent", "language"]].first()
    result = means.join(first).reset_index()
    p = result[_P].to_numpy(dtype=np.float64).reshape(-1, len(SENTIMENTS))
    best = p.argmax(axis=1) if len(p) else np.zeros(0, dtype=np.int64)
    strength = np.clip(p[:, 0] - p[:, 2], 0.0, 1.0)
    result["sentiment"] = np.array(SENTIMENTS, dtype=object)[best]
    result["harm"] = np.where(best == 0, (1 + strength) / 2, 0.0)
    places = result["record"].to_numpy(dtype=np.int64)
    for column in ("voice", "created_at"):
        result[column] = kept[column].to_numpy()[places]
    return result


def by_voice(pairs: pd.DataFrame) -> pd.DataFrame:
    """Give every voice one say in an issue, however many records it wrote.

    Returns:
        Indexed by issue id: ``voices`` (how many), and the sums over voices of ``negative``,
        ``harm`` and ``urgency`` (each voice's own mean, 0..1).
    """
    flat = pairs.assign(negative=(pairs["sentiment"] == "negative").astype("float64"))
    columns = ["negative", "harm", "urgency"]
    means = flat.groupby(["issue_id", "voice"], sort=True)[columns].mean()
    grouped = means.groupby(level="issue_id", sort=True)
    return grouped.sum().assign(voices=grouped.size())
