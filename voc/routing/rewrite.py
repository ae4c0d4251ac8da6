"""New thresholds into a routing file: that section is written anew, the rest stays as it was."""

from __future__ import annotations

import re
from typing import Any

from voc.routing.spec import Limits, Thresholds

_COMMENT = re.compile(r"^\s+(\w+):\s*[\w.]+\s+(#.*)$")


def with_thresholds(text: str, thresholds: Thresholds) -> str:
    """The file's text with the section ``thresholds`` replaced.

    Comments outside of it stay, and so do those behind its plain values.
    """
    import yaml

    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    key, value = next((k, v) for k, v in root.value if k.value == "thresholds")
    lines = text.splitlines(keepends=True)
    start, end = key.start_mark.line, value.end_mark.line
    # A block ends where the next thing begins: comments in between belong to that.
    end = max(end, start + 1) if value.end_mark.column == 0 else end + 1
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    found = (_COMMENT.match(line.rstrip()) for line in lines[start:end])
    comments = {match[1]: match[2] for match in found if match}
    return "".join([*lines[:start], *_section(thresholds, comments), *lines[end:]])


def _section(thresholds: Thresholds, comments: dict[str, str]) -> list[str]:
    written = ["thresholds:\n"]
    for name in ("auto_above", "suggest_above", "margin", "out_of_scope_below"):
        line = f"  {name}: {getattr(thresholds, name):g}"
        written.append(f"{line:<26}{comments[name]}\n" if name in comments else f"{line}\n")
    for section in ("intents", "languages"):
        limits: dict[str, Limits] = getattr(thresholds, section)
        written += [f"  {section}:\n"] if limits else []
        written += [f"    {_quoted(name)}: {_limits(limit)}\n" for name, limit in limits.items()]
    return written


def _limits(limits: Limits) -> str:
    given = limits.model_dump(exclude_none=True)
    return "{" + ", ".join(f"{name}: {value:g}" for name, value in given.items()) + "}"


def _quoted(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in ("no", "yes", "on", "off", "y", "n")
    return name if plain else f'"{name}"'
