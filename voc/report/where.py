"""Where an issue is heard: its records by file and by each column that the run compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FILE = "source_file"
VALUES = 30
"""Values of one column that are told apart; the rarest beyond them are left out."""
_TOLD_ELSEWHERE = frozenset({"language", "intent"})
Places = Mapping[str, Mapping[str, int]]
"""Column -> value -> records."""


def columns(run: Mapping[str, Any], kept: pd.DataFrame) -> list[str]:
    """Return the columns that were named with ``--by``, and the file where there are several."""
    asked = (run.get("settings") or {}).get("insight.by", {}).get("value") or ()
    found = [name for name in asked if name in kept and name not in _TOLD_ELSEWHERE]
    several = FILE in kept and kept[FILE].nunique() > 1
    return list(dict.fromkeys([*found, *([FILE] if several else [])]))


def places(kept: pd.DataFrame, segments: pd.DataFrame, names: Sequence[str]) -> dict[str, Places]:
    """Count each issue's records by the values of some columns.

    Args:
        kept: the records that are no duplicates.
        segments: one row a segment.
        names: columns of ``kept``.

    Returns:
        Issue id -> column -> value -> records, most frequent first. Records without a value don't count.
    """
    pairs = segments.loc[segments["issue_id"].notna(), ["issue_id", "record_id"]].drop_duplicates()
    found: dict[str, dict[str, dict[str, int]]] = {}
    for name in names:
        told = kept[name].value_counts().index[:VALUES]
        values = pairs["record_id"].map(dict(zip(kept["id"], kept[name], strict=True)))
        mine = pairs.assign(value=values)[values.isin(told)]
        counts = (
            mine.groupby(["issue_id", "value"], sort=True).size().sort_values(ascending=False, kind="stable")
        )
        table = counts.reset_index(name="records")
        for issue, value, count in zip(table["issue_id"], table["value"], table["records"], strict=True):
            found.setdefault(str(issue), {}).setdefault(name, {})[str(value)] = int(count)
    return dict(found)
