"""Disks that are full, folders that may not be written, input that goes: told, and the run before stays untouched."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HARM = """
import os, resource, signal, sys
harm, arguments = sys.argv[1], sys.argv[2:]
from voc.cli import cli
from voc.cli.console import guarded
import voc.pipeline
if harm == "full":
    # A file may not grow past this, as on a disk with so much left: the report is larger.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
elif harm == "lost":
    analyze = voc.pipeline.analyze
    def later(*given, **more):
        os.unlink(arguments[1])
        return analyze(*given, **more)
    voc.pipeline.analyze = later
sys.argv = ["voc", *arguments]
sys.exit(guarded(cli))
"""


def voc(harm: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", HARM, harm, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An input of few rows and its run."""
    folder = tmp_path_factory.mktemp("disk")
    lines = [f"{n},The parcel number {n} came late\n" for n in range(4)]
    (folder / "in.csv").write_text("id,review\n" + "".join(lines))
    (folder / "out").mkdir()
    for name in ("run.json", "report.html"):
        (folder / "out" / name).write_text(json.dumps({"schema": 1}))
    return folder


def test_a_full_disk(before: Path) -> None:
    was = contents(before / "out")
    done = voc("full", "run", before / "in.csv", "-o", before / "out", "--force", "--no-cache", "-q")
    assert done.returncode == 3, done.stderr
    assert "disk is full" in done.stderr
    assert contents(before / "out") == was
    assert not list(before.glob(".out.*.part"))


def test_input_that_goes_after_it_was_read_is_no_loss(before: Path, tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    path.write_text((before / "in.csv").read_text())
    done = voc("lost", "run", path, "-o", tmp_path / "out", "-q")
    assert done.returncode == 0, done.stderr
    counts = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]
    assert counts["rows_read"] == counts["records_kept"] == 4
    assert sorted(item.name for item in tmp_path.iterdir()) == ["out"]


def test_a_place_that_can_not_be_written(before: Path) -> None:
    done = voc("none", "run", before / "in.csv", "-o", "/proc/voc-out", "-q")
    assert done.returncode == 3
    assert "/proc" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_two_runs_at_once_on_one_cache_and_workspace(tmp_path: Path) -> None:
    from voc.store.workspace import Workspace

    lines = [f"{n},The {'parcel' if n % 2 else 'app'} number {n} failed again\n" for n in range(40)]
    environment = os.environ | {"VOC_CACHE_DIR": str(tmp_path / "cache"), "VOC_AUTHOR_KEY": "for tests only"}
    for name in ("one", "two"):
        rows = lines if name != "two" else lines[:30]
        (tmp_path / f"{name}.csv").write_text("id,review\n" + "".join(rows))

    def start(name: str, source: str, workspace: str) -> subprocess.Popen[bytes]:
        options = ["-o", name, "--workspace", workspace, "-q"]
        command = [sys.executable, "-c", HARM, "none", "run", f"{source}.csv", *options]
        return subprocess.Popen(command, cwd=tmp_path, env=environment)

    both = [start(name, name, "both.duckdb") for name in ("one", "two")]
    assert [process.wait() for process in both] == [0, 0]
    runs = Workspace(tmp_path / "both.duckdb").runs()
    assert runs["number"].tolist() == [1, 2]
    # From the cache that two filled at once come the answers of a run that had none.
    (tmp_path / "cache").rename(tmp_path / "filled")
    assert start("alone", "one", "alone.duckdb").wait() == 0
    (tmp_path / "cache").rename(tmp_path / "other")
    (tmp_path / "filled").rename(tmp_path / "cache")
    assert start("again", "one", "again.duckdb").wait() == 0
    assert (tmp_path / "again" / "feedback.parquet").read_bytes() == (
        tmp_path / "alone" / "feedback.parquet"
    ).read_bytes()
