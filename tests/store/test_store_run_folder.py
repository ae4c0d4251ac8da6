"""The run folder: whole or not at all, and nothing of anybody else's is touched."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from voc.errors import VocError
from voc.store.run_folder import MARKER, new_run_folder


def finished(folder: Path, text: str) -> None:
    (folder / MARKER).write_text(text)


def interrupted(out: Path) -> None:
    with new_run_folder(out, force=True) as draft:
        finished(draft, "new")
        raise KeyboardInterrupt


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    with new_run_folder(tmp_path / "deep" / "out") as draft:
        finished(draft, "{}")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / MARKER).read_text() == "{}"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


def test_a_failure_leaves_the_old_run_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_run_folder(out) as draft:
        finished(draft, "old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(out)
    assert (out / MARKER).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_force_replaces_a_run_and_only_a_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_run_folder(out) as draft:
        finished(draft, "old")
    with pytest.raises(VocError, match="exists") as error, new_run_folder(out):
        pass
    assert "--force" in error.value.hint
    with new_run_folder(out, force=True) as draft:
        finished(draft, "new")
    assert (out / MARKER).read_text() == "new"


def test_files_of_others_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_text("precious")
    with pytest.raises(VocError, match="not from voc"), new_run_folder(tmp_path, force=True):
        pass
    assert (tmp_path / "holiday.jpg").read_text() == "precious"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(VocError, match="is a file"), new_run_folder(tmp_path / "out", force=True):
        pass


FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    RuntimeError("I/O error: No space left on device (os error 28)"),
]


@pytest.mark.parametrize("error", FULL, ids=["the system's", "wrapped by a library"])
def test_a_full_disk_is_an_error_people_understand(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(VocError, match="disk is full"), new_run_folder(tmp_path / "out"):
        raise error
    assert not list(tmp_path.iterdir())
