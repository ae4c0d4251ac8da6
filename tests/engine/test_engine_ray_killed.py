"""A machine that dies in the middle of a cluster's work costs nobody's voice: by `benchmarks/ray_cluster.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: nothing about clusters is tested")
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_killed_node_loses_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    """One machine, clusters of one and two workers, and one whose node gets SIGKILL half-way: the same rows."""
    bench = ROOT / "benchmarks" / "ray_cluster.py"
    command = [sys.executable, bench, "--records", "3000", "--command", "classify", "--out", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.endswith("the same")]
    assert len(lines) == 4
    assert "a node killed" in lines[-1]
