"""The language a column is probably in: from its script, or from a few common words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice

from voc.io import data as data_files

_SCRIPTS = (
    ("ko", "\uac00", "\ud7a3"),
    ("ja", "\u3041", "\u30ff"),
    ("zh", "\u4e00", "\u9fff"),
    ("th", "\u0e00", "\u0e7f"),
    ("ru", "\u0400", "\u04ff"),
    ("ar", "\u0600", "\u06ff"),
    ("he", "\u0590", "\u05ff"),
    ("el", "\u0370", "\u03ff"),
)
_CHARS = 20_000


def guess(texts: Iterable[str]) -> str | None:
    """ISO 639-1 code of the main language of ``texts``, or None."""
    sample = " ".join(islice(texts, 500))[:_CHARS].casefold()
    letters = sum(map(str.isalpha, sample))
    for language, first, last in _SCRIPTS:
        if sum(first <= char <= last for char in sample) > 0.25 * letters > 0:
            return language
    counts = Counter(sample.split())
    scores = {language: sum(counts[word] for word in words) for language, words in _words().items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else None


def code(value: object) -> str | None:
    """``en-US``, ``en_us``, ``English`` or ``eng`` -> ``en``; None for what names no language."""
    return _code(value) if isinstance(value, str) else None


@lru_cache(maxsize=1_000)
def _code(value: str) -> str | None:
    text = value.strip().casefold()
    if text in _names():
        return _names()[text]
    head = re.split(r"[-_]", text, maxsplit=1)[0]
    if head in _names():
        return _names()[head]
    return head if re.fullmatch(r"[a-z]{2}", head) and re.fullmatch(r"[a-z]{2}([-_]\w{2,8})*", text) else None


@cache
def _names() -> dict[str, str]:
    return {str(name): language for language, names in _data()["names"].items() for name in names}


@cache
def _words() -> dict[str, list[str]]:
    return _data()["words"]


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = data_files.load("locales.yaml")
    return data
