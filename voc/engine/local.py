"""The engine of one machine: block after block, lazily; blocks set aside don't fill the memory."""

from __future__ import annotations

import errno
import mmap
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from voc.engine import Work
from voc.errors import VocError

_ALIGN = 64
"""Arrow wants its buffers on boundaries of so many bytes."""


class LocalEngine:
    """Does work in this process; what is Python alone, in as many processes as there are processors.

    Args:
        folder: where arrays and tables of kept blocks lie until they are done with.
        processes: how many; as many as this process may use processors when None.
    """

    threads: int | None = None

    def __init__(self, folder: Path | None = None, processes: int | None = None) -> None:
        self.folder = folder
        self.processes = processes

    def reachable(self, inputs: Sequence[str | Path]) -> tuple[str, ...]:
        """Return the inputs as they are."""
        return tuple(map(str, inputs))

    def source(self, read: Callable[[], Iterator[Any]]) -> Iterable[Any]:
        """Return the blocks as they are read."""
        return read()

    def map(self, work: Work, blocks: Iterable[Any]) -> Iterable[Any]:
        """Return what ``work`` makes of each block, when it is asked for."""
        if not getattr(work, "plain", False):
            return map(work, blocks)
        from voc.engine.processes import spread
        from voc.models.embedded_runtime import available_cores

        return spread(work, blocks, self.processes or available_cores())

    def keep(self, blocks: Iterable[Any], tell: Callable[[Any], None] | None = None) -> Iterable[Any]:
        """Go through the blocks and set them aside.

        Raises:
            VocError: the disk is full.
        """
        try:
            return Kept(_telling(blocks, tell), self.folder)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            where = self.folder or tempfile.gettempdir()
            raise VocError(
                f"{where}: the disk is full", "Free some space and run again; nothing was replaced."
            ) from None


def _telling(blocks: Iterable[Any], tell: Callable[[Any], None] | None) -> Iterator[Any]:
    for block in blocks:
        yield block
        if tell:
            tell(block)


class Kept:
    """Blocks to be gone through again: objects in memory, arrays and Arrow tables in a mapped file.

    The file has no name, so that nothing is left of it however the process ends. A block's part of it is
    mapped while somebody holds the block, so that pages of blocks let go don't count as memory in use.

    Args:
        blocks: anything that pickles; buffers are taken out of the pickle (PEP 574).
        folder: where the file lies.
    """

    def __init__(self, blocks: Iterable[Any], folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as the blocks
        self._blocks: list[tuple[bytes, int, list[tuple[int, int]]]] = []
        for block in blocks:
            self._add(block)
        self._file.flush()

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Any]:
        for objects, start, places in self._blocks:
            yield pickle.loads(objects, buffers=self._buffers(start, places))

    def _add(self, block: Any) -> None:
        buffers: list[pickle.PickleBuffer] = []
        objects = pickle.dumps(block, protocol=5, buffer_callback=buffers.append)
        start = self._pad(mmap.ALLOCATIONGRANULARITY) if buffers else 0
        places = []
        for buffer in buffers:
            at = self._pad(_ALIGN) - start
            with buffer.raw() as raw:
                self._file.write(raw)
                places.append((at, raw.nbytes))
        self._blocks.append((objects, start, places))

    def _pad(self, boundary: int) -> int:
        self._file.write(bytes(-self._file.tell() % boundary))
        return self._file.tell()

    def _buffers(self, start: int, places: list[tuple[int, int]]) -> list[memoryview]:
        length = max((at + size for at, size in places), default=0)
        if not length:
            return [memoryview(b"") for _ in places]
        mapped = mmap.mmap(self._file.fileno(), length, access=mmap.ACCESS_READ, offset=start)
        view = memoryview(mapped)
        return [view[at : at + size] for at, size in places]
