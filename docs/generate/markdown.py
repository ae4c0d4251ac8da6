"""Small pieces of Markdown, and the docstrings of a class's fields."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.yaml")
HEADER = "<!-- Written by `python -m docs.generate` from {source}. Change it there. -->\n\n"


def page(title: str, source: str, *parts: str) -> str:
    """A generated page: where it comes from, its title, and its parts, a blank line between them."""
    body = [f"# {title}", *(part.strip("\n") for part in parts if part)]
    return HEADER.format(source=source) + "\n\n".join(body) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold anything but are put on one line."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def code(text: str) -> str:
    """Text as code within a line, also in a cell of a table; empty stays empty."""
    if "|" in text:
        return f"<code>{escape(text).replace('|', '&#124;')}</code>"
    return f"`{text}`" if text else ""


def options_as_code(text: str) -> str:
    """``--options`` in prose as code, those that are so already left alone."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"(?<![\w-])--[a-z][\w-]*", r"`\g<0>`", part) for part in parts[::2]]
    return "`".join(parts)


def prose(text: str) -> str:
    """A docstring's markup as Markdown's: two backticks become one, and a paragraph one line."""
    return re.sub(r"\s+", " ", text.replace("``", "`")).strip()


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """``words.yaml``: section -> name -> what it means, for what the code has no words of its own for."""
    import yaml

    found: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


def meaning(section: str, name: str) -> str:
    """What ``words.yaml`` says of a name.

    Raises:
        KeyError: it says nothing: add it there.
    """
    try:
        return words()[section][name]
    except KeyError:
        raise KeyError(f"{section}: {name} is not described; add it to docs/generate/words.yaml") from None


def field_docs(kind: type[Any]) -> dict[str, str]:
    """Field -> the docstring that stands below it in the class, where there is one."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for node, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[node.target.id] = prose(str(after.value.value)).removesuffix(".")
    return found
