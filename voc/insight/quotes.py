"""Real words for each issue: central, readable, from different people and languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voc.types import Quote

if TYPE_CHECKING:
    import pandas as pd

SHORTEST, LONGEST = 20, 200
"""Readable length of a quote, in characters."""
_POOL = 60  # candidates looked at: so many of the most central ones, and so many of all
_SPOKEN = 0.15
PROBABILITIES = ("p_negative", "p_neutral", "p_positive")


def choose_quotes(
    kept: pd.DataFrame,
    segments: pd.DataFrame,
    central: Mapping[str, Sequence[int]],
    sentiments: Mapping[str, str],
    languages: Mapping[str, Mapping[str, int]],
    count: int,
) -> dict[str, tuple[Quote, ...]]:
    """Choose up to ``count`` quotes for every issue.

    The order is: the issue's dominant sentiment before others, readable length before too short
    or too long (a long one is cut between words), those that say it as clearly as half of them do before
    the rest (a sentiment that was hardly called is often called wrongly), then centrality. A record is quoted once, and a
    language that 15 % of the issue's records speak is heard before a second quote in another: first the one that most
    segments of all are in, as labels are in it, then the issue's most frequent.

    Args:
        kept: the records that are no duplicates.
        segments: the segments table; ``central`` are positions in it.
        central: issue id -> positions of its most representative segments, best first.
        sentiments: issue id -> its dominant sentiment.
        languages: issue id -> records by language.
        count: how many quotes an issue gets at most.
    """
    mine: Mapping[Any, Any] = segments.groupby("issue_id", sort=False).indices
    table = _candidates(segments, central, mine)
    known = set(table["record_id"].values())
    main = next(iter(segments["language"].mode()), "")
    rows = {name: row for row, name in enumerate(kept["id"]) if name in known}
    chosen = {}
    for issue, dominant in sentiments.items():
        pool = [
            p
            for p in _pool(central.get(issue, ()), mine[issue], table, issue)
            if table["record_id"][p] in rows
        ]
        alike = [p for p in pool if table["sentiment"][p] == dominant]
        clear = _clearer_half(alike, table[f"p_{dominant}"])
        ordered = sorted(
            pool,
            key=lambda p: (
                table["sentiment"][p] != dominant,
                not _readable(table["text"][p]),
                p not in clear,
            ),
        )
        spoken = sorted(_widely_spoken(languages[issue]), key=lambda code: code != main)
        picked = _spread(ordered, table, spoken, count)
        chosen[issue] = tuple(_quote(position, table, kept, rows) for position in picked)
    return chosen


def _candidates(
    segments: pd.DataFrame, central: Mapping[str, Sequence[int]], mine: Mapping[Any, Any]
) -> dict[str, dict[int, Any]]:
    """Return column -> position -> cell, for the segments that may be quoted: a few of a large table."""
    near = {p for positions in central.values() for p in positions if 0 <= p < len(segments)}
    wanted = sorted(near | {int(p) for positions in mine.values() for p in positions[:_POOL]})
    columns = ["record_id", "text", "language", "sentiment", "issue_id", *PROBABILITIES]
    found = segments[columns].take(wanted)
    return {name: dict(zip(wanted, found[name].to_numpy(dtype=object), strict=True)) for name in columns}


def _pool(
    central: Sequence[int], mine: Sequence[int], table: Mapping[str, dict[int, Any]], issue: str
) -> list[int]:
    """Return candidates, most central first: those named, then the issue's others in table order."""
    named = [p for p in central if table["issue_id"].get(p) == issue]
    return list(dict.fromkeys([*named[:_POOL], *(int(p) for p in mine[:_POOL])]))


def _clearer_half(positions: Sequence[int], probability: Mapping[int, float]) -> set[int]:
    """Return those whose sentiment is at least as probable as the median of all."""
    ordered = sorted(probability[p] for p in positions)
    return {p for p in positions if probability[p] >= ordered[len(ordered) // 2]}


def _readable(text: str) -> bool:
    return SHORTEST <= len(text.strip()) <= LONGEST


def _widely_spoken(languages: Mapping[str, int]) -> list[str]:
    total = sum(languages.values())
    return [code for code, records in languages.items() if records >= _SPOKEN * total]


def _spread(ordered: Sequence[int], table: Mapping[str, Any], spoken: Sequence[str], count: int) -> list[int]:
    """Pick distinct records and texts; the first of each widely spoken language comes first."""
    distinct = list(_distinct(ordered, table))
    heralds = [next((p for p in distinct if table["language"][p] == code), None) for code in spoken]
    first = [p for p in heralds if p is not None and table["sentiment"][p] == table["sentiment"][distinct[0]]]
    return list(dict.fromkeys([*first, *distinct]))[:count]


def _distinct(ordered: Sequence[int], table: Mapping[str, Any]) -> Iterator[int]:
    seen: set[str] = set()
    for position in ordered:
        keys = {
            f"id {table['record_id'][position]}",
            "text " + " ".join(table["text"][position].casefold().split()),
        }
        if not keys & seen:
            seen |= keys
            yield position


def _quote(position: int, table: Mapping[str, Any], kept: pd.DataFrame, rows: Mapping[str, int]) -> Quote:
    record = str(table["record_id"][position])
    created, rating = (kept[name].iloc[rows[record]] for name in ("created_at", "rating"))
    return Quote(
        record_id=record,
        text=shorten(table["text"][position]),
        language=str(table["language"][position]),
        sentiment=table["sentiment"][position],
        created_at=as_moment(created),
        rating=None if rating is None or rating != rating else float(rating),
    )


def shorten(text: str, longest: int = LONGEST) -> str:
    """Cut a text between words, with an ellipsis; a text without spaces is cut where it must be."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > longest // 2 else head).rstrip(" ,;:-") + "…"


def as_moment(value: Any) -> Any:
    """Turn a pandas timestamp into a datetime, and NaT or NaN into ``None``."""
    import pandas as pd

    return None if value is None or pd.isna(value) else pd.Timestamp(value).to_pydatetime()
