"""Text patterns that can't hang: RE2, whose time grows with the text alone (Cox 2010, swtch.com/~rsc/regexp)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_MAX_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression in RE2's syntax, found anywhere in a text, without regard to case.

    There are no look-arounds and back-references; ``\\b`` and ``\\w`` know ASCII only (write ``\\pL`` for any
    letter).
    """

    source: str

    def found_in(self, text: str) -> bool:
        """Whether the text holds a match."""
        return _compiled(self.source).search(text) is not None


def parse(source: Any) -> Pattern:
    """A pattern from its source.

    Raises:
        ValueError: it is empty, too long, matches the empty text, or is not in RE2's syntax.
    """
    import re2

    text = str(source)
    if not text or len(text) > _MAX_CHARS:
        raise ValueError(f"a text pattern has 1 to {_MAX_CHARS} characters")
    try:
        matches_nothing = _compiled(text).search("") is not None
    except re2.error as error:
        detail = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"{text!r} is no pattern that RE2 can run: {detail}") from None
    if matches_nothing:
        raise ValueError(f"{text!r} matches every text")
    return Pattern(text)


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(source, options)
