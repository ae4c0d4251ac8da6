"""What a file is, told by its content; its extension only decides between equals."""

from __future__ import annotations

import re

from voc.errors import VocError
from voc.io.encoding import bom, looks_utf16
from voc.io.sources import Blob
from voc.io.table import NoRows
from voc.io.unpack import is_office

_MAGIC = {
    b"PAR1": "parquet",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "sheet",
}
_NOT_READ = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})
_BINARY_SHARE = 0.02
_BINARY_KINDS = 6
"""Stray NULs in a text are one kind of control byte; binary data has nearly all of them."""
_MAILBOX = re.compile(r"From \S+ +(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d ")
READABLE = "Export it as CSV, XLSX, JSON, JSONL or Parquet."


def detect(blob: Blob) -> str:
    """``csv``, ``json``, ``jsonl``, ``sheet`` or ``parquet``.

    Raises:
        VocError: the file is empty, binary, a web page, or of a kind that is not read.
    """
    head = blob.head().strip(b"\0")  # zeros at the end are what a crash leaves of a file that grew
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise NoRows(f"{blob.name} is empty.", "Export it again; check that the export has rows.")
    if head[:4] == b"PK\x03\x04" and is_office(blob):
        return "sheet"
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    _refuse_binary(blob, head)
    return _text_format(blob, head)


def _refuse_binary(blob: Blob, head: bytes) -> None:
    kind = next((kind for magic, kind in _NOT_READ.items() if head.startswith(magic)), None)
    if kind is None and head[257:262] == b"ustar":
        kind = "a tar archive"
    if kind is None and not bom(head) and not looks_utf16(head) and _is_binary(head):
        kind = "binary data"
    if kind:
        said = (
            f" (not {blob.suffix[1:].upper()})" if blob.suffix in {".csv", ".tsv", ".json", ".xlsx"} else ""
        )
        raise VocError(f"{blob.name} is {kind}{said}, which voc does not read.", READABLE)


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, _CONTROL))
    kinds = len(set(head) & set(_CONTROL))
    share = controls / len(head)
    return share > 0.3 or (share > _BINARY_SHARE and kinds >= _BINARY_KINDS)


def _text_format(blob: Blob, head: bytes) -> str:
    text = head.decode(bom(head) or looks_utf16(head) or "latin-1", "ignore").lstrip("\ufeff \t\r\n\x00")
    start = text[:200].lower()
    if start.startswith(("<!doctype html", "<html", "<?xml", "<table", "<meta")):
        raise VocError(
            f"{blob.name} is a web page or XML, whatever its extension says.",
            "Open it in a spreadsheet program and save it as XLSX or CSV.",
        )
    if _MAILBOX.match(text):
        raise VocError(f"{blob.name} is a mailbox, which voc does not read.", "Export the mails as CSV.")
    if text[:1] == "{":
        return _object_format(blob, text)
    if text[:1] == "[" and text[1:].lstrip()[:1] in {"{", "[", '"', "]"}:
        return "jsonl" if blob.suffix in {".jsonl", ".ndjson"} and _one_a_line(text) else "json"
    if blob.suffix in {".jsonl", ".ndjson"} and any(line.startswith("{") for line in text.split("\n", 50)):
        return "jsonl"
    return "json" if blob.suffix == ".json" else "csv"


def _object_format(blob: Blob, text: str) -> str:
    """One object a line is JSONL; an object over several lines is one JSON document."""
    if blob.suffix in {".jsonl", ".ndjson"} or _one_a_line(text):
        return "jsonl"
    inner = text[1:].lstrip()[:1]
    return "json" if inner in {'"', "}"} or blob.suffix == ".json" else "csv"


def _one_a_line(text: str) -> bool:
    lines = [line.strip() for line in text.split("\n", 3)[:3] if line.strip()]
    closing = {"{": "}", "[": "]"}[text[0]]
    return len(lines) > 1 and all(line[0] == text[0] and line[-1] == closing for line in lines[:2])
