"""A run that is killed goes on and writes what it would have written; `benchmarks/crash.py` does it 200 times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_killed_at_random_points_a_run_goes_on_and_writes_the_same_bytes(tmp_path: Path) -> None:
    told = tmp_path / "seen.json"
    command = [sys.executable, ROOT / "benchmarks" / "crash.py", "--kills", "10", "--json", told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(told.read_text())
    assert seen["wrong"] == {}
    assert seen["kills"] >= 10
    assert seen["commands finished"] >= 1
