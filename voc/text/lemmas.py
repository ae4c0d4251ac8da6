"""Which inflected words belong together: ``crashes`` and ``crashed`` are one keyword.

Dictionaries come from ``simplemma``. Where its lemmas are roots that no one reads as the word (Arabic,
Indonesian, Malay), only what clings to a word is taken off: the article, ``-nya``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

_DICTIONARIES = {
    **{
        code: code
        for code in ("en", "de", "es", "fr", "pt", "it", "nl", "ca", "gl", "sv", "da", "fi", "pl", "cs", "sk")
    },
    **{code: code for code in ("sl", "hu", "ro", "bg", "ru", "uk", "el", "tr", "lt", "lv", "et")},
    "no": "nb",
    "hr": "hbs",
    "bs": "hbs",
}
"""Language -> the name ``simplemma`` has for it."""
_LONGEST = 40
_CLITICS = {
    "ar": re.compile(r"^[وف]?(?:ال|بال|كال|لل)(?=\w{3})"),
    "id": re.compile(r"(?<=\w{4})(?<!ta)nya$"),
    "ms": re.compile(r"(?<=\w{4})(?<!ta)nya$"),
}


def lemmatiser(language: str, open_dictionary: bool = True) -> Callable[[str], str] | None:
    """Return a function from word to lemma, or ``None`` where there is none for the language.

    With ``open_dictionary=False`` only those that need no dictionary: opening one takes 0.1 to 2 seconds.
    """
    if language in _CLITICS:
        return lambda word: _CLITICS[language].sub("", word)
    if language not in _DICTIONARIES or not open_dictionary:
        return None
    name, lemmatize = _DICTIONARIES[language], _simplemma().lemmatize
    return lambda word: word if len(word) > _LONGEST else str(lemmatize(word, lang=name)).lower()


@cache
def _simplemma() -> Any:
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy

    # The low-memory dictionaries take 5-40 MB a language, the others up to 150.
    return Lemmatizer(lemmatization_strategy=DefaultStrategy(low_memory=True))
