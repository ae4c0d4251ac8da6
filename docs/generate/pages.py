"""All generated pages, and which of those on the disk are out of date."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent
SITE = "../mkdocs.yml"
FOLDERS = ("commands", "reference")
"""Folders in which every page is generated."""


def pages() -> dict[str, str]:
    """Path below ``docs/`` -> the page's text."""
    from docs.generate import api, columns, commands, exports, intents, routing, settings

    return {
        SITE: commands.nav((DOCS / SITE).read_text(encoding="utf-8")),
        **commands.pages(),
        "reference/settings.md": settings.page(),
        "reference/columns.md": columns.page(),
        "reference/routing.md": routing.page(),
        "reference/intents.md": intents.page(),
        "reference/exports.md": exports.page(),
        "reference/python.md": api.page(),
    }


def stale() -> list[str]:
    """Pages that are missing, differ from what the code says now, or are of something that is gone."""
    wanted = pages()
    there = {SITE: (DOCS / SITE).read_text(encoding="utf-8")} | {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in (DOCS / folder).glob("*.md")
    }
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
