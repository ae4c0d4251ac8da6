"""Kill a watching process at a random line of voc.service, again and again; then let one end in peace.

usage: python kill_loop.py FOLDER KILLS SEED        prints how many were killed

Each life is a fork of this process, so that libraries are imported once. Files are dropped between lives.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import orjson  # noqa: F401 - before the forks
from service_samples import drop, make_watch, run_once

LINES = 900
"""Lines of voc.service that a life runs through, about."""


class Killer:
    """A trace function that counts lines of the package and ends the process at one of them."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Killer | None:
        if f"{os.sep}service{os.sep}" not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def life(base: Path, at: int) -> bool:
    """Whether it was killed before it ended by itself."""
    child = os.fork()
    if child == 0:
        sys.settrace(Killer(at))
        watch = make_watch(base, post=True)
        watch.run(settle=0.001, once=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return os.WIFSIGNALED(status)


def main() -> None:
    base, kills, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    (base / "inbox").mkdir()
    killed = lives = 0
    while killed < kills:
        for number in range(2):
            name = f"{lives}-{number}"
            drop(base / "inbox", f"{name}.csv", [f"{name}-{row}" for row in range(7)])
        killed += life(base, chance.randrange(1, LINES))
        lives += 1
    run_once(base, post=True)
    print(killed, lives)


if __name__ == "__main__":
    main()
