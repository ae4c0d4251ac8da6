"""The pages of records as HTML: the report's own templates and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from voc.report.html import load_template
from voc.report.plain import plain
from voc.report.words import Words
from voc.service.browse_data import PAGE, Found, RecordView
from voc.types import SENTIMENTS, Issue


@dataclass(frozen=True)
class Asked:
    """What was looked for."""

    path: str
    words: str = ""
    sentiment: str = ""
    page: int = 1

    def to(self, page: int) -> str:
        """Return the address of another page of the same."""
        return f"{self.path}?{urlencode({'q': self.words, 'sentiment': self.sentiment, 'page': page})}"


def records_page(issue: Issue | None, found: Found, asked: Asked, words: Words) -> str:
    """Write one page of records: of an issue, or of all."""
    return load_template("browse.html.j2").render(
        words=words,
        title=plain(issue.label) if issue else words("browse.all"),
        back=f"/#issue-{issue.rank}" if issue else "/",
        records=[(record, _language(record), _about(record, words)) for record in found.records],
        first=(found.page - 1) * PAGE + 1,
        found=found,
        asked=asked,
        moods=[(name, words.name("sentiments", name)) for name in SENTIMENTS],
        hint=words("browse.marked") if issue and not asked.words and not asked.sentiment else "",
    )


def message_page(text: str, words: Words) -> str:
    """Write a page that says one thing."""
    return load_template("message.html.j2").render(words=words, title="voc", text=text)


def _language(record: RecordView) -> str:
    code = str(record.row["language"])
    return code if code.replace("-", "").isalnum() else "und"


def _about(record: RecordView, words: Words) -> str:
    """Say in one line what is known of a record beside its words."""
    row = record.row
    about = [
        words.name(kind, str(row[key]))
        for kind, key in (("sentiments", "sentiment"), ("languages", "language"))
    ]
    if isinstance(row.get("created_at"), datetime) and row["created_at"] == row["created_at"]:  # no NaT
        about.append(words.day(row["created_at"]))
    if _there(row.get("rating")):
        rating = float(row["rating"])
        about.append(words("issue.rating", value=words.number(rating, 0 if rating.is_integer() else 1)))
    if _there(row.get("intent")):
        about.append(words.name("intents", str(row["intent"])))
    if _there(row.get("source_file")):
        about.append(words("browse.source", file=str(row["source_file"]), row=int(row["source_row"])))
    if record.repeats:
        about.append(words("browse.repeats", n=record.repeats))
    return " · ".join(plain(piece) for piece in [*about, row["id"]])


def _there(value: Any) -> bool:
    import pandas as pd

    return value is not None and not pd.isna(value)
