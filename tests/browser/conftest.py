"""A real browser for the report: Debian's chromium, driven by playwright; never one that is downloaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "report")]

from visits import Visits  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = [
    what
    for what, there in (
        (
            "playwright and axe-playwright-python (pip install -e '.[dev]')",
            find_spec("axe_playwright_python"),
        ),
        ("a Chromium (Debian: apt-get install chromium)", BROWSER),
    )
    if not there
]
REASON = f"NO REAL BROWSER HERE: install {' and '.join(MISSING)}"
REQUIRED = "VOC_BROWSER_TESTS"
"""Environment variable: ``required`` makes a missing browser a failure."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    if MISSING and os.environ.get(REQUIRED) != "required":
        for item in items:
            if here in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=REASON))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [r for r in terminalreporter.getreports("skipped") if REASON in str(r.longrepr)]
    if skipped:
        terminalreporter.section("browser tests skipped", yellow=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} tests of the report in a browser did not run. {REASON}.", yellow=True
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    assert not MISSING, REASON
    from playwright.sync_api import sync_playwright

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"] if root else [])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Visits]:
    """Open pages; when the test ends, nothing may have gone wrong in any."""
    visits = Visits(browser)
    yield visits
    for one in visits.made:
        one.page.context.close()
    assert [wrong for one in visits.made for wrong in one.wrong] == []


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``report.html`` of a made-up company by name: en, ko, none, one, many."""
    import report_samples as samples

    complaints = [theme for theme in samples.many_themes(260) if theme[2] != "praise"]
    kinds: dict[str, dict[str, Any]] = {
        "en": {"count": 500, "by": ("product",)},
        "ko": {"count": 300, "language": "ko", "by": ("product",)},
        "none": {"count": 0},
        "one": {"count": 40, "themes": samples.THEMES[:1]},
        "many": {"count": 1500, "themes": complaints[:200]},
    }
    folder = tmp_path_factory.mktemp("reports")

    def get(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(samples.Page(**kinds[name]).html, encoding="utf-8")
        return path

    return get
