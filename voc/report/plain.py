"""Making customers' words safe to show, whatever the format: see also each writer's own escaping."""

from __future__ import annotations

import unicodedata
from typing import Any

_DROPPED = {"Cc", "Cs"}  # controls and lone surrogates, which no file could hold
_KEPT_FORMATS = {"\u200c", "\u200d"}  # joiners that Persian, Indic scripts and emoji need


def plain(value: Any) -> str:
    """Return one line of text without control characters and without direction overrides.

    Bidirectional controls could make a label read as something else, or turn the words around it;
    each browser still shows right-to-left text rightly without them.
    """
    text = " ".join(str(value).split())
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in text if _harmless(character))


def plain_lines(text: str) -> str:
    """Return text with its spaces and line breaks, without control characters and direction overrides."""
    return "".join(character for character in text if character in "\n\t" or _harmless(character))


def _harmless(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        return character in _KEPT_FORMATS or "\U000e0020" <= character <= "\U000e007f"
    return category not in _DROPPED
