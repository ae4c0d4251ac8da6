"""The report as people use it: the list sorts and filters, links lead somewhere, every size and language opens."""

from __future__ import annotations

from typing import Any

import pytest
from visits import DESKTOP, PHONE

NAMES = ("en", "ko", "none", "one", "many")


def shown(page: Any) -> list[list[str]]:
    """The rows that can be seen: rank, then each cell's value or text."""
    return page.evaluate(
        """() => [...document.querySelectorAll("table.ranked tbody tr")].filter((row) => row.checkVisibility())
           .map((row) => [...row.cells].map((cell) => cell.dataset.value ?? cell.textContent.trim()))"""
    )


def numbers(rows: list[list[str]], column: int) -> list[float]:
    return [float(row[column]) for row in rows if row[column]]


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", NAMES)
def test_it_opens_without_a_complaint_and_fits_the_screen(
    visit: Any, reports: Any, name: str, screen: dict[str, Any]
) -> None:
    page = visit(reports(name), **screen)
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.lang") == ("ko" if name == "ko" else "en")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= screen["viewport"]["width"], "the page scrolls sideways"
    rows = len(shown(page)) if name != "none" else 0
    assert (rows > 180) if name == "many" else (rows >= {"none": 0, "one": 0}.get(name, 10))


@pytest.mark.parametrize("name", ["ko", "many"])
def test_nothing_in_a_panel_is_cut_off_on_a_phone(visit: Any, reports: Any, name: str) -> None:
    """A panel that is not laid out until it is near hides what sticks out of it: the page doesn't scroll."""
    page = visit(reports(name), **PHONE)
    page.add_style_tag(content=".many .issue { content-visibility: visible !important }")
    assert (
        page.evaluate(
            """() => [...document.querySelectorAll("article.issue *")]
               .filter((one) => one.getBoundingClientRect().right > innerWidth).length"""
        )
        == 0
    )


def test_the_first_screen_counts_what_changed(visit: Any, reports: Any) -> None:
    page = visit(reports("many"))
    lines = page.locator(".glance a").all_text_contents()
    boxes = page.locator("#changes dl > div").evaluate_all(
        "all => all.map((one) => [one.querySelector('dt').textContent, one.querySelectorAll('a').length])"
    )
    assert len(lines) == len(boxes) >= 2
    for line, (name, count) in zip(lines, boxes, strict=True):
        assert line.startswith(name)
        assert int(line.rsplit(" ", 1)[1]) >= count
    assert page.locator(".glance").bounding_box()["y"] < DESKTOP["viewport"]["height"]


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_something_on_the_page(visit: Any, reports: Any, name: str) -> None:
    page = visit(reports(name))
    lost = page.evaluate(
        """() => [...document.querySelectorAll("a")].map((a) => a.getAttribute("href"))
           .filter((to) => !to.startsWith("#") || !document.getElementById(to.slice(1)))"""
    )
    assert lost == []
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_a_link_of_the_list_shows_its_issue(visit: Any, reports: Any) -> None:
    page = visit(reports("en"))
    link = page.locator("table.ranked tbody a").nth(7)
    label = link.text_content()
    link.click()
    panel = page.locator("article:target")
    assert panel.locator("h3").text_content() == label
    page.wait_for_function(
        "() => Math.abs(document.querySelector('article:target').getBoundingClientRect().top) < 40"
    )


def test_sorting_by_numbers_starts_with_the_most_and_turns_round(visit: Any, reports: Any) -> None:
    page = visit(reports("en"))
    heads = page.locator("table.ranked thead button")
    kinds = page.evaluate(
        "() => [...document.querySelectorAll('table.ranked thead th')].map((h) => h.dataset.sort)"
    )
    assert kinds.count("number") >= 5
    for column, kind in enumerate(kinds):
        if kind != "number" or not column:
            continue
        heads.nth(column).click()
        falling = numbers(shown(page), column)
        heads.nth(column).click()
        rising = numbers(shown(page), column)
        assert falling == sorted(falling, reverse=True)
        assert rising == sorted(rising)
        assert len(set(falling)) > 1
        assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    heads.nth(0).click()
    assert numbers(shown(page), 0) == sorted(numbers(shown(page), 0))


def test_sorting_by_words_follows_the_language(visit: Any, reports: Any) -> None:
    page = visit(reports("ko"))
    page.locator("table.ranked thead button").nth(1).click()
    labels = [row[1] for row in shown(page)]
    assert labels == page.evaluate(
        "(all) => [...all].sort(new Intl.Collator('ko', {numeric: true}).compare)", labels
    )
    assert numbers(shown(page), 0) != sorted(numbers(shown(page), 0))


def test_the_keyboard_sorts_too(visit: Any, reports: Any) -> None:
    page = visit(reports("en"))
    button = page.locator("table.ranked thead button").nth(3)
    button.focus()
    page.keyboard.press("Enter")
    assert numbers(shown(page), 3) == sorted(numbers(shown(page), 3), reverse=True)


@pytest.mark.parametrize("key", ["trend", "sentiment", "intent", "language", "segment"])
@pytest.mark.parametrize("name", ["en", "ko"])
def test_each_filter_shows_the_issues_that_have_it_and_no_other(
    visit: Any, reports: Any, name: str, key: str
) -> None:
    """What a row has is read off its panel, not off what the filter reads."""
    page = visit(reports(name))
    every = shown(page)
    select = page.locator(f"#filter select[name={key}]")
    options = select.locator("option").all_text_contents()
    assert len(options) >= 3
    seen: set[str] = set()
    for place, option in enumerate(options[1:], 1):
        select.select_option(index=place)
        rows = shown(page)
        assert rows
        said = page.locator("#filter output").text_content()
        assert str(len(rows)) in said
        assert str(len(every)) in said
        seen |= {row[0] for row in rows}
        if key in {"trend", "intent"}:
            column = -1 if key == "intent" else 5
            assert {row[column] for row in rows} == {option}
            assert len(rows) == sum(row[column] == option for row in every)
    assert seen == {row[0] for row in every}
    page.locator("#filter button[type=reset]").click()
    page.wait_for_function(
        "(n) => document.querySelectorAll('.issue-row:not([hidden])').length === n", arg=len(every)
    )


def test_sentiment_language_and_segment_are_those_of_the_panel(visit: Any, reports: Any) -> None:
    page = visit(reports("en"))
    for key, choice, within in (
        ("sentiment", "mostly neutral", "neutral"),
        ("language", "Portuguese", "Portuguese"),
        ("segment", "product: Lamp", "Lamp"),
    ):
        page.locator("#filter button[type=reset]").click()
        page.locator(f"#filter select[name={key}]").select_option(label=choice)
        ranks = [row[0] for row in shown(page)]
        assert ranks
        for rank in ranks:
            panel = page.locator(f"#issue-{rank} .people")
            if key == "sentiment":
                shares = [float(x.rstrip("%")) for x in panel.locator(".legend b").all_text_contents()]
                assert max(shares) == shares[1]
            elif key == "segment":
                assert within in panel.locator(".shares li span:first-child").all_text_contents()
    page.locator("#filter button[type=reset]").click()
    page.locator("#filter select[name=language]").select_option(label="Portuguese")
    assert {row[0] for row in shown(page)} >= {
        rank
        for rank in [
            row[0]
            for row in page.evaluate(
                "() => [...document.querySelectorAll('.issue-row')].map((r) => [r.cells[0].dataset.value])"
            )
        ]
        if "Portuguese" in page.locator(f"#issue-{rank} .people").text_content()
    }


def test_filters_work_together_and_searching_knows_korean(visit: Any, reports: Any) -> None:
    page = visit(reports("ko"))
    page.locator("#filter input").fill("APP")
    assert [row[1] for row in shown(page)] == ["app crash map"]
    page.locator("#filter input").fill("불량")
    assert {row[-1] for row in shown(page)} == {"제품 불량"}
    page.locator("#filter select[name=sentiment]").select_option(label="주로 중립")
    assert shown(page) == []
    assert "0개" in page.locator("#filter output").text_content()


def test_without_its_script_it_can_still_be_read(browser: Any, reports: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(reports("en").as_uri())
    assert not page.locator("#filter").is_visible()
    assert page.locator("table.ranked tbody tr").count() >= 10
    context.close()


def test_how_fast_two_hundred_issues_open(
    visit: Any, reports: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The time is printed, not judged: machines differ. That everything is there when the page has loaded is."""
    page = visit(reports("many"))
    times = page.evaluate(
        """() => { const t = performance.getEntriesByType("navigation")[0];
           const paint = performance.getEntriesByName("first-contentful-paint")[0];
           return [paint ? paint.startTime : 0, t.domContentLoadedEventEnd, t.loadEventEnd]; }"""
    )
    rows = len(shown(page))
    assert rows > 180
    assert page.evaluate("document.fonts.status") == "loaded"
    with capsys.disabled():
        size = reports("many").stat().st_size / 1e6
        print(
            f"\n{rows} issues ({size:.1f} MB): first paint {times[0]:.0f} ms, ready {times[1]:.0f} ms, "
            f"loaded {times[2]:.0f} ms"
        )
