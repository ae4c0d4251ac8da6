"""Write the report as one HTML file that needs nothing else: no network, no script to read it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from voc.report.escaping import escaping_environment
from voc.report.view import IssueView, Report
from voc.report.words import Words
from voc.types import SENTIMENTS

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = ("top", "issues", "details", "likes", "quality", "method", "settings")


SCRIPT = (TEMPLATES / "script.js").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = escaping_environment(FileSystemLoader(TEMPLATES))
    environment.globals["style"] = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return environment


def load_template(name: str) -> Template:
    """Return a template that escapes whatever it is given; it has the report's ``style``."""
    return _environment().get_template(name)


def render_html(
    report: Report, words: Words, records: Mapping[str, str] | None = None, all_records: str = ""
) -> str:
    """Render the page.

    Everything from outside is escaped by Jinja's autoescape; on top, the page's content security
    policy allows no script but its own (by hash), no network and no form target.

    Args:
        report: what it says.
        words: its language.
        records: anchor of an issue -> address of its records; a page on disk has none.
        all_records: address of all records.
    """
    return load_template("report.html.j2").render(
        report=report,
        words=words,
        sections=_sections(report),
        filters=_filters(report.problems, words),
        has_cost=any(issue.cost is not None for issue in report.problems),
        has_trend=any(issue.flag != "unknown" for issue in report.problems),
        records=records or {},
        all_records=all_records,
        script=Markup(SCRIPT),
        script_hash=script_hash(),
    )


def script_hash() -> str:
    """Return the source expression of the page's script for a content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()


def _sections(report: Report) -> list[str]:
    absent = set() if report.problems else {"issues", "details"}
    absent |= set() if report.facts else {"likes"}
    return [section for section in SECTIONS if section not in absent]


@dataclass(frozen=True)
class Filter:
    """A way to narrow the list: the names to choose from, and for each issue which of them it has."""

    key: str
    names: tuple[str, ...]
    rows: Mapping[str, str]
    """Anchor -> places in ``names``, parted by spaces: a name itself may hold anything."""


def _filters(issues: tuple[IssueView, ...], words: Words) -> list[Filter]:
    """Return the filters that leave a choice."""
    moods: dict[str, str] = {
        name: words("filter.mostly", name=words.name("sentiments", name)) for name in SENTIMENTS
    }
    flags = {flag: words.name("flags", flag) for flag in words.texts["flags"]}
    found = [
        _filter("trend", {issue.anchor: [flags[issue.flag]] for issue in issues}, flags.values()),
        _filter("sentiment", {issue.anchor: [moods[issue.mood]] for issue in issues}, moods.values()),
        _filter("intent", {issue.anchor: [issue.intent_name] for issue in issues}),
        _filter(
            "language",
            {i.anchor: [words.name("languages", code) for code in i.language_codes] for i in issues},
        ),
        _filter("segment", {issue.anchor: issue.segments for issue in issues}),
    ]
    return [item for item in found if len(item.names) > 1]


def _filter(key: str, rows: Mapping[str, Sequence[str]], order: Iterable[str] = ()) -> Filter:
    """Number the names, in the order given, else by name."""
    there = {name for names in rows.values() for name in names}
    names = [name for name in order if name in there] or sorted(there)
    place = {name: str(number) for number, name in enumerate(names)}
    return Filter(
        key, tuple(names), {row: " ".join(place[name] for name in mine) for row, mine in rows.items()}
    )
