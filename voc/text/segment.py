"""A record -> the things it speaks of: sentences (``sentencex``), lines, and contrasting clauses.

``fast delivery, but the zip broke`` is two segments. Pieces too short to say anything join a neighbour,
pieces too long for the encoder are split where they read best. Offsets are exact and every character
that is not space belongs to one segment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from voc.text.contrast import turns

MIN_WIDTH = 7
"""Letters a segment holds at least; those of a script that packs a syllable or more count two."""
_WRAPPED_LINE = 55
"""A line this long that ends in mid-sentence was wrapped by a mail program."""

_WIDE = re.compile("[\u1100-\u11ff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e01-\u0eff\U00020000-\U0003134f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBERED = re.compile(r"(?<!\S)(\d{1,2})[.)]\s")
_EMOJI = "\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2764\ufe0f\u200d"
_MOOD = re.compile(
    rf"(?:(?<![ㅠㅜㅋㅎ])[ㅠㅜㅋㅎ]{{2,}}+|\^\^|(?<![~!?.。！？])[~!?.。！？]{{2,}}+|(?<![{_EMOJI}])[{_EMOJI}]++)(?=\s)"
)
"""Laughter, tears, emoji and ``!!`` end a sentence when space follows."""
_KOREAN_END = re.compile(
    r"(?:[가-힣](?:니다|니까)|(?:[어아여해네세예에데군든까돼봐줘와려져겨워내래게거구]|[가-힣]죠|었|았)요|[가-힣]죠|[했었았있없][음슴])(?=\s+[가-힣A-Z0-9])"
)
_BREAKS = (re.compile(r"[.!?。！？…]+[\s\"'”’)]*"), re.compile(r"[;:,、，；：؛،।]+\s*"), re.compile(r"\s+"))


def segment(text: str, language: str = "und", max_chars: int = 600) -> list[tuple[int, int]]:
    """Return the segments of ``text`` as (start, end) offsets, in order, not overlapping.

    Args:
        text: cleaned text; newlines count as hints.
        language: ISO 639-1, or ``und``.
        max_chars: no segment is longer than this.
    """
    end = len(text.rstrip())
    if not end:
        return []
    if end <= max_chars and _width(text[:end]) < 2 * MIN_WIDTH:
        return [_trim(text, 0, end)]
    cuts = sorted({0, end, *_sentence_starts(text, language)})
    pieces = _joined(text, list(pairwise(cuts)))
    pieces = [clause for piece in pieces for clause in _clauses(text, *piece, language)]
    return [_trim(text, *part) for piece in pieces for part in _short_enough(text, *piece, max_chars)]


def _sentence_starts(text: str, language: str) -> Iterator[int]:
    """Yield where sentences, lines and bullets begin."""
    import sentencex

    for sentence in sentencex.get_sentence_boundaries(language, _SURROGATE.sub("\ufffd", text)):
        yield min(sentence["start_index"], len(text))
    yield from _line_starts(text)
    for mood in _MOOD.finditer(text):
        yield mood.end()
    if language == "ko":
        for ending in _KOREAN_END.finditer(text):
            yield ending.end()


def _line_starts(text: str) -> Iterator[int]:
    """Yield where lines begin, unless a mail program wrapped them, and the numbers of a list in a line."""
    start = 0
    for line in text.splitlines(keepends=True):
        start += len(line)
        runs_on = (
            len(line) >= _WRAPPED_LINE and line.rstrip()[-1:].isalnum() and text[start : start + 1].islower()
        )
        if not runs_on:
            yield start
    expected = 1
    for number in _NUMBERED.finditer(text):
        if int(number[1]) == expected:
            yield number.start()
            expected += 1


def _clauses(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """Split a sentence at its turns, where both sides say enough."""
    cuts = [start + turn for turn in turns(text[start:end], language)]
    return _joined(text, list(pairwise([start, *cuts, end]))) if cuts else [(start, end)]


def _joined(text: str, pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join pieces that say too little to the next one, and the last to the one before."""
    joined: list[tuple[int, int]] = []
    open_at, said = pieces[0][0], 0
    for start, end in pieces:
        said += _width(text[start:end])
        if said >= MIN_WIDTH:
            joined.append((open_at, end))
            open_at, said = end, 0
    end = pieces[-1][1]
    if open_at < end:
        joined = [*joined[:-1], (joined[-1][0] if joined else open_at, end)]
    return joined


def _width(text: str) -> int:
    """Return how much a piece says, exact while small: letters, digits and symbols, wide scripts double."""
    bare = "".join(text.split()).strip(".,;:!?-–—…·•*~'\"()[]。、，！？")
    return len(bare) + len(_WIDE.findall(bare[: 2 * MIN_WIDTH]))


def _short_enough(text: str, start: int, end: int, max_chars: int) -> Iterator[tuple[int, int]]:
    """Split at the last sentence mark, else punctuation, else space, else letter, that keeps the bound."""
    while len(text[start:end].strip()) > max_chars:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        cut = _best_break(text, start, start + max_chars)
        yield start, cut
        start = cut
    if text[start:end].strip():
        yield start, end


def _best_break(text: str, start: int, limit: int) -> int:
    window = text[start:limit]
    for break_ in _BREAKS:
        ends = [found.end() for found in break_.finditer(window)]
        if ends and ends[-1] >= len(window) // 3:
            return start + ends[-1]
    cut = limit
    while cut > start + 1 and limit - cut < 16 and _holds_on(text, cut):
        cut -= 1
    return cut


def _holds_on(text: str, cut: int) -> bool:
    """Whether the character at ``cut`` belongs to the one before: an accent, a joiner, a skin tone."""
    letter = text[cut : cut + 1]
    return (
        letter in "\u200d\ufe0f" or text[cut - 1] == "\u200d" or unicodedata.category(letter or "a")[0] == "M"
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
