"""Object stores and other places with a URL, through fsspec: ``s3://``, ``gs://``, ``abfs://``, ``https://`` ...

Each protocol's own package (s3fs, gcsfs, adlfs) and its credentials are the user's. Nothing is sent anywhere
but where the user names a URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from voc.errors import USAGE, VocError


def is_url(text: str) -> bool:
    """Whether this names a place by URL."""
    return "://" in text


def files(url: str) -> list[str]:
    """The URLs of the files behind one: itself, those that a glob fits, or those in a folder, in name order.

    Raises:
        VocError: there is none, or the place can't be reached.
    """
    with _explained(url):
        system, path = _open(url)
        if system.isfile(path):
            return [url]
        found = system.glob(path) if any(mark in path for mark in "*?[") else system.find(path)
        names = sorted(name for name in found if system.isfile(name))
    if not names:
        raise VocError(f"No such file or folder: {url}", "Check the address.")
    return [str(system.unstrip_protocol(name)) for name in names]


@contextmanager
def opened(url: str) -> Iterator[tuple[BinaryIO, datetime | None]]:
    """Yield the bytes of a file, and when it was changed (naive UTC) if the place knows.

    Raises:
        VocError: it can't be read.
    """
    with _explained(url):
        system, path = _open(url)
        with system.open(path, "rb") as stream:
            yield stream, _modified(system, path)


@contextmanager
def written(output: str | Path, force: bool = False) -> Iterator[str]:
    """Yield where to write on this machine; a URL's file or folder is sent there when the block ends well.

    A path, and ``-``, are yielded as they are.

    Raises:
        VocError: something is there already and ``force`` is not set, or it can't be written.
    """
    if not is_url(str(output)):
        yield str(output)
        return
    url = str(output)
    with _explained(url):
        system, path = _open(url)
        if not force and system.exists(path):
            raise VocError(f"-o {url}: exists already", "Add --force to replace it.", USAGE)
    with TemporaryDirectory(prefix="voc-") as name:
        local = Path(name, path.rstrip("/").rsplit("/", 1)[-1])
        yield str(local)
        with _explained(url):
            if local.is_dir() and system.exists(path):
                system.rm(path, recursive=True)
            system.put(str(local), path, recursive=local.is_dir())


def _open(url: str) -> tuple[Any, str]:
    import fsspec

    system, path = fsspec.core.url_to_fs(url)
    return system, str(path)


def _modified(system: Any, path: str) -> datetime | None:
    try:
        moment: datetime = system.modified(path)
    except (NotImplementedError, KeyError, FileNotFoundError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Tell what a place says as an error with advice; never the address's password."""
    try:
        yield
    except (ImportError, ValueError) as error:
        kind = url.partition("://")[0]
        raise VocError(
            f"{kind}://: this kind of address can't be used ({type(error).__name__})",
            "Install its fsspec package: s3fs for s3, gcsfs for gs, adlfs for abfs.",
            USAGE,
        ) from None
    except OSError as error:
        raise VocError(
            f"{url.rpartition('@')[2]}: can't be used ({type(error).__name__})",
            "Check the address and your credentials.",
        ) from None
