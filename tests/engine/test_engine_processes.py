"""Work spread over processes: the same answers in the same order, whoever dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes_work import Dies, Refuses, Where

from voc.engine.local import LocalEngine
from voc.engine.processes import FEW, spread
from voc.errors import VocError

BLOCKS = range(4 * FEW)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes find the modules of this folder."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))


def test_many_blocks_are_done_by_other_processes_in_order() -> None:
    found = list(LocalEngine(processes=2).map(Where(), BLOCKS))
    assert [number for number, _ in found] == list(BLOCKS)
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.parametrize(("processes", "blocks"), [(2, FEW - 1), (1, 3 * FEW)])
def test_few_blocks_or_one_processor_need_no_other_process(processes: int, blocks: int) -> None:
    found = list(LocalEngine(processes=processes).map(Where(), range(blocks)))
    assert found == [(number, os.getpid()) for number in range(blocks)]


def test_a_process_that_is_killed_costs_no_block(tmp_path: Path) -> None:
    work = Dies(FEW + 1, os.getpid(), tmp_path / "died")
    assert list(spread(work, BLOCKS, 2)) == list(BLOCKS)
    assert work.mark.exists()


def test_an_error_is_told_as_it_is() -> None:
    with pytest.raises(VocError, match="block 3") as caught:
        list(spread(Refuses(), BLOCKS, 2))
    assert caught.value.hint == "Leave it out."


def test_processes_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from processes_work import Waits; from voc.engine.processes import spread\n"
        "if __name__ == '__main__': list(spread(Waits(pathlib.Path(sys.argv[1])), range(20), 2))"
    )
    script = tmp_path / "main.py"
    script.write_text(code, encoding="utf-8")
    (folder := tmp_path / "who").mkdir()
    parent = subprocess.Popen([sys.executable, script, folder])
    try:
        _until(lambda: len(list(folder.iterdir())) == 2)
    finally:
        parent.kill()
        parent.wait()
    _until(lambda: not any(Path(f"/proc/{path.name}").exists() for path in folder.iterdir()))


def _until(true: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
