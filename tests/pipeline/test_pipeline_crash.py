"""What is killed goes on and writes what it would have written: by `benchmarks/crash.py`, which kills at random."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def killed(tmp_path: Path, kills: int, *more: str) -> dict[str, Any]:
    """What was seen."""
    told = tmp_path / "seen.json"
    command = [sys.executable, ROOT / "benchmarks" / "crash.py", "--kills", str(kills), "--json", told, *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(told.read_text())
    assert seen["wrong"] == {}
    assert seen["kills"] >= kills
    return seen


def test_killed_at_random_points_commands_go_on_and_write_the_same_bytes(tmp_path: Path) -> None:
    seen = killed(tmp_path, 16)
    assert seen["of"].keys() >= {"run", "watch"}
    assert sum(seen["commands finished"].values()) >= 3


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    seen = killed(tmp_path, 200, "--seed", "2")
    assert seen["commands finished"].keys() == {"run", "run in blocks", "train", "watch"}
    assert seen["bytes flipped"] >= 10
