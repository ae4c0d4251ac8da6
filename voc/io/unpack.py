"""Archives: .gz and .zip, opened by their content, within limits of size, ratio, number and depth."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from voc.errors import VocError
from voc.io.extent import Extent
from voc.io.sources import CHUNK, Blob, is_data, spool

MAX_RATIO = 200
"""Feedback packs 3 to 50 times; a bomb a thousand times or more."""
FREE_BYTES = 64 << 20
"""The ratio is only looked at past this size: small files may pack very well."""
MAX_MEMBERS = 10_000
MAX_DEPTH = 3
_OFFICE = ("[Content_Types].xml", "mimetype")
_REPACK = "Unpack it yourself, or export it again."


class Budget:
    """Bytes that may still come out of one packed file, whatever is nested in it."""

    def __init__(self, blob: Blob, max_bytes: int) -> None:
        self.name = blob.name
        self.allowed = min(max_bytes, max(FREE_BYTES, MAX_RATIO * blob.size))

    def spend(self, size: int) -> None:
        """Count ``size`` unpacked bytes.

        Raises:
            VocError: more came out than is allowed.
        """
        self.allowed -= size
        if self.allowed < 0:
            raise VocError(
                f"{self.name} unpacks to far more than a feedback export does (a zip bomb, or damaged).",
                "If you trust it, unpack it yourself and name the files.",
            )


class _Metered:
    """A stream that charges the budget for what is read from it."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self.stream, self.budget = stream, budget

    def read(self, size: int = CHUNK) -> bytes:
        chunk = self.stream.read(size)
        self.budget.spend(len(chunk))
        return chunk


def unpack(blob: Blob, folder: Path, max_bytes: int) -> Iterator[Blob]:
    """The files in ``blob``: itself when it is not packed, else each member, one on disk at a time.

    Raises:
        VocError: damaged, encrypted, nested too deep, or larger than the limits.
    """
    yield from _unpack(blob, folder, Budget(blob, max_bytes), 0)


def _unpack(blob: Blob, folder: Path, budget: Budget, depth: int) -> Iterator[Blob]:
    kind = packing(blob)
    if kind is None:
        yield blob
        return
    if depth == MAX_DEPTH:
        raise VocError(f"{budget.name} holds archives within archives within archives.", _REPACK)
    for member in _gunzip(blob, folder, budget) if kind == "gz" else _unzip(blob, folder, budget):
        try:
            yield from _unpack(member, folder, budget, depth + 1)
        finally:
            member.path.unlink(missing_ok=True)


def packing(blob: Blob) -> str | None:
    """``gz`` or ``zip`` by content; None for anything else, spreadsheets (zip files too) among it."""
    head = blob.head(6)
    if head[:2] == b"\x1f\x8b":
        return "gz"
    if head[:4] not in (b"PK\x03\x04", b"PK\x05\x06") or is_office(blob):
        return None
    return "zip"


def is_office(blob: Blob) -> bool:
    """Whether a zip file is a spreadsheet (xlsx, xlsb, ods)."""
    try:
        with zipfile.ZipFile(blob.path) as archive:
            return any(name in _OFFICE for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return blob.suffix in {".xlsx", ".xlsm", ".xlsb", ".ods"}


def check_office(blob: Blob, max_bytes: int) -> None:
    """Unpack a spreadsheet's parts to nowhere, so that a bomb is met here and not by its reader.

    Raises:
        VocError: it is one, or its cells reach too far.
    """
    budget = Budget(blob, max_bytes)
    with _explained(blob.name), zipfile.ZipFile(blob.path) as archive:
        for info in archive.infolist():
            with archive.open(info) as part:
                stream = _Metered(cast(BinaryIO, part), budget)
                extent = Extent(blob.name, info.filename) if info.filename.endswith(".xml") else None
                while chunk := stream.read():
                    if extent is not None:
                        extent.feed(chunk)


def _gunzip(blob: Blob, folder: Path, budget: Budget) -> Iterator[Blob]:
    name = blob.name[:-3] if blob.suffix == ".gz" else blob.name
    with _explained(blob.name), gzip.open(blob.path) as stream:
        member = spool(
            cast(BinaryIO, _Metered(cast(BinaryIO, stream), budget)),
            name,
            folder,
            budget.allowed,
            blob.modified,
        )
    yield member


def _unzip(blob: Blob, folder: Path, budget: Budget) -> Iterator[Blob]:
    with _explained(blob.name), zipfile.ZipFile(blob.path) as archive:
        members = [info for info in archive.infolist() if not info.filename.endswith("/")]  # may be empty
    named = [(_name(info), info) for info in members]
    if len(named) > 1:
        named = sorted((pair for pair in named if is_data(pair[0])), key=lambda pair: pair[0])
    if not named:
        raise VocError(f"{blob.name} holds no export.", "It should hold CSV, JSON, XLSX or Parquet files.")
    if len(named) > MAX_MEMBERS:
        raise VocError(f"{blob.name} holds {len(named):,} files.", _REPACK)
    for name, info in named:
        yield _member(blob, name, info, folder, budget)


def _member(blob: Blob, name: str, info: zipfile.ZipInfo, folder: Path, budget: Budget) -> Blob:
    full = f"{blob.name}/{name}"
    with _explained(full), zipfile.ZipFile(blob.path) as archive, archive.open(info) as stream:
        modified = blob.modified
        with suppress(ValueError):
            modified = datetime(*info.date_time)
        metered = cast(BinaryIO, _Metered(cast(BinaryIO, stream), budget))
        return spool(metered, full, folder, budget.allowed, modified)


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; zip tools that do not mark UTF-8 names are read as code page 437 by Python."""
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


class _explained:  # noqa: N801 - reads as a with-statement
    """Turns what the archive libraries raise into an error that says what to do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, EOFError | zipfile.BadZipFile | gzip.BadGzipFile | zlib.error | UnicodeError):
            raise VocError(f"{self.name} is damaged or cut short.", "Download or export it again.") from error
        if isinstance(error, RuntimeError | NotImplementedError) and not isinstance(error, RecursionError):
            raise VocError(f"{self.name} is encrypted or packed in an unusual way.", _REPACK) from error
        if isinstance(error, OSError):
            raise VocError(f"Cannot unpack {self.name}: {error.strerror}.", "Check the disk.") from error
