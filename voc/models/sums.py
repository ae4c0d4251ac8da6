"""The sha256 of a model's files, kept in ``model.json`` beside them: what is loaded is what was shipped."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voc.errors import VocError

MANIFEST = "model.json"
AGAIN = "Install voc again. (After training one anew: voc.models.sums.record_head.)"


def sha256_of(path: Path) -> str:
    """The hash of a file, as ``sha256sum`` prints it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_files(folder: Path, expected: Mapping[str, str]) -> None:
    """Compare the files of a model with the hashes of its manifest (name -> sha256).

    Raises:
        OSError: one is missing.
        VocError: one is another file than was recorded.
    """
    for name, sha256 in expected.items():
        if sha256_of(folder / name) != sha256:
            raise VocError(f"{folder / name} is not the file that was shipped (its sha256 differs)", AGAIN)


def check_head(path: Path) -> str:
    """Return the hash of a head (or of a detector of scope) that is about to be loaded.

    Where ``model.json`` lies beside it and lists it, the hash must be the listed one.

    Raises:
        OSError: there is no such file.
        VocError: it is another file than was recorded.
    """
    found = sha256_of(path)
    if heads_of(path.parent).get(path.name, found) != found:
        raise VocError(f"{path} is not the file that was shipped (its sha256 differs)", AGAIN)
    return found


def heads_of(folder: Path) -> dict[str, str]:
    """File name -> sha256 of the heads that ``model.json`` lists; nothing where there is no such file."""
    try:
        heads: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("heads", {})
    except (OSError, ValueError, AttributeError):
        return {}
    return heads


def record_head(folder: Path, name: str) -> None:
    """Note the sha256 of a head that was just written, in the folder's ``model.json``, if it has one.

    ``save_head`` and ``save_scope`` call it; whoever writes such a file by other means must.
    """
    path = Path(folder) / MANIFEST
    if not path.exists():
        return
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    heads = {**manifest.get("heads", {}), name: sha256_of(Path(folder) / name)}
    ordered = {**manifest, "heads": dict(sorted(heads.items()))}
    if "probe" in ordered:  # long; it stays last
        ordered["probe"] = ordered.pop("probe")
    write_json(path, ordered)


def write_json(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest to be read by people too: indented, each list of numbers on one line."""
    draft = json.dumps(manifest, indent=2, ensure_ascii=False)
    flat = re.sub(r"\[[^\[\]\"]*\]", lambda found: re.sub(r"\s+", " ", found[0]), draft)  # lists on one line
    path.write_text(flat + "\n", encoding="utf-8")
