"""Write the report as one HTML file that needs nothing else: no network, no script to read it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from voc.report.view import IssueView, Report
from voc.report.words import Words

TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = ("top", "issues", "details", "likes", "quality", "method", "settings")


def render_html(report: Report, words: Words) -> str:
    """Render the page.

    Everything from outside is escaped by Jinja's autoescape; on top, the page's content security
    policy allows no script but its own (by hash), no network and no form target.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    script = (TEMPLATES / "script.js").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        report=report,
        words=words,
        sections=_sections(report),
        filters=_filters(report.problems, words),
        has_cost=any(issue.cost is not None for issue in report.problems),
        has_trend=any(issue.flag != "unknown" for issue in report.problems),
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=script_hash(script),
    )


def script_hash(script: str) -> str:
    """Return a script's source expression for a content security policy."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _sections(report: Report) -> list[str]:
    absent = set() if report.problems else {"issues", "details"}
    absent |= set() if report.facts else {"likes"}
    return [section for section in SECTIONS if section not in absent]


def _filters(issues: tuple[IssueView, ...], words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the filters that leave a choice: (key, [(value, name)])."""
    flags = {issue.flag for issue in issues}
    intents = {issue.intent: issue.intent_name for issue in issues}
    languages = {code: words.name("languages", code) for issue in issues for code in issue.language_codes}
    choices = [
        ("trend", [(flag, words.name("flags", flag)) for flag in words.texts["flags"] if flag in flags]),
        ("intent", sorted(intents.items(), key=lambda item: item[1])),
        ("language", sorted(languages.items(), key=lambda item: item[1])),
    ]
    return [(key, options) for key, options in choices if len(options) > 1]
