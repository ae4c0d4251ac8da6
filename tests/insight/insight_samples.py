"""Small tables with a known truth, in the shape that the models hand on."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from voc.config import PrioritySettings, TrendSettings
from voc.insight.issues import build_issues
from voc.types import TopicInfo

URGENCY = {"bug_report": 0.8, "praise": 0.0, "other": 0.0, "feature_request": 0.3, "refund_request": 0.7}
P = {"negative": (0.9, 0.07, 0.03), "neutral": (0.1, 0.8, 0.1), "positive": (0.03, 0.07, 0.9)}
DAY = datetime(2026, 1, 1)


def record(
    number,
    *said,
    author=None,
    day=None,
    rating=None,
    nps=None,
    duplicate_of=None,
    language="en",
    mood="neutral",
    product=None,
):
    """``said`` are (issue or None, sentiment[, intent[, text]]) for each segment; ``mood`` is of the whole."""
    return {
        "id": f"r{number:05d}",
        "said": said,
        "author": author,
        "created_at": None if day is None else DAY + timedelta(days=day),
        "rating": rating,
        "nps": nps,
        "duplicate_of": duplicate_of,
        "language": language,
        "mood": mood,
        "product": product,
    }


def tables(records):
    feedback = pd.DataFrame(
        {
            "id": [r["id"] for r in records],
            "created_at": pd.to_datetime(pd.Series([r["created_at"] for r in records])).astype(
                "datetime64[us]"
            ),
            "rating": pd.Series([r["rating"] for r in records], dtype="float64"),
            "nps": pd.Series([r["nps"] for r in records], dtype="Int64"),
            "author": pd.Series([r["author"] for r in records], dtype="object"),
            "language": [r["language"] for r in records],
            "duplicate_of": pd.Series([r["duplicate_of"] for r in records], dtype="object"),
            "p_negative": pd.Series([P[r["mood"]][0] for r in records], dtype="float64"),
            "p_positive": pd.Series([P[r["mood"]][2] for r in records], dtype="float64"),
            "product": pd.Series([r["product"] for r in records], dtype="object"),
        }
    )
    rows = [
        segment_row(r, index, *said)
        for r in records
        if r["duplicate_of"] is None
        for index, said in enumerate(r["said"])
    ]
    names = [
        "segment_id",
        "record_id",
        "text",
        "language",
        "sentiment",
        "p_negative",
        "p_neutral",
        "p_positive",
    ]
    names += ["intent", "intent_confidence", "topic", "issue_id"]
    segments = pd.DataFrame(rows, columns=names)
    segments["issue_id"] = segments["issue_id"].astype("object")
    return feedback, segments


def segment_row(r, index, issue, sentiment, intent="bug_report", text=None):
    text = text or f"{issue} said {r['id']} in a sentence of readable length"
    topic = -1 if issue is None else sum(map(ord, issue))
    return (
        f"{r['id']}#{index}",
        r["id"],
        text,
        r["language"],
        sentiment,
        *P[sentiment],
        intent,
        1.0,
        topic,
        issue,
    )


def topics(segments):
    found = segments.dropna(subset=["issue_id"])
    positions = pd.Series(np.arange(len(segments)), index=segments.index)
    return {
        number: TopicInfo(number, issue, issue.title(), (issue,), tuple(positions[rows.index]))
        for number, (issue, rows) in enumerate(found.groupby("issue_id"))
    }


def issues(records, **options):
    """Run the room on these records: {issue id: Issue}, in rank order."""
    feedback, segments = tables(records)
    settings = {
        "priority": PrioritySettings(),
        "trends": TrendSettings(),
        "intent_urgency": URGENCY,
    } | options
    return {issue.issue_id: issue for issue in build_issues(feedback, segments, topics(segments), **settings)}


def crowd(count, issue, sentiment="negative", intent="bug_report", start=0, **fields):
    """``count`` records of distinct voices."""
    return [record(start + i, (issue, sentiment, intent), **fields) for i in range(count)]
