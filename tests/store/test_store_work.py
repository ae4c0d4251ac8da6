"""The work folder: what is found again is right, or it is not found; and nobody else's is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from voc.errors import VocError
from voc.store import lock
from voc.store.run_folder import MARKER, new_run_folder, tidy
from voc.store.work import Work, key_of


def save(value: str, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "value").write_text(value)


def load(folder: Path) -> str:
    return (folder / "deep" / "value").read_text()


class Counter:
    """Makes a value and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return "costly"


def interrupted(output: Path, make: Callable[[], str], key: str = "k", resume: bool = False) -> None:
    """A run that finishes one stage and dies in the next."""
    with suppress(KeyboardInterrupt), Work(output, resume) as work:
        assert work.shelf.stage("topics", key, make, save, load) == "costly"
        raise KeyboardInterrupt


def test_a_finished_stage_is_not_done_again(tmp_path: Path) -> None:
    make = Counter()
    interrupted(tmp_path / "out", make)
    interrupted(tmp_path / "out", make, resume=True)
    assert make.made == 1
    with Work(tmp_path / "out", resume=True) as work:
        assert work.shelf.stage("topics", "k", make, save, load) == "costly"
        work.done()
    assert make.made == 1
    assert not list(tmp_path.iterdir())


def test_without_resume_everything_is_done_again(tmp_path: Path) -> None:
    make = Counter()
    interrupted(tmp_path / "out", make)
    interrupted(tmp_path / "out", make)
    assert make.made == 2


def test_another_key_is_another_stage(tmp_path: Path) -> None:
    make = Counter()
    interrupted(tmp_path / "out", make, key=key_of(["one", 1]))
    interrupted(tmp_path / "out", make, key=key_of(["one", 2]), resume=True)
    assert make.made == 2


@pytest.mark.parametrize("harm", ["flip", "cut", "missing", "sums", "no sums"])
def test_a_damaged_stage_is_dropped_and_done_again(tmp_path: Path, harm: str) -> None:
    make = Counter()
    interrupted(tmp_path / "out", make)
    (stage,) = (tmp_path / ".out.work").glob("topics-*")
    value = stage / "deep" / "value"
    if harm == "flip":
        value.write_bytes(bytes([value.read_bytes()[0] ^ 1]) + value.read_bytes()[1:])
    elif harm == "cut":
        value.write_bytes(value.read_bytes()[:-1])
    elif harm == "missing":
        value.unlink()
    elif harm == "sums":
        (stage / "SHA256SUMS").write_text("{")
    else:
        (stage / "SHA256SUMS").unlink()
    interrupted(tmp_path / "out", make, resume=True)
    assert make.made == 2


def test_a_stage_half_written_counts_for_nothing(tmp_path: Path) -> None:
    make = Counter()

    def dies(value: str, folder: Path) -> None:
        save(value, folder)
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), Work(tmp_path / "out") as work:
        work.shelf.stage("topics", "k", make, dies, load)
    interrupted(tmp_path / "out", make, resume=True)
    assert make.made == 2


def test_what_can_not_be_kept_costs_no_run(tmp_path: Path) -> None:
    def full(value: str, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with Work(tmp_path / "out") as work:
        assert work.shelf.stage("topics", "k", Counter(), full, load) == "costly"
    assert not list(tmp_path.iterdir())


def test_without_an_output_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Work() as work:
        assert work.shelf.stage("topics", "k", Counter(), save, load) == "costly"
        assert work.vectors() is None
    assert not list(tmp_path.iterdir())


def test_vectors_of_a_run_without_cache_survive_it(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), Work(tmp_path / "out") as work:
        store = work.vectors()
        assert store is not None
        store.put_many([(b"a", b"1")])
        raise KeyboardInterrupt
    with Work(tmp_path / "out", resume=True) as work:
        store = work.vectors()
        assert store is not None
        assert store.get_many([b"a"]) == [b"1"]
        work.done()
    assert not list(tmp_path.iterdir())


HOLDS = (
    "import sys, pathlib; from voc.store.work import Work\n"
    "with Work(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()"
)


def test_two_runs_never_write_one_output(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path / "out"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(VocError, match="another `voc run`") as error, Work(tmp_path / "out"):
            pass
        assert error.value.hint
        other.kill()  # and a killed one leaves no lock behind
        other.wait()
        with Work(tmp_path / "out", resume=True) as work:
            work.done()


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


DEAD = 4_000_001
"""More than any system counts its processes to."""


def test_drafts_of_killed_processes_go(tmp_path: Path) -> None:
    for name in (f".out.{DEAD}-0a0a0a0a.part", f".out.{DEAD}.part", f".out.{os.getpid()}-1b1b1b1b.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.html").write_text("<html")
    tidy(tmp_path / "out")
    assert leftovers(tmp_path) == []


def test_the_drafts_of_others_stay(tmp_path: Path) -> None:
    living = tmp_path / f".out.{DEAD}-2c2c2c2c.part"
    living.mkdir()
    held = lock.take(living)
    assert held is not None
    others = [f".other.{DEAD}.part", f".out.x.{DEAD}.part", ".out.notes.part", f".out.{os.getppid()}-aa.part"]
    for name in others:
        (tmp_path / name).mkdir()
    tidy(tmp_path / "out")
    lock.release(held)
    assert leftovers(tmp_path) == sorted([living.name, *others])


def test_an_old_run_that_was_only_set_aside_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / f".out.{DEAD}-3d3d3d3d.old"
    aside.mkdir()
    (aside / MARKER).write_text("old")
    tidy(tmp_path / "out")
    assert (tmp_path / "out" / MARKER).read_text() == "old"
    assert leftovers(tmp_path) == ["out"]


def test_where_names_can_not_be_swapped_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voc.store.run_folder._exchange", lambda one, other: False)
    for content in ("old", "new"):
        with new_run_folder(tmp_path / "out", force=True) as draft:
            (draft / MARKER).write_text(content)
    assert (tmp_path / "out" / MARKER).read_text() == "new"
    assert leftovers(tmp_path) == ["out"]
