"""Lives of a command: forks of this process that are killed with SIGKILL, at a moment or at a line of what writes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

WRITES = tuple(
    f"voc{os.sep}{part}"
    for part in (f"store{os.sep}", f"service{os.sep}", f"io{os.sep}write.py", "result.py", "training.py")
)
"""Where the disk is written to: half of the kills fall on a line of these."""
IN_BLOCKS = "run in blocks"
"""Names `voc run` as it goes above 25,000 rows, with blocks of 16."""
HUNG = 120.0
"""Seconds after which a life is said to hang."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Killer:
    """A trace function that ends the process at the ``at``-th line of what writes; without it, counts them."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.seen = at, 0
        self._writes: dict[CodeType, bool] = {}

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Killer | None:
        """Count, and kill."""
        code = frame.f_code
        writes = self._writes.get(code)
        if writes is None:
            writes = self._writes[code] = any(part in code.co_filename for part in WRITES)
        if not writes:
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def command(arguments: Sequence[object], folder: Path) -> int:
    """Run the command line in a folder; paths are said relative to it, since a run writes down those it was given."""
    from voc.cli import cli
    from voc.cli.console import guarded

    os.chdir(folder)
    os.environ["VOC_CACHE_DIR"] = str(folder / "cache")
    if arguments[0] == IN_BLOCKS:
        from voc import large

        large.FITS, large.BLOCK, arguments = 0, 16, ["run", *arguments[1:]]
    sys.argv = ["voc", *map(str, arguments)]
    return guarded(cli)


def warm(lives: Sequence[tuple[Sequence[object], Path]]) -> None:
    """Run commands in this process: what they import, compile and read then need not be done by each fork.

    Raises:
        SystemExit: one failed, or left a thread behind, which a fork would wait for in vain.
    """
    here = os.getcwd()
    for arguments, folder in lives:
        if (code := command(arguments, folder)) != 0:
            raise SystemExit(f"voc {arguments[0]} ended with {code}: {' '.join(map(str, arguments))}")
    os.chdir(here)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    if (left := threading.active_count() - 1) > 0:  # Arrow's own are made anew after a fork
        raise SystemExit(f"{left} threads are left of the warm-up")


def life(arguments: Sequence[object], folder: Path, moment: float | None, line: int | None) -> int | None:
    """Fork, run the command in a folder, and kill it; the exit code, or None when it was killed.

    Raises:
        SystemExit: it hangs.
    """
    child = os.fork()
    if child == 0:
        _live(arguments, folder, line)
    begun = time.monotonic()
    end = begun + moment if moment is not None else float("inf")
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        now = time.monotonic()
        if now > end:
            os.kill(child, signal.SIGKILL)
            end = float("inf")
        if now > begun + HUNG:
            os.kill(child, signal.SIGKILL)
            raise SystemExit(f"voc {' '.join(map(str, arguments))} hung for {HUNG:.0f} s")
        time.sleep(0.002)


def _live(arguments: Sequence[object], folder: Path, line: int | None) -> None:
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    if line:
        sys.settrace(Killer(line))
    os._exit(command(arguments, folder))


def lines_written(arguments: Sequence[object], folder: Path) -> int:
    """How many lines of what writes an uninterrupted life runs through, told through a pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counter = Killer()
        sys.settrace(counter)
        command(arguments, folder)
        sys.settrace(None)
        os.write(writing, str(counter.seen).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        return int(told.read())
