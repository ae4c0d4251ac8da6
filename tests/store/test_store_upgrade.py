"""Run folders of other versions: older ones open, or say what to do; newer and damaged ones say what to do."""

from __future__ import annotations

from pathlib import Path

import orjson
import pandas as pd
import pytest

from voc.errors import VocError
from voc.result import load_run
from voc.store import tables
from voc.types import Interval, Issue, Quote, Rejected

ISSUE = Issue(
    issue_id="i-1", rank=1, label="late parcels", keywords=("parcel", "late"), priority=61.0,
    parts={"reach": Interval(0.4, 0.3, 0.5)}, reason="12 people", volume=12, authors=12,
    share=Interval(0.4, 0.3, 0.5), negative_share=Interval(0.9, 0.8, 1.0), trend_ratio=None,
    trend_flag="unknown", trend_p=None, rating_impact=None, top_intent="delivery_problem",
    intents={"delivery_problem": 12}, languages={"en": 12}, sentiments={"negative": 12}, first_seen=None,
    last_seen=None, timeline=(), quotes=(Quote("1", "It came two weeks late", "en", None, None, -0.9),),
)  # fmt: skip
LATER = (
    "priority_interval", "nps_impact", "recent_authors", "rating_impact_shared", "nps_impact_shared",
    "churn_share", "repeat_contacts", "mismatches", "events", "drivers", "group",
)  # fmt: skip
"""What the first layout had not."""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder of this version."""
    feedback = pd.DataFrame({"id": ["1"], "text": ["It came two weeks late"]})
    tables.save_tables(tmp_path, feedback, feedback)
    tables.save_issues(tmp_path, [ISSUE], pd.DataFrame({"rank": [1]}))
    tables.save_rejected(tmp_path, [Rejected("a.csv", 2, "no_text", "The row has no text.", {"id": "2"})])
    tables.save_run(tmp_path, {"voc": "0.1.0", "counts": {}})
    return tmp_path


def rewrite(path: Path, change: dict[str, object]) -> None:
    path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), **change}))


def test_what_is_written_now_says_its_schema(run: Path) -> None:
    assert load_run(run).run["schema"] == tables.SCHEMA


@pytest.mark.parametrize("schema", [0, None])
def test_a_folder_of_the_first_layout_opens(run: Path, schema: int | None) -> None:
    content = orjson.loads((run / "run.json").read_bytes())
    content = {key: value for key, value in content.items() if key != "schema"}
    (run / "run.json").write_bytes(orjson.dumps(content if schema is None else {**content, "schema": 0}))
    issues = orjson.loads((run / "issues.json").read_bytes())
    old = [{key: value for key, value in issue.items() if key not in LATER} for issue in issues]
    (run / "issues.json").write_bytes(orjson.dumps(old))
    result = load_run(run)
    assert result.ranked == (ISSUE,)
    assert [item.code for item in result.rejected] == ["no_text"]
    assert result.profile is None


def test_fields_that_a_later_version_adds_are_no_trouble(run: Path) -> None:
    rewrite(run / "run.json", {"mood": "good"})
    issues = orjson.loads((run / "issues.json").read_bytes())
    (run / "issues.json").write_bytes(orjson.dumps([{**issues[0], "mood": "good"}]))
    assert load_run(run).ranked == (ISSUE,)


def test_a_newer_layout_says_to_upgrade(run: Path) -> None:
    rewrite(run / "run.json", {"schema": tables.SCHEMA + 1})
    with pytest.raises(VocError, match="newer voc") as error:
        load_run(run)
    assert "Upgrade" in error.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"null", b'"x"', b'{"schema": "x"}', b"\xff\xfe"]
)
def test_a_damaged_run_json_says_so(run: Path, content: bytes) -> None:
    (run / "run.json").write_bytes(content)
    with pytest.raises(VocError, match="damaged") as error:
        load_run(run)
    assert error.value.hint


@pytest.mark.parametrize("name", ["feedback.parquet", "segments.parquet", "issues.json", "rejected.jsonl"])
@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "other"])
def test_a_damaged_file_is_told_and_never_taken_for_good(run: Path, name: str, harm: str) -> None:
    path = run / name
    whole = path.read_bytes()
    path.unlink()
    if harm != "missing":
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "other": b"\x00garbage\n"}[harm])
    if (name, harm) == ("rejected.jsonl", "empty"):
        return  # no row was rejected: nothing tells it from a good one
    with pytest.raises(VocError, match="missing or damaged") as error:
        load_run(run)
    assert error.value.hint
