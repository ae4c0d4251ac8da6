"""Every notebook runs from its first cell to its last, offline and with no names but its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


@every_notebook
def test_a_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    if any("plot" in "".join(cell["source"]) for cell in cells(path)):
        pytest.importorskip(
            "matplotlib", reason=f"{path.name} is NOT tested: pip install 'voc[notebook]'"
        ).use("agg")
    names: dict[str, object] = {"__name__": path.stem}
    for number, cell in enumerate(cells(path)):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{path.name}, cell {number}", "exec"), names)


@every_notebook
def test_a_notebook_says_what_is_learned_and_what_to_try(path: Path) -> None:
    first, *_, last = ("".join(cell["source"]) for cell in cells(path))
    assert "You will learn" in first
    assert "What to try next" in last


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
