"""The key that turns authors into pseudonyms: made once, kept on this machine only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from voc.errors import VocError


def author_key() -> bytes:
    """Return the key for pseudonyms: ``VOC_AUTHOR_KEY``, else a random one kept in the user's data folder.

    The same key gives the same pseudonyms, so that runs on one machine can be compared; without
    the key nobody can test a guessed name against a report.

    Raises:
        VocError: the key can't be stored.
    """
    if given := os.environ.get("VOC_AUTHOR_KEY"):
        return given.encode()[:64]
    path = _path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(descriptor, "wb") as file:
            file.write(key := secrets.token_hex(32).encode())
        return key
    except OSError as error:
        raise VocError(
            f"{path}: the key for author pseudonyms can't be stored ({error.strerror})",
            "Set VOC_AUTHOR_KEY to a secret of your own, or VOC_DATA_DIR to a folder you can write to.",
        ) from None


def data_folder() -> Path:
    """Where voc keeps what must last on this machine: ``VOC_DATA_DIR``, else the user's data folder."""
    if folder := os.environ.get("VOC_DATA_DIR"):
        return Path(folder)
    from platformdirs import user_data_path

    return user_data_path("voc", appauthor=False)


def _path() -> Path:
    return data_folder() / "author.key"
