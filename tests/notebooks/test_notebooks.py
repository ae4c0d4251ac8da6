"""Every notebook runs in a fresh kernel from its first cell to its last, offline; what it shows is kept in it.

After a change: ``jupyter execute --inplace notebooks/*.ipynb``, and look at the outputs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="NO notebook is tested: pip install 'voc[dev]'")
nbclient = pytest.importorskip("nbclient", reason="NO notebook is tested: pip install 'voc[dev]'")
pytest.importorskip("ipykernel", reason="NO notebook is tested: pip install 'voc[dev]'")
pytest.importorskip("matplotlib", reason="NO notebook is tested: pip install 'voc[dev]'")

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
OFFLINE = "import pytest_socket\npytest_socket.disable_socket(allow_unix_socket=True)"
LARGEST = 250_000
"""Bytes of a notebook with its outputs."""

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def shapes(notebook: Any) -> list[list[str]]:
    """The kinds of output of each cell; warnings differ from machine to machine, and aren't kept."""
    return [
        [output.output_type for output in cell.outputs if output.get("name") != "stderr"]
        for cell in code_cells(notebook)
    ]


def execute(path: Path, sockets: Path) -> Any:
    """Run a notebook in a kernel that talks to us by files, and to nobody else."""
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(OFFLINE))
    config = Config()
    config.KernelManager.transport, config.KernelManager.ip = "ipc", str(sockets / "kernel")
    place = {"metadata": {"path": str(FOLDER)}}
    nbclient.NotebookClient(
        notebook, timeout=600, startup_timeout=300, kernel_name="python3", resources=place, config=config
    ).execute()
    del notebook.cells[0]
    return notebook


@every_notebook
def test_a_notebook_runs_and_shows_what_is_kept_in_it(path: Path, tmp_path: Path) -> None:
    done = execute(path, tmp_path)
    assert shapes(done) == shapes(nbformat.read(path, as_version=4))


@every_notebook
def test_the_kept_outputs_are_of_one_run_small_and_of_no_one_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_cells(notebook)] == [
        *range(1, len(code_cells(notebook)) + 1)
    ]
    assert {output.output_type for output in outputs(notebook)} <= {
        "execute_result",
        "display_data",
        "stream",
    }
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]
    assert path.stat().st_size < LARGEST
    text = " ".join(
        str({k: v for k, v in o.get("data", o).items() if k != "image/png"}) for o in outputs(notebook)
    )
    assert not re.search(r"/(tmp|home|root|Users|work)/", text)


@every_notebook
def test_a_notebook_says_what_is_learned_and_what_to_try(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert "You will learn" in notebook.cells[0].source
    assert "What to try next" in notebook.cells[-1].source


def test_there_are_five_notebooks() -> None:
    assert [path.stem[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_", "05_"]
