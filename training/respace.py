"""Put back the spaces that the UCI sentences of the data have lost ("thebatterylastslong")."""

from __future__ import annotations

import math
from functools import cache

LONGEST = 20
"""Longest word looked for."""


@cache
def costs() -> dict[str, float]:
    """English word -> minus log frequency (wordfreq)."""
    import wordfreq

    return {word: -math.log(f) for word, f in wordfreq.get_frequency_dict("en", "large").items()}


def respaced(text: str) -> str:
    """The most probable words of a text without spaces (Viterbi over word frequencies)."""
    words, lowered = costs(), text.lower()
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - LONGEST), end)
        best.append(min((best[s][0] + words.get(lowered[s:end], 9.0 + 9.0 * (end - s)), s) for s in starts))
    parts, end = [], len(text)
    while end:
        start = best[end][1]
        parts.append(text[start:end])
        end = start
    return " ".join(reversed(parts))
