"""Raw cell -> readable text: encoding repaired, mark-up and invisible noise removed, spaces tidied.

Every step is linear in the length of the text and keeps what a person wrote: a stray ``<`` or ``&`` is
text, a newline stays as a hint for the sentence splitter, and the joiners that hold emoji, Persian and
Indic words together stay.
"""

from __future__ import annotations

import unicodedata

import regex

from voc.text.mail import cut_mail
from voc.text.markup import strip_markup

_SURROGATE = regex.compile(r"[\ud800-\udfff]")
_NOISE = regex.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls; line breaks and tabs are dealt with as space
    "\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "]+"
)
_BLANK_LETTERS = regex.compile("[\u115f\u1160\u3164\uffa0\u2800]+")
_JOINING_SCRIPTS = "".join(
    rf"\p{{{script}}}"
    for script in [
        "Arabic",
        "Devanagari",
        "Bengali",
        "Gurmukhi",
        "Gujarati",
        "Oriya",
        "Tamil",
        "Telugu",
        "Kannada",
        "Malayalam",
        "Sinhala",
    ]
)
_STRAY_JOINER = regex.compile(
    r"(?:(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})"
    rf"|(?<=[{_JOINING_SCRIPTS}])[\u200c\u200d](?=[{_JOINING_SCRIPTS}]))(*SKIP)(*FAIL)"
    r"|[\u200c\u200d]"
)
_STRAY_TAG_CHARACTER = regex.compile(r"(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")
_MARK_PILE = regex.compile(r"(\p{M}{4})\p{M}++")
"""More than four marks on a letter is decoration; NFC also needs quadratic time on long piles."""
_SAYS = regex.compile(r"[\p{L}\p{N}\p{S}!?！？]")
_NO_ANSWER = regex.compile(r"n\s?[./]\s?a\.?", regex.IGNORECASE)


def clean(text: str, channel: str = "review") -> str:
    """Return ``text`` ready to be read by people and models; empty when nothing was said.

    Args:
        text: a cell as it stood in the file.
        channel: ``email`` also cuts signatures and quoted replies.
    """
    text = _fix_encoding(text)
    shown = strip_markup(text, drop_quotes=channel == "email")
    if not _SAYS.search(shown) and channel == "email":
        shown = strip_markup(text)
    shown = _tidy_spaces(_drop_noise(shown))
    return cut_mail(shown) if channel == "email" else shown


def says_something(text: str) -> bool:
    """Tell whether cleaned text says anything: ``-``, ``...`` and ``N/A`` do not, ``👍``, ``?!`` and ``5`` do."""
    return bool(_SAYS.search(text)) and not _NO_ANSWER.fullmatch(text)


def _fix_encoding(text: str) -> str:
    """Join surrogate pairs, replace lone ones by U+FFFD, undo UTF-8 that was read as something else."""
    if text.isascii():
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    import ftfy

    return ftfy.fix_encoding(text)


def _drop_noise(text: str) -> str:
    text = _NOISE.sub("", text)
    if text.isascii():
        return text
    text = _BLANK_LETTERS.sub(" ", text)
    text = _STRAY_TAG_CHARACTER.sub("", _STRAY_JOINER.sub("", text))
    composed = unicodedata.normalize("NFC", _MARK_PILE.sub(r"\1", text))
    return str(_MARK_PILE.sub(r"\1", composed))


def _tidy_spaces(text: str) -> str:
    """One space between words, one newline between lines, one blank line between paragraphs."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return "\n".join(line for i, line in enumerate(lines) if line or lines[i - 1]).strip()
