"""Sums that the tools of every system check, and files that are not as they were written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from voc.store.checksums import SUMS, damaged, write_sums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "one file.txt").write_text("one")
    (tmp_path / "deep" / "two").write_bytes(b"\0\1\2")
    write_sums(tmp_path)
    return tmp_path


def test_what_was_written_is_whole(folder: Path) -> None:
    assert damaged(folder) == []
    assert len((folder / SUMS).read_text().splitlines()) == 2


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_sha256sum_checks_them(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", SUMS]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "deep" / "two").write_bytes(b"\0\1\3")
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 1


def test_a_changed_or_missing_file_is_named(folder: Path) -> None:
    (folder / "deep" / "two").write_bytes(b"\0\1\3")
    assert damaged(folder) == ["deep/two"]
    (folder / "one file.txt").unlink()
    assert damaged(folder) == ["deep/two", "one file.txt"]


def test_only_named_files_are_looked_at(folder: Path) -> None:
    (folder / "deep" / "two").write_bytes(b"")
    assert damaged(folder, ["one file.txt", "not there"]) == []
    (folder / "late").write_text("not listed")
    assert damaged(folder, ["late"]) == ["late"]


def test_an_older_folder_has_no_sums_and_an_empty_list_is_none(folder: Path) -> None:
    (folder / SUMS).write_text("")
    assert damaged(folder) == [SUMS]
    (folder / SUMS).unlink()
    assert damaged(folder) == []
