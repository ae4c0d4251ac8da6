"""Write the report as Markdown, for chats and wikis: short, and safe to paste."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voc.report.changes import render_markdown as render_since
from voc.report.view import IssueView, Report, Section, Table
from voc.report.words import Words

DETAILED = 10
"""Issues that get a section of their own."""
_QUOTES = 2
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~$^])")
_ENTITIES = {"<": "&lt;", ">": "&gt;"}
_BLOCK_START = re.compile(r"^(\s*)(#|[-+=:]|\d+[.)](?=\s|$))")
_LINK_START = re.compile(r"(?=://)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)|(?<=\bxmpp)(?=:)", re.IGNORECASE)


def escape(text: str) -> str:
    """Return text that Markdown shows as it is: no markup, HTML, link, image, table cell or formula.

    What would start a block, or be made a link by itself (``www.``, ``https://``), is broken by a
    backslash, which renderers drop.
    """
    safe = text.replace("&", "&amp;")
    safe = _SPECIAL.sub(lambda match: _ENTITIES.get(match[1], "\\" + match[1]), safe)
    safe = _LINK_START.sub(r"\\", safe)
    return _BLOCK_START.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", safe)


def render_markdown(report: Report, words: Words) -> str:
    """Render the report: top issues, all issues as a table, the first ones in detail, and the account."""
    return "\n".join(_lines(report, words)).rstrip() + "\n"


def _lines(report: Report, words: Words) -> Iterator[str]:
    yield f"# {escape(report.title)}\n"
    if report.dek:
        yield f"{escape(report.dek)} {report.mood}.\n"
    yield f"## {words('top.title')}\n"
    if not report.top:
        yield f"{report.message}\n"
    for issue in report.top:  # no list: Markdown would number it anew, past the ranks of what is gone
        yield f"**{issue.rank} · {escape(issue.label)}** ({issue.priority_text}): {escape(issue.reason)}"
        yield ""
        if issue.quotes:
            yield f"> {escape(issue.quotes[0].text)}\n"
    if report.since:
        yield render_since(report.since)
    yield from _changes(report, words)
    for table in report.answers:
        yield f"**{escape(table.caption)}**\n"
        yield from _table(table)
        yield f"{table.note}\n"
    if report.problems:
        yield from _ranked(report, words)
        yield f"## {words('issue.title')}\n"
        for issue in report.problems[:DETAILED]:
            yield from _issue(issue, words)
    if report.likes:
        yield f"## {words('likes.title')}\n"
        for issue in report.likes[:DETAILED]:
            quote = f"\n  > {escape(issue.quotes[0].text)}" if issue.quotes else ""
            yield f"- **{escape(issue.label)}**: {escape(issue.reason)}{quote}"
        yield ""
    for section in report.extra:
        yield from _extra(section)
    yield from _account(report, words)


def _extra(section: Section) -> Iterator[str]:
    yield f"## {escape(section.title)}\n"
    for text in section.texts:
        yield f"{escape(text)}\n"
    for table in section.tables:
        yield f"**{escape(table.caption)}**\n" if table.caption else ""
        yield from _table(table)
        yield f"{escape(table.note)}\n" if table.note else ""


def _changes(report: Report, words: Words) -> Iterator[str]:
    if not report.changes:
        return
    yield f"## {words('changes.title')}\n"
    for change in report.changes:
        yield f"- {change.name}: {', '.join(escape(issue.label) for issue in change.issues)}"
    yield f"\n{report.changes_note}\n"


def _ranked(report: Report, words: Words) -> Iterator[str]:
    heads = [
        words(f"table.{key}")
        for key in ("rank", "issue", "priority", "customers", "negative", "trend", "intent")
    ]
    rows = tuple(
        (
            str(issue.rank),
            issue.label,
            issue.priority_text,
            f"{issue.customers} ({issue.share})",
            issue.negative_text,
            issue.flag_name,
            issue.intent_name,
        )
        for issue in report.problems
    )
    yield f"## {words('table.title')}\n"
    for group in report.groups:
        yield f"- **{escape(group.name)}**: {', '.join(escape(issue.label) for issue in group.issues)}"
    if report.groups:
        yield ""
    yield from _table(Table("", tuple(heads), rows, numeric=frozenset({0, 2, 3})))


def _issue(issue: IssueView, words: Words) -> Iterator[str]:
    yield f"### {issue.rank}. {escape(issue.label)}\n"
    yield f"{escape(issue.priority_line)}. {escape(issue.seen)}\n"
    for part in issue.parts:
        yield f"- {part.name}: {escape(part.text)}"
    for fact in issue.facts:
        yield f"- {fact.title}: {escape(' '.join(fact.lines))}"
    yield ""
    for quote in issue.quotes[:_QUOTES]:
        yield f"> {escape(quote.text)}  "
        yield f"> ({escape(quote.sentiment_name)} · {escape(quote.about)})\n"


def _account(report: Report, words: Words) -> Iterator[str]:
    yield f"## {words('quality.title')}\n"
    yield " ".join([*report.quality, *map(escape, report.notes)]) + "\n"
    for table in report.tables:
        yield f"**{table.caption}**\n"
        yield from _table(table)
        if table.note:
            yield f"{table.note}\n"
    yield f"## {words('method.title')}\n"
    for item in words.texts["method"]["items"].values():
        yield f"- **{item['title']}** {item['text']}"
    yield f"\n{report.as_of} {words('made', version=escape(report.version))}"


def _table(table: Table) -> Iterator[str]:
    if not table.rows:
        return
    yield "| " + " | ".join(escape(head) for head in table.heads) + " |"
    yield (
        "|"
        + "|".join("--:" if column in table.numeric else "---" for column in range(len(table.heads)))
        + "|"
    )
    for row in table.rows:
        yield "| " + " | ".join(escape(cell) for cell in row) + " |"
    yield ""
