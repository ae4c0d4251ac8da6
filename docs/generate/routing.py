"""Every key of a routing file, from the models that check it (``voc/routing/spec.py``)."""

from __future__ import annotations

import inspect
import re

from pydantic import BaseModel

from docs.generate import markdown
from docs.generate.markdown import code, field_docs, meaning, prose, table
from docs.generate.settings import bounds, default


def page() -> str:
    """A section a part of the file, comparisons, and the file that ships."""
    from voc.routing import conditions, patterns, spec
    from voc.routing.rulefile import find_rules

    parts: list[tuple[str, type[BaseModel]]] = [
        ("The file", spec.Rules),
        ("A priority", spec.Priority),
        ("Hours", spec.HoursSpec),
        ("Thresholds", spec.Thresholds),
        ("Thresholds of an intent or a language", spec.Limits),
        ("Safety", spec.Escalation),
        ("A rule", spec.Rule),
        ("When a rule holds", spec.When),
    ]
    sections = [text for title, kind in parts for text in (f"## {title}", *_part(kind))]
    example = find_rules("support").read_text(encoding="utf-8").strip()
    return markdown.page(
        "Routing files",
        "voc/routing/spec.py",
        "See [routing tickets](../routing.md) for how they are used. Every mistake in a file is told at once, each "
        "with its line, before any ticket is read.",
        *sections,
        "## Comparisons",
        f"`where` takes comparisons such as {_list(conditions.EXAMPLES)}. "
        + prose(inspect.getdoc(conditions.Comparison) or ""),
        f"Built-in fields: {', '.join(map(code, spec.BUILT_IN_FIELDS))}; every other one must stand under `fields`.",
        "## Text patterns",
        prose(inspect.getdoc(patterns.Pattern) or ""),
        "## The file that ships",
        "`--rules support`, printed by `voc route --example`:",
        f"```yaml\n{example}\n```",
    )


def _list(examples: str) -> str:
    """Examples parted by commas, those in brackets apart, as code."""
    return ", ".join(map(code, re.split(r", (?![^\[]*\])", examples)))


def _part(kind: type[BaseModel]) -> list[str]:
    said = field_docs(kind)
    rows = [
        [
            code(name),
            default(info),
            (said.get(name) or meaning("routing", f"{kind.__name__}.{name}")) + bounds(info),
        ]
        for name, info in kind.model_fields.items()
    ]
    return [prose(inspect.getdoc(kind) or ""), table(["key", "default", "meaning"], rows)]
