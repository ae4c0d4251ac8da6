"""What the service takes, and the errors it gives: JSON with a code and a sentence, never a ticket's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on requests: sizes in bytes and characters, times in seconds."""

    body_bytes: int = 1_000_000
    tickets: int = 256
    text_chars: int = 20_000
    fields: int = 100
    """Of one ticket, nested ones counted."""
    header_seconds: float = 10.0
    body_seconds: float = 10.0
    answer_seconds: float = 30.0
    connections: int = 256


@dataclass
class RefusedError(Exception):
    """An answer that is an error."""

    status: int
    code: str
    message: str
    where: tuple[str | int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """The JSON body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        return {"error": error | ({"where": list(self.where)} if self.where else {})}
