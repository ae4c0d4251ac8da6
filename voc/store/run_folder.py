"""The run folder: written beside its target under a temporary name, then renamed whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voc.errors import USAGE, VocError

MARKER = "run.json"
"""The file that makes a folder a run folder; it is written last."""


def check_target(target: Path, force: bool, marker: str = MARKER) -> None:
    """Refuse a target that exists, unless it is a folder with ``marker`` (or empty) and ``force`` is set.

    Raises:
        VocError: with what stands in the way. Files that voc didn't write are never replaced.
    """
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
    draft = target.absolute().with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.mkdir(parents=True)
        yield draft
        _replace(draft, target.absolute())
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


def _says_full(error: BaseException) -> bool:
    """Tell a full disk by its number, or by its words: some libraries wrap the system's error in their own."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    return "No space left on device" in str(error) or "os error 28" in str(error)


def _replace(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    retired = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(retired)
    try:
        draft.rename(target)
    except OSError:
        retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)
