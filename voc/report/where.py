"""Where an issue is heard: its records by file and by each column that the run compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FILE = "source_file"
CHANNEL = "voc: channel"
"""Stands for the kind of source (review, chat ...) where a column's name is wanted."""
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


def with_channels(found: Mapping[str, Places], run: Mapping[str, Any]) -> dict[str, Places]:
    """Add each issue's records by channel, where the files have several; their files tell.

    Args:
        found: what ``places`` returns.
        run: the content of ``run.json``.
    """
    of_file = {
        source["name"]: source["channel"] for source in run.get("inputs") or () if source.get("channel")
    }
    chosen = (run.get("settings") or {}).get("input.channel", {}).get("value", "auto")
    counts: dict[str, Counter[str]] = {}
    for issue, mine in found.items():
        for file in mine.get(FILE, {}).keys() & of_file.keys():
            counts.setdefault(issue, Counter())[of_file[file]] += mine[FILE][file]
    if chosen != "auto" or len({channel for mine in counts.values() for channel in mine}) < 2:
        return dict(found)
    return {
        issue: {**mine, CHANNEL: dict(sorted(counts[issue].items(), key=lambda item: (-item[1], item[0])))}
        if issue in counts
        else mine
        for issue, mine in found.items()
    }
