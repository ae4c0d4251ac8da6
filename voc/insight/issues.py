"""From tables to ranked issues: count, measure, score, order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from voc.config import InsightSettings
from voc.insight import priority as parts_of
from voc.insight.calendar import Calendar, calendar
from voc.insight.evidence import Evidence, measure
from voc.insight.impact import surest_loss
from voc.insight.mentions import kept_records, mentions
from voc.insight.quotes import as_moment, choose_quotes
from voc.types import SENTIMENTS, Interval, Issue, TopicInfo

if TYPE_CHECKING:
    import pandas as pd

    from voc.config import PrioritySettings, TrendSettings

COLUMNS = (
    "rank", "issue_id", "label", "priority", "volume", "authors", "share", "negative_share", "negative_low",
    "negative_high", "trend_ratio", "trend_low", "trend_high", "trend_flag", "rating_impact", "impact_low",
    "impact_high", "top_intent", "languages", "keywords", "first_seen", "last_seen", "quote", "quote_id",
    "trend_p", "recent_authors", "rating_impact_shared", "rating_shared_low", "rating_shared_high", "nps_impact",
    "nps_low", "nps_high", "nps_impact_shared", "nps_shared_low", "nps_shared_high", "churn_share",
    "churn_low", "churn_high", "repeat_contacts", "mismatches", "group",
)  # fmt: skip
"""Columns of ``issues.csv``; new ones go to the end."""
_CHANGES = {
    "new": "{recent:,} in the last {window}, none before",
    "rising": "{recent:,} in the last {window}, {ratio:.1f}x the rate before",
    "falling": "down to {ratio:.0%} of the rate before in the last {window}",
    "gone": "none in the last {window}",
}
_MAYBE = ("trend_ratio", "trend_low", "trend_high", "trend_p", "rating_", "impact_", "nps_", "churn_")
_UNINFORMATIVE = "other"
_INFORMATIVE_SHARE = 0.25


def build_issues(
    feedback: pd.DataFrame,
    segments: pd.DataFrame,
    topics: Mapping[int, TopicInfo],
    priority: PrioritySettings,
    trends: TrendSettings,
    intent_urgency: Mapping[str, float],
    quotes: int = 5,
    as_of: datetime | None = None,
    insight: InsightSettings | None = None,
) -> tuple[Issue, ...]:
    """Measure and rank the issues.

    A record belongs to an issue when one of its segments does, and its sentiment there is that of
    those segments. Duplicates (``duplicate_of`` set) are never counted; shares count voices, that
    is distinct authors. Formulas: ``intervals``, ``mentions``, ``trends``, ``impact``, ``shared``,
    ``events``, ``drivers``, ``signals``, ``priority``.

    Args:
        feedback: one row a record, as in ``feedback.parquet``.
        segments: one row a segment; ``issue_id`` is missing where it is unclustered.
        topics: what the topic model says of each topic.
        priority: the weights of the parts.
        trends: the length of a period and the false discovery rate.
        intent_urgency: intent -> 0..1.
        quotes: most quotes an issue gets.
        as_of: the moment trends are judged from; the last date in the corpus by default.
        insight: events and segments to compare; none by default.

    Returns:
        Ranked by priority, then by distinct authors, then by id; empty when nothing is grouped.
    """
    kept = kept_records(feedback)
    pairs = mentions(kept, segments, intent_urgency)
    if pairs.empty:
        return ()
    info = {topic.issue_id: topic for _, topic in sorted(topics.items(), reverse=True)}
    periods = calendar(kept["created_at"], trends.period, as_of)
    asked = insight or InsightSettings()
    evidence = measure(kept, segments, pairs, periods, trends.fdr, asked, as_of)
    window = _window(periods)
    own = {str(name): rows for name, rows in pairs.groupby("issue_id")}
    drafts = [
        _draft(name, info.get(name), own[name], found, priority, window) for name, found in evidence.items()
    ]
    ranked = sorted(drafts, key=lambda issue: (-issue.priority, -issue.authors, issue.issue_id))
    central = {name: topic.central for name, topic in info.items()}
    dominant = {issue.issue_id: next(iter(issue.sentiments)) for issue in ranked}
    spoken = {issue.issue_id: issue.languages for issue in ranked}
    words = choose_quotes(kept, segments, central, dominant, spoken, quotes)
    return tuple(
        replace(issue, rank=rank, quotes=words[issue.issue_id]) for rank, issue in enumerate(ranked, 1)
    )


def _draft(
    name: str,
    topic: TopicInfo | None,
    own: pd.DataFrame,
    evidence: Evidence,
    settings: PrioritySettings,
    window: str,
) -> Issue:
    """Return an issue without rank and quotes; ``own`` are its mentions."""
    parts = evidence.parts()
    scored = parts_of.priority(parts, settings.weights)
    intents = _counts(own["intent"])
    seen = own["created_at"].dropna()
    return Issue(
        issue_id=name,
        rank=0,
        label=topic.label if topic else name,
        keywords=topic.keywords if topic else (),
        group=topic.group if topic else "",
        priority=round(scored.low, 2),
        parts=parts,
        reason=reason(evidence, window),
        volume=len(own),
        authors=evidence.authors,
        share=evidence.share,
        negative_share=evidence.negative,
        trend_ratio=evidence.trend.ratio,
        trend_flag=evidence.trend.flag,
        trend_p=evidence.trend.p,
        rating_impact=evidence.stars,
        top_intent=_top_intent(intents),
        intents=intents,
        languages=_counts(own["language"]),
        sentiments=_sentiments(own["sentiment"]),
        first_seen=as_moment(seen.min()),
        last_seen=as_moment(seen.max()),
        timeline=evidence.timeline,
        quotes=(),
        priority_interval=Interval(*(round(value, 2) for value in scored)),
        nps_impact=evidence.nps,
        recent_authors=evidence.trend.recent,
        rating_impact_shared=evidence.stars_share,
        nps_impact_shared=evidence.nps_share,
        churn_share=evidence.churn,
        repeat_contacts=evidence.repeats,
        mismatches=evidence.mismatches,
        events=evidence.events,
        drivers=evidence.drivers,
    )


def _window(periods: Calendar | None) -> str:
    """Name the recent window in English: ``6 weeks``, or ``month``."""
    if periods is None:
        return ""
    return periods.unit if periods.recent == 1 else f"{periods.recent} {periods.unit}s"


def reason(evidence: Evidence, window: str = "") -> str:
    """Say in one English line why an issue ranks where it does, from its numbers alone.

    ``window`` names the recent periods, as in "31 in the last 6 weeks".
    """
    authors, trend = evidence.authors, evidence.trend
    pieces = [f"{authors:,} customer{'s' if authors != 1 else ''}"]
    if trend.ratio is not None and trend.flag in _CHANGES:
        said = _CHANGES[trend.flag]
        pieces.append(said.format(ratio=trend.ratio.estimate, recent=trend.recent, window=window))
    pieces.append(f"{evidence.negative.estimate:.0%} negative")
    if loss := surest_loss(evidence.stars, evidence.nps):
        change, unit = loss
        pieces.append(f"costs {-change:.2f} stars" if unit == "stars" else f"costs {-change:.1f} NPS points")
    return "; ".join(pieces)


def _counts(values: Iterable[str]) -> dict[str, int]:
    """Count, most common first; equals in alphabetical order."""
    return dict(sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])))


def _sentiments(values: Iterable[str]) -> dict[str, int]:
    """Count all three, most common first; of equals the more negative."""
    found = Counter(values)
    return dict(sorted(((name, found[name]) for name in SENTIMENTS), key=lambda item: -item[1]))


def _top_intent(intents: Mapping[str, int]) -> str:
    """Return the most common intent; ``other`` gives way to one that a quarter of the records have."""
    named = next((name for name in intents if name != _UNINFORMATIVE), None)
    if named is not None and intents[named] >= _INFORMATIVE_SHARE * sum(intents.values()):
        return named
    return next(iter(intents))


def issues_table(issues: Sequence[Issue]) -> pd.DataFrame:
    """Lay the issues out as ``issues.csv`` has them: one row an issue, in rank order.

    Numbers that aren't known are NaN; days and texts are None.
    """
    import pandas as pd

    table = pd.DataFrame([_table_row(issue) for issue in issues], columns=list(COLUMNS))
    for column in COLUMNS:
        if column.startswith(_MAYBE):
            table[column] = table[column].astype("float64")
    return table


def _table_row(issue: Issue) -> dict[str, Any]:
    quote = issue.quotes[0] if issue.quotes else None
    plain = {name: getattr(issue, name) for name in COLUMNS if hasattr(issue, name)}
    return plain | {
        "share": round(issue.share.estimate, 4),
        "languages": " ".join(f"{code}:{count}" for code, count in issue.languages.items()),
        "keywords": ", ".join(issue.keywords),
        "first_seen": issue.first_seen and issue.first_seen.date(),
        "last_seen": issue.last_seen and issue.last_seen.date(),
        "quote": quote.text if quote else None,
        "quote_id": quote.record_id if quote else None,
        **_bounds(issue.negative_share, "negative_share", "negative_low", "negative_high"),
        **_bounds(issue.trend_ratio, "trend_ratio", "trend_low", "trend_high"),
        **_bounds(issue.rating_impact, "rating_impact", "impact_low", "impact_high"),
        **_bounds(
            issue.rating_impact_shared, "rating_impact_shared", "rating_shared_low", "rating_shared_high"
        ),
        **_bounds(issue.nps_impact, "nps_impact", "nps_low", "nps_high"),
        **_bounds(issue.nps_impact_shared, "nps_impact_shared", "nps_shared_low", "nps_shared_high"),
        **_bounds(issue.churn_share, "churn_share", "churn_low", "churn_high"),
    }


def _bounds(interval: Interval | None, *names: str) -> dict[str, float | None]:
    values = [None] * 3 if interval is None else [round(value, 4) for value in interval]
    return dict(zip(names, values, strict=True))
