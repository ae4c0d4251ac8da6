"""Hostile feedback in a real browser: nothing of it runs, asks for a dialog, or reaches for the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hostile_samples import PAYLOADS, hostile_world
from markdown_it import MarkdownIt

from voc.report import write_reports
from voc.report.words import load_words
from voc.service.browse_data import Records
from voc.service.browse_pages import Asked, records_page

TRAP = """
window.__pwned = 0;
for (const name of ["alert", "confirm", "prompt", "open", "fetch"]) window[name] = () => { window.__pwned = name; };
addEventListener("securitypolicyviolation", (event) => { window.__pwned = `policy: ${event.violatedDirective}`; });
"""
TOUCH = """() => { for (const one of document.querySelectorAll("main *, header *"))
  for (const kind of ["mouseover", "focus", "toggle", "error", "load", "animationstart"])
    one.dispatchEvent(new Event(kind, {bubbles: true})); }"""


@pytest.fixture(scope="module")
def world() -> Any:
    return hostile_world()


@pytest.fixture(scope="module")
def folder(world: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_reports(folder, *world)
    return folder


def unharmed(page: Any) -> bool:
    page.wait_for_timeout(300)
    return page.evaluate("window.__pwned") == 0


def test_the_trap_works(visit: Any, tmp_path: Path) -> None:
    """Were the payloads markup, these tests would see it."""
    path = tmp_path / "bare.html"
    path.write_text("<!doctype html><title>x</title>" + PAYLOADS[1].replace("alert(1)", "window.__pwned=1"))
    page = visit(path, init=TRAP)
    page.wait_for_function("() => window.__pwned === 1")
    with pytest.raises(AssertionError):
        assert unharmed(page)
    visit.forgive()


@pytest.mark.parametrize("policy", [True, False], ids=["with its policy", "by escaping alone"])
def test_the_page_runs_nothing_and_asks_for_nothing(visit: Any, folder: Path, policy: bool) -> None:
    page = visit(folder / "report.html", init=TRAP, bypass_csp=not policy)
    page.evaluate(TOUCH)
    for button in page.locator("table.ranked thead button").all():
        button.click()
    for select in page.locator("#filter select").all():
        for place in range(select.locator("option").count()):
            select.select_option(index=place)
    for payload in PAYLOADS[:3]:
        page.locator("#filter input").fill(payload)
    page.locator("#filter button[type=reset]").click()
    page.locator("table.ranked tbody a").first.click()
    page.locator("summary").click()
    assert unharmed(page)
    assert page.url.split("#")[0] == (folder / "report.html").as_uri()
    assert page.title() == PAYLOADS[0]


def test_every_payload_can_be_read_as_what_it_is(visit: Any, folder: Path) -> None:
    text = visit(folder / "report.html").locator("body").inner_text()
    shown = " ".join(text.split())
    for payload in PAYLOADS:
        assert " ".join(payload.split()) in shown


def test_no_element_comes_from_a_payload(visit: Any, folder: Path) -> None:
    page = visit(folder / "report.html")
    found = page.evaluate(
        """() => [document.querySelectorAll("script").length, document.querySelectorAll("style").length,
           document.querySelectorAll("img, iframe, object, embed, video, base, math, textarea, foreignObject").length,
           [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames()).filter((n) => n.startsWith("on")).length,
           [...document.querySelectorAll("form[action], [href]:not([href^='#']):not(link)")].length]"""
    )
    assert found == [1, 1, 0, 0, 0]


def test_markdown_in_a_renderer_that_lets_html_through(visit: Any, folder: Path, tmp_path: Path) -> None:
    renderer = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    path = tmp_path / "chat.html"
    body = renderer.render((folder / "report.md").read_text(encoding="utf-8"))
    path.write_text(
        f"<!doctype html><meta charset=utf-8><title>x</title><main>{body}</main>", encoding="utf-8"
    )
    page = visit(path, init=TRAP)
    page.evaluate(TOUCH)
    assert unharmed(page)
    assert page.locator("a, img, script, iframe, style, svg").count() == 0


def test_a_printed_page_asks_for_nothing(visit: Any, folder: Path) -> None:
    page = visit(folder / "report.html", init=TRAP)
    page.emulate_media(media="print")
    assert page.pdf().startswith(b"%PDF")
    assert unharmed(page)


def test_pages_of_records_run_nothing_even_without_a_policy(visit: Any, world: Any, tmp_path: Path) -> None:
    issues, feedback, segments, _ = world
    records = Records(feedback, segments)
    for number, words in enumerate(["", *PAYLOADS[:2], PAYLOADS[24]]):
        found = records.find(issues[0].issue_id, "" if number > 1 else words)
        path = tmp_path / f"{number}.html"
        asked = Asked("/issues/1", words)
        path.write_text(records_page(issues[0], found, asked, load_words("en")), encoding="utf-8")
        page = visit(path, init=TRAP)
        page.evaluate(TOUCH)
        assert unharmed(page)
        assert page.locator("input[type=search]").input_value() == words
        assert page.locator("script, img, iframe, svg, base, object, a[href^='javascript']").count() == 0
