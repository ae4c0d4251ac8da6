"""Work for processes in tests; in a module of its own, because they import it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from voc.errors import VocError


@dataclass(frozen=True)
class Where:
    """Says which process did it."""

    plain = True

    def __call__(self, block: int) -> tuple[int, int]:
        return block, os.getpid()


@dataclass(frozen=True)
class Dies:
    """Kills its process at one block, unless it is this one."""

    at: int
    home: int
    mark: Path
    plain = True

    def __call__(self, block: int) -> int:
        if block == self.at and os.getpid() != self.home:
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return block


@dataclass(frozen=True)
class Refuses:
    """Can't do one block."""

    plain = True

    def __call__(self, block: int) -> int:
        if block == 3:
            raise VocError("block 3 can't be used", "Leave it out.")
        return block


@dataclass(frozen=True)
class Waits:
    """Writes down who it is, and waits."""

    folder: Path

    def __call__(self, block: int) -> int:
        (self.folder / str(os.getpid())).touch()
        signal.pause()
        return block
