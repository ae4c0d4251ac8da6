"""What changed since the run before, in words: for the report's first page and for ``voc compare``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voc.report.plain import plain
from voc.report.words import Words

SURE = ("new", "worse", "mixed", "better", "gone")
_FLAGS = {"new": "new", "worse": "rising", "mixed": "steady", "better": "falling", "gone": "gone"}
"""Verdict -> the trend flag whose mark and colour it has."""


@dataclass(frozen=True)
class SinceItem:
    """One changed issue. ``anchor`` is empty where the report has no panel for it."""

    label: str
    text: str
    anchor: str = ""


@dataclass(frozen=True)
class SinceGroup:
    """Issues that changed in the same way; ``flag`` chooses the mark."""

    key: str
    flag: str
    name: str
    items: tuple[SinceItem, ...]


@dataclass(frozen=True)
class Since:
    """The block "since the last run"; ``notes`` are sentences."""

    title: str
    groups: tuple[SinceGroup, ...]
    notes: tuple[str, ...]


def since(
    comparison: Mapping[str, Any] | None, words: Words, anchors: Mapping[str, tuple[str, str]] | None = None
) -> Since | None:
    """Put a comparison into words.

    Args:
        comparison: ``Comparison.to_dict()``, as in ``run.json``; ``None`` without a run before.
        words: the report's language.
        anchors: issue id -> (anchor, label) of the issues in this report.
    """
    if not comparison:
        return None
    changes = [change for change in comparison["changes"] if change["verdict"] in SURE]
    groups = []
    for key in SURE:
        items = tuple(_item(change, words, anchors or {}) for change in changes if change["verdict"] == key)
        if items:
            groups.append(SinceGroup(key, _FLAGS[key], words(f"since.{key}"), items))
    return Since(words("since.title"), tuple(groups), _notes(comparison, bool(groups), words))


def _item(change: Mapping[str, Any], words: Words, anchors: Mapping[str, tuple[str, str]]) -> SinceItem:
    anchor, label = anchors.get(change["issue_id"], ("", plain(change["label"])))
    return SinceItem(label, words.join(list(_reasons(change, words))), anchor)


def _reasons(change: Mapping[str, Any], words: Words) -> list[str]:
    found = []
    if "rate" in change["because"]:
        before, after = change["former_rate"], change["rate"]
        key = "praise" if change["liked"] else "rate"
        found.append(words(f"since.{key}", before=words.percent(before[0]), after=words.percent(after[0])))
    if "mood" in change["because"]:
        before, after = change["former_negative"], change["negative"]
        found.append(words("since.mood", before=words.percent(before[0]), after=words.percent(after[0])))
    return found


def _notes(comparison: Mapping[str, Any], changed: bool, words: Words) -> tuple[str, ...]:
    if not comparison["fresh"]:
        return (words("since.nothing_heard"),)
    notes = [] if changed else [words("since.none")]
    notes.append(
        words("since.compared", fresh=int(comparison["fresh"]), former=int(comparison["former_records"]))
    )
    regrouped = sum(change["verdict"] == "regrouped" for change in comparison["changes"])
    if regrouped:
        notes.append(words("since.regrouped", n=regrouped))
    if comparison["backwards"]:
        notes.append(words("since.backwards"))
    return tuple(notes)


def render_markdown(block: Since, heading: str = "##") -> str:
    """Write the block as Markdown."""
    from voc.report.markdown import escape

    lines = [f"{heading} {block.title}", ""]
    for group in block.groups:
        lines += [f"**{group.name}**", ""]
        lines += [f"- {escape(item.label)}: {escape(item.text)}" for item in group.items]
        lines.append("")
    return "\n".join([*lines, " ".join(block.notes)]).rstrip() + "\n"


def render_page(block: Since, words: Words) -> str:
    """Write the block as one HTML page, in the manner of the report."""
    from voc.report.html import load_template

    return load_template("changes_page.html.j2").render(since=block, words=words, title=block.title)
