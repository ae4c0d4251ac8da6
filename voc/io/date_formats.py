"""One written date -> a datetime, by pattern: numbers in any order, month names, clocks and zones.

Everything comes out as naive UTC: a zone or offset is applied, a time without one is taken as it stands.
Which of 03/04/2024's numbers is the day is not decided here: see `voc.io.dates`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal, NamedTuple

Order = Literal["ymd", "dmy", "mdy"]
MAX_CHARS = 120
FIRST_YEAR, LAST_YEAR = 1970, 2100

_NUMERIC = re.compile(
    r"(\d{4}|\d{1,2})\s*([-/.년年])\s*(\d{1,2})\s*[-/.월月]\s*(\d{4}|\d{1,2})(?!\d)\s*[일日号號]?\.?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s_-]?(\d{2}):?(\d{2}):?(\d{2})?)?(?:\.0*)?")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|[.ºª])?[\s/-]*(?:de\s+|of\s+)?([^\W\d_]{3,12})\.?,?[\s/-]*(?:de\s+|del\s+)?(\d{4}|'?\d{2})(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_UNIX = re.compile(r"([^\W\d_]{3})\s+(\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+([+-]\d{4}|[A-Z]{3,4})?\s*(\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})\s*[-/.년年]\s*(\d{1,2})\s*[월月]?")
_CLOCK = re.compile(
    r"[\sT,·@|-]*(?P<words>(?:[(（\[]?[^\W\d_]{1,10}[.)）\],:]*\s*){0,3})"
    r"(?:(?P<h>\d{1,2})(?P<mark>\s*[:.h시時时点點])?(?:\s*(?P<m>\d{1,2}))?[분分]?"
    r"(?:\s*[:.]?\s*(?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?)?[초秒]?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>[A-Z]{1,5})?\s*(?P<offset>[+-]\d{1,2}(?::?\d{2})?)?"
    r"\s*(?:[(（][^)）]*[)）])?)?[\s.,]*",
    re.IGNORECASE,
)
_AFTERNOON = ("오후", "午後", "下午", "pm", "晚上")
_MORNING = ("오전", "午前", "上午", "am")
_HOURS = {"utc": 0, "gmt": 0, "z": 0, "kst": 9, "jst": 9, "cet": 1, "cest": 2, "bst": 1, "ist": 5.5}
_HOURS |= {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "brt": -3}
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_LANGUAGES = (
    "en",
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
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "ro",
    "hu",
    "el",
    "vi",
)


class Triple(NamedTuple):
    """Three numbers of a date as written, and what follows them."""

    first: str
    mark: str
    second: str
    third: str
    rest: str


def triple(text: str, anywhere: bool = False) -> Triple | None:
    """The numbers of a date such as 3/4/2024 or 2022년 1월 15일."""
    found = _NUMERIC.search(text) if anywhere else _NUMERIC.match(text)
    return Triple(found[1], found[2], found[3], found[4], text[found.end() :]) if found else None


def parse(text: str, order: Order, this_year: int) -> datetime | None:
    """The date written in ``text``, or None. Never raises."""
    text = text.strip()
    if not 6 <= len(text) <= MAX_CHARS:
        return None
    try:
        return _iso(text) or _written(text, order, this_year)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    if len(text) < 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return _sane(_utc(datetime.fromisoformat(text)))
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def naive_utc(moment: datetime) -> datetime | None:
    """A datetime of any kind as naive UTC, if it can be when feedback was given."""
    try:
        return _sane(_utc(moment))
    except (ValueError, OverflowError):
        return None


def _sane(moment: datetime) -> datetime | None:
    return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _written(text: str, order: Order, this_year: int) -> datetime | None:
    for anywhere in (False, True):
        for reader in (_from_numbers, _from_unix, _from_names):
            found = reader(text, anywhere, order, this_year)
            if found:
                return found
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        return _sane(datetime(year, month, day, hour, minute, second))
    month_only = _YEAR_MONTH.fullmatch(text)
    return _sane(datetime(int(month_only[1]), int(month_only[2]), 1)) if month_only else None


def _from_numbers(text: str, anywhere: bool, order: Order, this_year: int) -> datetime | None:
    found = triple(text, anywhere)
    if found is None:
        return None
    first, second, third = found.first, found.second, found.third
    longest = max(len(first), len(third))
    if longest < (4 if anywhere else 2):
        return None
    if len(first) == 4 or (order == "ymd" and len(third) < 4):
        year, month, day = first, second, third
    elif order == "mdy":
        year, month, day = third, first, second
    else:
        year, month, day = third, second, first
    return _at(_year(year, this_year), int(month), int(day), found.rest)


def _from_unix(text: str, anywhere: bool, order: Order, this_year: int) -> datetime | None:
    """``Tue Feb 24 11:35:52 +0000 2015``, as Twitter and the C library write it."""
    found = _UNIX.search(text)
    month = _month(found[1]) if found else None
    if not found or month is None:
        return None
    return _at(int(found[5]), month, int(found[2]), f" {found[3]} {found[4] or ''}")


def _from_names(text: str, anywhere: bool, order: Order, this_year: int) -> datetime | None:
    for pattern, (year_at, month_at, day_at) in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        found = pattern.search(text) if anywhere else pattern.match(text)
        month = _month(found[month_at]) if found else None
        if found and month is not None:
            year = _year(found[year_at].lstrip("'"), this_year)
            return _at(year, month, int(found[day_at]), text[found.end() :])
    return None


def _year(text: str, this_year: int) -> int:
    """Two digits mean the latest such year that is not in the future."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (2000 if 2000 + year <= this_year + 1 else 1900)


def _at(year: int, month: int, day: int, rest: str) -> datetime | None:
    found = _CLOCK.fullmatch(rest)
    if found is None or (found["h"] and not (found["m"] or found["mark"] or found["half"])):
        return None
    # Checked before the clock: 24:00 is not read, but 2024-02-30 is not a date at all.
    moment = datetime(year, month, day)
    if not found["h"]:
        return _sane(moment)
    hour = _hour(int(found["h"]), f"{found['words'] or ''} {found['half'] or ''}".lower())
    fraction = (found["f"] or "").ljust(6, "0")[:6]
    moment = moment.replace(
        hour=hour, minute=int(found["m"] or 0), second=int(found["s"] or 0), microsecond=int(fraction)
    )
    return _sane(moment - _zone(found["zone"] or "", found["offset"] or ""))


def _hour(hour: int, words: str) -> int:
    plain = words.replace(".", "").replace(" ", "")
    if hour < 12 and any(word in plain for word in _AFTERNOON):
        return hour + 12
    return 0 if hour == 12 and any(word in plain for word in _MORNING) else hour


def _zone(name: str, offset: str) -> timedelta:
    hours = _HOURS.get(name.lower(), 0.0)
    if offset:
        digits = offset[1:].replace(":", "").ljust(4, "0") if len(offset) > 3 else offset[1:].zfill(2) + "00"
        hours = int(digits[:2]) + int(digits[2:]) / 60
        hours = -hours if offset[0] == "-" else hours
    return timedelta(hours=hours)


def _month(word: str) -> int | None:
    return _english().get(word.lower()) or _months().get(_plain(word))


@cache
def _english() -> dict[str, int]:
    names = {name: at for at, name in enumerate(_MONTHS, 1)}
    return names | {name[:3]: at for name, at in names.items()} | {"sept": 9}


@cache
def _months() -> dict[str, int]:
    """Month names of many languages from dateparser's data; the first language to use a name keeps it."""
    from importlib import import_module

    found: dict[str, int] = {}
    for language in _LANGUAGES:
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
        for number, month in enumerate(_MONTHS, 1):
            for name in info.get(month, ()):
                found.setdefault(_plain(name), number)
    return found


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if char.isalpha())
