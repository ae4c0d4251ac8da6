"""Where the rows are in a JSON document: arrays of objects, tables by column, or a single object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from voc.io import names

DEPTH = 6
Rows = Sequence[Any]
"""Objects, one a row; anything else among them is a malformed row."""


def flatten(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Nested objects as dotted names: ``{"user": {"name": 1}}`` -> ``{"user.name": 1}``; lists stay."""
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping) and inner and depth < DEPTH:
            flat |= flatten(inner, f"{prefix}{key}.", depth + 1)
        else:
            flat[f"{prefix}{key}"] = inner
    return flat


def find_tables(document: Any) -> list[tuple[str, Rows]]:
    """Every list of rows in ``document`` with its path; not the lists inside a row."""
    if isinstance(document, dict) and _is_row(document):
        return [("", [document])]
    found = list(_tables(document, "", 0))
    objects = [
        (path, rows) for path, rows in found if isinstance(rows[0], dict) and "".join(rows[0]) != "text"
    ]
    if isinstance(document, dict) and document and not objects:
        return [*found, ("", [document])] if not _has_text(document) else [("", [document])]
    return found


def _has_text(value: Mapping[str, Any]) -> bool:
    return any(
        isinstance(item, str) and item.strip() and match.role == "text"
        for key, item in flatten(value).items()
        for match in names.matches(key)
    )


def _is_row(value: Mapping[str, Any]) -> bool:
    """Whether an object is itself one piece of feedback (a ticket with its comments, say), not a wrapper."""
    scalars = {key: item for key, item in value.items() if isinstance(item, str | int | float) and item != ""}
    roles = {match.role for key in scalars for match in names.matches(key) if match.strength == names.EXACT}
    return _has_text(scalars) and len(roles & {"id", "title", "date", "author", "rating"}) >= 2


def _tables(value: Any, path: str, depth: int) -> Iterator[tuple[str, Rows]]:
    rows = _as_rows(value)
    if rows is not None:
        yield path, rows
    elif isinstance(value, dict) and depth < DEPTH:
        for key, item in value.items():
            yield from _tables(item, f"{path}.{key}".strip("."), depth + 1)


def _as_rows(value: Any) -> Rows | None:
    if isinstance(value, list) and value:
        if sum(isinstance(item, dict) for item in value) * 2 > len(value):
            return value
        if all(isinstance(item, str) for item in value):
            return [{"text": item} for item in value]
        if all(isinstance(item, list) for item in value) and len(value) > 1:
            return [dict(zip(map(str, value[0]), item, strict=False)) for item in value[1:]]
    return _from_columns(value) if isinstance(value, dict) and len(value) > 1 else None


def _from_columns(value: Mapping[str, Any]) -> Rows | None:
    """Tables written by column, by row label, or split into names and data, as data frames are."""
    header, data = value.get("columns"), value.get("data")
    if isinstance(header, list) and isinstance(data, list) and all(isinstance(item, list) for item in data):
        return [dict(zip(map(str, header), item, strict=False)) for item in data]
    items = list(value.values())
    if all(isinstance(item, list) and item and not isinstance(item[0], dict | list) for item in items):
        if len({len(item) for item in items}) == 1:
            return [dict(zip(value, row, strict=True)) for row in zip(*items, strict=True)]
    elif all(isinstance(item, dict) and item for item in items):
        return _from_labels(value, list(items[0]))
    return None


def _from_labels(value: Mapping[str, Mapping[str, Any]], labels: list[str]) -> Rows | None:
    if any(list(item) != labels for item in value.values()):
        return None
    if all(label.isdecimal() for label in labels):
        return [{name: column[label] for name, column in value.items()} for label in labels]
    return [{"key": name, **item} for name, item in value.items()]
