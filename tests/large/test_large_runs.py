"""A run in blocks finds what a run in memory finds, and loses nobody's voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from large_samples import write_export
from tiny_models import tiny_models

import voc
from voc import large
from voc.config import resolve
from voc.engine.local import LocalEngine
from voc.pipeline import analyze
from voc.result import Result
from voc.types import Corpus

ROWS = 400


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_export(tmp_path_factory.mktemp("export") / "reviews.csv", ROWS)


def run_in_blocks(export: Path, **settings: object) -> Result:
    resolved = resolve("reviews", settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "BLOCK", 64)
        opened = large.open_input([export], resolved.settings, LocalEngine(), fits=50)
        assert isinstance(opened, large.Large)
        return large.analyze_large(large.begin(opened, resolved), models=tiny_models)


@pytest.fixture(scope="module")
def both(export: Path) -> tuple[Result, Result]:
    """The run in blocks, and the run in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOC_AUTHOR_KEY", "a key for tests only")
        whole = analyze(voc.read(export), resolved=resolve("reviews", {}), models=tiny_models(), cache=False)
        return run_in_blocks(export), whole


def test_what_fits_is_read_whole(export: Path) -> None:
    opened = large.open_input([export], resolve("reviews", {}).settings, LocalEngine())
    assert isinstance(opened, Corpus)
    assert opened == voc.read(export)


def test_rows_are_kept_folded_or_rejected(both: tuple[Result, Result]) -> None:
    counts = both[0].run["counts"]
    assert counts["rows_read"] == ROWS
    assert counts["records_kept"] + counts["duplicates"] + counts["rejected"] == ROWS
    assert counts["duplicates"] > 0
    assert counts["rejected"] == 8
    assert both[0].rejected == both[1].rejected


def test_every_record_has_the_same_answers_as_in_memory(both: tuple[Result, Result]) -> None:
    blocks, whole = both[0].feedback, both[1].feedback
    assert list(blocks.columns) == list(whole.columns)
    for name in blocks.columns.drop(["issue_ids"]):
        if blocks[name].dtype == "float64":
            np.testing.assert_allclose(blocks[name], whole[name], atol=2e-4, err_msg=name)
        else:
            assert blocks[name].astype("object").where(blocks[name].notna(), None).tolist() == (
                whole[name].astype("object").where(whole[name].notna(), None).tolist()
            ), name


def test_segments_and_issues_are_the_same_as_in_memory(both: tuple[Result, Result]) -> None:
    blocks, whole = both
    assert blocks.segments["segment_id"].tolist() == whole.segments["segment_id"].tolist()
    assert blocks.segments["text"].tolist() == whole.segments["text"].tolist()
    assert {issue.label for issue in blocks.ranked} == {issue.label for issue in whole.ranked}
    assert blocks.feedback["issue_ids"].tolist() == whole.feedback["issue_ids"].tolist()


def test_quotes_are_of_their_issue(both: tuple[Result, Result]) -> None:
    for issue in both[0].ranked:
        mine = both[0].segments[both[0].segments["issue_id"] == issue.issue_id]
        assert {quote.record_id for quote in issue.quotes} <= set(mine["record_id"])


def test_it_can_be_written_and_opened(both: tuple[Result, Result], tmp_path: Path) -> None:
    both[0].report(tmp_path / "out")
    loaded = voc.load_run(tmp_path / "out")
    assert loaded.ranked == both[0].ranked
    assert len(loaded.feedback) == len(both[0].feedback)


def test_issues_of_a_sample_reach_everyone(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voc.large import topics

    whole = run_in_blocks(export)
    monkeypatch.setattr(topics, "LEAST", 20)
    monkeypatch.setattr(topics.sampled_records, "__defaults__", (200,))
    found = run_in_blocks(export)
    themes = pd.crosstab(whole.segments["issue_id"], found.segments["issue_id"])
    agreeing = themes.max(axis=1).sum() / len(whole.segments)
    assert agreeing > 0.9
    assert (found.segments["topic"] == -1).mean() < 0.05


def test_the_same_input_gives_the_same_tables(export: Path, both: tuple[Result, Result]) -> None:
    again = run_in_blocks(export)
    pd.testing.assert_frame_equal(again.segments, both[0].segments)
    pd.testing.assert_frame_equal(again.feedback, both[0].feedback)
    assert again.ranked == both[0].ranked


def test_a_column_that_is_not_there_is_told_before_the_models_run(export: Path) -> None:
    with pytest.raises(voc.VocError, match="no such column"):
        run_in_blocks(export, **{"insight.by": ["colour"]})
