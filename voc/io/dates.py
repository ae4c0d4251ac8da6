"""A column of dates -> naive UTC datetimes. Its order of day and month is decided once, for all rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from voc.io import date_formats
from voc.io.date_formats import Order, Triple

_DAY_FIRST = frozenset(
    [
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "nl",
        "tr",
        "ru",
        "pl",
        "id",
        "vi",
        "th",
        "sv",
        "da",
        "nb",
        "fi",
        "cs",
        "ro",
        "hu",
        "el",
        "ar",
        "he",
    ]
)
_CJK = ("ko", "ja", "zh")
_RELATIVE = (
    "en",
    "ko",
    "ja",
    "zh",
    "es",
    "fr",
    "de",
    "pt",
    "tr",
    "it",
    "nl",
    "ru",
    "pl",
    "id",
    "vi",
    "th",
    "ar",
)
_NOW = {"방금", "방금 전", "방금전", "刚刚", "剛剛", "たった今", "今"}
_FAILURES = 200
"""Distinct values that the slow parser may fail on, none parsed, before it is no longer asked."""
_CACHED = 50_000
_YEAR = re.compile(r"\d{4}")
_EXCEL = datetime(1899, 12, 30)
_EPOCH = datetime(1970, 1, 1)
MIDDAY = datetime(2020, 1, 1, 12)
"""A base for when only the form of dates matters."""


class DateColumn:
    """Parses the values of one column.

    ``order`` is how 03/04/2024 reads; ``unparsed`` counts values that were not dates; ``notes`` says
    what was assumed. ``base`` is the naive UTC moment that relative dates count from.
    """

    def __init__(
        self, order: Order, base: datetime, language: str | None = None, serial: bool = False
    ) -> None:
        self.order, self.base, self.serial = order, base, serial
        self.unparsed = 0
        self.relative = 0
        self.notes: list[str] = []
        self._languages = [language, *_RELATIVE] if language in _RELATIVE else list(_RELATIVE)
        self._cache: dict[str, datetime | None] = {}
        self._failed = self._helped = 0
        self._slow: Any = None

    def parse(self, value: Any) -> datetime | None:
        """The moment ``value`` names, or None (counted when it is not blank). Never raises."""
        if value is None or value == "":
            return None
        found = self._typed(value) if not isinstance(value, str) else self._text(value.strip())
        if found is None and str(value).strip():
            self.unparsed += 1
        return found

    def _typed(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return date_formats.naive_utc(value)
        if isinstance(value, date):
            return date_formats.naive_utc(datetime(value.year, value.month, value.day))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(float(value)) or self._text(str(value))
        return None

    def _text(self, text: str) -> datetime | None:
        if text in self._cache:
            return self._cache[text]
        found = date_formats.parse(text, self.order, self.base.year)
        if found is None:
            found = self._number(_float(text))
        if found is None and text:
            found = self._slowly(text)
        if len(self._cache) < _CACHED:
            self._cache[text] = found
        return found

    def _number(self, number: float | None) -> datetime | None:
        """Seconds, milli-, micro- or nanoseconds since 1970; days since 1899 where the column has those."""
        if number is None:
            return None
        for digits, scale in ((10, 1), (13, 1e3), (16, 1e6), (19, 1e9)):
            if 10 ** (digits - 1) <= number < 10**digits * 0.42:
                return _EPOCH + timedelta(seconds=round(number / scale, 6))
        if self.serial and is_serial(number):
            return _EXCEL + timedelta(seconds=round(number * 86_400))
        return None

    def _slowly(self, text: str) -> datetime | None:
        """Relative dates and rare spellings, through dateparser."""
        if text in _NOW:
            return self.base
        given_up = self._failed >= _FAILURES and not self._helped
        if len(text) > date_formats.MAX_CHARS or given_up or not _may_be_date(text):
            return None
        found = self._parser().get_date_data(text).date_obj
        if found is None:
            self._failed += 1
            return None
        self._helped += 1
        self.relative += _YEAR.search(text) is None
        return date_formats.naive_utc(found)

    def _parser(self) -> Any:
        if self._slow is None:
            from dateparser.date import DateDataParser

            settings = {
                "RELATIVE_BASE": self.base,
                "RETURN_AS_TIMEZONE_AWARE": False,
                "STRICT_PARSING": True,
                "DATE_ORDER": self.order.upper(),
                "PARSERS": ["relative-time", "absolute-time"],
            }
            self._slow = DateDataParser(languages=self._languages, settings=settings)
        return self._slow

    def findings(self) -> list[str]:
        """What was assumed and what failed so far, for the notes of the file."""
        found = list(self.notes)
        if self.relative:
            found.append(f"Relative dates were counted from {self.base:%Y-%m-%d} (--as-of sets another day).")
        if self.unparsed:
            found.append(f"Rows whose date could not be read: {self.unparsed:,}.")
        return found


def fit(
    sample: Sequence[Any],
    base: datetime,
    language: str | None = None,
    order: str | None = None,
    more: Callable[[], Iterable[Any]] = tuple,
) -> DateColumn:
    """A parser for the column that ``sample`` begins.

    The order of day, month and year is the only one that fits every date; while several fit, ``more()``
    (the values after the sample) is looked through until one does. If several still fit, the order under
    which no date lies in the future is taken, then the language's custom (see `_customary`), with a note.
    """
    texts = [value for value in sample if isinstance(value, str)]
    numbers = [number for value in sample if (number := _float(value)) is not None]
    serial = bool(numbers) and sum(map(is_serial, numbers)) * 2 > len(numbers)
    if order in ("ymd", "dmy", "mdy"):
        return DateColumn(order, base, language, serial)  # type: ignore[arg-type]
    open_question = next(_triples(texts), None) is not None
    later = (value for value in more() if isinstance(value, str)) if open_question else ()
    fitting, seen = _fitting(chain(texts, later))
    if len(fitting) < 2:  # none fits where no date is possible, such as 35/12/2026
        return DateColumn(fitting[0] if fitting else "ymd", base, language, serial)
    possible = [order for order in fitting if not _any_future(seen, order, base)] or list(fitting)
    chosen = possible[0] if len(possible) == 1 else _customary(possible, seen, language)
    column = DateColumn(chosen, base, language, serial)
    names = {"ymd": "year-month-day", "dmy": "day-month-year", "mdy": "month-day-year"}
    column.notes.append(f"The order of day and month is ambiguous; read as {names[chosen]}.")
    return column


def looks_dated(text: str) -> bool:
    """Whether ``text`` is a date by its form: with separators or a month's name, not a bare number."""
    if not 6 <= len(text) <= 40 or not any(char.isdigit() for char in text) or text.isdigit():
        return False
    return any(date_formats.parse(text, order, LATEST) for order in ORDERS)


LATEST = date_formats.LAST_YEAR
ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")


def is_serial(number: float) -> bool:
    """Whether a number can be a spreadsheet's day count, 1990 to 2079."""
    return 32_874 <= number < 65_746


def _triples(texts: Iterable[str]) -> Iterator[Triple]:
    found = (date_formats.triple(text.strip()) for text in texts)
    return (numbers for numbers in found if numbers and len(numbers.first) < 4)


def _fitting(texts: Iterable[str]) -> tuple[list[Order], list[Triple]]:
    """The orders that fit most dates, and dates to judge by; stops once one order is well ahead."""
    fits: Counter[Order] = Counter()
    seen: list[Triple] = []
    for numbers in _triples(texts):
        fits.update(_orders(numbers))
        if len(seen) < 2_000:
            seen.append(numbers)
        counts = sorted(fits.values())
        # One date may be a typing error.
        if len(seen) >= 20 and counts[-1] - (counts[-2] if len(counts) > 1 else 0) >= 3:
            break
    best = max(fits.values(), default=0)
    return [order for order in ORDERS if best and fits[order] == best], seen


def _orders(numbers: Triple) -> list[Order]:
    a, b, c = int(numbers.first), int(numbers.second), int(numbers.third)
    found: list[Order] = []
    if 1 <= a <= 31 and 1 <= b <= 12:
        found.append("dmy")
    if 1 <= a <= 12 and 1 <= b <= 31:
        found.append("mdy")
    if len(numbers.third) < 4 and 1 <= b <= 12 and 1 <= c <= 31:
        found.append("ymd")
    return found


def _any_future(seen: Sequence[Triple], order: Order, base: datetime) -> bool:
    limit = base + timedelta(days=2)
    for numbers in seen:
        text = f"{numbers.first}/{numbers.second}/{numbers.third}"
        moment = date_formats.parse(text.rjust(6), order, LATEST if order == "ymd" else base.year)
        if moment and moment > limit:
            return True
    return False


def _customary(possible: Sequence[Order], seen: Sequence[Triple], language: str | None) -> Order:
    """Year first in Korean, Japanese and Chinese; day first with dots, dashes and in languages that write
    it so; month first with slashes in English and otherwise."""
    marks = Counter(numbers.mark for numbers in seen)
    mark = marks.most_common(1)[0][0]
    custom: list[Order] = ["mdy", "dmy", "ymd"]
    if language in _CJK:
        custom = ["ymd", "mdy", "dmy"]
    elif language in _DAY_FIRST or mark != "/":
        custom = ["dmy", "mdy", "ymd"]
    return next(order for order in custom if order in possible)


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _may_be_date(text: str) -> bool:
    """Spare the slow parser what cannot be one (prose, codes) and what it must not decide row by row."""
    if len(text.split()) > 8 or text.replace(".", "").isdigit() or date_formats.triple(text, anywhere=True):
        return False
    return any(char.isdigit() for char in text) or (text.replace(" ", "").isalpha() and len(text) <= 20)
