"""One function for a batch: the answers of ``voc classify``, for whoever brings a table."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import voc
from voc.config import resolve
from voc.engine.local import LocalEngine
from voc.stream import classify_batches

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scaling.md"
REVIEWS = pd.DataFrame({
    "id": ["r1", "jane@example.com", "r3", "r1"],
    "text": ["The parcel came two weeks late", "Write to bob@example.com, great app", None, "..."],
    "author": ["Ann", None, "Bob", "Ann"],
    "rating": [1.0, 5.0, None, 3.0],
    "created_at": pd.to_datetime(["2026-03-01", "2026-03-02", None, None]),
    "intent": ["mine", "mine", "mine", "mine"],
    "shop": ["Porto", "Lyon", "Lyon", None],
})  # fmt: skip


def test_one_row_for_each_row_in_order() -> None:
    found = voc.understand_batch(REVIEWS)
    assert list(found.columns) == voc.batch_schema(REVIEWS.columns).names
    assert found["id"].tolist()[0] == found["id"].tolist()[3] == "r1"
    assert found["error"].notna().tolist() == [False, False, True, True]
    assert found["sentiment"].tolist()[:2] == ["negative", "positive"]
    assert found["shop"].tolist()[:2] == ["Porto", "Lyon"]


def test_personal_data_is_redacted_everywhere() -> None:
    found = voc.understand_batch(REVIEWS).to_csv()
    assert "example.com" not in found
    assert "Ann" not in found
    assert "[EMAIL]" in found


def test_a_column_of_ours_that_the_batch_has_keeps_its_own_name_with_a_suffix() -> None:
    found = voc.understand_batch(REVIEWS)
    assert found["intent_source"].tolist()[0] == "mine"
    assert found["intent"].tolist()[0] != "mine"


def test_arrow_in_arrow_out_and_always_the_same_types() -> None:
    table = pa.Table.from_pandas(REVIEWS)
    found = voc.understand_batch(table)
    assert isinstance(found, pa.Table)
    assert found.schema == voc.batch_schema(REVIEWS.columns)
    assert voc.understand_batch(table.slice(2, 1)).schema == found.schema
    assert voc.understand_batch(table.slice(0, 0)).schema == found.schema


def test_dates_with_a_zone_become_utc() -> None:
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC).astimezone()
    found = voc.understand_batch(pa.table({"text": ["late again"], "created_at": [moment]}))
    assert found["created_at"].to_pylist() == [datetime(2026, 3, 1, 10)]


def test_no_column_of_text() -> None:
    with pytest.raises(voc.VocError, match="needs a column `text`; this one has review"):
        voc.understand_batch(pd.DataFrame({"review": ["late"]}))


def test_the_answers_are_those_of_classify(tmp_path: Path) -> None:
    texts = ["The parcel came two weeks late", "Great app", "Die App stürzt ab", "ok"]
    export = tmp_path / "reviews.csv"
    pd.DataFrame({"text": texts}).to_csv(export, index=False)
    streamed = [row for rows in classify_batches([export], resolve().settings) for row in rows]
    found = voc.understand_batch(pd.DataFrame({"text": texts})).to_dict("records")
    for name in ("text", "language", "sentiment", "p_negative", "intent", "intent_confidence"):
        assert [row[name] for row in found] == [row[name] for row in streamed], name


def test_the_example_runs() -> None:
    example = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(example) == 1
    exec(example[0], {})


def test_an_engine_is_not_needed_for_a_batch() -> None:
    """What ``map_batches`` of Ray or Dask would do, done by hand: parts give what the whole gives."""
    parts = [voc.understand_batch(REVIEWS.iloc[start : start + 2]) for start in (0, 2)]
    whole = voc.understand_batch(REVIEWS)
    joined = pd.concat(parts, ignore_index=True)
    assert joined["sentiment"].tolist()[:2] == whole["sentiment"].tolist()[:2]
    assert joined["error"].tolist()[2:] == whole["error"].tolist()[2:]
    assert list(LocalEngine().map(len, parts)) == [2, 2]


@pytest.mark.slow
@pytest.mark.enable_socket
def test_the_recipe_for_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(
        "pyspark", reason="pyspark is not installed: the recipe of docs/scaling.md is not run"
    )
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)  # else the first python3 of the PATH works
    recipe = re.search(r"^```python title=\"spark\"\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert recipe
    code = recipe[1].replace("s3a://bucket", str(tmp_path))
    voc_free = REVIEWS[["id", "text", "created_at", "shop"]].iloc[:2]
    (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
        .config("spark.sql.session.timeZone", "UTC").config("spark.driver.host", "127.0.0.1").getOrCreate()
    )  # fmt: skip
    (tmp_path / "reviews").mkdir()
    voc_free.to_parquet(tmp_path / "reviews" / "a.parquet", coerce_timestamps="us", index=False)
    names: dict[str, object] = {}
    try:
        exec(code, names)
        found = pd.read_parquet(tmp_path / "understood").sort_values("id")
    finally:
        names["spark"].stop() if "spark" in names else None  # type: ignore[attr-defined]
    expected = voc.understand_batch(voc_free).sort_values("id")
    assert found["sentiment"].tolist() == expected["sentiment"].tolist()
    assert found["text"].tolist() == expected["text"].tolist()
    assert found["created_at"].tolist() == expected["created_at"].tolist()
