"""The work folder: what an unfinished run has finished so far, beside its output until the run is done.

Each stage is kept under a key that hashes all that decides it, with the sha256 of each of its files: what is
found again is right, or it is not found.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from voc.errors import VocError
from voc.store import lock
from voc.store.checksums import SUMS, damaged, write_sums
from voc.store.run_folder import tidy

if TYPE_CHECKING:
    from types import TracebackType

    from voc.store.cache import VectorStore

log = logging.getLogger(__name__)
T = TypeVar("T")
LOCK = "lock"


@dataclass(frozen=True)
class Shelf:
    """Finished stages in a folder; where there is no such folder, nothing is kept."""

    folder: Path | None

    def stage(
        self,
        name: str,
        key: str,
        make: Callable[[], T],
        save: Callable[[T, Path], None],
        load: Callable[[Path], T],
    ) -> T:
        """What an interrupted run kept of a stage, else what ``make`` returns, which is then kept.

        Args:
            name: of the stage.
            key: hash of all that decides what ``make`` returns.
            make: does the work.
            save: writes it into a folder.
            load: reads that folder.
        """
        if self.folder is None or not self.folder.is_dir():
            return make()
        place = self.folder / f"{name}-{key}"
        if place.is_dir():
            found = _loaded(place, load)
            if found is not None:
                log.info("%s: finished by the interrupted run, and taken from it", name)
                return found
        value = make()
        self._keep(place, value, save)
        return value

    def _keep(self, place: Path, value: T, save: Callable[[T, Path], None]) -> None:
        """A disk that is full only costs what could have been resumed."""
        draft = place.with_name(f"{secrets.token_hex(4)}.part")
        try:
            draft.mkdir()
            save(value, draft)
            write_sums(draft)
            draft.rename(place)
        except Exception as error:  # libraries wrap the system's errors in their own
            log.warning("what is done so far can't be kept (%s); going on", type(error).__name__)
            shutil.rmtree(draft, ignore_errors=True)


class Work:
    """``.NAME.work`` beside the output ``NAME``; a context manager.

    It stays when the block ends with an error or the process is killed, and goes when ``done`` was called.
    Without an output, nothing is kept.

    ``shelf`` holds the stages.

    Args:
        output: the run folder to be.
        resume: keep what an interrupted run left; else it is dropped.

    Raises:
        VocError (on entering): another process is writing the same output.
    """

    def __init__(self, output: Path | None = None, resume: bool = False) -> None:
        self.output = output
        self.folder = output.absolute().with_name(f".{output.name}.work") if output else None
        self.resume = resume
        self.shelf = Shelf(self.folder)
        self._held: int | None = None
        self._vectors: VectorStore | None = None

    def __enter__(self) -> Work:
        """Take the folder: only one run may write an output at a time."""
        if self.folder is not None and self.output is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / LOCK).touch()
            self._held = lock.take(self.folder / LOCK)
            if self._held is None:
                raise VocError(
                    f"-o {self.output}: another `voc run` is writing it",
                    "Wait until it is done, or choose another folder.",
                )
            tidy(self.output)
            if not self.resume:
                self._clear()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the folder; an empty one is removed."""
        if self._vectors is not None:
            self._vectors.close()
        if self._held is None or self.folder is None:
            return
        if self.folder.is_dir() and not any(path.name != LOCK for path in self.folder.iterdir()):
            self.done()
        lock.release(self._held)

    def done(self) -> None:
        """Remove the folder: the run is complete."""
        if self._vectors is not None:
            self._vectors.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def vectors(self) -> VectorStore | None:
        """A store of vectors for this run alone, for runs that use no cache."""
        if self.folder is None:
            return None
        from voc.store.cache import VectorStore

        self._vectors = self._vectors or VectorStore(self.folder / "vectors.sqlite", lasting=False)
        return self._vectors

    def _clear(self) -> None:
        assert self.folder is not None
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != LOCK:
                path.unlink(missing_ok=True)


def _loaded(place: Path, load: Callable[[Path], T]) -> T | None:
    """The stage, or ``None`` (and its folder goes) if a byte of it has changed."""
    try:
        if (place / SUMS).is_file() and not damaged(place):
            return load(place)
        log.warning("%s is damaged and is done again", place.name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s can't be read (%s) and is done again", place.name, type(error).__name__)
    shutil.rmtree(place, ignore_errors=True)
    return None


def key_of(parts: Iterable[object]) -> str:
    """A hash of the ``repr`` of each part, in order."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(repr(part).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
