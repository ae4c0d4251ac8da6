"""Repeat contact: how often an author has written lately, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import UTC, datetime, timedelta
from typing import Protocol

AUTHORS = 100_000
"""Authors remembered; those silent for longest are forgotten first."""
TIMES = 20
"""Contacts remembered of each: more are not told apart."""


class Memory(Protocol):
    """Anything that counts an author's earlier tickets and notes the present one."""

    def count(self, author: str | None, when: datetime) -> int:
        """As ``Contacts.count``."""
        ...


def aware(when: datetime) -> datetime:
    """The time with its zone: UTC where it names none."""
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when


class Contacts:
    """Counts earlier tickets of the same author, in the order the tickets come, while the process lives.

    Args:
        within: how far back a ticket still counts.
    """

    def __init__(self, within: timedelta) -> None:
        self.within = within
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def count(self, author: str | None, when: datetime) -> int:
        """How many tickets of ``author`` (a pseudonym) came before, within the time; this one is noted.

        A ticket without an author is nobody's repeat. Naive times are UTC.
        """
        if not author:
            return 0
        moment = aware(when)
        times = self._seen.setdefault(author, deque(maxlen=TIMES))
        self._seen.move_to_end(author)
        earlier = sum(abs(moment - other) <= self.within for other in times)
        times.append(moment)
        if len(self._seen) > AUTHORS:
            self._seen.popitem(last=False)
        return earlier
