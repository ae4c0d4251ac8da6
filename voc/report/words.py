"""The report's language: every sentence, number and date comes from one YAML file in ``i18n/``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "i18n"
FALLBACK = "en"


def available() -> list[str]:
    """Return the codes of the languages a report can be written in."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def load_words(code: str) -> Words:
    """Read a language; one that has no file falls back to English."""
    import yaml

    path = FOLDER / f"{code}.yaml"
    if code not in available():
        path = FOLDER / f"{FALLBACK}.yaml"
    return Words(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, eq=False)
class Words:
    """Texts by dotted key, and how this language writes numbers, dates and plurals."""

    code: str
    texts: Mapping[str, Any]

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key with its values filled in.

        A text with the forms ``one`` and ``other`` takes the one that suits the value ``n``; whole
        numbers are written as this language does.

        Raises:
            KeyError: no such key.
        """
        text = self._find(key)
        if isinstance(text, Mapping):
            text = text["one" if values.get("n") == 1 and "one" in text else "other"]
        shown = {
            name: self.number(value) if isinstance(value, int) else value for name, value in values.items()
        }
        return str(text).format(**shown)

    def _find(self, key: str) -> Any:
        node: Any = self.texts
        for part in key.split("."):
            node = node[part]
        return node

    def name(self, group: str, key: str) -> str:
        """Return what a code (an intent, a language, a reason ...) is called; else the code, readably."""
        return str(self.texts[group].get(key) or str(key).replace("_", " "))

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number, with this language's marks; a minus is a real minus."""
        text = f"{value:,.{digits}f}"
        if not any(character in "123456789" for character in text):
            text = text.removeprefix("-")
        marks = {",": self._find("number.thousands"), ".": self._find("number.decimal"), "-": "−"}
        return text.translate(str.maketrans(marks))

    def signed(self, value: float, digits: int = 2) -> str:
        """Write a change, with its sign."""
        text = self.number(value, digits)
        return f"+{text}" if value > 0 and any(character in "123456789" for character in text) else text

    def percent(self, share: float) -> str:
        """Write a share (0..1): whole percents from 10 % on, one decimal below."""
        if 0 < share < 0.0005:
            return "<" + self.percent(0.001)
        digits = 1 if 0 < share < 0.0995 else 0
        return self("number.percent", value=self.number(share * 100, digits))

    def interval(self, low: str, high: str) -> str:
        """Write a range of two numbers already written."""
        return self("number.interval", low=low, high=high)

    def day(self, day: date) -> str:
        """Write a day in full."""
        return self("date.full", year=str(day.year), month=self._month(day), day=str(day.day))

    def period(self, start: date, unit: str) -> str:
        """Write the start of a period (``day``, ``week``, ``month``, ``quarter``, ``year``) briefly."""
        quarter = str((start.month + 2) // 3)
        return self(
            f"date.{unit}",
            year=str(start.year),
            month=self._month(start),
            day=str(start.day),
            quarter=quarter,
        )

    def join(self, pieces: Sequence[str]) -> str:
        """Put clauses together in one line."""
        return str(self._find("join")).join(pieces)

    def _month(self, day: date) -> str:
        return str(self._find("date.months")[day.month - 1])
