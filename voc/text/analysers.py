"""Morphological analysers for languages whose words are not parted, or not well, by spaces.

Each function takes plain texts and gives content words in dictionary form. One-letter nouns stay in
Korean and Japanese, where the analyser says that they are nouns (맛, 옷, 色, 味).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import regex

from voc.text.words import MAX_WORD, stop_words

_PIECE = regex.compile(r"(?s).{1,800}(?:(?<=\s)|$)|.{1,800}")
"""Analysers need more than linear time, and Sudachi refuses long texts: they get them in pieces."""
_HAS_LETTER = regex.compile(r"\p{L}")
_HAN = regex.compile(r"\p{Han}")


def korean(texts: Sequence[str]) -> list[list[str]]:
    """Nouns, verb and adjective stems with ``다`` (kiwipiepy); ``안 돼요`` and ``되지 않아요`` are ``안되다``."""
    pieces = [(i, piece) for i, text in enumerate(texts) for piece in _PIECE.findall(text) if piece.strip()]
    found: list[list[str]] = [[] for _ in texts]
    for (i, _), tokens in zip(pieces, _kiwi().tokenize([piece for _, piece in pieces]), strict=True):
        found[i].extend(_korean_words(tokens))
    return found


def _korean_words(tokens: Sequence[Any]) -> Iterator[str]:
    stops = stop_words("ko")
    for i, token in enumerate(tokens):
        tag = token.tag.partition("-")[0]
        if tag in ("NNG", "NNP"):
            word = tokens[i - 1].form + token.form if i and tokens[i - 1].tag == "XPN" else token.form
        elif tag == "XR":
            word = f"{token.form}하다"
        elif tag in ("VV", "VA"):
            word = f"안{token.lemma}" if _is_denied(tokens, i) else token.lemma
        elif tag == "SL" and len(token.form) > 1:
            word = token.form.lower()
        else:
            continue
        if word not in stops and len(word) <= MAX_WORD:
            yield word


def _is_denied(tokens: Sequence[Any], i: int) -> bool:
    """``안``/``못`` before a verb, or ``-지 않다``/``-지 못하다`` after it."""
    before = tokens[i - 1] if i else None
    if before is not None and before.tag == "MAG" and before.form in ("안", "못"):
        return True
    after = [(token.form, token.tag.partition("-")[0]) for token in tokens[i + 1 : i + 3]]
    return (
        len(after) == 2 and after[0] == ("지", "EC") and after[1][0] in ("않", "못하") and after[1][1] == "VX"
    )


@cache
def _kiwi() -> Any:
    from kiwipiepy import Kiwi

    return Kiwi()


_JAPANESE_KINDS = {
    "名詞": ("普通名詞", "固有名詞"),
    "動詞": ("一般", "非自立可能"),
    "形容詞": ("一般", "非自立可能"),
    "形状詞": ("一般", "タリ"),
}


def japanese(texts: Sequence[str]) -> list[list[str]]:
    """Nouns, verbs and adjectives in dictionary form (SudachiPy, longest units)."""
    tokenizer, stops = _sudachi(), stop_words("ja")
    found: list[list[str]] = []
    for text in texts:
        words = []
        for piece in _PIECE.findall(text):
            for morpheme in tokenizer.tokenize(piece):
                kind, detail, use = morpheme.part_of_speech()[:3]
                word = morpheme.dictionary_form().lower()
                wanted = detail in _JAPANESE_KINDS.get(kind, ()) and use != "助数詞可能"
                if wanted and word not in stops and _says_enough(word):
                    words.append(word)
        found.append(words)
    return found


def _says_enough(word: str) -> bool:
    long_enough = len(word) > 1 or bool(_HAN.match(word))
    return long_enough and len(word) <= MAX_WORD and bool(_HAS_LETTER.search(word))


@cache
def _sudachi() -> Any:
    from sudachipy import Dictionary, SplitMode

    dictionary = Dictionary(dict="small")
    make = getattr(dictionary, "tokenizer", None) or dictionary.create
    return make(mode=SplitMode.C)


_CHINESE_KINDS = ("n", "v", "a", "i", "l", "j", "z", "eng")


def chinese(texts: Sequence[str]) -> list[list[str]]:
    """Nouns, verbs, adjectives and set phrases of two letters or more (rjieba)."""
    import rjieba

    stops = stop_words("zh")
    found = []
    for text in texts:
        tagged = [pair for piece in _PIECE.findall(text) for pair in rjieba.tag(piece)]
        words = [word.strip().lower() for word, kind in tagged if kind.startswith(_CHINESE_KINDS)]
        found.append(
            [
                word
                for word in words
                if 2 <= len(word) <= MAX_WORD and word not in stops and _HAS_LETTER.search(word)
            ]
        )
    return found


def unspaced(texts: Iterable[str], language: str) -> list[list[str]]:
    """Words of Thai, Lao, Khmer or Burmese (ICU's dictionaries and models), without function words."""
    from icu4py.breakers import WordBreaker

    stops = stop_words(language)
    found = []
    for text in texts:
        words = (word.strip().lower() for word in WordBreaker(text, language))
        found.append(
            [w for w in words if 2 <= len(w) <= MAX_WORD and w not in stops and _HAS_LETTER.search(w)]
        )
    return found
