"""Personal data -> placeholders such as ``[EMAIL]``, before models, caches, logs or reports see a text.

Finding is apart from applying: detectors yield spans on a plain copy of the text, spans that touch are
joined, and placeholders go in from the end to the start, so that offsets stay true.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import regex

from voc.errors import USAGE, VocError
from voc.text.extra import load_redactors
from voc.text.national_ids import find_ids
from voc.text.phones import find_phones
from voc.text.pii import find_cards, find_emails, find_ibans, find_ips, find_urls
from voc.text.scene import PLACEHOLDER, Scene, nothing_personal, plain_copy
from voc.types import Span

_DETECTORS: tuple[Callable[[Scene], Iterator[Span]], ...] = (
    find_urls,
    find_emails,
    find_ibans,
    find_cards,
    find_ids,
    find_ips,
    find_phones,
)
"""First come, first named: a span that overlaps an earlier one takes its kind."""
_TIMEOUT = 0.25
"""Seconds a user's pattern may take on one text."""
_MAX_DEPTH = 40
_PLAIN = (bool, int, float, type(None))


class Redactor:
    """Finds personal data and replaces it.

    Args:
        patterns: name -> regular expression of what else must go (``{"CUSTOMER": r"C-\\d{6}"}``); the
            placeholder is the name in capitals.
        enabled: ``False`` leaves every text as it is.
        redactors: names of plug-ins (``voc.redactors``), applied as the patterns are.

    Raises:
        VocError: a pattern is not a regular expression, or matches nothing at all.
    """

    def __init__(
        self, patterns: Mapping[str, str] | None = None, enabled: bool = True, redactors: Sequence[str] = ()
    ) -> None:
        self.patterns = dict(patterns or {})
        self.enabled = enabled
        self._compiled: dict[str, Any] = {
            _kind(name): _compile(name, pattern) for name, pattern in self.patterns.items()
        }
        self._compiled |= load_redactors(redactors, self._compiled)
        own = "|".join(regex.escape(f"[{kind}]") for kind in self._compiled)
        self._cell = lru_cache(maxsize=1 << 15)(self._redact_cell)
        self._placeholder = regex.compile(f"{PLACEHOLDER.pattern}|{own}" if own else PLACEHOLDER.pattern)

    def redact(self, text: str, language: str | None = None) -> tuple[str, tuple[Span, ...]]:
        """Return the text with placeholders, and the spans of ``text`` that they stand for, in order.

        Redacting twice changes nothing. ``language`` (ISO 639-1) says which countries' numbers to expect.
        """
        spans = self.find(text, language)
        return (apply(text, spans), spans) if spans else (text, ())

    def find(self, text: str, language: str | None = None) -> tuple[Span, ...]:
        """Return the spans to redact, in order, not overlapping."""
        if not self.enabled or (not self._compiled and nothing_personal(text)):
            return ()
        plain = plain_copy(text)
        found: list[Span] = []
        # What is found cuts a stretch of text in two, and the two are searched again: so redaction, whose
        # placeholders cut a text in the same way, finds nothing the second time.
        stretches = _between(plain, [match.span() for match in self._placeholder.finditer(plain)])
        while stretches:
            start, end = stretches.pop()
            spans = self._detect(Scene(plain[start:end], language))
            found.extend(Span(start + span.start, start + span.end, span.kind) for span in spans)
            if spans:
                cuts = [(start + span.start, start + span.end) for span in spans]
                stretches.extend(_between(plain, cuts, start, end))
        return tuple(sorted(found, key=lambda span: span.start))

    def _detect(self, scene: Scene) -> list[Span]:
        found = [
            span for kind, pattern in self._compiled.items() for span in _search(kind, pattern, scene.text)
        ]
        if scene.maybe_personal:
            found.extend(span for detect in _DETECTORS for span in detect(scene))
        return _join(found)

    def redact_value(self, value: Any, label: str = "") -> Any:
        """Return a cell, or rows nested in lists and mappings, with every string redacted.

        ``label`` is the column's name: ``phone`` makes a bare number in it a telephone. A number that
        is personal by itself becomes its placeholder; other values come back as they are.
        """
        return self._value(value, label, 0) if self.enabled else value

    def _value(self, value: Any, label: str, depth: int) -> Any:
        if isinstance(value, str):
            return self._cell(value, label)
        if isinstance(value, (int, float)) and abs(value) >= 1_000_000 and value % 1 == 0:
            redacted = self._cell(str(int(value)), label)
            return value if redacted == str(int(value)) else redacted
        if isinstance(value, _PLAIN):
            return value
        if depth >= _MAX_DEPTH:
            return "[NESTED_TOO_DEEP]"
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._value(item, label, depth + 1) for item in value]
        if isinstance(value, (bytes, bytearray)):
            return self._cell(bytes(value).decode("utf-8", "replace"), label)
        return value

    def _mapping(self, mapping: Mapping[Any, Any], depth: int) -> dict[Any, Any]:
        """Redact values and keys (a first data row taken for a header); keys made equal are numbered."""
        redacted: dict[Any, Any] = {}
        for key, item in mapping.items():
            name = self._cell(key, "") if isinstance(key, str) else key
            if name in redacted:
                name = f"{name}_{len(redacted)}"
            redacted[name] = self._value(item, str(key), depth + 1)
        return redacted

    def _redact_cell(self, text: str, label: str) -> str:
        introduction = f"{label}: " if label else ""
        size = len(introduction)
        spans = [
            Span(max(span.start - size, 0), span.end - size, span.kind)
            for span in self.find(introduction + text)
            if span.end > size
        ]
        return apply(text, spans)


def apply(text: str, spans: Iterable[Span]) -> str:
    """Put placeholders in place of spans (not overlapping), from the end of the text to its start."""
    for span in sorted(spans, key=lambda span: -span.start):
        text = f"{text[: span.start]}[{span.kind}]{text[span.end :]}"
    return text


def pseudonym(author: str, key: bytes) -> str:
    """Return a stable name for an author that only the holder of ``key`` can tie to the person.

    Keyed BLAKE2b of the trimmed, case-folded name, 48 bits: ``a_`` and 12 hex digits.
    """
    return f"a_{keyed_hash(' '.join(unicodedata.normalize('NFKC', author).casefold().split()), key)}"


def keyed_hash(text: str, key: bytes) -> str:
    """Return 12 hex digits of BLAKE2b keyed with ``key`` (keys over 64 bytes are hashed first)."""
    key = key if len(key) <= 64 else hashlib.blake2b(key).digest()
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=6).hexdigest()


def _kind(name: str) -> str:
    return regex.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "PATTERN"


def _compile(name: str, pattern: str) -> Any:
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise VocError(
            f"The redaction pattern {name!r} is not a regular expression: {error}",
            "Mend it in the pipeline file, under text: patterns:.",
            USAGE,
        ) from None


def _search(kind: str, pattern: Any, text: str) -> list[Span]:
    """Return a pattern's matches; a text on which it takes too long is redacted whole, to be safe."""
    try:
        found = [match.span() for match in pattern.finditer(text, timeout=_TIMEOUT)]
    except TimeoutError:
        found = [(0, len(text))]
    return [Span(start, end, kind) for start, end in found if start < end]


def _between(
    text: str, cuts: list[tuple[int, int]], start: int = 0, end: int | None = None
) -> list[tuple[int, int]]:
    """Return the stretches of ``text[start:end]`` that the cuts leave."""
    edges = [start, *(edge for cut in cuts for edge in cut), len(text) if end is None else end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _join(found: list[Span]) -> list[Span]:
    """Join spans that overlap; the detector that came first names the whole."""
    joined: list[tuple[int, int, int]] = []
    for start, end, rank in sorted((span.start, span.end, rank) for rank, span in enumerate(found)):
        if joined and start < joined[-1][1]:
            before = joined[-1]
            joined[-1] = (before[0], max(before[1], end), min(before[2], rank))
        else:
            joined.append((start, end, rank))
    return [Span(start, end, found[rank].kind) for start, end, rank in joined]
