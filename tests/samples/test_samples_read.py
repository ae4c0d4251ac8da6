"""voc.read understands every sample file with no option given."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from typing import Any

import pytest
from samples_truth import BAD, SAMPLES, TRUTH, USABLE, Key, key, of_file, place

import voc
from voc.types import Record

FILES = sorted({row["file"] for row in TRUTH})
AGENT_AND_BOT_TURNS = 226


@pytest.fixture(scope="session")
def records(sample_corpus: voc.Corpus) -> dict[Key, list[Record]]:
    found: dict[Key, list[Record]] = {}
    for record in sample_corpus.records:
        found.setdefault(place(record.source_file, record.source_row), []).append(record)
    return found


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def test_every_file_is_read_and_the_data_card_is_not(sample_corpus: voc.Corpus) -> None:
    assert sorted(place(source.name, 0)[0] for source in sample_corpus.sources) == FILES


@pytest.mark.parametrize("name", FILES)
def test_every_customer_row_becomes_a_record_with_its_text(
    name: str, records: dict[Key, list[Record]]
) -> None:
    for row in of_file(name, USABLE):
        text = " ".join(record.text for record in records.get(key(row), []))
        assert _letters(row["text"]) in _letters(text), key(row)


def test_nothing_but_customer_rows_becomes_a_record(records: dict[Key, list[Record]]) -> None:
    assert set(records) == {key(row) for row in USABLE}


def test_bad_rows_and_other_speakers_are_rejected_with_a_reason(sample_corpus: voc.Corpus) -> None:
    codes = {place(item.source_file, item.source_row): item.code for item in sample_corpus.rejected}
    for row in BAD:
        assert codes.get(key(row)) == row["bad"], key(row)
    assert Counter(codes.values())["not_customer"] == AGENT_AND_BOT_TURNS
    assert len(sample_corpus.rejected) == len(BAD) + AGENT_AND_BOT_TURNS


@pytest.mark.parametrize("name", FILES)
def test_dates_are_the_rows_own(name: str, records: dict[Key, list[Record]]) -> None:
    wrong = [
        key(row)
        for row in of_file(name, USABLE)
        for record in records[key(row)]
        if record.created_at is None or abs((record.created_at.date() - _day(row)).days) > 1
    ]
    assert not wrong


def _day(row: dict[str, Any]) -> date:
    return date.fromisoformat(row["date"])


REVIEW_FILES = [name for name in FILES if name.endswith((".csv", ".tsv", ".gz")) or "app_store" in name]


@pytest.mark.parametrize("name", REVIEW_FILES)
def test_ratings_are_the_rows_own(name: str, records: dict[Key, list[Record]]) -> None:
    for row in of_file(name, USABLE):
        assert records[key(row)][0].rating == row["rating"], key(row)


def test_scores_of_the_survey_are_nps(records: dict[Key, list[Record]]) -> None:
    for row in of_file("nps_survey.xlsx", USABLE):
        assert records[key(row)][0].nps == row["nps"], key(row)


def test_products_and_versions_stay_as_metadata(records: dict[Key, list[Record]]) -> None:
    play = [record for (name, _), found in records.items() if name.startswith("google") for record in found]
    assert sum("App Version Name" in record.metadata for record in play) > 0.9 * len(play)
    shop = [record for (name, _), found in records.items() if name.startswith("shop") for record in found]
    assert all(str(record.metadata["상품명"]).startswith("하늘홈") for record in shop)


def test_channels(records: dict[Key, list[Record]]) -> None:
    channels = {
        name: Counter(r.channel for (n, _), rs in records.items() if n == name for r in rs) for name in FILES
    }
    assert set(channels["zendesk_tickets.json"]) == {"email"}
    assert set(channels["support_chat.jsonl"]) == {"chat"}
    assert set(channels["nps_survey.xlsx"]) == {"survey"}
    assert set(channels["shop_reviews_ko_cp949.csv"]) == {"review"}


def test_a_customers_second_comment_on_a_ticket_is_read_too(records: dict[Key, list[Record]]) -> None:
    tickets = json.loads((SAMPLES / "zendesk_tickets.json").read_text("utf-8"))["tickets"]
    second = {
        number: comment["body"]
        for number, ticket in enumerate(tickets, 1)
        for comment in ticket["comments"][1:]
        if comment["author"]["role"] == "end-user"
    }
    assert len(second) >= 5
    for number, text in second.items():
        assert text in " ".join(record.text for record in records["zendesk_tickets.json", number])


@pytest.mark.parametrize("name", [name for name in REVIEW_FILES if "google" not in name])
def test_authors_are_known_where_the_file_names_them(name: str, records: dict[Key, list[Record]]) -> None:
    assert all(record.author for row in of_file(name, USABLE) for record in records[key(row)])


def _other_speakers() -> set[str]:
    lines = (SAMPLES / "support_chat.jsonl").read_text("utf-8").splitlines()
    turns = [json.loads(line) for line in lines if '"customer"' not in line]
    tickets = json.loads((SAMPLES / "zendesk_tickets.json").read_text("utf-8"))["tickets"]
    comments = [comment for ticket in tickets for comment in ticket["comments"]]
    mails = [comment["body"] for comment in comments if comment["author"]["role"] == "agent"]
    replies = (SAMPLES / "google_play_reviews.csv").read_text("utf-16").splitlines()
    developer = [row["Developer Reply Text"] for row in csv.DictReader(replies)]
    return {text.split("\n")[0] for text in [*(turn["text"] for turn in turns), *mails, *developer] if text}


def test_what_agents_bots_and_developers_say_is_in_no_record(sample_corpus: voc.Corpus) -> None:
    said = _other_speakers()
    assert len(said) > 100
    texts = "\n".join(record.text for record in sample_corpus.records)
    assert not [text for text in said if text in texts]
