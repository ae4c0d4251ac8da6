"""A run that follows another: issues keep their ids and names, and what changed is said."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import voc
from voc.cli import cli
from voc.cli.console import guarded
from voc.lineage import snapshot_of
from voc.store.workspace import Workspace

THEMES = {
    "late": "My parcel came {n} days too late and nobody told me why",
    "crash": "The app crashes on start since the last update, tried it {n} times",
    "bill": "I was charged twice on my card, {n} euros are missing",
    "kind": "The lady on the phone was wonderful, solved it in {n} minutes",
}


def command(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        return guarded(cli)


def export(path: Path, month: int, counts: dict[str, int]) -> Path:
    rows, number = ["date,author,review"], 0
    for theme, count in counts.items():
        for place in range(count):
            number += 1
            text = THEMES[theme].format(n=place + 2)
            rows.append(f'2026-{month:02}-{1 + number % 28:02},customer {month} {number},"{text}"')
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def ids(folder: Path) -> dict[str, str]:
    """The issue each theme is in: {theme: issue id}, by the words of its members."""
    result = voc.load_run(folder)
    found = {}
    for theme, text in THEMES.items():
        own = result.segments[result.segments["text"].str.startswith(text.split("{n}")[0])][
            "issue_id"
        ].dropna()
        if len(own):
            found[theme] = str(own.mode()[0])
    return found


@pytest.fixture(scope="module")
def grown(
    sample_reviews: Path, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[voc.Result, voc.Result]:
    """95 % of the samples, and then all of them, following that run."""
    folder = tmp_path_factory.mktemp("grown") / "before"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOC_CACHE_DIR", str(cache_folder))
        patch.setenv("VOC_AUTHOR_KEY", "a key for tests only")
        corpus = voc.read(sample_reviews)
        most = replace(corpus, records=tuple(r for place, r in enumerate(corpus.records) if place % 20))
        before = voc.analyze(most)
        before.report(folder)
        return before, voc.analyze(corpus, history__previous=str(folder))


def test_an_issue_that_keeps_most_of_its_records_keeps_its_id(grown: tuple[voc.Result, voc.Result]) -> None:
    before, after = (snapshot_of(result) for result in grown)
    known = before.keys & after.keys
    old = {name: keys & known for name, keys in before.members.items()}
    new = {name: keys & known for name, keys in after.members.items()}
    heirs = {
        name: other
        for name, keys in old.items()
        for other, theirs in new.items()
        if len(keys & theirs) > 0.5 * len(keys | theirs)
    }
    assert len(heirs) >= 10
    assert {name: name for name in heirs} == heirs
    comparison = grown[1].run["comparison"]
    assert comparison["method"] == "joint"
    assert 0 < comparison["fresh"] < 0.06 * comparison["records"]


def test_issues_keep_their_ids_when_5_percent_of_rows_are_added(
    grown: tuple[voc.Result, voc.Result],
) -> None:
    before, after = grown
    old, new = ({issue.issue_id for issue in result.ranked} for result in grown)
    assert len(old & new) >= 0.95 * len(old)
    columns = ["segment_id", "text", "issue_id"]
    both = before.segments[columns].merge(after.segments[columns], on=["segment_id", "text"])
    assert len(both) >= 0.98 * len(before.segments)
    assert (both["issue_id_x"].fillna("") == both["issue_id_y"].fillna("")).mean() >= 0.95


def test_a_workspace_follows_months_and_the_report_says_what_changed(tmp_path: Path) -> None:
    kept = tmp_path / "voc.duckdb"
    months = [
        {"late": 40, "crash": 40, "bill": 40, "kind": 40},
        {"late": 40, "crash": 120, "bill": 6, "kind": 40},
    ]
    for month, counts in enumerate(months, 1):
        path = export(tmp_path / f"{month}.csv", month, counts)
        assert command("run", path, "--workspace", kept, "-o", tmp_path / f"out{month}", "-q") == 0
    first, second = ids(tmp_path / "out1"), ids(tmp_path / "out2")
    assert len(set(first.values())) >= 3
    assert {theme: second[theme] for theme in ("late", "crash")} == {
        theme: first[theme] for theme in ("late", "crash")
    }
    comparison = json.loads((tmp_path / "out2" / "run.json").read_text())["comparison"]
    found = {change["issue_id"]: change["verdict"] for change in comparison["changes"]}
    assert found[first["crash"]] == "worse"
    assert found[first["bill"]] in {"better", "gone"}
    assert "Since the last run" in (tmp_path / "out2" / "report.html").read_text(encoding="utf-8")
    assert "Since the last run" in (tmp_path / "out2" / "report.md").read_text(encoding="utf-8")
    assert "Since the last run" not in (tmp_path / "out1" / "report.html").read_text(encoding="utf-8")
    assert Workspace(kept).runs()["name"].tolist() == ["out1", "out2"]


def test_names_people_give_are_kept_by_later_runs(tmp_path: Path) -> None:
    counts = {"late": 20, "crash": 20, "bill": 20}
    one, two = (export(tmp_path / f"{month}.csv", month, counts) for month in (1, 2))
    assert command("run", one, "-o", tmp_path / "a", "-q") == 0
    named = ids(tmp_path / "a")["late"]
    pipeline = tmp_path / "mine.yaml"
    pipeline.write_text(f"topics:\n  names:\n    {named}: Late parcels\n")
    assert (
        command("run", one, "--pipeline", pipeline, "--previous", tmp_path / "a", "-o", tmp_path / "b", "-q")
        == 0
    )
    assert command("run", two, "--previous", tmp_path / "b", "-o", tmp_path / "c", "-q") == 0
    assert voc.load_run(tmp_path / "c").issue(named).label == "Late parcels"


def test_a_new_rename_wins_over_a_remembered_name(tmp_path: Path) -> None:
    path = export(tmp_path / "1.csv", 1, {"late": 20, "crash": 20, "bill": 20})
    kept, edits = tmp_path / "voc.duckdb", tmp_path / "topics.yaml"
    assert command("run", path, "--workspace", kept, "-o", tmp_path / "a", "-q") == 0
    late = ids(tmp_path / "a")["late"]
    Workspace(kept).rename(late, "Old name")
    assert command("topics", "rename", tmp_path / "a", late, "New name", "--edits", edits) == 0
    following = "--workspace", kept, "--topics-edits", edits
    assert command("run", path, *following, "-o", tmp_path / "b", "-q") == 0
    assert voc.load_run(tmp_path / "b").issue(late).label == "New name"


def test_compare_prints_a_table_json_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for month, crashes in ((1, 20), (2, 90)):
        path = export(tmp_path / f"{month}.csv", month, {"late": 40, "crash": crashes, "bill": 40})
        assert command("run", path, "-o", tmp_path / str(month), "-q") == 0
    capsys.readouterr()
    runs = tmp_path / "1", tmp_path / "2"
    assert command("compare", *runs) == 0
    assert "Worse (1)" in capsys.readouterr().out
    assert command("compare", *runs, "--json", "-o", tmp_path / "c.html", "-q") == 0
    found = json.loads(capsys.readouterr().out)
    assert [change["verdict"] for change in found["changes"]].count("worse") == 1
    assert "Worse" in (tmp_path / "c.html").read_text(encoding="utf-8")
    assert command("compare", *runs, "-o", tmp_path / "c.html") == 2
    assert command("compare", *runs, "-o", tmp_path / "c.md", "--language", "ko", "-q") == 0
    assert "나빠짐" in (tmp_path / "c.md").read_text(encoding="utf-8")
    assert command("compare", runs[0]) == 2
    assert command("compare", runs[0], tmp_path) != 0
    assert command("compare", "--workspace", tmp_path / "none.duckdb") == 2


def test_a_workspace_that_cannot_be_used_is_known_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = export(tmp_path / "1.csv", 1, {"late": 5})
    (tmp_path / "notes.txt").write_text("my notes " * 100)
    assert command("run", path, "--workspace", tmp_path / "notes.txt", "-o", tmp_path / "out") != 0
    assert "notes.txt" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
