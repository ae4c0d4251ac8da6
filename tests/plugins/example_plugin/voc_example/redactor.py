import re
from collections.abc import Iterator

LOCKER = re.compile(r"\blocker [A-Z]{3}-[A-Z]{2}\b")


def find_lockers(text: str) -> Iterator[tuple[int, int]]:
    """Where the text names a parcel locker: each becomes [LOCKER]."""
    for match in LOCKER.finditer(text):
        yield match.span()
