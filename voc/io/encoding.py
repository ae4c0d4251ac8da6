"""Which encoding a file is in, and its text line by line, with damaged bytes kept recognisable.

UTF-8 and UTF-16 can be checked, so they come first; `voc.io.codepages` tells the older ones apart.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import TextIO

from voc.io import codepages
from voc.io.sources import CHUNK, Blob

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 256_000
_FROM_A_CHUNK = 32_000
_ERRORS = "voc_escape"


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name`` is a Python codec; ``clean`` says that the whole file was checked to decode."""

    name: str
    clean: bool = False


_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Keep undecodable bytes as lone surrogates, which no real text holds, so rows can be told apart.

    An emoji as two halves of three bytes each (CESU-8, as some databases and Java write it) is read as one.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if found := _PAIR.match(error.object, error.start):
        return found[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode(
            "utf-16"
        ), found.end()
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_ERRORS, _escape)


def is_damaged(text: str) -> bool:
    """Whether ``text`` holds bytes that could not be decoded."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def mended(text: str) -> str:
    """``text`` with a replacement character for each undecodable stretch, safe to store."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def bom(head: bytes) -> str | None:
    """The codec that a byte order mark names."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def looks_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: nearly all NULs stand on the same side of each pair."""
    nuls = head.count(0)
    odd = head[1::2].count(0)
    if nuls < max(4, len(head) // 50) or not 0.05 * nuls > min(odd, nuls - odd):
        return None
    name = "utf-16-le" if odd > nuls - odd else "utf-16-be"
    newline = "\n".encode(name)
    return name if nuls >= len(head) // 4 or newline in head else None


def detect(blob: Blob) -> Encoding:
    """The encoding of a text file.

    Raises:
        VocError: nothing decodes most of it.
    """
    head = blob.head()
    name = bom(head) or looks_utf16(head)
    if name:
        return Encoding(name)
    if b"\x1b$B" in head and head.isascii():
        return Encoding("iso2022_jp")
    clean, lines = _survey(blob)
    if clean:
        return Encoding("utf-8", clean=True)
    if codepages.is_utf8([_HALF.sub(b"", line) for line in lines]):
        return Encoding("utf-8")
    return Encoding(codepages.guess(lines, blob.name))


def open_text(blob: Blob, encoding: Encoding) -> TextIO:
    """The file as text; lines end at a line feed (a lone carriage return only where there is no other)."""
    newline = "\n"
    with _wrap(blob, encoding, "") as probe:
        text = probe.read(1 << 16)
        if "\n" not in text and "\r" in text:
            newline = "\r"
    return _wrap(blob, encoding, newline)


def _wrap(blob: Blob, encoding: Encoding, newline: str) -> TextIO:
    return io.TextIOWrapper(blob.open(), encoding=encoding.name, errors=_ERRORS, newline=newline)


def _survey(blob: Blob) -> tuple[bool, list[bytes]]:
    """Whether the whole file is UTF-8, and lines with other than ASCII from all over it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    clean, sample, size = True, [], 0
    with blob.open() as stream:
        while chunk := stream.read(CHUNK):
            if clean:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    clean = False
            if size < _SAMPLE_BYTES and not chunk.isascii():
                found = _other_lines(chunk)
                size += sum(map(len, found))
                sample.extend(found)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        clean = False
    return clean, sample


def _other_lines(chunk: bytes) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    for line in chunk.splitlines():
        if size > _FROM_A_CHUNK:
            break
        if not line.isascii():
            lines.append(line[: codepages.SAMPLE_LINE])
            size += len(lines[-1])
    return lines
