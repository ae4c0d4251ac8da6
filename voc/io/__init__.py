"""Reading feedback exports as people have them, and writing tables.

``read`` gives a whole `Corpus`, ``stream`` the same items one by one, ``read_rows`` the rows before
any column is mapped, ``inspect`` what was detected. Loaded on first use: importing this is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.io.inspection import Inspection, inspect
    from voc.io.options import ReadOptions
    from voc.io.reader import Stream, read, read_rows, stream
    from voc.io.write import Writer, open_writer

__all__ = [
    "Inspection",
    "ReadOptions",
    "Stream",
    "Writer",
    "inspect",
    "open_writer",
    "read",
    "read_rows",
    "stream",
]

_HOME = {
    "Inspection": "inspection",
    "ReadOptions": "options",
    "Stream": "reader",
    "Writer": "write",
    "inspect": "inspection",
    "open_writer": "write",
    "read": "reader",
    "read_rows": "reader",
    "stream": "reader",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
