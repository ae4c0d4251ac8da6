"""Install packages for a test: a dist-info folder that says what pip would have written, put on the path."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).parent / "example_plugin"
PROJECT = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def install(folder: Path, name: str, version: str, entries: Mapping[str, Mapping[str, str]]) -> None:
    """Write the metadata of a package into a folder that is on ``sys.path``."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    lines = [
        f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in entries.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
