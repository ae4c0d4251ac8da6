"""The workspace: runs in order, whole or not at all, and never harmed by another process."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from voc.errors import VocError
from voc.insight.matching import Profile, profile_of
from voc.insight.snapshot import Snapshot, Standing
from voc.store import workspace
from voc.store.centroids import FILE, dumps, load_profile, loads, save_profile
from voc.store.workspace import Entry, Workspace


def profile(*issues: str) -> Profile:
    vectors = np.eye(4, dtype=np.float32)[: len(issues)]
    found = profile_of(vectors, ["en", "ko", "de"][: len(issues)], list(issues), "encoder 1")
    return replace(found, retired=frozenset({issues[-1]}))


def entry(number: int, *issues: str, **more: str | None) -> Entry:
    snapshot = Snapshot(
        pd.DataFrame({"key": ["a", "b", "c"], "voice": [0, 1, 1]}),
        pd.DataFrame(
            [(name, "a", 0, True) for name in issues], columns=["issue_id", "key", "voice", "negative"]
        ),
        tuple(Standing(name, f"label {name}", rank, 9.5, False) for rank, name in enumerate(issues, 1)),
        profile(*issues),
        f"run {number}",
        "2026-03-31",
    )
    return Entry(f"r-{number}", snapshot, {name: {"share": 0.25, "volume": 3} for name in issues}, **more)


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    kept = Workspace(tmp_path / "voc.duckdb")
    assert kept.recall() is None
    saved = entry(1, "i-1", "i-2")
    kept.save(saved, {"i-2": "Late parcels"})
    found = kept.recall()
    assert found is not None
    assert (found.run_id, found.issues, found.names) == ("r-1", {"i-1", "i-2"}, {"i-2": "Late parcels"})
    assert found.snapshot.standings == saved.snapshot.standings
    assert found.snapshot.members == {"i-1": {"a"}, "i-2": {"a"}}
    assert found.snapshot.keys == {"a", "b", "c"}
    assert found.snapshot.mentions["negative"].all()
    assert found.snapshot.profile is not None
    assert dumps(found.snapshot.profile) == dumps(profile("i-1", "i-2"))
    assert kept.history()[["number", "issue_id", "share", "volume"]].to_numpy().tolist() == [
        [1, "i-1", 0.25, 3],
        [1, "i-2", 0.25, 3],
    ]


def test_the_same_run_again_replaces_itself_and_follows_what_it_followed(tmp_path: Path) -> None:
    kept = Workspace(tmp_path / "voc.duckdb")
    for number in (1, 2, 3, 2):
        kept.save(entry(number, "i-1"))
    assert kept.runs()["run_id"].tolist() == ["r-1", "r-2", "r-3"]
    assert len(kept.history()) == 3
    for asked, follows in (("r-2", "r-1"), ("r-9", "r-3")):
        found = kept.recall(asked)
        assert found is not None
        assert found.run_id == follows
    assert kept.recall("r-1") is None


def test_records_of_old_runs_go_and_their_numbers_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "KEPT", 2)
    kept = Workspace(tmp_path / "voc.duckdb")
    for number in (1, 2, 3):
        kept.save(entry(number, "i-1"))
    with duckdb.connect(str(kept.path)) as db:
        assert {run for (run,) in db.execute("SELECT DISTINCT run_id FROM records").fetchall()} == {
            "r-2",
            "r-3",
        }
    assert len(kept.history()) == 3


def test_names_that_people_give_stay(tmp_path: Path) -> None:
    kept = Workspace(tmp_path / "voc.duckdb")
    kept.save(entry(1, "i-1"))
    kept.rename("i-1", "Late parcels")
    kept.save(entry(2, "i-1"))
    found = kept.recall()
    assert found is not None
    assert found.names == {"i-1": "Late parcels"}
    with pytest.raises(VocError, match="no such issue") as error:
        kept.rename("i-7", "x")
    assert "i-1" in error.value.hint


def test_a_failure_leaves_the_workspace_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Workspace(tmp_path / "voc.duckdb")
    kept.save(entry(1, "i-1"))

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(workspace, "_know", fails)
    with pytest.raises(KeyboardInterrupt):
        kept.save(entry(2, "i-2"))
    assert kept.runs()["run_id"].tolist() == ["r-1"]
    assert kept.history()["issue_id"].tolist() == ["i-1"]


def test_a_file_that_another_program_has_open_is_an_error_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "voc.duckdb"
    Workspace(path).save(entry(1, "i-1"))
    code = f"import duckdb, sys\ndb = duckdb.connect({str(path)!r})\nprint('open', flush=True)\nsys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(VocError, match="another program") as error:
            Workspace(path, wait=0.2).check()
        assert error.value.hint
        other.communicate("done\n")
    assert Workspace(path).runs()["run_id"].tolist() == ["r-1"]


def save_one(path: str, number: int) -> None:
    Workspace(path, wait=120).save(entry(number, "i-1", f"i-{number}"))


def test_runs_at_once_wait_for_each_other(tmp_path: Path) -> None:
    path = str(tmp_path / "voc.duckdb")
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=save_one, args=(path, number)) for number in (1, 2, 3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    runs = Workspace(path).runs()
    assert sorted(runs["run_id"]) == ["r-1", "r-2", "r-3"]
    assert runs["number"].tolist() == [1, 2, 3]
    assert len(Workspace(path).history()) == 6


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    text, foreign = tmp_path / "notes.txt", tmp_path / "other.duckdb"
    text.write_text("my notes " * 100)
    with duckdb.connect(str(foreign)) as db:
        db.execute("CREATE TABLE sales (amount INTEGER)")
    for path, words in (
        (text, "can't be used"),
        (foreign, "no workspace"),
        (tmp_path / "no" / "x", "no such folder"),
    ):
        with pytest.raises(VocError, match=words) as error:
            Workspace(path).check()
        assert error.value.hint
    assert text.read_text() == "my notes " * 100


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voc.duckdb"
    Workspace(path).check()
    with duckdb.connect(str(path)) as db:
        db.execute("UPDATE voc_workspace SET schema = 99")
    with pytest.raises(VocError, match="newer voc") as error:
        Workspace(path).runs()
    assert "Upgrade" in error.value.hint


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Workspace(tmp_path / "voc.duckdb")
    kept.save(entry(1, "i-1"))
    monkeypatch.setattr(workspace, "SCHEMA", 2)
    monkeypatch.setattr(workspace, "_MIGRATIONS", {1: "ALTER TABLE issues ADD COLUMN colour VARCHAR"})
    assert kept.runs()["run_id"].tolist() == ["r-1"]
    with duckdb.connect(str(kept.path)) as db:
        assert db.execute("SELECT schema FROM voc_workspace").fetchone() == (2,)
        assert db.execute("SELECT colour FROM issues").fetchall() == [(None,)]


def test_centroids_are_written_the_same_and_read_back(tmp_path: Path) -> None:
    assert load_profile(tmp_path) is None
    one = profile("i-1", "i-2", "i-3")
    save_profile(tmp_path, one)
    content = (tmp_path / FILE).read_bytes()
    assert content == dumps(profile("i-1", "i-2", "i-3"))
    found = load_profile(tmp_path)
    assert found is not None
    assert (found.encoder, found.issues, found.languages, found.retired) == (
        one.encoder, one.issues, one.languages, one.retired,
    )  # fmt: skip
    assert np.array_equal(found.means, one.means)
    assert np.array_equal(found.shares, one.shares)
    for damaged in (content[:40], b"", content[:-3], b"\x80\x04" + content):
        with pytest.raises(VocError, match="damaged"):
            loads(damaged)
