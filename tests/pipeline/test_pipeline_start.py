"""When a run goes on from the clustering of the run before, and by what a run is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from voc.config import TopicSettings, resolve
from voc.errors import VocError
from voc.insight.matching import profile_of
from voc.insight.snapshot import Snapshot
from voc.lineage import MOST_UNSEEN, Past, _keys, follow, run_id, starting_point
from voc.models.topics import Topics
from voc.models.warm_start import Fitted, Frame
from voc.types import Corpus, Record, Segment, Source, TopicInfo

MODELS = {"encoder": "e1", "sentiment": "s1", "intent": "t1"}
EYE = np.eye(4, dtype=np.float32)
SAID = EYE[[0, 0, 1, 1]]


def records(first: int, last: int) -> list[Record]:
    return [
        Record(f"r{n}", "a.csv", n, f"text {n}", datetime(2026, 3, 1), author=f"author {n}", language="en")
        for n in range(first, last)
    ]


def past(kept: list[Record], share: float = 1.0, settings: TopicSettings | None = None) -> Past:
    """A run over these records; its clustering was fitted on a share of them."""
    made_by = starting_point(Past(), kept, MODELS, settings or TopicSettings()).made_by
    profile = profile_of(SAID, ["en"] * 4, ["i-1", "i-1", "i-2", "i-2"], "e1")
    fitted = Fitted(Frame(("en",), EYE[:2], EYE[0], EYE[:2]), EYE[:2, :3], made_by, share)
    table = pd.DataFrame({"key": _keys(kept), "voice": range(len(kept))})
    none = pd.DataFrame({"issue_id": [], "key": [], "voice": [], "negative": []})
    return Past(Snapshot(table, none, (), replace(profile, fitted=fitted)), run_id="r-1")


def test_a_first_run_starts_afresh() -> None:
    assert starting_point(Past(), records(0, 9), MODELS, TopicSettings()).fitted is None


def test_a_run_with_few_more_rows_goes_on() -> None:
    start = starting_point(past(records(0, 95)), records(0, 100), MODELS, TopicSettings())
    assert start.fitted is not None
    assert start.unseen == {f"r{n}" for n in range(95, 100)}
    assert start.share == pytest.approx(0.95)


def test_a_much_changed_corpus_starts_afresh_and_so_do_many_small_changes() -> None:
    enough = round(100 * (1 - MOST_UNSEEN))
    assert starting_point(past(records(0, enough)), records(0, 100), MODELS, TopicSettings()).fitted is None
    assert starting_point(past(records(0, 95), 0.75), records(0, 100), MODELS, TopicSettings()).fitted
    worn = starting_point(past(records(0, 95), 0.72), records(0, 100), MODELS, TopicSettings())
    assert worn.fitted is None
    assert worn.share == 1


def test_other_models_or_settings_start_afresh_but_names_and_edits_do_not() -> None:
    before, kept = past(records(0, 95)), records(0, 100)
    assert starting_point(before, kept, {**MODELS, "intent": "t2"}, TopicSettings()).fitted is None
    assert starting_point(before, kept, MODELS, TopicSettings(min_size=9)).fitted is None
    named = TopicSettings(names={"i-1": "Mine"}, edits="topics.yaml")
    assert starting_point(before, kept, MODELS, named).fitted is not None


def test_a_clusterer_of_another_package_starts_afresh() -> None:
    other = TopicSettings(clusterer="theirs")
    before = past(records(0, 95), settings=other)
    assert starting_point(before, records(0, 100), MODELS, other).fitted is None


def test_a_run_is_another_when_the_edits_say_something_else(tmp_path: Path) -> None:
    corpus = Corpus(tuple(records(0, 3)), (), (Source("a.csv", "csv", 3, "hash"),))
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"

    def named(path: Path | None) -> str:
        return run_id(corpus, resolve(None, {"topics.edits": str(path) if path else None}))

    one.write_text("rename: {i-1: Mine}\n", encoding="utf-8")
    two.write_text("# the same, elsewhere\nrename:\n  i-1: Mine\n", encoding="utf-8")
    first = named(one)
    assert first == named(two)
    assert first != named(None)
    one.write_text("rename: {i-1: Yours}\n", encoding="utf-8")
    assert named(one) != first
    one.write_text("rename: [", encoding="utf-8")
    with pytest.raises(VocError):
        named(one)


@pytest.mark.parametrize(("named", "label"), [(True, "New name"), (False, "Remembered")])
def test_a_name_from_the_edits_wins_over_a_remembered_one(named: bool, label: str) -> None:
    kept = records(0, 4)
    segments = [Segment(item.id, 0, 0, 6, item.text, "en") for item in kept]
    first = TopicInfo(0, "i-7", "New name" if named else "found · words", ("words",), (0,), named=named)
    info = {0: first, 1: TopicInfo(1, "i-8", "others", ("others",), (2,))}
    before = replace(past(kept), issues=frozenset({"i-1", "i-2"}), names={"i-1": "Remembered"})
    topics = Topics(np.array([0, 0, 1, 1]), info)
    found, _ = follow(topics, segments, kept, SAID, "e1", before, {})
    assert found.info[0].issue_id == "i-1"
    assert found.info[0].label == label
