"""Comparisons on a ticket's fields, such as ``plan == enterprise``: parsed, never evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(
    r"""\s*(?P<field>"[^"]+"|'[^']+'|[^\s=!<>"']+)\s*
        (?P<op>==|!=|<=|>=|<|>|(?<=[\s"'])(?:not\s+in|in|exists|missing)\b)\s*(?P<value>.*?)\s*""",
    re.VERBOSE | re.DOTALL,
)
EXAMPLES = "plan == enterprise, rating <= 2, region in [EMEA, APAC], vip exists"
_UPPER, _LOWER = ("<", "<="), (">", ">=")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison. ``op`` is ``== != < <= > >= in``, ``not in``, ``exists`` or ``missing``.

    Texts are compared without regard to case, numbers as numbers. A field that holds a list passes when one
    of its items does. A missing field passes ``!=``, ``not in`` and ``missing`` only.
    """

    field: str
    op: str
    values: tuple[str, ...] = ()

    def holds(self, value: Any) -> bool:
        """Whether a field with this value passes; ``None``, "" and [] are missing."""
        items = [item for item in (value if isinstance(value, list | tuple) else [value]) if not _blank(item)]
        if self.op in ("exists", "missing"):
            return bool(items) == (self.op == "exists")
        if self.op in ("!=", "not in"):
            return not any(_equal(item, wanted) for item in items for wanted in self.values)
        if self.op in ("==", "in"):
            return any(_equal(item, wanted) for item in items for wanted in self.values)
        return any(_ordered(self.op, item, self.values[0]) for item in items)

    def implies(self, other: Comparison) -> bool:
        """Whether every ticket that passes this one surely passes ``other`` (False when it can't be told)."""
        if self.field != other.field:
            return False
        if self == other or (other.op == "exists" and self.op not in ("missing", "!=", "not in")):
            return True
        if self.op in ("==", "in"):
            return all(other.holds(value) for value in self.values)
        if (self.op in _UPPER and other.op in _UPPER) or (self.op in _LOWER and other.op in _LOWER):
            mine, theirs = float(self.values[0]), float(other.values[0])
            if mine == theirs:
                return "=" in other.op or "=" not in self.op
            return (mine < theirs) == (self.op in _UPPER)
        return False

    def excludes(self, other: Comparison) -> bool:
        """Whether no ticket with one value in the field can pass both."""
        if self.field != other.field:
            return False
        if self.op in ("==", "in"):
            return not any(other.holds(value) for value in self.values)
        if self.op in _LOWER and other.op in _UPPER:
            low, high = float(self.values[0]), float(other.values[0])
            return low > high or (low == high and (self.op, other.op) != (">=", "<="))
        return self.op == "missing" and other.op not in ("missing", "!=", "not in")


def parse(text: Any) -> Comparison:
    """A comparison from its text.

    Raises:
        ValueError: it is not of the form FIELD OPERATOR VALUE.
    """
    match = _FORM.fullmatch(str(text))
    if match is None:
        raise ValueError(f"{str(text)!r} is no comparison; write such as {EXAMPLES}")
    op = " ".join(match["op"].split())
    values = _values(match["value"]) if op in ("in", "not in") else (_unquoted(match["value"]),)
    if op in ("exists", "missing"):
        if match["value"]:
            raise ValueError(f"{str(text)!r}: nothing may follow {op!r}")
        values = ()
    elif not all(values) or not values:
        raise ValueError(f"{str(text)!r} lacks a value; write such as {EXAMPLES}")
    if op in (*_UPPER, *_LOWER) and _number(values[0]) is None:
        raise ValueError(f"{str(text)!r}: {op} compares numbers, and {values[0]!r} is none")
    return Comparison(_unquoted(match["field"]), op, values)


def contradiction(comparisons: Iterable[Comparison]) -> tuple[Comparison, Comparison] | None:
    """Two comparisons that can't both hold, if there are any."""
    listed = list(comparisons)
    for one in listed:
        for other in listed:
            if one is not other and one.excludes(other):
                return one, other
    return None


def _values(text: str) -> tuple[str, ...]:
    inner = text.removeprefix("[").removesuffix("]")
    return tuple(_unquoted(part.strip()) for part in inner.split(",")) if inner.strip() else ()


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _blank(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _equal(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted.casefold() in (("true", "yes", "1") if value else ("false", "no", "0"))
    left, right = _number(value), _number(wanted)
    if left is not None and right is not None:
        return left == right
    return str(value).strip().casefold() == wanted.casefold()


def _ordered(op: str, value: Any, wanted: str) -> bool:
    left, right = _number(value), float(wanted)
    if left is None:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
