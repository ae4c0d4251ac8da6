"""What a column holds, told from a sample of its values whatever its name says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from voc.io.dates import looks_dated

_LOOKED_AT = 300
"""Values whose form is examined; counting distinct ones takes all."""
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@[\w-]+\.[\w.-]+|\S+://\S+")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CODE = re.compile(r"[\w.:/#-]*\d[\w.:/#-]*")


@dataclass(frozen=True, slots=True)
class Profile:
    """A column's content. ``kind`` is empty, number, date, link, code, text, list or flag.

    ``filled`` and ``distinct`` count values of the sample; ``length`` is the mean number of characters;
    ``prose`` the share of values that read as a sentence.
    """

    name: str
    kind: str
    filled: int
    distinct: int
    length: float = 0.0
    prose: float = 0.0

    @property
    def varied(self) -> float:
        """The share of filled values that are different, 0..1."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def freedom(self) -> float:
        """How much this looks like what people write freely: prose, long, each one different."""
        return self.prose * self.varied * min(self.length, 200.0) if self.kind == "text" else 0.0


def profile(name: str, values: Sequence[Any]) -> Profile:
    """Look at the values of one column."""
    filled = [value for value in values if value is not None and value != "" and value != []]
    if not filled:
        return Profile(name, "empty", 0, 0)
    looked = list(islice(filled, _LOOKED_AT))
    kind = _kind(looked)
    distinct = len({value if isinstance(value, str) else repr(value) for value in filled})
    texts = [value for value in looked if isinstance(value, str)]
    if kind != "text" or not texts:
        return Profile(name, kind, len(filled), distinct)
    length = sum(map(len, texts)) / len(texts)
    prose = sum(map(_is_prose, texts)) / len(texts)
    return Profile(name, kind, len(filled), distinct, length, prose)


def _kind(values: Sequence[Any]) -> str:
    forms = [_form(value) for value in values]
    for kind in ("list", "flag", "number", "date", "link", "code"):
        if forms.count(kind) >= 0.9 * len(forms):
            return kind
    # Ratings such as "4/5" among numbers, ids with and without letters.
    if forms.count("text") == 0:
        return "code"
    return "text"


def _form(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, date | datetime):
        return "date"
    if not isinstance(value, str):
        return "list"
    text = value.strip()
    if len(text) > 200:
        return "text"
    if _is_number(text):
        return "number"
    if looks_dated(text):
        return "date"
    if _LINK.fullmatch(text):
        return "link"
    return "code" if _CODE.fullmatch(text) or not any(map(str.isalpha, text)) else "text"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _is_prose(text: str) -> bool:
    """Three words, or eight letters of a script that does not space words."""
    return len(text.split(maxsplit=2)) == 3 or len(_SPACELESS.findall(text[:100])) >= 8
