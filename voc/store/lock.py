"""Locks on files and folders that end with the process that holds them, however it ends."""

from __future__ import annotations

import os
from pathlib import Path

FREE = -1
"""Stands for a lock on a system that has none to give (Windows): everyone gets it."""


def take(path: Path) -> int | None:
    """Take the lock on an existing file or folder: a descriptor for ``release``, or ``None`` if another has it.

    The lock is the system's (``flock``), so a process that is killed leaves none behind.

    Raises:
        OSError: there is no such file.
    """
    try:
        import fcntl
    except ImportError:
        return FREE
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:  # a file system without locks
        os.close(descriptor)
        return FREE
    return descriptor


def release(descriptor: int) -> None:
    """Give a lock back."""
    if descriptor != FREE:
        os.close(descriptor)
