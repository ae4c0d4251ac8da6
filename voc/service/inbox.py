"""A folder that others drop files into: which of them are whole, and where they go afterwards."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from voc.errors import USAGE, VocError
from voc.io.sources import DATA_SUFFIXES
from voc.service.database import Database

log = logging.getLogger(__name__)
LOCK = ".voc-watch.lock"
DONE, FAILED = "done", "failed"
TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".download", ".swp", "~")
"""How names end while a file is being written."""
NAME_MAX = 255
"""Bytes that file systems take for a name."""
CHUNK = 1 << 20
Signature = tuple[int, int, int]
"""Size, time of the last change, inode: differs once a file is written to or replaced."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A whole file. ``name`` is fit to be stored: what is not UTF-8 in it is escaped."""

    path: Path
    signature: Signature

    @property
    def name(self) -> str:
        """The file's name, escaped."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def changed(self) -> bool:
        """Whether it was written to, replaced or taken away since."""
        return _signature(self.path) != self.signature

    def sha256(self) -> str:
        """Of its content."""
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


class Inbox:
    """Looks into a folder now and then. Only regular files of its own level count: no links, no folders.

    Args:
        folder: where files are dropped; this process alone may watch it.

    Raises:
        VocError: there is no such folder, it can't be written, or another voc watches it.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise VocError(f"There is no folder {folder}.", "Create it first.", USAGE)
        if not os.access(folder, os.W_OK):
            raise VocError(
                f"You are not allowed to write into {folder}.", "Files are moved once done.", USAGE
            )
        self.folder = folder
        self._lock = Database(folder / LOCK, "")
        self._before: dict[str, Signature] = {}
        self._ignored: set[str] = set()
        self._left: dict[str, Signature] = {}

    def look(self) -> tuple[list[Dropped], int]:
        """Files that are as they were at the last look, by name; and how many are still being written."""
        now = dict(self._candidates())
        whole = [name for name, signature in now.items() if self._before.get(name) == signature]
        self._before = now
        return [Dropped(self.folder / name, now[name]) for name in sorted(whole)], len(now) - len(whole)

    def _candidates(self) -> Iterator[tuple[str, Signature]]:
        for entry in os.scandir(self.folder):
            signature = _signature(Path(entry.path))
            if signature is None or not signature[0] or self._left.get(entry.name) == signature:
                continue
            if entry.name.startswith((".", "~$")) or entry.name.lower().endswith(TEMPORARY):
                continue
            if Path(entry.name).suffix.lower() in DATA_SUFFIXES:
                yield entry.name, signature
            elif entry.name not in self._ignored:
                self._ignored.add(entry.name)
                log.warning("%r is not the name of an export: left where it is", entry.name)

    def put_away(self, dropped: Dropped, folder: str, digest: str) -> None:
        """Move a file that was dealt with; one that can't be moved is left alone from now on.

        What was dropped under its name meanwhile stays: the next looks find it.
        """
        if dropped.changed():
            return
        target = self._target(dropped, folder, digest)
        try:
            target.parent.mkdir(exist_ok=True)
            dropped.path.rename(target)
        except FileNotFoundError:
            return
        except OSError as error:
            self.leave(dropped)
            log.warning("%r can't be moved to %s: %s", dropped.name, folder, error.strerror)
            return
        # It may have been replaced after the check above; nobody can replace it where it is now.
        if _is_another(replace(dropped, path=target), digest):
            self._give_back(dropped, target)

    def _target(self, dropped: Dropped, folder: str, digest: str) -> Path:
        """A free name: nothing that was moved there before is overwritten."""
        target = self.folder / folder / dropped.path.name
        number = 0
        while target.exists():
            number += 1
            target = target.with_name(_prefixed(f"{digest[:12]}.{number}.", dropped.path.name))
        return target

    def _give_back(self, dropped: Dropped, target: Path) -> None:
        """Undo a move; beside what took the name in that moment, if anything did."""
        back = dropped.path
        number = 0
        while back.exists():
            number += 1
            back = back.with_name(_prefixed(f"{number}.", dropped.path.name))
        try:
            target.rename(back)
        except OSError as error:
            log.warning(
                "What replaced %r is in %s, but was not routed: %s",
                dropped.name, target.parent.name, error.strerror,
            )  # fmt: skip

    def leave(self, dropped: Dropped) -> None:
        """Look at a file no more, unless it changes."""
        self._left[dropped.path.name] = dropped.signature

    def close(self) -> None:
        """Let others watch the folder."""
        self._lock.close()


def _signature(path: Path) -> Signature | None:
    """None for what is no regular file, or is gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _is_another(moved: Dropped, digest: str) -> bool:
    """Whether it is not the file of this digest; on some file systems a move alone changes the inode."""
    try:
        return moved.changed() and moved.sha256() != digest
    except OSError:
        return True


def _prefixed(prefix: str, name: str) -> str:
    """Both; of a name that is too long for that its end, where the suffix is."""
    room = NAME_MAX - len(prefix)
    encoded = os.fsencode(name)
    return prefix + (name if len(encoded) <= room else encoded[-room:].decode("utf-8", "ignore"))
