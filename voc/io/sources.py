"""What the user named -> input files: paths, folders, globs and stdin, each once, in a fixed order."""

from __future__ import annotations

import difflib
import glob
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from voc.errors import VocError
from voc.io import remote

STDIN = "-"
CHUNK = 1 << 18
DATA_SUFFIXES = frozenset(
    {".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq"}
    | {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".gz", ".zip"}
)
"""What is read from a folder or an archive without being named."""
_PROSE = ("readme", "license", "licence", "notice", "changelog")


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes to read, on disk. ``name`` is what users see and what ``source_file`` holds."""

    name: str
    path: Path
    size: int
    sha256: str
    modified: datetime
    """Naive UTC: what relative dates are counted from."""

    def open(self) -> BinaryIO:
        """The bytes from the start; a new handle at each call."""
        return self.path.open("rb")

    def head(self, size: int = 1 << 16) -> bytes:
        """The first ``size`` bytes."""
        with self.open() as stream:
            return stream.read(size)

    @property
    def suffix(self) -> str:
        """Lower-case extension of the name, such as ``.csv``: a hint, never believed alone."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class Found:
    """An input before it is opened; ``path`` is None for stdin, and a string for a URL."""

    name: str
    path: Path | str | None


def find(inputs: Sequence[str | Path]) -> list[Found]:
    """All files behind ``inputs``, each once: as given, folders, globs and URLs in name order.

    Raises:
        VocError: a path does not exist, cannot be read, or nothing was found.
    """
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    paths: list[Path | str | None] = []
    for one in inputs:
        if remote.is_url(str(one)):
            paths.extend(remote.files(str(one)))
        else:
            paths.extend([None] if str(one) == STDIN else _expand(str(one)))
    unique = _without_repeats(paths)
    if not unique:
        raise VocError("No input was given.", "Name files, folders or globs, or - for standard input.", 2)
    return list(_named(unique))


def _expand(text: str) -> list[Path]:
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.exists():
            return [path]
    except (OSError, ValueError) as error:
        raise VocError(f"Cannot use {text[:200]!r} as a path: {_why(error)}.", "Check the name.") from error
    matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))
    if not matches:
        raise VocError(f"No such file or folder: {text}", _near(path))
    return [file for match in matches for file in (_in_folder(match) if match.is_dir() else [match])]


def _in_folder(folder: Path) -> list[Path]:
    found: list[Path] = []
    for root, folders, files in os.walk(folder, onerror=_unreadable_folder):
        # A run folder of ours is a result, not feedback.
        if {"run.json", "feedback.parquet"} <= set(files):
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(Path(root, name) for name in sorted(files) if is_data(name))
    if not found:
        raise VocError(
            f"No export was found in the folder {folder}.",
            f"Files read from a folder end in {' '.join(sorted(DATA_SUFFIXES))}; name any other file itself.",
        )
    return found


def _unreadable_folder(error: OSError) -> None:
    raise VocError(f"Cannot read the folder {error.filename}: {_why(error)}.", "Check its permissions.")


def is_data(name: str) -> bool:
    """Whether a file met in a folder or an archive, not named by the user, looks like an export."""
    path = Path(name)
    if path.name.startswith((".", "~$")) or "__MACOSX" in path.parts:
        return False
    return path.suffix.lower() in DATA_SUFFIXES and not path.name.lower().startswith(_PROSE)


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return "Check the path."
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"Did you mean {path.parent / near[0]}?" if near else "Check the path."


def _without_repeats(paths: list[Path | str | None]) -> list[Path | str | None]:
    seen: dict[Path | str | None, Path | str | None] = {}
    for path in paths:
        seen.setdefault(_real(path) if isinstance(path, Path) else path, path)
    return list(seen.values())


def _named(paths: list[Path | str | None]) -> Iterator[Found]:
    """The shortest tail of each path that tells it from the others, never the user's whole path."""
    full = [_parts(path) for path in paths if path]
    for path in paths:
        if path is None:
            yield Found("stdin", None)
            continue
        parts = _parts(path)
        depth = 1
        while sum(other[-depth:] == parts[-depth:] for other in full) > 1:
            depth += 1
        name = "/".join(parts[-depth:])
        yield Found(os.fsencode(name).decode("utf-8", "replace"), path)


def _real(path: Path) -> Path:
    """The path with its links followed; one that leads back to itself stays as it is, to fail when it is opened."""
    return Path(os.path.realpath(path))


def _parts(path: Path | str) -> tuple[str, ...]:
    return _real(path).parts if isinstance(path, Path) else tuple(path.split("/"))


def load(found: Found, folder: Path, max_bytes: int) -> Blob:
    """Hash a file where it lies; copy what cannot be read twice (stdin, pipes, URLs) into ``folder``.

    Raises:
        VocError: it cannot be read, is larger than ``max_bytes``, or is a device.
    """
    try:
        if found.path is None:
            return spool(sys.stdin.buffer, found.name, folder, max_bytes)
        if isinstance(found.path, str):
            with remote.opened(found.path) as (stream, changed):
                return spool(stream, found.name, folder, max_bytes, changed)
        info = found.path.stat()
        if stat.S_ISFIFO(info.st_mode):
            with found.path.open("rb") as pipe:
                return spool(pipe, found.name, folder, max_bytes)
        if not stat.S_ISREG(info.st_mode):
            raise VocError(f"{found.name} is not a file.", "Name a file, a folder or a glob.")
        if info.st_size > max_bytes:
            raise too_large(found.name, max_bytes)
        modified = datetime.fromtimestamp(info.st_mtime, UTC).replace(tzinfo=None)
        return Blob(found.name, found.path, info.st_size, _sha256(found.path), modified)
    except PermissionError as error:
        raise VocError(f"You are not allowed to read {found.name}.", "Check its permissions.") from error
    except OSError as error:
        raise VocError(f"Cannot read {found.name}: {_why(error)}.", "Check the file and the disk.") from error


def check_whole(blob: Blob) -> None:
    """Make sure that a file was not cut or rewritten while it was read; one that only grew, or is gone by now, was not.

    Raises:
        VocError: it was.
    """
    try:
        info = blob.path.stat()
    except OSError:
        return
    modified = datetime.fromtimestamp(info.st_mtime, UTC).replace(tzinfo=None)
    if info.st_size < blob.size or (info.st_size == blob.size and modified > blob.modified):
        raise VocError(
            f"{blob.name} changed while it was read.", "Wait until it has been written, then run again."
        )


def spool(
    stream: BinaryIO, name: str, folder: Path, max_bytes: int, modified: datetime | None = None
) -> Blob:
    """Copy ``stream`` to a file in ``folder``, hashing it, stopping with an error past ``max_bytes``."""
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as target:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise too_large(name, max_bytes)
            digest.update(chunk)
            target.write(chunk)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return Blob(name, Path(target.name), size, digest.hexdigest(), modified or now)


def too_large(name: str, limit: int) -> VocError:
    """The error for input past a size limit."""
    return VocError(
        f"{name} is larger than the limit of {limit / (1 << 20):,.0f} MiB.",
        "Split it, or raise max_file_bytes (max_unpacked_bytes for archives).",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not a valid name"
