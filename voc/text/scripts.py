"""Which scripts a text is written in, and what that says about its language."""

from __future__ import annotations

import re
from collections import Counter

LATIN = "latin"
_RANGES = {
    LATIN: "a-zA-Z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "hangul": "\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e\ua960-\ua97c",
    "kana": "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d",
    "han": "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003134f\u3005\u3007",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c8f",
    "arabic": "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "devanagari": "\u0900-\u0963\u0970-\u097f",
    "thai": "\u0e01-\u0e4e",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "hebrew": "\u05d0-\u05f4\ufb1d-\ufb4f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "sinhala": "\u0d80-\u0dff",
    "lao": "\u0e81-\u0ecd\u0edc-\u0edf",
    "myanmar": "\u1000-\u103f\u1050-\u109f",
    "georgian": "\u10a0-\u10ff\u1c90-\u1cbf",
    "armenian": "\u0531-\u0587",
    "ethiopic": "\u1200-\u135a\u1380-\u138f",
    "khmer": "\u1780-\u17d3",
}
_RUN = re.compile("|".join(f"(?P<{name}>[{ranges}]+)" for name, ranges in _RANGES.items()))
_SYLLABLES = {"hangul": 3, "kana": 2, "han": 3}
"""A letter of these scripts says as much as this many Latin ones."""

ONE_LANGUAGE = {
    "hangul": "ko",
    "thai": "th",
    "greek": "el",
    "hebrew": "he",
    "gurmukhi": "pa",
    "gujarati": "gu",
    "tamil": "ta",
    "telugu": "te",
    "kannada": "kn",
    "malayalam": "ml",
    "sinhala": "si",
    "lao": "lo",
    "myanmar": "my",
    "georgian": "ka",
    "armenian": "hy",
    "ethiopic": "am",
    "khmer": "km",
    "bengali": "bn",
}
"""Scripts that (as good as) only one language of customers uses."""

_LANGUAGES = {
    "japanese": frozenset(("ja",)),
    "han": frozenset(("zh", "ja")),
    "cyrillic": frozenset(["ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "uz", "az"]),
    "arabic": frozenset(["ar", "fa", "ur", "ps", "ku", "ug"]),
    "devanagari": frozenset(["hi", "mr", "ne"]),
    **{script: frozenset((code,)) for script, code in ONE_LANGUAGE.items()},
}
NOT_LATIN = frozenset(code for codes in _LANGUAGES.values() for code in codes) - {"sr", "uz", "az", "ku"}


def weigh_scripts(text: str) -> Counter[str]:
    """Return script -> weight: letters, with syllabic scripts counted for what they say."""
    if text.isascii():
        return Counter({LATIN: sum(map(str.isalpha, text))}) if text else Counter()
    weights: Counter[str] = Counter()
    for run in _RUN.finditer(text):
        name = run.lastgroup or ""
        weights[name] += (run.end() - run.start()) * _SYLLABLES.get(name, 1)
    return weights


def main_script(weights: Counter[str]) -> str:
    """Return the script that carries the text (``japanese`` for kana with or without kanji), or ``""``.

    >>> main_script(weigh_scripts("iPhone 충전기 불량"))
    'hangul'
    """
    weights = weights.copy()
    kana, han = weights.pop("kana", 0), weights.pop("han", 0)
    if kana * 6 >= han:
        weights["japanese"] = kana + han
    else:
        weights["han"] = han + kana
    script, weight = max(weights.items(), key=lambda item: item[1], default=("", 0))
    return script if weight else ""


def may_be_written_in(script: str, code: str) -> bool:
    """Tell whether a text in ``script`` can be in language ``code``."""
    allowed = _LANGUAGES.get(script)
    return code not in NOT_LATIN if allowed is None else code in allowed
