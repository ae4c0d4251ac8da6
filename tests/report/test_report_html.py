import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
import report_samples as samples

VOID = {"meta", "link", "br", "img", "input", "path", "polygon", "polyline", "hr"}


class Document(HTMLParser):
    """Collects tags with their attributes, and checks that they close in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.open, self.scripts, self.styles, self.words = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        {"script": self.scripts, "style": self.styles}.get((self.open or [""])[-1], self.words).append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def document(page):
    return Document(page.html)


def test_the_page_needs_nothing_from_outside(page, document):
    assert not re.search(r"https?://|url\(|@import|src=", page.html)
    assert [attrs["href"] for attrs in document.all("link")] == ["data:,", "#details"]
    assert not document.all("img")
    assert not document.all("iframe")


def test_only_its_own_script_may_run(document):
    policy = next(
        a["content"] for a in document.all("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    (script,) = document.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2]


def test_ids_are_unique_and_links_lead_somewhere(document):
    ids = [attrs["id"] for _, attrs in document.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {attrs["href"][1:] for attrs in document.all("a")}
    assert targets <= set(ids)
    labels = {attrs["aria-labelledby"] for _, attrs in document.tags if "aria-labelledby" in attrs}
    assert labels <= set(ids)


def test_every_issue_has_a_row_and_a_panel(page, document):
    anchors = {f"issue-{issue.rank}" for issue in page.issues}
    assert {attrs["id"] for attrs in document.all("article")} == anchors
    rows = [attrs for attrs in document.all("tr") if attrs.get("class") == "issue-row"]
    assert len(rows) == len(page.report.problems)


def test_the_first_words_are_the_findings(page, document):
    text = document.text
    top = page.report.top
    order = [
        text.index(word)
        for word in (
            "customers heard",
            "How they feel",
            *(view.reason for view in top),
            "Issues ranked by priority.",
        )
    ]
    assert order == sorted(order)


def test_readers_of_any_kind_are_served(document):
    (html,) = document.all("html")
    assert (html["lang"], html["dir"]) == ("en", "ltr")
    assert all("scope" in attrs for attrs in document.all("th"))
    assert all(a.get("aria-hidden") == "true" for a in document.all("svg"))
    plots = [attrs for _, attrs in document.tags if attrs.get("class") == "plot"]
    assert plots
    assert all(attrs["role"] == "img" and "Trend:" in attrs["aria-label"] for attrs in plots)
    assert all({"lang", "dir"} <= set(attrs) for attrs in document.all("blockquote"))
    assert {"header", "main", "nav", "footer", "h1"} <= {tag for tag, _ in document.tags}


def test_right_to_left_words_keep_their_language(document):
    assert {"ar", "en", "ko"} <= {attrs["lang"] for attrs in document.all("blockquote")}


def test_the_same_input_gives_the_same_page(page, make_page):
    assert make_page(count=700).html == page.html


def test_no_clock_time_gets_in(page, make_page):
    slow = make_page(count=700, run={"timings": {"encode": 999.9}})
    assert slow.html == page.html


def test_two_hundred_issues_stay_light(make_page):
    themes = samples.many_themes(200)
    page = make_page(themes=themes, count=4000)
    assert len(page.issues) > 180
    assert len(page.html.encode()) < 1_500_000
    Document(page.html)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_small_pages_are_whole(make_page, count):
    document = Document(make_page(count=count).html)
    ids = {attrs["id"] for _, attrs in document.tags if "id" in attrs}
    assert {attrs["href"][1:] for attrs in document.all("a")} <= ids


def test_a_korean_page_says_so(korean):
    document = Document(korean.html)
    assert document.all("html")[0]["lang"] == "ko"
    assert "먼저 챙겨야 할 이슈" in document.text
