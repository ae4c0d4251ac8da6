"""Work for a cluster in tests; in a module of its own, because workers import it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voc.errors import VocError


@dataclass(frozen=True)
class Double:
    """Doubles, and says who did it; takes its time."""

    seconds: float = 0.0

    def __call__(self, block: list[int]) -> list[int]:
        time.sleep(self.seconds)
        return [2 * value for value in block]


@dataclass(frozen=True)
class DieOnce:
    """Kills its worker at one block, the first time."""

    at: int
    mark: Path

    def __call__(self, block: list[int]) -> list[int]:
        if block[0] == self.at and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return block


@dataclass(frozen=True)
class FailOnce:
    """Fails as a network does, the first time."""

    mark: Path

    def __call__(self, block: Any) -> Any:
        if not self.mark.exists():
            self.mark.touch()
            raise ConnectionResetError("the store went away")
        return block


@dataclass(frozen=True)
class Refuse:
    """Has a user's error."""

    def __call__(self, block: Any) -> Any:
        raise VocError("the model is not there", "Name another.", 2)
