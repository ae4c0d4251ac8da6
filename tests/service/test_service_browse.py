"""Looking through a run: who is let in, what is found, what is shown of hostile words, and that nothing else is there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from voc.report.words import load_words
from voc.service.browse import Door, create_browser, links
from voc.service.browse_data import LONGEST, PAGE, Records, fold

EVIL = '<img src=x onerror=alert(1)> "quoted" ‮ {{ 7*7 }}'
TEXTS = {
    "late": "The parcel came late. The lamp is nice.",
    "kr": "배송이 너무 늦어요. 그래도 상담원은 친절했어요.",
    "evil": f"{EVIL} parcel",
    "calm": "Nothing to add, thanks",
}


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Four records and a repeat; 120 more that speak of parcels."""
    ids = [*TEXTS, "again", *(f"p{n}" for n in range(120))]
    feedback = pd.DataFrame({
        "id": ids, "source_file": "mails <b>.csv", "source_row": range(1, len(ids) + 1),
        "created_at": pd.to_datetime(pd.Series([datetime(2026, 3, 4), None, *[datetime(2026, 3, 5)] * (len(ids) - 2)])),
        "rating": [1.0, 2.0, None, 4.5, 1.0, *[2.0] * 120],
        "text": [*TEXTS.values(), TEXTS["late"], *(f"Parcel number {n} was late" for n in range(120))],
        "language": ["en", "ko", EVIL, "en", "en", *["en"] * 120],
        "sentiment": ["negative", "negative", "negative", "neutral", *["negative"] * 121],
        "intent": "delivery_problem", "author": "a_1",
        "duplicate_of": pd.Series([None, None, None, None, "late", *[None] * 120], dtype="object"),
        EVIL: [EVIL, None, "x" * 500, float("nan"), *["ok"] * 121],
    })  # fmt: skip
    mine = [("late", 0, 21), ("kr", 0, 10), ("evil", 0, 500), *((f"p{n}", 0, 10) for n in range(120))]
    segments = pd.DataFrame(mine, columns=["record_id", "start", "end"]).assign(issue_id="t1")
    other = pd.DataFrame({"record_id": ["calm"], "start": [0], "end": [7], "issue_id": [None]})
    return feedback, pd.concat([segments, other], ignore_index=True)


ISSUES = [
    SimpleNamespace(issue_id="t1", rank=1, label=f"late parcel {EVIL}"),
    SimpleNamespace(issue_id="t2", rank=2, label="empty"),
]


@pytest.fixture
def door() -> Door:
    return Door(8400)


@pytest.fixture
def start(door: Door) -> Callable[..., TestClient]:
    def begin(language: str = "en", known: bool = True, **options: Any) -> TestClient:
        app = create_browser(Records(*tables()), ISSUES, "<p>the report</p>", load_words(language), door)  # type: ignore[arg-type]
        client = TestClient(app, base_url="http://127.0.0.1:8400", **options)
        if known:
            client.cookies.set(door.cookie, door.session)
        return client

    return begin


class Tags(HTMLParser):
    """What a browser would see as markup."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def ids(page: str) -> list[str]:
    """The records on a page, by the end of their line of facts."""
    return re.findall(r'<p class="about">[^<]* · (\w+)</p>', page)


def test_the_address_lets_one_browser_in_once(start: Any, door: Door) -> None:
    client, token = start(known=False), door.token
    assert client.get("/").status_code == 403
    assert client.get("/enter?token=wrong").status_code == 403
    assert client.get("/enter", params={"token": "é" * 9}).status_code == 403
    entered = client.get(f"/enter?token={token}", follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert token not in cookie
    assert client.get("/").text == "<p>the report</p>"
    assert client.get(f"/enter?token={token}").status_code == 200  # it is known already
    assert start(known=False).get(f"/enter?token={token}").status_code == 403
    assert start(known=False).get("/enter?token=").status_code == 403


@pytest.mark.parametrize("path", ["/", "/records", "/issues/1", "/issues/none"])
def test_strangers_see_nothing(start: Any, door: Door, path: str) -> None:
    client = start(known=False)
    for cookie in ("", "wrong", door.token, "é"):
        answer = client.get(path, headers={"cookie": f"{door.cookie}={cookie}".encode()})
        assert answer.status_code == 403
        assert "parcel" not in answer.text
        assert "the address" in answer.text.lower()


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8400", "localhost.evil.example", "", "[::2]"]
)
def test_a_page_cannot_reach_it_under_a_name_of_its_own(start: Any, door: Door, host: str) -> None:
    client, token = start(), door.token
    for path in ("/", "/records", f"/enter?token={token}"):
        assert client.get(path, headers={"host": host}).status_code == 421
    assert door.token == token
    for host in ("localhost:8400", "[::1]:8400", "127.0.0.1"):
        assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/issues/3", "/issues/", "/issues/t1/", "/issues/../records/x", "/../../etc/passwd", "/report.html", "/run.json",
     "/issues/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/feedback.parquet", "/docs", "/openapi.json",
     "/issues/%00", "/static/../run.json", "/issues/" + "9" * 5000],
)  # fmt: skip
def test_there_is_nothing_else(start: Any, path: str) -> None:
    answer = start().get(path)
    assert answer.status_code == 404
    assert "There is nothing here." in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(start: Any, method: str) -> None:
    for path in ("/", "/records", "/issues/1", "/enter"):
        assert start().request(method, path).status_code == 405
    assert start().request(method, "/records", content=b"x").status_code == 413


def test_an_issue_has_its_records_marked_where_they_speak_of_it(start: Any) -> None:
    page = start().get("/issues/1").text
    assert ids(page)[:3] == ["late", "kr", "evil"]
    assert "calm" not in ids(page)
    assert "again" not in ids(page)
    assert '<mark class="issue">The parcel came late.</mark> The lamp is nice.</blockquote>' in page
    assert '<mark class="issue">배송이 너무 늦어요</mark>' in page
    assert "1 repeat folded" in page
    assert "rated 1 of 5" in page
    assert "4 Mar 2026" in page
    assert "123 pieces of feedback" in page
    assert start().get("/issues/t1").text.replace("/issues/t1", "/issues/1") == page
    assert "No record" in start().get("/issues/2").text


def test_every_record_is_on_exactly_one_page(start: Any) -> None:
    client, path, found, pages = start(), "/records", [], 0
    while path:
        page = client.get(path).text
        found += ids(page)
        pages += 1
        following = re.search(r'rel="next" href="([^"]*)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    kept = [*TEXTS, *(f"p{n}" for n in range(120))]
    assert found == kept
    assert pages == -(-len(kept) // PAGE)


@pytest.mark.parametrize(
    ("asked", "page"),
    [("2", 2), ("3", 3), ("4", 3), ("999999999", 3), ("9" * 5000, 3), ("0", 1), ("-1", 1), ("x", 1), ("", 1), ("1.5", 1),
     ("２", 2), ("²", 1)],
)  # fmt: skip
def test_strange_pages_are_pages_that_exist(start: Any, asked: str, page: int) -> None:
    assert f"Page {page} of 3" in start().get("/records", params={"page": asked}).text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("늦어요", ["kr"]),
        ("친절 배송", ["kr"]),
        ("친절 parcel", []),
        (unicodedata.normalize("NFD", "늦어요"), ["kr"]),
        ("NICE lamp", ["late"]),
        ("ｎｉｃｅ", ["late"]),
        ("onerror=alert(1)", ["evil"]),
        ('"quoted"', ["evil"]),
        ("%", []),
        ("number 119", ["p119"]),
        ("  ", None),
    ],
)
def test_words_are_found(start: Any, words: str, found: list[str] | None) -> None:
    page = start().get("/records", params={"q": words}).text
    assert ids(page) == found if found is not None else len(ids(page)) == PAGE


def test_a_search_stays_within_the_issue_its_pages_and_its_sentiment(start: Any) -> None:
    client = start()
    page = client.get("/issues/1", params={"q": "parcel late", "sentiment": "negative"}).text
    following = re.search(r'rel="next" href="([^"]*)"', page)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text
    assert ids(second)[-1] == "p98"
    assert 'value="parcel late"' in second
    assert ids(client.get("/records?sentiment=neutral").text) == ["calm"]
    assert len(ids(client.get("/records?sentiment='%20or%201").text)) == PAGE
    assert "calm" not in ids(client.get("/issues/1?q=thanks").text)


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("The parcel came LATE, later.", "late", ["LATE", "late"]),
        ("The parcel came late.", "late cel", ["cel", "late"]),
        ("Ａｂｃ is ﬁne", "abc fi", ["Ａｂｃ", "ﬁ"]),
        (unicodedata.normalize("NFD", "배송이 늦어요"), "배송", [unicodedata.normalize("NFD", "배송")]),
        ("Die Straße", "strasse", ["Straße"]),
        ("nothing", "", []),
    ],
)
def test_the_words_looked_for_are_marked(text: str, words: str, marked: list[str]) -> None:
    feedback, segments = tables()
    feedback.loc[0, "text"] = text
    found = Records(feedback.iloc[:1], segments.iloc[:0]).find(words=words)
    assert [piece for piece, kind in found.records[0].pieces if kind == "hit"] == marked
    assert "".join(piece for piece, _ in found.records[0].pieces) == text


def test_a_word_looked_for_is_marked_within_what_speaks_of_the_issue(start: Any) -> None:
    page = start().get("/issues/1?q=came").text
    assert '<mark class="issue">The parcel </mark><mark class="issue hit">came</mark>' in page


def test_hostile_words_stay_words(start: Any) -> None:
    page = start().get("/issues/1", params={"q": '"><script>alert(1)</script>'}).text
    page += (
        start().get("/issues/1").text + start().get("/records", params={"q": "</title><svg onload=x>"}).text
    )
    tags = Tags()
    tags.feed(page)
    assert not tags.names & {"img", "script", "svg", "iframe", "object"}
    assert not [name for name in tags.attributes if name.startswith("on") or name == "src"]
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\u202e" not in page
    assert "49" not in re.findall(r'<mark class="issue">(.*?)</mark>', page)[2]
    assert 'lang="und"' in page
    assert "x" * 199 + "…" in page
    assert "nan" not in page


def test_no_answer_may_run_load_frame_or_be_kept(start: Any) -> None:
    for answer in (
        start().get("/"),
        start().get("/records"),
        start().get("/nothing"),
        start(known=False).get("/"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_korean_pages_are_korean(start: Any) -> None:
    page = start("ko").get("/records").text
    assert '<html lang="ko"' in page
    assert "보고서로 돌아가기" in page


def test_a_bug_tells_no_words(
    start: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError(TEXTS["late"])

    monkeypatch.setattr(Records, "find", broken)
    answer = start(raise_server_exceptions=False).get("/records?q=parcel")
    assert answer.status_code == 500
    assert "parcel" not in answer.text + caplog.text


def test_texts_are_shown_up_to_a_bound_and_spans_that_do_not_fit_do_no_harm() -> None:
    feedback, segments = tables()
    feedback.loc[0, "text"] = "y" * (LONGEST + 1)
    extra = pd.DataFrame(
        {
            "record_id": ["late", "late", "gone"],
            "start": [10, LONGEST + 9, 0],
            "end": [9, LONGEST + 20, 5],
            "issue_id": "t1",
        }
    )
    found = Records(feedback, pd.concat([segments, extra])).find("t1")
    assert "".join(text for text, _ in found.records[0].pieces) == "y" * LONGEST + "…"


def test_an_empty_run_can_be_looked_through() -> None:
    feedback, segments = tables()
    found = Records(feedback.iloc[:0], segments.iloc[:0]).find()
    assert (found.records, found.total, found.page, found.pages) == ((), 0, 1, 1)


def test_links_are_made_of_ranks_alone() -> None:
    assert links(ISSUES) == {"issue-1": "/issues/1", "issue-2": "/issues/2"}  # type: ignore[arg-type]


def test_folding_is_what_two_spellings_share() -> None:
    assert fold("Ｓｔｒａßｅ") == fold("STRASSE")
    assert fold(unicodedata.normalize("NFD", "배송")) == fold("배송")
