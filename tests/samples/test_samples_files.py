"""The sample files are what the data card says: opened with the standard tools, and compared row by row."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from samples_truth import BAD, DUPLICATES, ISSUES, SAMPLES, TRUTH, USABLE, key, of_file, original

Texts = dict[int, str]


def _csv(name: str, encoding: str, delimiter: str, column: str) -> tuple[list[str], Texts]:
    raw = (SAMPLES / name).read_bytes().decode(encoding)
    header, *rows = csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter)
    at = header.index(column)
    return header, {n: row[at] for n, row in enumerate(rows, 1) if len(row) == len(header)}


def _lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for n, line in enumerate(text.splitlines(), 1):
        try:
            yield n, json.loads(line)
        except json.JSONDecodeError:
            continue


def _tickets(name: str) -> Texts:
    tickets = json.loads((SAMPLES / name).read_text(encoding="utf-8"))["tickets"]
    return {n: ticket["comments"][0]["body"] for n, ticket in enumerate(tickets, 1)}


def _chat() -> Texts:
    lines = _lines((SAMPLES / "support_chat.jsonl").read_text(encoding="utf-8"))
    return {n: turn["text"] for n, turn in lines if turn["speaker"] == "customer"}


def _app_store() -> Texts:
    reviews = json.loads((SAMPLES / "app_store_reviews.json").read_text(encoding="utf-8"))
    return {n: review["attributes"]["body"] for n, review in enumerate(reviews, 1)}


def _survey() -> Texts:
    book = openpyxl.load_workbook(SAMPLES / "nps_survey.xlsx", read_only=True)
    assert book.sheetnames == ["About this export", "Responses"]
    rows = book["Responses"].iter_rows(min_row=2, values_only=True)
    return {n: str(row[4]) for n, row in enumerate(rows, 1) if row[4] is not None}


def _tmall() -> Texts:
    raw = gzip.decompress((SAMPLES / "tmall_reviews_zh.jsonl.gz").read_bytes()).decode("utf-8")
    return {n: row["评论内容"] for n, row in _lines(raw)}


READERS: dict[str, Callable[[], Texts]] = {
    "google_play_reviews.csv": lambda: _csv("google_play_reviews.csv", "utf-16", ",", "Review Text")[1],
    "shop_reviews_ko_cp949.csv": lambda: _csv("shop_reviews_ko_cp949.csv", "cp949", ",", "상세리뷰")[1],
    "rakuten_reviews_sjis.csv": lambda: _csv("rakuten_reviews_sjis.csv", "cp932", ",", "レビュー本文")[1],
    "avis_boutique.csv": lambda: _csv("avis_boutique.csv", "cp1252", ";", "Avis")[1],
    "trustpilot_reviews.csv": lambda: _csv("trustpilot_reviews.csv", "utf-8-sig", ",", "Review Content")[1],
    "marketplace_ratings.tsv": lambda: _csv("marketplace_ratings.tsv", "utf-8", "\t", "comment")[1],
    "tmall_reviews_zh.jsonl.gz": _tmall,
    "app_store_reviews.json": _app_store,
    "nps_survey.xlsx": _survey,
    "zendesk_tickets.json": lambda: _tickets("zendesk_tickets.json"),
    "zendesk_week28.json": lambda: _tickets("zendesk_week28.json"),
    "support_chat.jsonl": _chat,
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_every_row_holds_the_text_that_the_truth_says(name: str) -> None:
    texts = {n: text for n, text in READERS[name]().items() if text}
    assert texts == {row["row"]: row["text"] for row in of_file(name, USABLE)}


def test_the_truth_covers_every_file_and_nothing_else() -> None:
    files = {path.name for path in SAMPLES.iterdir() if path.suffix != ".md" and path.name[0] != "."}
    assert files == set(READERS) == {row["file"] for row in TRUTH}
    assert len({key(row) for row in TRUTH}) == len(TRUTH)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("shop_reviews_ko_cp949.csv", "utf-8"),
        ("rakuten_reviews_sjis.csv", "utf-8"),
        ("avis_boutique.csv", "utf-8"),
        ("google_play_reviews.csv", "utf-8"),
    ],
)
def test_legacy_files_are_really_in_their_encoding(name: str, wrong: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        (SAMPLES / name).read_bytes().decode(wrong)


def test_byte_order_marks() -> None:
    assert (SAMPLES / "google_play_reviews.csv").read_bytes().startswith(b"\xff\xfeP\x00")
    assert (SAMPLES / "trustpilot_reviews.csv").read_bytes().startswith(b"\xef\xbb\xbfD")
    assert not (SAMPLES / "marketplace_ratings.tsv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_bad_rows_are_bad() -> None:
    reasons = Counter((row["file"], row["bad"]) for row in BAD)
    assert reasons == {
        ("nps_survey.xlsx", "no_text"): 8,
        ("google_play_reviews.csv", "no_text"): 1,
        ("trustpilot_reviews.csv", "malformed"): 1,
        ("support_chat.jsonl", "malformed"): 1,
    }
    raw = (SAMPLES / "trustpilot_reviews.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(raw, newline=""))
    assert [n for n, row in enumerate(rows, 1) if len(row) != len(header)] == [
        row["row"] for row in BAD if row["file"] == "trustpilot_reviews.csv"
    ]


def test_volume_languages_and_period() -> None:
    assert 1_500 <= len(TRUTH) <= 1_700
    languages = Counter(row["lang"] for row in USABLE)
    assert len(languages) == 12
    assert min(languages.values()) >= 50
    days = [datetime.fromisoformat(row["date"]) for row in TRUTH]
    assert min(days) >= datetime(2026, 5, 1)
    assert max(days) <= datetime(2026, 10, 31)


def _months(theme: str) -> list[int]:
    rows = [row for row in USABLE if row["theme"] == theme and "duplicate_of" not in row]
    counts = Counter(int(row["date"][5:7]) for row in rows)
    return [counts[month] for month in range(5, 11)]


def test_one_issue_grows_one_was_fixed_and_the_rest_is_flat() -> None:
    crash, late = _months("app_crash"), _months("late_delivery")
    assert sum(crash[4:]) / 2 > 4 * sum(crash[:3]) / 3
    assert sum(late[4:]) <= 3
    assert min(late[:3]) > 30
    for theme in set(ISSUES) - {"app_crash", "late_delivery"}:
        months = _months(theme)
        assert max(months) <= 2 * min(months), theme


def test_both_trends_run_through_languages_and_files() -> None:
    autumn = [row for row in USABLE if row["theme"] == "app_crash" and row["date"] >= "2026-09"]
    early = [row for row in USABLE if row["theme"] == "late_delivery" and row["date"] < "2026-08"]
    for rows in (autumn, early):
        assert len({row["lang"] for row in rows}) == 12
        assert len({row["file"] for row in rows}) >= 5


def test_duplicates_point_at_an_earlier_first_copy() -> None:
    rows = {key(row): row for row in TRUTH}
    assert 35 <= len(DUPLICATES) <= 50
    for row in DUPLICATES:
        assert original(row) < key(row)
        assert "duplicate_of" not in rows[original(row)]


def test_the_data_card_counts_are_the_files_counts() -> None:
    card = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for name, count in Counter(row["file"] for row in TRUTH).items():
        line = next(line for line in card.splitlines() if f"`{name}`" in line)
        assert line.rstrip(" |").endswith(f"| {count}"), name
    assert f"{len(TRUTH):,} customer rows" in card
