"""axe finds nothing serious in the report, light or dark, whole or empty; and the keyboard gets everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from axe_rules import grave
from visits import DESKTOP, PHONE


@pytest.fixture
def loose(visit: Any) -> Any:
    """Open pages without the report's policy against scripts, which would keep axe out, too."""

    def begin(path: Any, **options: Any) -> Any:
        return visit(path, bypass_csp=True, **options)

    return begin


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["en", "ko", "none", "one", "many"])
def test_axe_finds_nothing_serious(loose: Any, reports: Any, name: str, scheme: str) -> None:
    assert grave(loose(reports(name), color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_phone_nor_after_filtering(
    loose: Any, reports: Any, scheme: str
) -> None:
    page = loose(reports("en"), color_scheme=scheme, **PHONE)
    page.locator("table.ranked thead button").nth(1).click()
    page.locator("#filter select").first.select_option(index=1)
    page.locator("summary").click()
    assert grave(page) == []


def test_axe_would_find_something(loose: Any, tmp_path: Any) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><title>x</title><html lang=en><main><h1>x</h1><input><img src='data:,'></main>"
    )
    assert len(grave(loose(path))) >= 2


def test_the_skip_link_is_first_and_the_keyboard_reaches_the_list(visit: Any, reports: Any) -> None:
    page = visit(reports("en"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "INPUT", "SELECT", "BUTTON"} <= reached
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_colours_are_not_all_that_tells_feelings_apart(visit: Any, reports: Any) -> None:
    """In greyscale the three feelings differ by lightness, and each stands beside its name."""
    for scheme in ("light", "dark"):
        page = visit(reports("en"), color_scheme=scheme, **DESKTOP)
        grey = page.evaluate(
            """() => [...document.querySelectorAll(".mood .split i")].map((one) => {
               const [r, g, b] = getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number);
               return 0.299 * r + 0.587 * g + 0.114 * b; })"""
        )
        assert len(grey) == 3
        assert min(abs(a - b) for i, a in enumerate(grey) for b in grey[:i]) > 25
        assert page.locator(".mood .legend li").count() == 3
