import csv
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from voc.errors import VocError
from voc.io.sinks import safe_cell
from voc.io.write import check_output, format_of, open_writer

ROWS = [
    {"id": "a", "score": None, "n": 1, "at": datetime(2024, 3, 5, 15, 4)},
    {"id": "b", "score": 0.5, "n": 2, "at": None, "note": "late, and broken"},
]


def test_jsonl(tmp_path):
    with open_writer(tmp_path / "x.jsonl", "jsonl") as writer:
        writer.write(ROWS[:1])
        writer.write(ROWS[1:])
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", "b"]
    assert lines[0]["at"] == "2024-03-05T15:04:00"


def test_csv_takes_columns_that_come_late(tmp_path):
    with open_writer(tmp_path / "x.csv", "csv") as writer:
        writer.write(ROWS[:1])
        writer.write(ROWS[1:])
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", "score", "n", "at", "note"]
    assert rows[1]["note"] == "late, and broken"
    assert rows[0]["note"] == rows[0]["score"] == ""


def test_csv_with_given_columns_refuses_others(tmp_path):
    with (
        pytest.raises(VocError, match="note"),
        open_writer(tmp_path / "x.csv", "csv", ["id", "score", "n", "at"]) as writer,
    ):
        writer.write(ROWS)
    assert not list(tmp_path.iterdir())


def test_parquet_finds_types_over_all_rows(tmp_path):
    with open_writer(tmp_path / "x.parquet", "parquet") as writer:
        writer.write([*ROWS, {"id": 7, "tags": ["x"], "big": 1 << 70}])
    table = pq.read_table(tmp_path / "x.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types["score"] == "double"
    assert types["n"] == "int64"
    assert types["at"] == "timestamp[us]"
    assert table.column("id").to_pylist() == ["a", "b", "7"]
    assert table.column("at").to_pylist()[0] == datetime(2024, 3, 5, 15, 4)
    assert table.column("big").to_pylist()[2] == str(1 << 70)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_nothing_half_written_is_left(tmp_path, form):
    path = tmp_path / f"x.{form}"
    path.write_text("what was there")

    def fail():
        with open_writer(path, form) as writer:
            writer.write(ROWS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "what was there"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_no_rows_still_give_a_file(tmp_path, form):
    with open_writer(tmp_path / f"x.{form}", form) as writer:
        writer.write([])
    assert (tmp_path / f"x.{form}").exists()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_standard_output(monkeypatch, form):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
    with open_writer("-", form) as writer:
        writer.write(ROWS)
    content = out.getvalue()
    assert content.startswith({"csv": b"id,", "jsonl": b'{"id":"a"', "parquet": b"PAR1"}[form])


def test_a_device_is_written_to_and_not_replaced(tmp_path):
    check_output("/dev/null", force=False)
    with open_writer("/dev/null", "jsonl") as writer:
        writer.write(ROWS)
    assert Path("/dev/null").is_char_device()


def test_numpy_and_pandas_values(tmp_path):
    import numpy as np
    import pandas as pd

    with open_writer(tmp_path / "x.parquet", "parquet") as writer:
        writer.write(
            [{"f": np.float32(0.5), "n": np.int64(3), "t": pd.Timestamp("2024-03-05 15:04"), "s": "x"}]
        )
        writer.write([{"f": float("nan"), "n": None, "t": pd.NaT, "s": None}])
    rows = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert rows[0] == {"f": 0.5, "n": 3, "t": datetime(2024, 3, 5, 15, 4), "s": "x"}
    assert rows[1] == {"f": None, "n": None, "t": None, "s": None}


def test_a_full_disk_is_an_error_that_says_so(tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voc.io.sinks.write_lines", full)
    with pytest.raises(VocError, match="No space left"), open_writer(tmp_path / "x.jsonl", "jsonl") as writer:
        writer.write(ROWS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']
)
def test_formulas_are_made_text(tmp_path, text):
    with open_writer(tmp_path / "x.csv", "csv") as writer:
        writer.write([{text: text}])
    with (tmp_path / "x.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize("value", ["-5", "+3.5", "-1e-3", -5, 3.5, "fine", "a=b", "", None])
def test_numbers_and_words_are_left_alone(value):
    assert safe_cell(value) == value


@over(st.lists(st.dictionaries(st.sampled_from("abcd"), st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text("xy,\"\n가", max_size=5))), min_size=1, max_size=6))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_any_rows_can_be_written_to_parquet(rows):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.parquet")
        with open_writer(path, "parquet") as writer:
            writer.write(rows)
        if any(rows):
            assert pq.read_table(path).num_rows == len(rows)


def test_outputs_are_checked_before_any_work(tmp_path):
    path = tmp_path / "x.csv"
    check_output(path, force=False)
    check_output("-", force=False)
    path.write_text("x")
    with pytest.raises(VocError, match="--force") as caught:
        check_output(path, force=False)
    assert caught.value.exit_code == 2
    check_output(path, force=True)
    for bad in (tmp_path, tmp_path / "no" / "x.csv"):
        with pytest.raises(VocError):
            check_output(bad, force=True)


def test_format_by_extension():
    assert [format_of(name) for name in ("a.csv", "a.jsonl", "b.parquet", "-", "x")] == [
        "csv",
        "jsonl",
        "parquet",
        "jsonl",
        "jsonl",
    ]
    with pytest.raises(VocError, match="--format"):
        format_of("a.xlsx")
