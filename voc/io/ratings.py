"""A column of ratings -> 1..5, and of likelihoods to recommend -> 0..10. The scale is the column's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from voc.io import data as data_files

MAX_CHARS = 60
_FULL, _EMPTY, _HALF = "★⭐🌟✭✮⯪", "☆✩", "½⯨"
_NUMBER = r"[-+]?(\d{1,3}(?:[.,]\d{1,4})?)"
_OF = r"(?:/|out of|von|sur|de|di|of|su|av|van|из|z|per|dari|trên|中|满分)"
_VALUE_OF_BEST = re.compile(
    rf"\D{{0,20}}?{_NUMBER}\s*(?:점|点|分|stars?|sterne?n?)?\s*{_OF}\s*(\d{{1,3}})\D{{0,30}}", re.I
)
_BEST_OF_VALUE = re.compile(
    rf"\D{{0,12}}(\d{{1,3}})\s*(?:점|개|つ星|点|段階|分|yıldız)?\s*(?:만점에?|만점 중|のうち|満点中|中|满分|üzerinden)\s*{_NUMBER}\D{{0,20}}"
)
_ALONE = re.compile(rf"\D{{0,15}}?{_NUMBER}(?:\s*[^\d\s/,.:-]\D{{0,20}})?")
_LABELLED = re.compile(rf"{_NUMBER}\s*[-–—:.(（=]\s*[^\d].{{0,50}}")


class Score(NamedTuple):
    """A rating as written: its number, and the best one where that is written too (``4/5``)."""

    value: float
    best: float | None = None


class Scale(NamedTuple):
    """The worst and the best rating of a column."""

    low: float
    high: float

    def to_five(self, value: float) -> float | None:
        """``value`` on 1..5: linear, as the ends of the two scales meet; None when it is off the scale.

        On 1..5 itself half a star, where a site has it, is the worst.
        """
        if self == FIVE and 0.5 <= value < 1:
            return 1.0
        if not self.low <= value <= self.high:
            return None
        return round(1 + 4 * (value - self.low) / (self.high - self.low), 4)


FIVE = Scale(1, 5)


def parse(value: Any) -> Score | None:
    """The number in a rating: ``4``, ``4,5``, ``4/5``, ``★★★★☆``, ``4점``, ``4.0 out of 5``. Never raises."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return Score(float(value)) if math.isfinite(value) else None
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= MAX_CHARS:
        return None
    return _plain(text) or _stars(text) or _written(text) or _words(text)


def _plain(text: str) -> Score | None:
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        return None
    return Score(number) if math.isfinite(number) else None


def _stars(text: str) -> Score | None:
    full = sum(text.count(star) for star in _FULL)
    empty = sum(text.count(star) for star in _EMPTY)
    half = sum(text.count(mark) for mark in _HALF)
    others = re.sub(rf"[{_FULL}{_EMPTY}{_HALF}\s\ufe0f]", "", text)
    if not full + empty or others:
        return None
    return Score(full + half / 2, float(full + empty + half) if empty else None)


def _written(text: str) -> Score | None:
    found = _BEST_OF_VALUE.fullmatch(text)
    if found:
        return Score(_float(found[2]), float(found[1]))
    found = _VALUE_OF_BEST.fullmatch(text)
    if found:
        return Score(_float(found[1]), float(found[2]))
    if text.endswith("%") and (share := _plain(text[:-1].strip())):
        return Score(share.value, 100.0)
    found = _LABELLED.fullmatch(text) or _ALONE.fullmatch(text)
    return Score(_float(found[1])) if found else None


def _words(text: str) -> Score | None:
    step = _steps().get(" ".join(text.casefold().split()))
    return Score(float(step), 5.0) if step else None


@cache
def _steps() -> dict[str, int]:
    data = data_files.load("ratings.yaml")
    return {str(word).casefold(): step for step, words in data.items() for word in words}


def _float(text: str) -> float:
    return float(text.replace(",", "."))


class RatingColumn:
    """Puts the ratings of one column on 1..5. A 0 where the others are 1..5 means "not rated"."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.unparsed = 0
        self._cache: dict[Any, float] = {}

    def parse(self, value: Any) -> float | None:
        """The rating on 1..5, or None (counted when it is not blank)."""
        if isinstance(value, str) and value in self._cache:
            return self._cache[value]
        found = self._parse(value)
        if isinstance(value, str) and found is not None and len(self._cache) < 1_000:
            self._cache[value] = found
        return found

    def _parse(self, value: Any) -> float | None:
        score = parse(value)
        if score is None:
            self.unparsed += bool(str(value if value is not None else "").strip())
            return None
        scale = _explicit(score.best) if score.best else self.scale
        found = scale.to_five(score.value)
        if found is None and not (score.value == 0 and scale.low > 0):
            self.unparsed += 1
        return found

    def findings(self) -> list[str]:
        """What was assumed and what failed, for the notes of the file."""
        found = []
        if self.scale != FIVE:
            found.append(f"Ratings {self.scale.low:g} to {self.scale.high:g} were put on 1 to 5.")
        if self.unparsed:
            found.append(f"Rows whose rating could not be read: {self.unparsed:,}.")
        return found


def fit(sample: Iterable[Any]) -> RatingColumn | None:
    """The column that ``sample`` begins, or None when its values are not ratings on any usual scale.

    Usual scales: 1-5 (halves and decimals too), 1-7, 1-10, 0-10, 0-100; which one follows from the
    smallest and the largest value.
    """
    scores = [score for value in sample if (score := parse(value))]
    bare = [score.value for score in scores if score.best is None]
    if not scores:
        return None
    if not bare:
        return RatingColumn(_explicit(max(score.best or 5 for score in scores)))
    low, high = _ends(bare)
    # Flags and shares (up to 1) and counts (over 10, seldom near 100) are not ratings.
    if low < 0 or high > 100 or (high <= 1 and low < 1) or 10 < high < 80:
        return None
    return RatingColumn(_scale(low, high, len(bare), all(value.is_integer() for value in bare)))


def _ends(values: list[float]) -> tuple[float, float]:
    """Smallest and largest value, but for one in fifty at either end: typing errors must not decide."""
    ordered = sorted(values)
    spare = len(ordered) // 50
    return ordered[spare] if spare and ordered[spare] > 0 else ordered[0], ordered[-1 - spare]


def _scale(low: float, high: float, count: int, whole: bool) -> Scale:
    if high <= 5:
        return FIVE
    if high <= 7 and low >= 1 and whole and count >= 30:
        return Scale(1, 7)
    if high <= 10:
        return Scale(1 if low >= 1 else 0, 10)
    return Scale(0, 100)


def _explicit(best: float | None) -> Scale:
    """The scale of ``4/5``: from 1 up to 5, 7 or 10 steps from 0 or 1; percentages from 0."""
    if best is None or best == 5:
        return FIVE
    return Scale(0 if best >= 10 else 1, best) if best > 1 else Scale(0, 1)


def is_rating(sample: Sequence[Any]) -> bool:
    """Whether nearly all filled values are ratings by their form, with at most 101 different ones."""
    filled = [value for value in sample if not is_missing(value)]
    scores = [score for value in filled if (score := parse(value))]
    if not filled or len(scores) < 0.9 * len(filled):
        return False
    return len({score.value for score in scores}) <= 101 and fit(filled) is not None


def is_missing(value: Any) -> bool:
    """Whether a cell is blank, or says in a program's words that there is no score."""
    return value is None or str(value).strip().casefold() in _MISSING


_MISSING = frozenset(["", "n/a", "na", "#n/a", "<na>", "nan", "null", "none", "\\n", "-", "--", "–", "."])


def nps(value: Any) -> int | None:
    """A likelihood to recommend, 0..10, or None."""
    score = parse(value)
    if score is None or not 0 <= score.value <= 10 or not score.value.is_integer():
        return None
    return int(score.value) if score.best in (None, 10.0) else None
