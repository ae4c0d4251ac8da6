"""HTML in feedback cells -> plain text, in one linear pass.

Feedback is not HTML that happens to be broken; it is mostly text that happens to hold some tags. A real
parser (``html.parser``) takes ``a <b and more`` for the start of a tag and drops the rest, and needs
quadratic time on ``<<<<``. So only what is plainly a tag of a known element goes; everything else stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_BLOCK = (
    "address article aside blockquote body br center dd details dialog div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section summary table tbody "
    "tfoot thead title tr ul"
)
_INLINE = (
    "a abbr acronym audio b base bdi bdo big button canvas caption cite code col colgroup data del dfn em embed font "
    "i iframe img input ins kbd label link map mark meta noscript object param picture q rp rt ruby s samp script "
    "select small source span strike strong style sub sup svg td template textarea th time tt u var video wbr path g"
)
_BLOCK_NAMES = frozenset(_BLOCK.split())
_CELLS = frozenset(("td", "th", "button", "option", "img"))
_NEVER_SHOWN = frozenset(("script", "style", "head", "template", "!--"))

_NAMES = "|".join(sorted([*_BLOCK.split(), *_INLINE.split()], key=len, reverse=True))
_FLAGS = "nowrap|disabled|checked|controls|hidden|required|selected|async|defer|noshade|allowfullscreen"
_ATTRIBUTES = rf"""(?:\s++(?:[\w:@.\-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++)|(?:{_FLAGS})\b))*+"""
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>{_NAMES}|[a-z]{{1,4}}:[a-z]{{1,20}})\b{_ATTRIBUTES}\s*+/?>"
    r"|(?P<comment><!--|-->)|<!doctype\b[^<>]*+>|<\?xml\b[^<>]*+>|<!\[[^<>]*+>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_MAX_ESCAPES = 4
"""Exports escape text twice or three times, seldom more."""


def strip_markup(text: str, drop_quotes: bool = False) -> str:
    """Return ``text`` without tags, comments, scripts and character references.

    Block tags become newlines. ``drop_quotes`` also leaves out ``<blockquote>``: quoted mail.
    """
    hidden = _NEVER_SHOWN | {"blockquote"} if drop_quotes else _NEVER_SHOWN
    for _ in range(_MAX_ESCAPES):
        before = text
        if "&" in text:
            text = _ENTITY.sub(lambda reference: html.unescape(reference[0]), text)
        if "<" in text:
            text = "".join(_shown(text, hidden))
        if text == before:
            break
    return text


def _shown(text: str, hidden: frozenset[str]) -> Iterator[str]:
    """Yield what a browser would show; an element that is hidden but never closed is shown after all."""
    shown_to, inside, depth, held_from = 0, "", 0, 0
    for tag in _TAG.finditer(text):
        name, closing = _kind(tag)
        if inside:
            if name == inside:
                depth += -1 if closing else 1
                if depth == 0:
                    inside, shown_to = "", tag.end()
            continue
        if name == "!--" and closing:
            continue
        yield text[shown_to : tag.start()]
        yield _gap(name)
        shown_to = tag.end()
        if name in hidden and not closing and not tag[0].endswith("/>"):
            inside, depth, held_from = name, 1, tag.end()
    if inside:
        yield from _shown(text[held_from:], frozenset())
    else:
        yield text[shown_to:]


def _kind(tag: re.Match[str]) -> tuple[str, bool]:
    if tag["comment"]:
        return "!--", tag["comment"] == "-->"
    return (tag["name"] or "!").lower(), bool(tag["close"])


def _gap(name: str) -> str:
    if name in _BLOCK_NAMES:
        return "\n"
    return " " if name in _CELLS else ""
