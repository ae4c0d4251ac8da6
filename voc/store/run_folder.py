"""The run folder: written beside its target under a temporary name, then put in its place whole."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from voc.errors import USAGE, VocError
from voc.store import lock

MARKER = "run.json"
"""The file that makes a folder a run folder; it is written last."""
DRAFT, OLD = ".part", ".old"


def check_target(target: Path, force: bool, marker: str = MARKER) -> None:
    """Refuse a target that exists, unless it is a folder with ``marker`` (or empty) and ``force`` is set.

    What a killed process left of the target is mended first.

    Raises:
        VocError: with what stands in the way. Files that voc didn't write are never replaced.
    """
    tidy(target)
    if not target.exists() and not target.is_symlink():
        parent = next(folder for folder in [target.absolute(), *target.absolute().parents] if folder.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK):
            raise VocError(f"-o {target}: can't write in {parent}", "Choose a folder that you can write to.")
        return
    if not target.is_dir():
        raise VocError(f"-o {target}: is a file, and a folder is needed", "Choose another name.")
    if not any(target.iterdir()):
        return
    if not (target / marker).is_file():
        raise VocError(
            f"-o {target}: holds files that are not from voc",
            "Choose another folder; these are never replaced.",
        )
    if not force:
        raise VocError(
            f"-o {target}: exists already",
            "Add --force to replace it, or choose another folder.",
            USAGE,
        )


@contextmanager
def new_run_folder(target: Path, force: bool = False, marker: str = MARKER) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``target`` when the block ends without an error.

    Whatever happens before that, ``target`` stays as it was. ``marker`` is the file that shows that a folder
    in the way is of the same kind, and may be replaced.

    Raises:
        VocError: the target can't be used, or the disk is full.
    """
    check_target(target, force, marker)
    final = target.absolute()
    draft = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}{DRAFT}")
    held = None
    try:
        draft.mkdir(parents=True)
        held = lock.take(draft)
        yield draft
        _flush(draft)
        _replace(draft, final)
    except Exception as error:
        if _says_full(error):
            raise VocError(
                f"-o {target}: the disk is full", "Free some space and run again; nothing was replaced."
            ) from None
        if isinstance(error, OSError) and error.errno in {errno.EACCES, errno.EROFS, errno.EPERM}:
            raise VocError(
                f"-o {target}: can't be written ({error.strerror})", "Choose a folder that you can write to."
            ) from None
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if held is not None:
            lock.release(held)


def tidy(target: Path) -> None:
    """Remove drafts of processes that were killed, and put back an old run that one had only set aside."""
    final = target.absolute()
    ours = re.compile(rf"\.{re.escape(final.name)}\.[0-9]+(-[0-9a-f]+)?\.(part|old)")
    with suppress(OSError):
        for path in sorted(final.parent.iterdir()):
            if not ours.fullmatch(path.name) or path.is_symlink() or not _abandoned(path):
                continue
            if path.suffix == OLD and not final.exists():
                path.rename(final)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _abandoned(path: Path) -> bool:
    """Whether whoever made a draft is gone: no process here has its number, or it is ours, and none its lock."""
    number = int(path.name.split(".")[-2].partition("-")[0])
    if number != os.getpid() and _runs(number):
        return False
    held = lock.take(path)
    if held is not None:
        lock.release(held)
    return held is not None


def _runs(process: int) -> bool:
    if os.name != "posix":
        return True  # asking by signal would end it there
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _says_full(error: BaseException) -> bool:
    """Tell a full disk by its number, or by its words: some libraries wrap the system's error in their own."""
    full = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if isinstance(error, OSError) and error.errno in full:
        return True
    words = ("No space left on device", "os error 28", "File too large", "os error 27", "Disk quota exceeded")
    return any(word in str(error) for word in words)


def _flush(folder: Path) -> None:
    """Have every file on the disk before the folder gets its name, so that a power cut leaves no empty one."""
    if os.name != "posix":
        return
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    if _exchange(draft, target):  # what is now under the draft's name is the old run, and goes
        return
    retired = target.with_name(draft.name.removesuffix(DRAFT) + OLD)
    target.rename(retired)
    try:
        draft.rename(target)
    except OSError:
        retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step (Linux's ``renameat2``); False where that can't be done."""
    if not sys.platform.startswith("linux"):
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(call(here, os.fsencode(one), here, os.fsencode(other), swap) == 0)
