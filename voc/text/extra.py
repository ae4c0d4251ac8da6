"""Redactors of other packages, in the form of compiled patterns, so that they are applied where those are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voc.errors import USAGE, VocError
from voc.plugins import REDACTORS, Plugin, named


@dataclass(frozen=True)
class Found:
    """Where a plug-in found something, as a regular expression's match says it."""

    start: int
    end: int

    def span(self) -> tuple[int, int]:
        """Return start and end, offsets into the text."""
        return self.start, self.end


@dataclass(frozen=True)
class PluggedPattern:
    """A plug-in that stands where a pattern could: ``find(text)`` yields (start, end) of what must go."""

    plugin: Plugin
    find: Any

    def finditer(self, text: str, timeout: float | None = None) -> Iterator[Found]:
        """Yield what the plug-in finds in a stretch of plain text; ``timeout`` is for patterns.

        Raises:
            VocError: the plug-in fails, or names a place that is not in the text.
        """
        with self.plugin.at_work("failed to look through a text"):
            spans = [(int(start), int(end)) for start, end in self.find(text)]
        for start, end in spans:
            if not 0 <= start <= end <= len(text):
                raise self.plugin.unfit(
                    f"it found something at {start} to {end} in a text of {len(text)} characters"
                )
            yield Found(start, end)


def load_redactors(names: Sequence[str], patterns: Mapping[str, Any]) -> dict[str, PluggedPattern]:
    """Load the redactors named in the settings.

    Args:
        names: names of plug-ins in ``voc.redactors``; the placeholder is the name in capitals.
        patterns: the user's own patterns by placeholder, whose names are taken.

    Raises:
        VocError: there is none of that name, or it can't be loaded.
    """
    found: dict[str, PluggedPattern] = {}
    for name in names:
        plugin = named(REDACTORS, name)
        kind = name.upper().replace("-", "_")
        if kind in patterns or kind in found:
            raise VocError(
                f"Two redactors would write [{kind}]: {plugin} and another of text.patterns or text.redactors.",
                "Rename the pattern in the pipeline file, under text: patterns:.",
                USAGE,
            )
        found[kind] = PluggedPattern(plugin, plugin.function())
    return found
