from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voc.routing import contacts
from voc.routing.contacts import Contacts

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_earlier_tickets_of_the_same_author_within_the_time_count() -> None:
    seen = Contacts(7 * DAY)
    assert seen.count("ann", NOW) == 0
    assert seen.count("bob", NOW) == 0
    assert seen.count("ann", NOW + DAY) == 1
    assert seen.count("ann", NOW + 8 * DAY) == 1
    assert seen.count("ann", NOW + 30 * DAY) == 0


def test_nobody_repeats_nothing() -> None:
    seen = Contacts(DAY)
    assert [seen.count(None, NOW), seen.count(None, NOW), seen.count("", NOW)] == [0, 0, 0]


def test_naive_times_are_utc() -> None:
    seen = Contacts(DAY)
    seen.count("ann", NOW)
    assert seen.count("ann", NOW.replace(tzinfo=None)) == 1


def test_memory_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(contacts, "AUTHORS", 100)
    seen = Contacts(DAY)
    for number in range(1000):
        seen.count(f"author {number}", NOW)
        seen.count("regular", NOW)
    assert len(seen._seen) <= 100
    assert seen.count("regular", NOW) == contacts.TIMES
    assert seen.count("author 1", NOW) == 0
