"""``result.issue(...)``: found by what people would type, with the words and the records behind it."""

from __future__ import annotations

import copy
import pickle

import pytest
import run_samples as samples

from voc.errors import VocError
from voc.result import Result


@pytest.fixture
def run() -> Result:
    return samples.run()


@pytest.mark.parametrize(
    "name", ["i-crash", "1", 1, "app crashes at start", "CRASHES", "start app", " crash "]
)
def test_an_issue_is_found_by_id_rank_label_or_words(run: Result, name: str | int) -> None:
    assert run.issue(name).issue is run.ranked[0]


@pytest.mark.parametrize(
    ("name", "what"), [("refund", "no issue fits"), ("a", "2 issues fit"), ("", "no issue fits")]
)
def test_what_is_not_one_issue_is_said_with_those_there_are(run: Result, name: str, what: str) -> None:
    with pytest.raises(VocError, match=what) as error:
        run.issue(name)
    assert "1 (i-crash), 2 (i-late)" in error.value.hint


def test_a_view_has_all_that_the_issue_has(run: Result) -> None:
    view = run.issue(1)
    assert (view.rank, view.label, view.volume) == (1, "app crashes at start", 12)
    assert {"volume", "parts", "quotes", "segments", "feedback"} <= set(dir(view))
    assert repr(view).startswith("#1 app crashes at start (i-crash): priority 59, 12 records")
    with pytest.raises(AttributeError):
        _ = view.colour
    assert copy.copy(view) == view == pickle.loads(pickle.dumps(view))


def test_quotes_go_on_after_those_of_the_report_each_of_another_record(run: Result) -> None:
    view = run.issue(1)
    assert view.quotes(1) == run.ranked[0].quotes
    found = view.quotes(9)
    assert found[0] == run.ranked[0].quotes[0]
    assert len({quote.record_id for quote in found}) == len(found) == 9
    assert all("i-crash" in quote.text and quote.sentiment == "negative" for quote in found)
    assert len(view.quotes(50)) == 12


def test_quotes_of_one_sentiment(run: Result) -> None:
    found = run.issue(1).quotes(5, "positive")
    assert [quote.sentiment for quote in found] == ["positive"] * 3
    assert run.issue(1).quotes(5, "neutral") == ()
    assert repr(run.issue(1).quotes(5, "neutral")) == "no quotes"
    with pytest.raises(VocError, match="no sentiment"):
        run.issue(1).quotes(5, "angry")
    with pytest.raises(VocError, match="at least 1"):
        run.issue(1).quotes(0)


def test_quotes_read_as_text(run: Result) -> None:
    assert (
        repr(run.issue(1).quotes(1)) == "“i-crash number 0 in a sentence of some length” (negative, en, r0)"
    )


def test_the_records_and_segments_of_an_issue(run: Result) -> None:
    view = run.issue(2)
    assert set(view.segments["issue_id"]) == {"i-late"}
    assert len(view.feedback) == 12
    assert len(run.issue(1).feedback) == 13  # with the copy
