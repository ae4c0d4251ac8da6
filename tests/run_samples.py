"""A small finished run, made by hand: two issues over four months, and words that would harm a careless page."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from voc.result import Result
from voc.types import SENTIMENTS, Interval, Issue, Quote

MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")
HOSTILE = "<script>alert(1)</script> $x_1$"
ISSUES = {"i-crash": "app crashes at start", "i-late": "parcel late"}


def quote(number: int, issue: str, sentiment: str = "negative") -> Quote:
    return Quote(f"r{number}", f"{issue} number {number} in a sentence of some length", "en", sentiment)  # type: ignore[arg-type]


def issue(rank: int, issue_id: str, label: str, quotes: tuple[Quote, ...], mine: tuple[int, ...]) -> Issue:
    whole = Interval(0.5, 0.3, 0.7)
    return Issue(
        issue_id=issue_id, rank=rank, label=label, keywords=tuple(label.split()), priority=60.0 - rank,
        parts={"reach": whole, "severity": whole}, reason=f"{label}: 12 customers", volume=12, authors=12,
        share=whole, negative_share=whole, trend_ratio=None, trend_flag="steady", trend_p=None, rating_impact=None,
        top_intent="bug_report", intents={"bug_report": 12}, languages={"en": 12},
        sentiments={"negative": 9, "positive": 3}, first_seen=None, last_seen=None,
        timeline=tuple((month, count, 10) for month, count in zip(MONTHS, mine, strict=False)), quotes=quotes,
        priority_interval=Interval(70.0, 60.0 - rank, 80.0),
    )  # fmt: skip


def run(hostile: bool = False, dated: bool = True, empty: bool = False) -> Result:
    """24 records, 12 an issue (9 negative, 3 positive); record 24 is a copy of record 0."""
    labels = list(ISSUES.values()) if not hostile else [HOSTILE, "parcel late"]
    names = ["i-crash" if number % 2 == 0 else "i-late" for number in range(24)]
    moods = ["positive" if number >= 18 else "negative" for number in range(24)]
    texts = [
        quote(number, name, mood).text for number, (name, mood) in enumerate(zip(names, moods, strict=True))
    ]
    segments = pd.DataFrame({
        "record_id": [f"r{number}" for number in range(24)], "text": texts, "language": "en",
        "sentiment": moods, "issue_id": pd.Series(names, dtype="object"),
        **{f"p_{one}": [0.9 if one == mood else 0.05 for mood in moods] for one in SENTIMENTS},
    })  # fmt: skip
    days = [datetime(2026, 1 + number % 4, 28) if dated else None for number in range(25)]
    feedback = pd.DataFrame({
        "id": [f"r{number}" for number in range(25)], "created_at": pd.to_datetime(pd.Series(days)),
        "rating": pd.Series([None] * 25, dtype="float64"), "author": pd.Series([None] * 25, dtype="object"),
        "sentiment": [*moods, moods[0]], "issue_ids": [[name] for name in [*names, names[0]]],
        "duplicate_of": pd.Series([None] * 24 + ["r0"], dtype="object"),
    })  # fmt: skip
    ranked = tuple(
        issue(
            rank, issue_id, label, (quote(rank - 1, HOSTILE if hostile else issue_id),), mine if dated else ()
        )
        for rank, (issue_id, label, mine) in enumerate(
            zip(ISSUES, labels, [(1, 2, 4, 8), (8, 4, 2, 1)], strict=True), 1
        )
    )
    return Result(feedback, segments, () if empty else ranked, (), {})
