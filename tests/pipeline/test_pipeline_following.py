"""The same as ``test_pipeline_lineage``, with planned topics and vectors instead of models: quick."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import voc
from voc import pipeline
from voc.config import resolve
from voc.lineage import recall, run_id
from voc.models import topics as room
from voc.models.understand import Understanding
from voc.store.work import Work
from voc.store.workspace import Workspace
from voc.types import Corpus, Record, Segment, Source, TopicInfo

RANDOM = np.random.default_rng(11)
LEAN = 3 * RANDOM.normal(size=32)
THEMES = {name: RANDOM.normal(size=32) for name in ("late", "crash", "bill", "kind", "noise")}


def corpus(month: int, counts: dict[str, int]) -> Corpus:
    """One record a voice; its author is the theme it speaks of, and a number."""
    said = [theme for theme, count in counts.items() for _ in range(count)]
    records = tuple(
        Record(
            f"{month}-{number}", "export.csv", number, f"{theme} is what I write about, number {number}",
            datetime(2026, month, 1) + timedelta(days=number % 28), author=f"{theme} {month} {number}", language="en",
        )
        for number, theme in enumerate(said, 1)
    )  # fmt: skip
    return Corpus(records, (), (Source("export.csv", "csv", 1, f"{month} {counts}"),))


def analyze(
    given: Corpus, monkeypatch: pytest.MonkeyPatch, prefix: str, encoder: str = "e1", **settings: str
) -> voc.Result:
    """Run all stages after the models: a theme is a topic, whose own id begins with ``prefix``."""
    said = [(record.author or "").split()[0] for record in given.records]
    names = sorted(set(said))
    segments = [Segment(r.id, 0, 0, len(r.text), r.text, "en") for r in given.records]
    noise = np.random.default_rng(len(said)).normal(size=(len(said), 32))
    vectors = np.stack([THEMES[theme] for theme in said]) + LEAN + 0.8 * noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    mood = np.array(
        [[0.05, 0.1, 0.85] if theme == "kind" else [0.9, 0.07, 0.03] for theme in said], np.float32
    )
    intent = np.ones((len(said), 1), np.float32)
    info = {
        number: TopicInfo(number, f"{prefix}-{name}", name, (name,), (said.index(name),))
        for number, name in enumerate(names)
    }
    found = room.Topics(np.array([names.index(theme) for theme in said]), info)
    monkeypatch.setattr(room, "fit_topics", lambda *_: found)
    resolved = resolve(None, {f"history.{key}": value for key, value in settings.items()})
    return pipeline._rank(
        given, given.records, segments, Understanding(vectors, mood, intent, mood, intent, ("bug_report",)),
        SimpleNamespace(ids={"encoder": encoder}, encoder=None), resolved, pipeline.Clock(pipeline.Silent()), None,
        recall(resolved.settings.history, run_id(given, resolved)), Work(),
    )  # fmt: skip


EVEN = {"late": 60, "crash": 60, "bill": 60, "kind": 60}


def test_ids_and_verdicts_over_three_months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = str(tmp_path / "voc.duckdb")
    months = [EVEN, EVEN | {"crash": 160, "bill": 0, "noise": 40}, EVEN | {"crash": 160}]
    runs = []
    for month, counts in enumerate(months, 1):
        runs.append(analyze(corpus(month, counts), monkeypatch, f"m{month}", workspace=kept))
        runs[-1].report(tmp_path / f"out{month}")
    first, second, third = ({issue.label: issue.issue_id for issue in run.ranked} for run in runs)
    assert first == {name: f"m1-{name}" for name in EVEN}
    assert second == {name: f"m1-{name}" for name in ("late", "crash", "kind")} | {"noise": "m2-noise"}
    assert third == first  # the bills come back under the id they had two runs ago
    assert "comparison" not in runs[0].run
    verdicts = {change["label"]: change["verdict"] for change in runs[1].run["comparison"]["changes"]}
    assert verdicts["crash"] == "worse"
    assert verdicts["bill"] == "gone"
    assert verdicts["noise"] == "new"
    assert Workspace(kept).runs()["name"].tolist() == ["out1", "out2", "out3"]
    shares = Workspace(kept).history().pivot(index="issue_id", columns="number", values="share")
    assert shares.loc["m1-crash", 2] > 1.5 * shares.loc["m1-crash", 1]


def test_a_run_folder_holds_all_that_the_next_run_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = analyze(corpus(1, EVEN), monkeypatch, "a")
    before.report(tmp_path / "before")
    after = analyze(corpus(2, EVEN | {"late": 300}), monkeypatch, "b", previous=str(tmp_path / "before"))
    after.report(tmp_path / "after")
    assert {issue.issue_id for issue in after.ranked} == {issue.issue_id for issue in before.ranked}
    for name in ("report.html", "report.md"):
        text = (tmp_path / "after" / name).read_text(encoding="utf-8")
        assert "Since the last run" in text
        assert "of customers mention it" in text
    assert voc.load_run(tmp_path / "after").run["comparison"]["changes"]
    assert (tmp_path / "before" / "issues.safetensors").is_file()


def test_the_same_run_again_gives_the_same_ids_and_stays_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = str(tmp_path / "voc.duckdb")
    for month in (1, 2, 1, 2):
        found = analyze(corpus(month, EVEN), monkeypatch, f"m{month}", workspace=kept)
        found.report(tmp_path / f"out{month}", force=True)
        assert {issue.issue_id for issue in found.ranked} == {f"m1-{name}" for name in EVEN}
    assert len(Workspace(kept).runs()) == 2


def test_names_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = str(tmp_path / "voc.duckdb")
    analyze(corpus(1, EVEN), monkeypatch, "a", workspace=kept).report(tmp_path / "1")
    Workspace(kept).rename("a-late", "Late parcels")
    for month in (2, 3):
        found = analyze(corpus(month, EVEN), monkeypatch, "b", workspace=kept)
        found.report(tmp_path / str(month))
        assert found.issue("a-late").label == "Late parcels"


def test_more_rows_with_another_encoder_keep_ids_by_their_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = corpus(1, EVEN)
    analyze(given, monkeypatch, "a").report(tmp_path / "before")
    more = Corpus((*given.records, *corpus(2, {"late": 12}).records), (), given.sources)
    after = analyze(more, monkeypatch, "b", encoder="e2", previous=str(tmp_path / "before"))
    assert {issue.issue_id for issue in after.ranked} == {f"a-{name}" for name in EVEN}
    assert after.run["comparison"]["fresh"] == 12


def test_another_encoder_and_other_records_start_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyze(corpus(1, EVEN), monkeypatch, "a").report(tmp_path / "before")
    after = analyze(corpus(2, EVEN), monkeypatch, "b", encoder="e2", previous=str(tmp_path / "before"))
    assert {issue.issue_id for issue in after.ranked} == {f"b-{name}" for name in EVEN}
    assert "comparison" not in after.run
