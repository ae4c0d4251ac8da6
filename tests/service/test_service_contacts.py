from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voc.routing.contacts import Contacts
from voc.service.contacts import SCHEMA, KeptContacts
from voc.service.database import Database

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Memory(KeptContacts):
    """Of seven days, at a time of its own; opened again, it is another process."""

    now = NOW

    def __init__(self, path: Path) -> None:
        super().__init__(Database(path, SCHEMA), 7 * DAY, lambda: self.now.timestamp())

    def rows(self) -> int:
        return self.database.rows("SELECT count(*) FROM contacts")[0][0]

    def routed(self, author: str | None, when: datetime) -> int:
        self.now = max(self.now, when)
        found = self.count(author, when)
        self.keep()
        return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    memory = Memory(path)
    yield memory
    memory.database.close()


def test_what_was_routed_counts_after_a_restart(path: Path) -> None:
    first = Memory(path)
    assert [first.count("ann", NOW), first.count("ann", NOW), first.count("bob", NOW)] == [0, 1, 0]
    first.keep()
    first.database.close()
    second = Memory(path)
    assert second.count("ann", NOW + DAY) == 2
    assert second.count("bob", NOW + DAY) == 1
    assert second.count("cem", NOW + DAY) == 0
    second.database.close()


def test_what_was_not_routed_does_not_count(path: Path) -> None:
    killed = Memory(path)
    killed.count("ann", NOW)
    killed.database.close()
    again = Memory(path)
    assert again.count("ann", NOW) == 0
    again.forget()
    assert again.count("ann", NOW) == 0
    again.database.close()


def test_it_counts_as_the_memory_of_one_process_does(memory: Memory) -> None:
    plain = Contacts(7 * DAY)
    tickets = [("ann", NOW + n * DAY / 2) for n in range(12)] + [("bob", NOW), (None, NOW), ("", NOW)]
    tickets.append(("ann", NOW.replace(tzinfo=None)))
    for author, when in tickets:
        assert memory.count(author, when) == plain.count(author, when), (author, when)
        if when.day % 2:
            memory.keep()


def test_it_holds_no_more_than_the_time_looked_back(memory: Memory) -> None:
    for day in range(60):
        memory.routed(f"author {day}", NOW + day * DAY)
    assert memory.rows() == 8
    memory.count("typed the wrong year", NOW + 3650 * DAY)
    memory.keep()
    assert memory.routed("author 59", NOW + 60 * DAY) == 1


def test_a_backlog_from_before_a_long_stop_counts_its_own(memory: Memory) -> None:
    memory.routed("ann", NOW)
    memory.now = NOW + 30 * DAY
    assert memory.count("bob", NOW + DAY) == 0
    memory.keep()
    assert memory.count("ann", NOW + 2 * DAY) == 1


def test_an_old_export_counts_its_own(memory: Memory) -> None:
    memory.routed("ann", NOW)
    long_ago = NOW - 900 * DAY
    assert memory.count("bob", long_ago) == 0
    memory.keep()
    assert memory.count("bob", long_ago + DAY) == 1
