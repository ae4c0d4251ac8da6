"""The walls between the rooms, and the promises about imports and file sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

VOC = Path(__file__).resolve().parent.parent / "voc"
ROOMS = [
    "errors",
    "types",
    "config",
    "io",
    "text",
    "models",
    "insight",
    "routing",
    "report",
    "store",
    "engine",
    "service",
]
ABOVE = ("pipeline", "large", "cli", "result")
"""What puts the rooms together: no room knows of it."""
HEAVY = {
    "torch", "transformers", "sentence_transformers", "bertopic", "umap", "pandas", "sklearn", "scipy",
    "duckdb", "pyarrow", "onnxruntime", "evoc", "kiwipiepy", "numpy", "hdbscan", "numba", "ray",
    "fsspec", "matplotlib",
}  # fmt: skip
MODULES = sorted(VOC.rglob("*.py"))


def imports(tree: ast.AST, inside_functions: bool) -> set[str]:
    """Names of imported modules; those under ``if TYPE_CHECKING`` don't count."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found |= imports(node, inside_functions)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(VOC)))
def test_a_room_imports_nothing_to_its_right(path: Path) -> None:
    room = path.relative_to(VOC).parts[0].removesuffix(".py")
    if room not in ROOMS:
        return
    for name in imports(ast.parse(path.read_text()), inside_functions=True):
        parts = name.split(".")
        if parts[0] == "voc" and len(parts) > 1 and parts[1] in ROOMS:
            assert ROOMS.index(parts[1]) <= ROOMS.index(room), f"{room} imports {name}"
        assert parts[:2] not in [["voc", above] for above in ABOVE], f"{room} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(VOC)))
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    top = {name.split(".")[0] for name in imports(ast.parse(path.read_text()), inside_functions=False)}
    assert not top & (HEAVY - {"numpy"})  # numpy is quick enough for the rooms that compute


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(VOC)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["classify", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['voc', *{arguments!r}]\n"
        "from voc.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as stop:\n    assert not stop.code\n"
        "print('LOADED', *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split("LOADED")[1].split())
    assert "voc.cli" in loaded
    assert not loaded & HEAVY


def test_importing_voc_imports_nothing_heavy() -> None:
    code = "import sys, voc; dir(voc); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & HEAVY
