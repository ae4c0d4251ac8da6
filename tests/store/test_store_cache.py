"""The vector cache: right, or empty; never wrong and never in the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voc.store.cache import VectorStore


def test_a_store_of_one_run_writes_no_journal_beside_it(tmp_path: Path) -> None:
    for lasting, beside in ((True, ["v.sqlite-shm", "v.sqlite-wal"]), (False, [])):
        folder = tmp_path / str(lasting)
        store = VectorStore(folder / "v.sqlite", lasting=lasting)
        store.put_many([(b"b", b"2"), (b"a", b"1")])
        assert store.get_many([b"a", b"b"]) == [b"1", b"2"]
        assert sorted(path.name for path in folder.iterdir()) == ["v.sqlite", *beside]
        store.close()


def test_values_come_back_and_missing_ones_are_none(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "v.sqlite")
    store.put_many([(b"a", b"1"), (b"b", b"")])
    assert store.get_many([b"b", b"nothing", b"a"]) == [b"", None, b"1"]
    again = VectorStore(tmp_path / "v.sqlite")
    assert again.get_many([b"a"]) == [b"1"]


def test_more_keys_than_sqlite_takes_at_once(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "v.sqlite")
    keys = [str(number).encode() for number in range(3000)]
    store.put_many((key, key * 2) for key in keys)
    assert store.get_many(keys) == [key * 2 for key in keys]


def test_a_damaged_entry_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    store = VectorStore(path)
    store.put_many([(b"good", b"x" * 40), (b"bad", b"y" * 40)])
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE vectors SET value = zeroblob(48) WHERE key = ?", (b"bad",))
    assert VectorStore(path).get_many([b"good", b"bad"]) == [b"x" * 40, None]


def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "v.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    store = VectorStore(path)
    assert "damaged" in caplog.text
    assert store.get_many([b"a"]) == [None]
    store.put_many([(b"a", b"1")])
    assert VectorStore(path).get_many([b"a"]) == [b"1"]


def test_a_folder_that_can_not_be_used_costs_only_the_speed_up(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = VectorStore(tmp_path / "file" / "v.sqlite")
    store.put_many([(b"a", b"1")])
    assert store.get_many([b"a"]) == [None]


def test_two_processes_share_one_cache(tmp_path: Path) -> None:
    one, two = VectorStore(tmp_path / "v.sqlite"), VectorStore(tmp_path / "v.sqlite")
    one.put_many([(b"a", b"1")])
    two.put_many([(b"b", b"2")])
    assert one.get_many([b"a", b"b"]) == two.get_many([b"a", b"b"]) == [b"1", b"2"]


def test_whatever_byte_is_flipped_no_wrong_value_comes_back(tmp_path: Path) -> None:
    """The whole file, byte by byte: values, keys, indexes and the database's own pages."""
    path = tmp_path / "v.sqlite"
    items = [(f"key-{number}".encode().ljust(20, b"-"), bytes([number]) * 768) for number in range(12)]
    store = VectorStore(path)
    store.put_many(items)
    store.close()
    whole = path.read_bytes()
    missing = 0
    for at in range(0, len(whole), 37):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        damaged = VectorStore(path)
        for (_, value), found in zip(items, damaged.get_many([key for key, _ in items]), strict=True):
            assert found in (value, None)
            missing += found is None
        damaged.put_many(items[:1])  # and it does no harm to write to it
        damaged.close()
    assert missing > 100


WRITES = """
import sys, pathlib
from voc.store.cache import VectorStore
store = VectorStore(pathlib.Path(sys.argv[1]))
for number in range(300):
    key = f"{sys.argv[2]}-{number % 50}".encode()
    store.put_many([(key, key * 9), (b"shared-%d" % (number % 7), b"same for all")])
    assert store.get_many([key]) == [key * 9]
store.close()
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES, path, name], stderr=subprocess.PIPE) for name in "abc"
    ]
    for writer in writers:
        _, said = writer.communicate()
        assert (writer.returncode, said) == (0, b"")
    store = VectorStore(path)
    keys = [f"{name}-{number}".encode() for name in "abc" for number in range(50)]
    assert store.get_many(keys) == [key * 9 for key in keys]
    assert store.get_many([b"shared-3"]) == [b"same for all"]


def test_a_process_killed_while_it_writes_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    for delay in (0.0, 0.03, 0.1):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITES.replace("range(300)", "range(10**6)"), path, "k"]
        )
        while not path.exists():
            time.sleep(0.01)
        time.sleep(delay)
        writer.kill()
        writer.wait()
        store = VectorStore(path)
        store.put_many([(b"mine", b"kept")])
        assert store.get_many([b"mine"]) == [b"kept"]
        for number, found in enumerate(store.get_many([f"k-{n}".encode() for n in range(50)])):
            assert found in (None, f"k-{number}".encode() * 9)
        store.close()


def test_a_full_disk_costs_only_the_speed_up(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    code = (
        "import resource, signal, sys, pathlib\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from voc.store.cache import VectorStore\n"
        "store = VectorStore(pathlib.Path(sys.argv[1]))\n"
        "for number in range(40):\n"
        "    store.put_many([(b'%d' % number, bytes(20_000))])\n"
        "found = store.get_many([b'%d' % number for number in range(40)])\n"
        "print(sum(value is None for value in found), all(value in (None, bytes(20_000)) for value in found))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    missing, right = done.stdout.split()
    assert int(missing) > 0
    assert right == "True"
