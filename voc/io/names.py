"""Column names in many languages -> roles, without regard to case, accents, spaces or underscores."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from voc.io import data as data_files

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[\W_]+")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
EXACT, INSIDE = 2, 1
_LONGEST = 6
"""Words in the longest name."""
MOST_SHOWN, MANY_DIGITS = 40, 6
"""Characters above which a name is no name, and digits from which on it may be a number that tells who somebody is."""


class Match(NamedTuple):
    """How a header names a role: ``strength`` is EXACT or INSIDE; ``words`` counts the words matched."""

    role: str
    strength: int
    words: int
    language: str


def shown(name: str) -> str:
    """A column's name or a label as an error may quote it; one that looks like somebody's text or data is not shown.

    A file without a header has its first row's cells for names.
    """
    personal = len(name) > MOST_SHOWN or "@" in name or sum(char.isdigit() for char in name) >= MANY_DIGITS
    return f"(one of {len(name)} characters)" if personal else name


def words(header: str) -> tuple[str, ...]:
    """``"Review_Text"``, ``"reviewText"`` and ``"review text"`` -> ``("review", "text")``; accents go."""
    split = _CAMEL.sub(" ", str(header)) if str(header).isascii() else str(header)
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", split).casefold())
    kept = "".join(char for char in plain if not unicodedata.combining(char)).replace("ı", "i")
    return tuple(_NOT_WORD.sub(" ", unicodedata.normalize("NFC", kept)).split())


@lru_cache(maxsize=20_000)
def key(header: str) -> str:
    """The form in which two spellings of one column name are equal."""
    return "".join(words(header))


@cache
def _vocabulary() -> dict[str, dict[tuple[str, ...], str]]:
    data = data_files.load("headers.yaml")
    roles: dict[str, dict[tuple[str, ...], str]] = {}
    for role, languages in data.items():
        names = roles.setdefault(role, {})
        for language, listed in languages.items():
            for name in listed:
                names.setdefault(words(name), language)
    return roles


@cache
def _joined() -> dict[str, dict[str, tuple[int, str]]]:
    return {
        role: {"".join(name): (len(name), language) for name, language in names.items()}
        for role, names in _vocabulary().items()
    }


@lru_cache(maxsize=20_000)
def matches(header: str) -> tuple[Match, ...]:
    """Every role that ``header`` names, ``not_*`` and ``later_date`` among them."""
    # A path such as "attributes.body" is named by its end.
    tail = header.rsplit(".", 1)[-1] if re.fullmatch(r"[^\s?]+", header) else header
    found = {match.role: match for match in _matches(header)}
    if tail != header:
        for match in _matches(tail):
            if match.strength > found.get(match.role, Match("", 0, 0, "")).strength:
                found[match.role] = match
    return tuple(found.values())


def _matches(header: str) -> Iterable[Match]:
    split = words(header)
    joined = "".join(split)
    for role, names in _joined().items():
        if joined in names:
            count, language = names[joined]
            yield Match(role, EXACT, count, language)
        elif inside := _inside(split, joined, role):
            yield Match(role, INSIDE, *inside)


def _inside(split: tuple[str, ...], joined: str, role: str) -> tuple[int, str] | None:
    """The longest name of the role standing in the header: as whole words, or anywhere in CJK and Thai."""
    known = _vocabulary()[role]
    for length in range(min(_LONGEST, len(split)), 0, -1):
        for at in range(len(split) - length + 1):
            if split[at : at + length] in known:
                return length, known[split[at : at + length]]
    if not _SPACELESS.search(joined):
        return None
    return next(((1, language) for name, language in _spaceless()[role] if name in joined), None)


@cache
def _spaceless() -> dict[str, list[tuple[str, str]]]:
    """Names that stand within longer words, the longest first."""
    return {
        role: sorted(
            (
                ("".join(name), language)
                for name, language in known.items()
                if _SPACELESS.search("".join(name))
            ),
            key=lambda entry: -len(entry[0]),
        )
        for role, known in _vocabulary().items()
    }


def is_known(header: str) -> bool:
    """Whether ``header`` is, as a whole, a name that exports use."""
    return 0 < len(header) <= 100 and "".join(words(header)) in _all_names()


@cache
def _all_names() -> frozenset[str]:
    return frozenset(
        name for role, known in _joined().items() if not role.startswith("not_") for name in known
    )
