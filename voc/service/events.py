"""What is sent of a routed ticket: its row, which holds nothing of its text."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]


def events(rows: Sequence[Row], source: str | None = None, first: int = 0) -> list[tuple[str, bytes]]:
    """(idempotency key, JSON body) of each row that went to a queue.

    Args:
        rows: as ``Router.answer`` gives them; a turn that is not a customer's has no queue.
        source: what tells the rows' origin for good, so that the same row has the same key; random keys
            when None.
        first: position in the source of the first row.
    """
    import orjson

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [
        (_key(source, place), orjson.dumps({"type": "ticket.routed", "timestamp": now, "data": row}))
        for place, row in enumerate(rows, first)
        if row["queue"] is not None
    ]


def _key(source: str | None, place: int) -> str:
    if source is None:
        return f"msg_{secrets.token_hex(16)}"
    return f"msg_{hashlib.sha256(f'{source}:{place}'.encode()).hexdigest()[:32]}"
