"""Where files lie: loops, pipes, devices, odd names, folders that can't be read, files that change or go."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from voc.errors import VocError
from voc.io import read, stream
from voc.types import Record

GOOD = "id,comment\n1,The hinge is loose\n2,Solid as a rock\n"
TEXTS = ["The hinge is loose", "Solid as a rock"]
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def test_a_folder_that_links_to_itself_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again.csv").symlink_to(tmp_path / "a.csv")
    assert [record.text for record in read([tmp_path]).records] == TEXTS


def test_a_link_to_itself_or_to_nothing_is_an_error_that_helps(tmp_path: Path) -> None:
    loop, nothing = tmp_path / "loop.csv", tmp_path / "nothing.csv"
    loop.symlink_to(loop)
    nothing.symlink_to(tmp_path / "gone.csv")
    for path in (loop, nothing):
        with pytest.raises(VocError) as caught:
            read([path])
        assert caught.value.hint


def test_a_broken_link_among_good_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(VocError, match=r"gone\.csv"):
        read([tmp_path])


@pytest.mark.skipif(sys.platform == "win32", reason="no such files")
def test_pipes_are_read_and_devices_are_not(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(GOOD), daemon=True)
    writer.start()
    assert [record.text for record in read([pipe]).records] == TEXTS
    for device in ("/dev/zero", "/dev/null", "/dev/full"):
        with pytest.raises(VocError) as caught:
            read([device])
        assert "is not a file" in caught.value.message


@pytest.mark.skipif(ROOT, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    secret.chmod(0)
    with pytest.raises(VocError, match="not allowed"):
        read([secret])
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0)
    with pytest.raises(VocError, match="locked"):
        read([tmp_path])


def test_an_empty_folder_and_one_of_other_things(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(VocError, match="No export"):
            read([tmp_path])
        (tmp_path / "photo.png").write_bytes(b"\x89PNG")
        (tmp_path / ".hidden.csv").write_text(GOOD)
        (tmp_path / "~$open.xlsx").write_bytes(b"x")


NAMES = [
    "new\nline.csv",
    "  .csv",
    "-o.csv",
    "ünïcödé.csv",
    "후기.csv",
    "a" * 240 + ".csv",
    "$(touch x).csv",
    "[a].csv",
    "*.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(GOOD)
    assert [record.text for record in read([tmp_path / name]).records] == TEXTS
    assert [record.text for record in read([tmp_path]).records] == TEXTS
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff\xfe.csv"
    with open(path, "w") as file:
        file.write(GOOD)
    corpus = read([tmp_path])
    assert [record.text for record in corpus.records] == TEXTS
    (source,) = corpus.sources
    source.name.encode()  # it goes into run.json
    for record in corpus.records:
        (record.id + record.source_file).encode()


def test_a_name_that_can_be_no_file(tmp_path: Path) -> None:
    for name in ("a\0b.csv", "a" * 5000, ""):
        with pytest.raises(VocError) as caught:
            read([tmp_path / name if name else ""])
        assert caught.value.hint


def test_a_file_that_is_cut_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,comment\n" + "".join(f"{n},The hinge number {n} is loose\n" for n in range(20_000)))
    items = iter(stream([path]))
    assert isinstance(next(items), Record)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(VocError, match=r"a\.csv changed while it was read") as caught:
        list(items)
    assert caught.value.hint


def test_a_file_that_goes_before_it_is_read_is_told(tmp_path: Path) -> None:
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(GOOD)
    two.write_text(GOOD)
    items = iter(stream([one, two]))
    next(items)
    two.unlink()
    with pytest.raises(VocError, match=r"b\.csv") as caught:
        list(items)
    assert caught.value.hint
