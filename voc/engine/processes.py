"""Work in Python alone, spread over the processors of this machine: a process each, as threads would take turns."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import chain, islice
from multiprocessing import connection, get_context, parent_process
from typing import Any

from voc.engine import Work

FEW = 8
"""Fewer blocks than this are worked on here: a process takes a second to start."""
_AHEAD = 3
"""Blocks a process that are sent before the first answer is taken."""


def spread(work: Work, blocks: Iterable[Any], processes: int) -> Iterator[Any]:
    """Yield what ``work`` makes of each block, in order, each exactly once.

    Args:
        work: must survive pickling.
        blocks: are pickled, too, as is what comes of them.
        processes: how many; with one, all is done in this process.
    """
    blocks = iter(blocks)
    first = list(islice(blocks, FEW))
    if processes < 2 or len(first) < FEW:
        yield from map(work, chain(first, blocks))
        return
    # A fork would copy locks that other threads hold; a new interpreter has none.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (work,))
    try:
        sent: deque[tuple[Any, Future[Any] | None]] = deque()
        for block in chain(first, blocks):
            sent.append((block, _submitted(pool, block)))
            if len(sent) > _AHEAD * processes:
                yield _answer(work, *sent.popleft())
        while sent:
            yield _answer(work, *sent.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, block: Any) -> Future[Any] | None:
    with suppress(BrokenProcessPool):
        return pool.submit(_do, block)
    return None


def _answer(work: Work, block: Any, future: Future[Any] | None) -> Any:
    """A process that was killed (out of memory, by somebody) costs time, and no block."""
    if future is not None:
        with suppress(BrokenProcessPool):
            return future.result()
    return work(block)


_work: list[Work] = []
"""What this process does; empty in the one that sends the blocks."""


def _begin(work: Work) -> None:
    _work.append(work)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A pool's processes don't notice that the one they work for was killed."""
    connection.wait([parent])
    os._exit(1)


def _do(block: Any) -> Any:
    return _work[0](block)
