"""The public names of ``voc`` with their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import voc
from docs.generate import markdown
from docs.generate.markdown import field_docs, prose

_SECTION = re.compile(r"^(Args|Raises|Returns|Yields|Source):(.*)$")
_ENTRY = re.compile(r"^    (\S.*?): (.*)$")


def page() -> str:
    """A section a public name."""
    names = sorted((name for name in voc.__all__ if not name.startswith("__")), key=str.lower)
    sections = [text for name in names for text in _public(name)]
    return markdown.page(
        "Python names",
        "the docstrings of voc's public names",
        "Everything that `import voc` offers; see [Python](../python.md) for examples.",
        *sections,
    )


def _public(name: str) -> Iterator[str]:
    found: Any = getattr(voc, name)
    yield f"## {name}"
    if not inspect.isclass(found):
        yield _signature(name, found)
        yield described(found)
        return
    if not issubclass(found, BaseException | tuple):
        yield _signature(name, found)
    yield described(found)
    fields = [f"- `{field}`: {text}" for field, text in field_docs(found).items()]
    yield "\n".join(fields)
    for member, value in vars(found).items():
        if not member.startswith("_") and isinstance(value, property | cached_property):
            yield f"### {name}.{member}"
            yield described(value.fget if isinstance(value, property) else value.func)
        elif not member.startswith("_") and inspect.isfunction(value):
            yield f"### {name}.{member}()"
            yield _signature(member, value)
            yield described(value)


def _signature(name: str, found: Any) -> str:
    """The signature, a parameter a line where it is long."""
    text = re.sub(r"(?<=: |> )'([^']*)'", r"\1", f"{name}{inspect.signature(found)}")
    text = text.replace("(self, ", "(").replace("(self)", "()").removesuffix(" -> None")
    if len(text) > 100:
        inside, _, after = text.partition("(")[2].rpartition(")")
        parts = re.split(r", (?![^\[(]*[\])])", inside)
        text = f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){after}"
    return f"```python\n{text}\n```"


def described(found: Any) -> str:
    """A docstring in Google's style as Markdown: paragraphs, and lists of arguments and errors."""
    blocks = re.split(r"\n\s*\n", inspect.getdoc(found) or "")
    return "\n\n".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    first, *rest = block.splitlines()
    if first.startswith(">>> "):
        return f"```pycon\n{block}\n```"
    section = _SECTION.match(first)
    if section is None:
        return prose(block)
    if not any(_ENTRY.match(line) for line in rest):
        return f"**{section[1]}:** " + prose(" ".join([section[2], *rest]))
    items: list[str] = []
    for line in rest:
        entry = _ENTRY.match(line)
        if entry:
            items.append(f"- `{entry[1]}`: {entry[2]}")
        elif items:
            items[-1] += " " + line.strip()
    return f"**{section[1]}**\n\n" + "\n".join(prose(item) for item in items)
