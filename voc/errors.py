"""The one exception users see."""

from __future__ import annotations

UNUSABLE_INPUT = 3
"""Exit code: the input can't be used."""
USAGE = 2
"""Exit code: wrong usage (an option or a setting)."""
REJECTED_ROWS = 4
"""Exit code: done, but rows were rejected and ``--strict`` was given."""


class VocError(Exception):
    """An error that a user can cause, and can mend.

    Args:
        message: what happened and where (file, row, option), without customer text.
        hint: what to do next.
        exit_code: 3 when the input can't be used (the default), 2 for wrong usage.
    """

    def __init__(self, message: str, hint: str = "", exit_code: int = UNUSABLE_INPUT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message
