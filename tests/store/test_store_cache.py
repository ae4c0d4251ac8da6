"""The vector cache: right, or empty; never wrong and never in the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from voc.store.cache import VectorStore


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


def test_a_file_that_is_no_database_costs_only_the_speed_up(tmp_path: Path) -> None:
    path = tmp_path / "v.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    store = VectorStore(path)
    store.put_many([(b"a", b"1")])
    assert store.get_many([b"a"]) == [None]


def test_two_processes_share_one_cache(tmp_path: Path) -> None:
    one, two = VectorStore(tmp_path / "v.sqlite"), VectorStore(tmp_path / "v.sqlite")
    one.put_many([(b"a", b"1")])
    two.put_many([(b"b", b"2")])
    assert one.get_many([b"a", b"b"]) == two.get_many([b"a", b"b"]) == [b"1", b"2"]
