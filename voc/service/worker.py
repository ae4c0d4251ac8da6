"""One thread that answers: requests that come together are answered together, and only so many may wait."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from voc.types import Record

Rows = list[dict[str, Any]]
Answer = Callable[[Sequence[Record]], Rows]
LONGEST_RETRY = 60


class BusyError(Exception):
    """Too much waits already. ``retry_after``: seconds, at the present rate."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too much waits already")
        self.retry_after = retry_after


class Job(NamedTuple):
    """One request: what is asked of which records, and who waits for it."""

    kind: str
    records: Sequence[Record]
    future: Future[Rows]


class Worker:
    """Answers from a thread of its own, in the order in which requests came.

    Args:
        answers: for each kind of request, a function from records to one row each.
        most_waiting: records that may wait.
        together: records answered at once, unless one request has more.
    """

    def __init__(self, answers: Mapping[str, Answer], most_waiting: int = 1000, together: int = 64) -> None:
        self.answers, self.most_waiting, self.together = answers, most_waiting, together
        self.waiting = 0
        """Records that wait."""
        self._pace = 0.01
        self._jobs: deque[Job] = deque()
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="voc-worker", daemon=True)
        self._thread.start()

    def submit(self, kind: str, records: Sequence[Record]) -> Future[Rows]:
        """Ask; the future's result is one row for each record, in order.

        Raises:
            BusyError: too much waits, or the worker is closing.
        """
        future: Future[Rows] = Future()
        with self._changed:
            if self._closed or (self.waiting and self.waiting + len(records) > self.most_waiting):
                raise BusyError(min(LONGEST_RETRY, math.ceil(self.waiting * self._pace) or 1))
            self.waiting += len(records)
            self._jobs.append(Job(kind, records, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Take no more, and end when all that waits is answered."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while jobs := self._take():
            start = time.perf_counter()
            self._answer([job for job in jobs if job.future.set_running_or_notify_cancel()])
            count = sum(len(job.records) for job in jobs)
            self._pace = 0.8 * self._pace + 0.2 * (time.perf_counter() - start) / max(count, 1)
            with self._changed:
                self.waiting -= count

    def _take(self) -> list[Job]:
        """The next jobs of one kind; none when the worker is closed and all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            taken: list[Job] = []
            room = self.together
            while self._jobs and (not taken or self._fits(taken[0], room)):
                taken.append(self._jobs.popleft())
                room -= len(taken[-1].records)
            return taken

    def _fits(self, first: Job, room: int) -> bool:
        return self._jobs[0].kind == first.kind and len(self._jobs[0].records) <= room

    def _answer(self, jobs: list[Job]) -> None:
        """Together; each alone when that fails, so that one request's trouble is its own."""
        if not jobs:
            return
        try:
            rows = self.answers[jobs[0].kind]([record for job in jobs for record in job.records])
        except Exception as error:
            if len(jobs) == 1:
                jobs[0].future.set_exception(error)
                return
            for job in jobs:
                self._answer([job])
            return
        given = iter(rows)
        for job in jobs:
            job.future.set_result([next(given) for _ in job.records])
