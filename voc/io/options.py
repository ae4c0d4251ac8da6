"""What a user may say about the input; everything left out is detected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_COLUMNS = 5_000
"""More columns than this is not a feedback export."""
SAMPLE_ROWS = 2_000
"""Rows looked at before columns are mapped."""
SAMPLE_CHARS = 32_000_000
"""The sample stops here even when it has fewer rows, so that huge cells cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read exports. Every field that is ``None`` is detected from the file.

    ``text_column`` may name several columns, ``"title + body"``: they are joined by a newline.
    ``sheet`` is a sheet's name or its number from 1; ``shape`` the name of a known export or a YAML file.
    ``as_of`` is the day relative dates ("3 days ago") are counted from; without it, the file's date.
    ``date_order`` (``"dmy"``, ``"mdy"`` or ``"ymd"``) settles dates such as 03/04/2024.
    Sizes: ``max_cell_chars`` in characters a cell, ``max_file_bytes`` and ``max_unpacked_bytes``
    (all members of one archive together) in bytes.
    """

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    rating_column: str | None = None
    author_column: str | None = None
    language_column: str | None = None
    sheet: str | None = None
    shape: str | None = None
    as_of: datetime | None = None
    date_order: str | None = None
    max_cell_chars: int = 1_000_000
    max_file_bytes: int = 8 << 30
    max_unpacked_bytes: int = 4 << 30

    @property
    def max_row_chars(self) -> int:
        """Characters a row may have before it is set aside unread."""
        return 4 * self.max_cell_chars


DEFAULTS = ReadOptions()
