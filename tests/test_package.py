"""What is shipped is what is in the checkout."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {"voc", "voc.pipelines"} | {
        f"voc.{path.parent.name}" for path in (ROOT / "voc").glob("*/__init__.py")
    }
    assert set(listed) == found


def test_the_wheel_carries_model_shapes_templates_and_pipelines(tmp_path: Path) -> None:
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(build, capture_output=True, text=True)
    if done.returncode and "setuptools" in done.stderr:
        pytest.skip("setuptools 77 or newer is not installed here")
    assert done.returncode == 0, done.stderr
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    data = [
        path
        for path in (ROOT / "voc").rglob("*")
        if path.is_file()
        and path.suffix in {".yaml", ".onnx", ".json", ".html", ".j2", ".safetensors", ".css", ".js"}
    ]
    assert len(data) > 10
    missing = {str(path.relative_to(ROOT)) for path in data} - names
    assert not missing
    assert {"voc/pipelines/reviews.yaml", "voc/pipelines/support.yaml", "voc/pipelines/survey.yaml"} <= names
