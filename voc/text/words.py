"""Content words of languages that part words by spaces: letters in, function words and endings out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from unicodedata import normalize

import regex

MAX_WORD = 60
"""What is longer is no word in any language."""

_WORD = regex.compile(r"[\p{L}\p{M}][\p{L}\p{M}\p{N}]*+(?:['’ʼ\-\u200c][\p{L}\p{M}\p{N}]++)*+")
_ADDRESS = regex.compile(r"https?://\S++|www\.\S++|(?<!\S)[^\s@]*+@\S++", regex.IGNORECASE)
_NOT_CONTENT = regex.compile(r"\[[A-Z][A-Z0-9_]*\]|[\ud800-\udfff]")
_DRAWN_OUT = regex.compile(r"(\D)\1{3,}+")
_ELIDES_LEFT = frozenset(("fr", "it", "ca"))
_ARABIC_MARKS = regex.compile("[\u0640\u064b-\u065f\u0670]")


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the function words of a language in lower case; empty for one we have no list of."""
    words = _lists("stopwords.txt").get(_RELATIVES.get(language, language), frozenset())
    return words | {without_accents(word) for word in words} if language in _OFTEN_BARE else words


@cache
def opinion_words(language: str) -> frozenset[str]:
    """Return words that say how customers feel, not about what; empty for a language without a list."""
    return _lists("opinions.txt").get(_RELATIVES.get(language, language), frozenset())


_RELATIVES = {"bs": "hr", "gl": "pt"}
_OFTEN_BARE = frozenset(("pt", "gl", "es", "fr", "it", "ro"))
"""Often typed without accents (``voce``, ``ja``), where a bare function word is hardly ever a content word.
In Czech or Turkish it is: ``byt``, a flat; ``su``, water."""


@cache
def _lists(name: str) -> dict[str, frozenset[str]]:
    lists = {}
    for line in files("voc.text").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, words = line.partition(":")
            lists[code] = frozenset(words.split())
    return lists


def plain_text(text: str) -> str:
    """Return ``text`` without placeholders, URLs, addresses and mentions, and with ``soooo`` as ``sooo``."""
    if "@" in text or "/" in text or "ww." in text:
        text = _ADDRESS.sub(" ", text)
    return str(_DRAWN_OUT.sub(r"\1\1\1", _NOT_CONTENT.sub(" ", text)))


def spaced_words(text: str, language: str) -> list[str]:
    """Return the content words of a plain text, lower case, in order."""
    stops = stop_words(language) or stop_words("en")
    return [word for word in _bare_words(text, language) if 2 <= len(word) <= MAX_WORD and word not in stops]


def one_form_each(texts: Sequence[list[str]], lemma: Callable[[str], str], language: str) -> list[list[str]]:
    """Give all inflections of a word the one form that is written most often (then the shortest).

    So ``crash``, ``crashes`` and ``crashing`` count as one, and what a label shows is a word that people
    wrote. A lemma by itself can be no word (``cancell``) or another one (Spanish ``tallas``: ``tallar``).
    """
    stops = stop_words(language)
    written = Counter(word for words in texts for word in words)
    best: dict[str, str] = {}
    for word in sorted(written, key=lambda word: (-written[word], len(word), word)):
        best.setdefault(lemma(word), word)
    form = {word: "" if (base := lemma(word)) in stops else best[base] for word in written}
    return [[form[word] for word in words if form[word]] for words in texts]


def _bare_words(text: str, language: str) -> Iterator[str]:
    stops = stop_words(language) or stop_words("en")
    for word in _WORD.findall(lower(text, language)):
        if "'" in word or "’" in word:
            word = word.replace("’", "'")
            if word in stops:
                continue
            head, _, tail = word.partition("'")
            word = tail if language in _ELIDES_LEFT and len(head) <= 6 else head
        if language == "ar":
            word = _ARABIC_MARKS.sub("", word)
        yield word


def without_accents(word: str) -> str:
    """Return a word without the accents of its Latin letters.

    >>> without_accents("você"), without_accents("água"), without_accents("が")
    ('voce', 'agua', 'が')
    """
    parts = normalize("NFD", word)
    return normalize("NFC", "".join(letter for letter in parts if not "\u0300" <= letter <= "\u036f"))


def lower(text: str, language: str) -> str:
    """Lower-case as the language does: Turkish and Azerbaijani tell dotted and dotless i apart."""
    if language in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()
