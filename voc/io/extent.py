"""How far the cells of an xlsx sheet reach: its reader makes room for every cell up to the last one.

One stray cell in the last corner of a sheet of five rows would ask for 550 GB.
"""

from __future__ import annotations

import re

from voc.errors import VocError

MAX_CELLS = 50_000_000
"""About 1.5 GB in the reader."""
_CELL = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_OVERLAP = 32


class Extent:
    """Fed the XML of one sheet in chunks, it knows the last row and column that hold a cell."""

    def __init__(self, file: str, sheet: str) -> None:
        self.file, self.sheet = file, sheet
        self.columns = self.rows = 0
        self._rest = b""
        self._names: set[bytes] = set()

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes.

        Raises:
            VocError: the cells reach too far.
        """
        cells = _CELL.findall(self._rest + chunk)
        self._rest = chunk[-_OVERLAP:]
        if not cells:
            return
        fresh = {name for name, _ in cells} - self._names
        self._names |= fresh
        self.columns = max([self.columns, *map(_number, fresh)])
        self.rows = max(self.rows, max(int(row) for _, row in cells))
        if self.rows * self.columns > MAX_CELLS:
            raise VocError(
                f"{self.file} has a cell in row {self.rows:,} and one in column {self.columns:,} ({self.sheet}).",
                "Delete the empty rows below the table and the columns beside it, or save it as CSV.",
            )


def _number(letters: bytes) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
