"""The hardest words about each issue, beside those that speak for most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voc.insight.quotes import choose_quotes
from voc.types import Issue, Quote

if TYPE_CHECKING:
    import pandas as pd

COUNT = 2


def critical_quotes(
    issues: Sequence[Issue], kept: pd.DataFrame, segments: pd.DataFrame
) -> dict[str, tuple[Quote, ...]]:
    """Return up to ``COUNT`` quotes an issue: those that are surest negative, not quoted for it already.

    Args:
        issues: with the quotes that speak for most.
        kept: the records that are no duplicates.
        segments: one row a segment.
    """
    records = {(issue.issue_id, quote.record_id) for issue in issues for quote in issue.quotes}
    texts = {(issue.issue_id, _folded(quote.text)) for issue in issues for quote in issue.quotes}
    wanted = {issue.issue_id for issue in issues}
    found = segments[(segments["sentiment"] == "negative") & segments["issue_id"].isin(wanted)]
    fresh = [
        (issue, record) not in records and (issue, _folded(text)) not in texts
        for issue, record, text in zip(found["issue_id"], found["record_id"], found["text"], strict=True)
    ]
    if not any(fresh):
        return {}
    worst = found[fresh].sort_values("p_negative", ascending=False, kind="stable").reset_index(drop=True)
    names = list(worst["issue_id"].unique())
    nobody: dict[str, dict[str, int]] = {name: {} for name in names}
    return choose_quotes(kept, worst, {}, dict.fromkeys(names, "negative"), nobody, COUNT)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
