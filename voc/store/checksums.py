"""SHA-256 of the files in a folder, as ``sha256sum`` writes and checks them (``sha256sum -c SHA256SUMS``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from voc.models.sums import sha256_of

SUMS = "SHA256SUMS"


def write_sums(folder: Path) -> None:
    """Write the hash of every file in a folder, and in those below, beside them."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != SUMS
    )
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def damaged(folder: Path, names: Iterable[str] | None = None) -> list[str]:
    """Return which files are not as they were when the hashes were written.

    Args:
        folder: that ``write_sums`` was called for; without its file nothing is known, and nothing is damaged.
        names: the files to look at, those that don't exist left out; all that are listed when None.

    Raises:
        OSError: a file can't be read.
    """
    if not (folder / SUMS).is_file():
        return []
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    listed = {name: found for found, _, name in (line.partition("  ") for line in lines)}
    if not listed:  # a folder that is worth hashes has files
        return [SUMS]
    wanted = listed if names is None else [name for name in names if (folder / name).exists()]
    return [
        name for name in wanted
        if not (folder / name).is_file() or listed.get(name) != sha256_of(folder / name)
    ]  # fmt: skip
