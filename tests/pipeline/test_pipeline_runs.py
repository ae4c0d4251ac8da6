"""Whole runs: any size, any mix, the same twice, and nobody's voice lost."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

import voc
from voc.cli import cli
from voc.cli.console import guarded

COMPLAINTS = {
    "en": ["The app crashes on start", "My parcel came two weeks late", "Nobody answers the phone", "I was charged twice"],
    "ko": ["앱이 켜자마자 꺼져요", "택배가 2주나 늦게 왔어요", "전화를 아무도 안 받아요", "카드가 두 번 결제됐어요"],
    "de": ["Die App stürzt beim Start ab", "Das Paket kam zwei Wochen zu spät", "Niemand geht ans Telefon", "Doppelt abgebucht"],
}  # fmt: skip
ENDINGS = [
    "since Monday",
    "again",
    "and I am tired of it",
    "on my phone",
    "this is the third time",
    "please fix",
    "why?",
    "unbelievable",
]


def rows(count: int) -> list[dict[str, str]]:
    """Return that many different complaints, dated a day apart."""
    texts = [text for group in zip(*COMPLAINTS.values(), strict=True) for text in group]
    return [
        {
            "date": (date(2026, 1, 1) + timedelta(days=number % 180)).isoformat(),
            "author": f"customer {number}",
            "stars": str(1 + number % 2),
            "review": f"{texts[number % len(texts)]} {ENDINGS[number // len(texts) % len(ENDINGS)]} {number}",
        }
        for number in range(count)
    ]


def write(path: Path, items: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["date", "author", "stars", "review"])
        writer.writeheader()
        writer.writerows(items)
    return path


def command(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        return guarded(cli)


@pytest.mark.parametrize("count", [1, 5, 50, 500])
def test_a_run_of_any_size(count: int, tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(count))
    assert command("run", path, "-o", tmp_path / "out", "-q") == 0
    run = json.loads((tmp_path / "out" / "run.json").read_text())
    counts = run["counts"]
    assert counts["rows_read"] == count == counts["records_kept"] + counts["duplicates"] + counts["rejected"]
    feedback = pd.read_parquet(tmp_path / "out" / "feedback.parquet")
    assert len(feedback) == counts["records_kept"] + counts["duplicates"]
    assert (feedback["sentiment"] == "negative").mean() > 0.7
    expected = {
        "report.html",
        "report.md",
        "issues.xlsx",
        "issues.csv",
        "issues.json",
        "feedback.parquet",
        "segments.parquet",
        "rejected.jsonl",
        "run.json",
    }
    assert expected <= {item.name for item in (tmp_path / "out").iterdir()}
    if count >= 50:
        assert counts["issues"] >= 2
        assert (
            max(
                len(languages.split())
                for languages in pd.read_csv(tmp_path / "out" / "issues.csv")["languages"]
            )
            >= 2
        )


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(120))
    for name in ("one", "two"):
        assert command("run", path, "-o", tmp_path / name, "-q") == 0
    clocked = {"run.json", "SHA256SUMS"}
    """The seconds of each stage are in the first, and its hash in the other."""
    names = sorted(
        item.name for item in (tmp_path / "one").iterdir() if item.is_file() and item.name not in clocked
    )
    assert len(names) >= 8
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_files_that_changed_since_are_not_taken_for_what_was_found(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(60))
    out = tmp_path / "out"
    assert command("run", path, "-o", out, "-q") == 0
    listed = (out / "SHA256SUMS").read_text(encoding="utf-8")
    there = {item.relative_to(out).as_posix() for item in out.rglob("*") if item.is_file()} - {"SHA256SUMS"}
    assert {line.partition("  ")[2] for line in listed.splitlines()} == there
    (out / "report.md").write_text("a note of mine", encoding="utf-8")  # people's files may be changed
    assert voc.load_run(out).ranked
    for name in ("issues.json", "feedback.parquet", "run.json"):
        was = (out / name).read_bytes()
        (out / name).write_bytes(was.replace(b"2", b"3", 1))
        with pytest.raises(voc.VocError, match=rf"{name}: is damaged"):
            voc.load_run(out)
        (out / name).write_bytes(was)
    (out / "SHA256SUMS").unlink()  # as runs of older versions
    assert voc.load_run(out).ranked


def test_bad_rows_are_kept_with_their_reason_and_strict_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(30))
    with path.open("a", encoding="utf-8") as file:
        file.write("2026-01-02,someone,1,\n")
        file.write("2026-01-02,someone,1,too,many,cells,here\n")
    assert command("run", path, "-o", tmp_path / "out", "-q") == 0
    lines = [json.loads(line) for line in (tmp_path / "out" / "rejected.jsonl").read_text().splitlines()]
    assert [(line["source_row"], line["code"]) for line in lines] == [(31, "no_text"), (32, "malformed")]
    assert command("run", path, "-o", tmp_path / "out", "-q", "--force", "--strict") == 4


def test_classify_gives_one_row_for_each_row_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(40))
    with path.open("a", encoding="utf-8") as file:
        file.write("2026-01-02,someone,1,\n")
        file.write("2026-01-02,someone,1,too,many,cells,here\n")
        file.write("2026-01-03,last,5,Great support and a lovely app\n")
    assert command("classify", path, "-o", tmp_path / "out.jsonl", "--batch", "7", "-q") == 0
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["source_row"] for row in found] == list(range(1, 44))
    assert [row["source_row"] for row in found if row["error"]] == [41, 42]
    assert found[-1]["sentiment"] == "positive"
    assert found[0]["sentiment"] == "negative"


def test_classify_and_run_agree(tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", rows(30))
    assert command("classify", path, "-o", tmp_path / "out.parquet", "-q") == 0
    one = pd.read_parquet(tmp_path / "out.parquet").set_index("id")
    two = voc.analyze(voc.read(path)).feedback.set_index("id")
    assert (one["sentiment"] == two["sentiment"]).all()
    assert (one["intent"] == two["intent"]).all()
    assert (one["p_negative"].astype(float) - two["p_negative"]).abs().max() < 0.02


def test_a_loaded_run_is_the_run(tmp_path: Path) -> None:
    result = voc.analyze(voc.read(write(tmp_path / "reviews.csv", rows(60))))
    result.report(tmp_path / "out")
    loaded = voc.load_run(tmp_path / "out")
    assert loaded.ranked == result.ranked
    pd.testing.assert_frame_equal(loaded.issues, result.issues)
    assert loaded.issue("1").rank == 1


def test_no_personal_data_reaches_any_file(tmp_path: Path) -> None:
    items = rows(12)
    items[3]["review"] += " write to jane.roe@example.com or call +49 30 901820"
    items[4]["author"] = "jane.roe@example.com"
    path = write(tmp_path / "reviews.csv", items)
    with path.open("a", encoding="utf-8") as file:
        file.write("2026-01-02,x,1,bad row,jane.roe@example.com,extra\n")
    assert command("run", path, "-o", tmp_path / "out", "-q") == 0
    for item in (tmp_path / "out").rglob("*"):
        if item.is_file():
            content = item.read_bytes()
            assert b"jane.roe" not in content, item.name
            assert b"901820" not in content, item.name


@pytest.mark.parametrize("code", ["--sentiment-model", "--intent-model", "--encoder"])
def test_a_model_that_is_not_there_is_an_error_with_advice(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "reviews.csv", rows(6))
    assert command("run", path, "-o", tmp_path / "out", code, str(tmp_path / "no-such-model")) in {2, 3}
    assert "no-such-model" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
