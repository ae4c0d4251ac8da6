from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_samples import COLUMNS, answer, drop, make_watch, read, routed, rows_of, run_once

from voc.errors import VocError
from voc.service.database import Database
from voc.service.inbox import Dropped
from voc.service.outbox import SCHEMA
from voc.service.watch import STATE, Watch
from voc.types import Record, Rejected

HERE = Path(__file__).parent


def names(folder: Path) -> set[str]:
    return (
        {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        if folder.exists()
        else set()
    )


def test_what_is_dropped_is_routed_and_put_away(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "monday.csv", ["a", "b", "c", "d"])
    run_once(tmp_path)
    assert routed(tmp_path) == ["a", "b", "c", "d"]
    assert names(tmp_path / "inbox") == {"done"}
    assert names(tmp_path / "inbox" / "done") == {"monday.csv"}


def test_the_same_file_again_is_not_routed_again_but_another_of_its_name_is(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    for ids in (["a"], ["a"], ["b"]):
        drop(tmp_path / "inbox", "export.csv", ids)
        run_once(tmp_path)
    assert routed(tmp_path).count("a") == 1
    assert Counter(routed(tmp_path)) == Counter("ab")
    assert len(names(tmp_path / "inbox" / "done")) == 3  # none of them overwritten


def test_temporary_hidden_linked_and_empty_files_are_left(tmp_path: Path) -> None:
    watch = make_watch(tmp_path)
    inbox = tmp_path / "inbox"
    secret = drop(tmp_path, "secret.csv", ["secret"])
    for name in ("a.csv.part", ".b.csv", "~$c.csv", "d.csv~", "e.csv.tmp", "notes.docx"):
        (inbox / name).write_text("id,text\nx,words?\n", encoding="utf-8")
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "empty.csv").touch()
    (inbox / "folder.csv").mkdir()
    watch.run(settle=0.01, once=True)
    watch.close()
    assert routed(tmp_path) == []
    assert len(list(inbox.iterdir())) >= 9


def test_a_file_that_still_grows_is_waited_for(tmp_path: Path) -> None:
    watch = make_watch(tmp_path)
    path = tmp_path / "inbox" / "growing.csv"
    for size in range(1, 5):
        path.write_text("id,text\n" + "".join(f"{row},words\n" for row in range(size)), encoding="utf-8")
        assert watch.inbox.look() == ([], 1)
    assert [dropped.name for dropped in watch.inbox.look()[0]] == ["growing.csv"]
    watch.close()


def test_a_file_written_to_while_it_is_read_is_routed_when_it_is_whole(tmp_path: Path) -> None:
    grown = []

    def growing(path: Path):
        yield from read(path)
        if not grown:
            grown.append(True)
            with path.open("a", encoding="utf-8") as file:
                file.write("late,words\n")

    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "log.csv", ["early"])
    run_once(tmp_path, read=growing, post=True)
    assert sorted(routed(tmp_path)) == ["early", "late"]
    assert waiting(tmp_path) == 2


class Replacing:
    """Told of a file, it drops another under the same name, once."""

    def __init__(self, base: Path, name: str) -> None:
        self.base, self.name = base, name
        self.said: list[str] = []

    def __call__(self, line: str) -> None:
        self.said.append(line)
        if len(self.said) == 1:
            drop(self.base / "inbox", self.name, ["late", "later"])


def test_a_file_replaced_while_it_is_finished_is_routed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename
    targets: list[str] = []

    def counted(path: Path, target: Path) -> Path:
        targets.append(target.parent.name)
        return rename(path, target)

    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "x.csv", ["early"])
    monkeypatch.setattr(Path, "rename", counted)
    run_once(tmp_path, tell=Replacing(tmp_path, "x.csv"))
    assert sorted(routed(tmp_path)) == ["early", "late", "later"]
    assert names(tmp_path / "inbox") == {"done"}
    assert targets.count("done") == 1  # not moved and given back, but left where it was


def test_a_file_that_replaces_one_that_cannot_be_read_is_routed(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    (tmp_path / "inbox" / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    run_once(tmp_path, tell=Replacing(tmp_path, "x.csv"))
    assert routed(tmp_path) == ["late", "later"]
    assert names(tmp_path / "inbox" / "done") == {"x.csv"}


def test_a_file_that_replaces_one_routed_before_is_routed(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    for _ in range(2):
        tell = Replacing(tmp_path, "x.csv")
        drop(tmp_path / "inbox", "x.csv", ["early"])
        tell.said += [""] * (not routed(tmp_path))  # replaced the second time only
        run_once(tmp_path, tell=tell)
    assert tell.said[0] == "x.csv: routed before, and not again"
    assert sorted(routed(tmp_path)) == ["early", "late", "later"]


def test_a_file_replaced_while_it_is_hashed_is_not_said_to_be_routed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def replaced(dropped: Dropped) -> str:
        hashed.append(sha256(dropped))
        if len(hashed) == 1:
            drop(tmp_path / "inbox", "x.csv", ["late"])
        return hashed[-1]

    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "x.csv", ["early"])
    run_once(tmp_path)
    drop(tmp_path / "inbox", "x.csv", ["early"])
    sha256 = Dropped.sha256
    monkeypatch.setattr(Dropped, "sha256", replaced)
    said: list[str] = []
    run_once(tmp_path, tell=said.append)
    assert said == ["x.csv: 1 rows"]
    assert sorted(routed(tmp_path)) == ["early", "late"]


@pytest.mark.parametrize("bad", [False, True])
@pytest.mark.parametrize("third", [False, True])
def test_a_file_replaced_in_the_moment_it_is_moved_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: bool, third: bool
) -> None:
    rename = Path.rename
    put_away: list[Path] = []

    def late(path: Path, target: Path) -> Path:
        first = path == tmp_path / "inbox" / "x.csv" and not put_away
        if first:
            put_away.append(target)
            drop(tmp_path / "inbox", "x.csv", ["late"])
        moved = rename(path, target)
        if first and third:
            drop(tmp_path / "inbox", "x.csv", ["third"])
        return moved

    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "x.csv", ["early"])
    if bad:
        (tmp_path / "inbox" / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    monkeypatch.setattr(Path, "rename", late)
    run_once(tmp_path)
    assert put_away[0].parent.name == ("failed" if bad else "done")
    assert Counter(routed(tmp_path)) == Counter(["early"] * (not bad) + ["late"] + ["third"] * third)
    assert names(tmp_path / "inbox") - {"failed"} == {"done"}


def test_another_inode_alone_is_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a file system whose renames change inodes would have the file come back without end."""

    def copied(path: Path, target: Path) -> Path:
        assert target.parent.name == "done"
        target.write_bytes(path.read_bytes())
        path.unlink()
        return target

    make_watch(tmp_path).close()
    drop(tmp_path / "inbox", "x.csv", ["a"])
    monkeypatch.setattr(Path, "rename", copied)
    run_once(tmp_path)
    assert names(tmp_path / "inbox" / "done") == {"x.csv"}
    assert routed(tmp_path) == ["a"]


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_name_of_as_many_bytes_as_a_name_can_have(tmp_path: Path, form: str) -> None:
    name = "ab" + "가" * 83 + ".csv"
    assert len(name.encode()) == 255
    make_watch(tmp_path).close()
    for content in ("a", "b"):
        (tmp_path / "inbox" / name).write_text(f"id,text\n{content},words\n", encoding="utf-8")
        run_once(tmp_path, form=form)
    results = sorted((tmp_path / "results").glob(f"[!.]*.{form}"))
    assert [path.name[:68] for path in results] == ["ab" + "가" * 66] * 2
    assert names(tmp_path / "inbox") == {"done"}
    put_away = names(tmp_path / "inbox" / "done")  # nothing overwritten, and still told by its end
    assert len(put_away) == 2
    assert all(each.endswith("가" * 60 + ".csv") for each in put_away)


def waiting(base: Path) -> int:
    database = Database(base / "results" / STATE, SCHEMA)
    try:
        return database.rows("SELECT count(DISTINCT key) FROM outbox WHERE state = 'waiting'")[0][0]
    finally:
        database.close()


def test_a_file_that_cannot_be_read_is_set_aside_and_told(tmp_path: Path) -> None:
    said: list[str] = []
    make_watch(tmp_path).close()
    (tmp_path / "inbox" / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    drop(tmp_path / "inbox", "good.csv", ["a"])
    run_once(tmp_path, tell=said.append)
    assert names(tmp_path / "inbox" / "failed") == {"bad.csv"}
    assert routed(tmp_path) == ["a"]
    assert any("bad.csv: No column holds text." in line for line in said)
    (tmp_path / "inbox" / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    run_once(tmp_path, read=lambda path: iter([[Record("late", path.name, 1, "words")]]))
    assert sorted(routed(tmp_path)) == ["a", "late"]  # tried again when it is dropped again


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, post=True)
    drop(tmp_path / "inbox", "a.csv", [str(number) for number in range(300)])
    pages = watch.database.rows("PRAGMA page_count")[0][0]
    watch.database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(VocError, match="full"):
        watch.run(settle=0.01, once=True)
    watch.close()
    run_once(tmp_path, post=True)
    assert len(routed(tmp_path)) == waiting(tmp_path) == 300


def test_a_result_that_cannot_be_written_stops_the_watch_and_the_file_stays(tmp_path: Path) -> None:
    watch = make_watch(tmp_path)
    drop(tmp_path / "inbox", "a.csv", ["a"])

    def full(_items: object) -> list[dict[str, object]]:
        raise VocError("Cannot write: the disk is full.")

    watch.answer = full
    with pytest.raises(VocError, match="disk is full"):
        watch.run(settle=0.01, once=True)
    watch.close()
    assert "a.csv" in names(tmp_path / "inbox")
    run_once(tmp_path)
    assert routed(tmp_path) == ["a"]


def test_a_stop_in_the_middle_of_a_file_leaves_it_for_the_next_start(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, post=True)
    drop(tmp_path / "inbox", "long.csv", [str(number) for number in range(9)])

    def stopping(items):
        watch.stop.set()
        return answer(items)

    watch.answer = stopping
    watch.run(settle=0.01)
    watch.close()
    assert routed(tmp_path) == []
    assert waiting(tmp_path) == 0
    run_once(tmp_path, post=True)
    assert Counter(routed(tmp_path)) == Counter(str(number) for number in range(9))
    assert waiting(tmp_path) == 9


def test_contacts_outlive_a_restart_and_an_unfinished_file_counts_for_nothing(tmp_path: Path) -> None:
    def stopping(path: Path) -> Iterator[list[Record | Rejected]]:
        for items in read(path):
            yield items
            watch.stop.set()

    run_once(tmp_path)
    drop(tmp_path / "inbox", "1.csv", ["a", "b"])
    run_once(tmp_path)
    drop(tmp_path / "inbox", "2.csv", ["c", "d", "e", "f"])
    watch = make_watch(tmp_path, read=stopping)
    watch.run(settle=0.01, once=True)
    watch.close()
    assert len(routed(tmp_path)) == 2
    run_once(tmp_path)
    assert {row["id"]: row["contacts"] for row in rows_of(tmp_path)} == {
        "a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5,
    }  # fmt: skip


def test_two_cannot_share_an_inbox_or_results(tmp_path: Path) -> None:
    watch = make_watch(tmp_path)
    with pytest.raises(VocError, match="in use by another voc"):
        Watch(tmp_path / "inbox", tmp_path / "other", read, answer, COLUMNS)
    (tmp_path / "second").mkdir()
    with pytest.raises(VocError, match="in use by another voc"):
        Watch(tmp_path / "second", tmp_path / "results", read, answer, COLUMNS)
    watch.close()
    with pytest.raises(VocError, match="where files are dropped"):
        Watch(tmp_path / "inbox", tmp_path / "inbox", read, answer, COLUMNS)


def test_a_damaged_journal_says_what_to_do(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    (tmp_path / "results" / STATE).write_bytes(b"not a database, but long enough to be taken for one" * 50)
    with pytest.raises(VocError, match="Move it away"):
        make_watch(tmp_path)


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take no such names")
def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    make_watch(tmp_path).close()
    path = os.path.join(os.fsencode(tmp_path / "inbox"), b"caf\xe9.csv")
    with open(path, "wb") as file:
        file.write(b"id,text\na,words\n")
    run_once(tmp_path)
    assert routed(tmp_path) == ["a"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="lives are forks")
def test_killed_at_random_points_every_ticket_is_routed_exactly_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "kill_loop.py"), str(tmp_path), "40", "7"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    killed, lives = map(int, done.stdout.split())
    assert killed == 40
    found = Counter(routed(tmp_path))
    assert set(found.values()) == {1}
    assert len(found) == lives * 2 * 7
    # The one author's tickets were each counted once: the first had none before it, the last all others.
    assert sorted(row["contacts"] for row in rows_of(tmp_path)) == list(range(len(found)))
    assert waiting(tmp_path) == len(found)
    assert names(tmp_path / "inbox") == {"done"}
    assert len(names(tmp_path / "inbox" / "done")) == lives * 2
    hidden = {path.name for path in (tmp_path / "results").iterdir() if path.name.startswith(".")}
    assert hidden == {STATE}  # no draft, no half-written file
