"""Mistakes in a routing file, and where they stand."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Where in the file: keys and list positions from the top."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake and where it stands."""

    place: Place
    text: str


def nearest(name: str, names: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest name, or nothing."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
