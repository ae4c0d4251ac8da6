from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from voc.service.worker import BusyError, Worker
from voc.types import Record


def records(*texts: str) -> list[Record]:
    return [Record(text, "request", 1, text) for text in texts]


class Slow:
    """Answers when it is let; remembers what came together."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def __call__(self, given: Sequence[Record]) -> list[dict[str, str]]:
        self.begun.set()
        assert self.go.wait(10)
        self.batches.append([record.text for record in given])
        if any(record.text == "poison" for record in given):
            raise ValueError("no")
        return [{"text": record.text} for record in given]


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_requests_that_come_together_are_answered_together_each_with_its_own(slow: Slow) -> None:
    worker = Worker({"route": slow})
    first = worker.submit("route", records("a"))
    assert slow.begun.wait(10)
    others = [worker.submit("route", records(*texts)) for texts in (("b", "c"), ("d",))]
    slow.go.set()
    assert first.result(10) == [{"text": "a"}]
    assert [[row["text"] for row in other.result(10)] for other in others] == [["b", "c"], ["d"]]
    assert slow.batches == [["a"], ["b", "c", "d"]]
    worker.close()


def test_kinds_are_not_mixed_and_a_batch_is_bounded(slow: Slow) -> None:
    worker = Worker({"route": slow, "classify": slow}, together=3)
    futures = [worker.submit("route", records("a"))]
    assert slow.begun.wait(10)
    for kind, texts in (("route", "bc"), ("route", "de"), ("classify", "f"), ("route", "g")):
        futures.append(worker.submit(kind, records(*texts)))
    slow.go.set()
    for future in futures:
        future.result(10)
    assert slow.batches == [["a"], ["b", "c"], ["d", "e"], ["f"], ["g"]]
    worker.close()


def test_beyond_the_bound_it_is_busy_and_says_when_to_come_back(slow: Slow) -> None:
    worker = Worker({"route": slow}, most_waiting=3)
    futures = [worker.submit("route", records("a", "b"))]
    futures.append(worker.submit("route", records("c")))
    with pytest.raises(BusyError) as busy:
        worker.submit("route", records("d"))
    assert 1 <= busy.value.retry_after <= 60
    slow.go.set()
    assert [len(future.result(10)) for future in futures] == [2, 1]
    worker.close()
    assert worker.waiting == 0


def test_one_requests_trouble_is_its_own(slow: Slow) -> None:
    worker = Worker({"route": slow})
    first = worker.submit("route", records("a"))
    assert slow.begun.wait(10)
    bad, good = (worker.submit("route", records(text)) for text in ("poison", "fine"))
    slow.go.set()
    assert good.result(10) == [{"text": "fine"}]
    with pytest.raises(ValueError, match="no"):
        bad.result(10)
    first.result(10)
    worker.close()


def test_what_waits_is_answered_before_the_end_and_nothing_after(slow: Slow) -> None:
    worker = Worker({"route": slow})
    futures = [worker.submit("route", records(text)) for text in "abc"]
    slow.go.set()
    worker.close()
    assert all(future.done() for future in futures)
    with pytest.raises(BusyError):
        worker.submit("route", records("d"))


def test_a_request_that_was_given_up_is_not_answered(slow: Slow) -> None:
    worker = Worker({"route": slow})
    first = worker.submit("route", records("a"))
    assert slow.begun.wait(10)
    assert worker.submit("route", records("b")).cancel()
    slow.go.set()
    first.result(10)
    worker.close()
    assert slow.batches == [["a"]]
