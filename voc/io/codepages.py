"""Which of the older encodings a text is in: the one that gives the most plausible text.

They can decode nearly anything. For Korean, Japanese and Chinese the share of everyday characters decides
(those that the national standards list first); for Latin scripts the letters that its languages write; for
the others charset-normalizer, which also has the last word where nothing is plausible.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby

from voc.errors import VocError
from voc.io import data as data_files

_MULTIBYTE = ("cp949", "cp932", "euc_jp", "gb18030", "big5")
_OTHER_SCRIPTS = ("cp1251", "cp1253", "cp1255", "cp1256", "cp874", "koi8_r")
_PUNCTUATION = "‘’“”„–—…•€™"
_WITHIN_WORD = re.compile(r"(?<=[^\W\d_])[‘“”„…•€™](?=[^\W\d_])")
_HIGH = bytes(range(128, 256))


_SURE = 0.7
_BARELY = 0.25
"""Good enough where nothing else decodes: a damaged file, whose rows will tell."""
_RARE = ("So", "Sm", "Sk", "No", "Cc", "Co", "Cn")
"""Categories of characters that a right guess seldom gives."""
SAMPLE_LINE = 4_000
"""Bytes of a line that are looked at."""


def share_decoded(lines: Iterable[bytes], name: str) -> float:
    """The share of lines that decode; a character cut off at the end of a line is no fault."""
    total = good = 0
    for line in lines:
        total += 1
        try:
            line.decode(name)
            good += 1
        except UnicodeDecodeError as error:
            good += error.start > len(line) - 4 and len(line) >= SAMPLE_LINE
    return good / total if total else 0.0


def is_utf8(lines: Sequence[bytes]) -> bool:
    """Whether text is UTF-8 with some damage: in a third of its lines, or in nearly all of its characters."""
    good = bad = 0
    for line in lines:
        text = line.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        bad += damaged
        good += sum(not char.isascii() for char in text) - damaged
    return good >= 0.9 * (good + bad) or share_decoded(lines, "utf-8") >= 0.3


def guess(lines: list[bytes], file: str) -> str:
    """The codec under which ``lines`` (none of them plain ASCII, not UTF-8) are the most plausible text.

    Raises:
        VocError: nothing decodes them; ``file`` is named.
    """
    sample = b"\n".join(lines)
    latin = _is_latin(sample)
    scores = [(_cjk_quality(lines, name), name) for name in _MULTIBYTE]
    if latin:
        scores += [(_latin_quality(lines, name), name) for name in _alphabets()]
    quality, name = max(scores, key=lambda score: score[0])
    if quality >= _SURE:
        return name
    found = _by_library(sample, latin)
    if found is None and quality < _BARELY:
        raise VocError(f"The encoding of {file} could not be told.", "Save it as UTF-8, or export it again.")
    return found or name


def _by_library(sample: bytes, latin: bool) -> str | None:
    import charset_normalizer

    sample = b"\n" + sample  # bytes within the file that look like a mark of UTF-16 are none
    found = charset_normalizer.from_bytes(sample, cp_isolation=None if latin else list(_OTHER_SCRIPTS)).best()
    found = found or charset_normalizer.from_bytes(sample).best()
    return str(found.encoding) if found else None


def _cjk_quality(lines: list[bytes], name: str) -> float:
    weights = [
        _everyday(char, name)
        for line in lines
        for char, _ in groupby(line.decode(name, "ignore"))
        if not char.isascii()
    ]
    if not weights:
        return 0.0
    return share_decoded(lines, name) * sum(weights) / len(weights)


@cache
def _everyday(char: str, name: str) -> float:
    """1 for what everyday text in this encoding is made of, 0 for what a wrong guess would give."""
    if "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e":
        return 0.9
    if name == "cp949":
        return _korean(char)
    if name in ("cp932", "euc_jp") and "\u3041" <= char <= "\u30ff":
        return 1.0
    if not "\u4e00" <= char <= "\u9fff":
        return 0.1
    code, first, last, weight = _FIRST_LEVEL[name]
    try:
        lead = char.encode(code)[0]
    except UnicodeEncodeError:
        return 0.1
    return weight if first <= lead <= last else 0.3


_FIRST_LEVEL = {
    "cp932": ("euc_jp", 0xB0, 0xCF, 0.7),
    "euc_jp": ("euc_jp", 0xB0, 0xCF, 0.7),
    "gb18030": ("gb2312", 0xB0, 0xD7, 0.85),
    "big5": ("big5", 0xA4, 0xC6, 0.85),
}
"""Lead bytes of the characters that JIS X 0208, GB 2312 and Big5 list as the frequent ones, and what
they weigh: Japanese text needs kana too, or Korean would pass for it."""


def _korean(char: str) -> float:
    if "\uac00" <= char <= "\ud7a3":
        # The 2,350 syllables of KS X 1001 take two bytes; the codec spells the rest out in eight.
        return 1.0 if len(char.encode("euc_kr")) == 2 else 0.4
    return 0.7 if "\u3131" <= char <= "\u318e" else 0.1


def _is_latin(sample: bytes) -> bool:
    """Latin text has its accented letters one by one among plain ones; other scripts have runs."""
    runs = re.findall(rb"[A-Za-z]?[\x80-\xff]+[A-Za-z]?", sample)
    single: int = sum(len(run) <= 4 and (run.strip(_HIGH) != b"" or b"\x80" <= run < b"\xc0") for run in runs)
    return single >= 0.6 * len(runs)


def _latin_quality(lines: list[bytes], name: str) -> float:
    """The share beyond ASCII that is usual punctuation or a letter of one language of this code page."""
    text = "".join(line.decode(name, "replace") for line in lines)
    counts = Counter(char for char in text if not char.isascii())
    total = sum(count for char, count in counts.items() if char in _PUNCTUATION or _tells(char))
    if not total:
        return 0.0
    usual = sum(counts[char] for char in _PUNCTUATION) - len(_WITHIN_WORD.findall(text))
    return (usual + max(sum(counts[char] for char in letters) for letters in _alphabets()[name])) / total


def _tells(char: str) -> bool:
    """Whether a character says something about the encoding: letters, and what is rare in text."""
    category = unicodedata.category(char)
    return category[0] in "LM" or category in _RARE


@cache
def _alphabets() -> dict[str, list[frozenset[str]]]:
    data = data_files.load("alphabets.yaml")
    return {
        name: [frozenset(letters + letters.upper()) for letters in languages.values()]
        for name, languages in data.items()
    }
