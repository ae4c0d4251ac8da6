"""Find an issue's words in a quote, so that the eye does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

Pieces = tuple[tuple[str, bool], ...]
"""(text, whether it is to be marked); joined, they are the text."""


def pieces(text: str, keywords: Sequence[str]) -> Pieces:
    """Cut a text at the keywords in it, upper or lower case.

    Keywords are in dictionary form: a word of a script with cases may have a short ending more
    (``crash`` marks ``crashes``); in other scripts the keyword itself is marked, wherever it stands, and of a
    Korean verb what all its forms begin with (``꺼지다`` marks ``꺼지고``).
    """
    pattern = _pattern(tuple(sorted(set(keywords), key=lambda word: (-len(word), word))))
    if pattern is None:
        return ((text, False),)
    found, end = [], 0
    for match in pattern.finditer(text):
        found += [(text[end : match.start()], False), (match[0], True)]
        end = match.end()
    return tuple(piece for piece in [*found, (text[end:], False)] if piece[0])


@lru_cache(maxsize=256)
def _pattern(keywords: tuple[str, ...]) -> re.Pattern[str] | None:
    parts = [_part(word) for word in keywords if len(word) > 1]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _part(word: str) -> str:
    if word.lower() != word.upper():
        return rf"\b{re.escape(word)}\w{{0,{3 if len(word) > 3 else 1}}}\b"
    for ending in ("하다", "되다", "다"):  # a stem of one syllable would stand in half of all words
        if word.endswith(ending) and len(word) - len(ending) > 1:
            return f"{re.escape(word.removesuffix(ending))}(?:{ending})?"
    return re.escape(word)
