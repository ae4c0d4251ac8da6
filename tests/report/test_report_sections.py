"""Sections of plug-ins: asked for by name, given the report's data, and never able to bring markup."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))

from installed import PROJECT, SOURCE, install

from voc.errors import VocError
from voc.report import write_reports
from voc.report.html import render_html
from voc.report.markdown import render_markdown
from voc.report.sections import SectionContext, with_sections


@pytest.fixture
def asked(page, tmp_path, monkeypatch):
    """Make the report with these sections of installed packages."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(SOURCE))
    monkeypatch.syspath_prepend(str(site))
    install(site, PROJECT["name"], PROJECT["version"], PROJECT["entry-points"])
    broken = {"hostile": "voc_example.broken:hostile", "no-section": "voc_example.broken:no_section"}
    install(site, "other-pack", "0.3", {"voc.report_sections": broken})

    def make(*names):
        settings = page.run["settings"] | {"report.sections": {"value": list(names), "from": "flag"}}
        run = page.run | {"settings": settings}
        context = SectionContext(page.issues, page.feedback, page.segments, run, page.report, "en")
        return with_sections(page.report, context)

    yield make
    for name in [name for name in sys.modules if name.startswith("voc_example")]:
        del sys.modules[name]


def test_a_named_section_is_in_the_page_its_navigation_and_the_markdown(asked, page):
    report = asked("languages")
    html, markdown = render_html(report, page.words), render_markdown(report, page.words)
    assert '<a href="#extra-1" dir="auto">Who we hear</a>' in html
    assert '<h2 id="extra-1-title" dir="auto">Who we hear</h2>' in html
    assert html.index('id="extra-1"') < html.index('id="quality"')
    assert "## Who we hear" in markdown
    assert "| language | rows |" in markdown
    assert f"{len(page.issues)} issues in" in html


def test_no_section_is_run_that_is_not_named(asked, page):
    assert asked() == page.report
    assert "voc_example.section" not in sys.modules
    assert "extra-1" not in page.html


def test_markup_of_a_section_is_escaped_even_when_it_calls_itself_safe(asked, page):
    report = asked("hostile")
    html, markdown = render_html(report, page.words), render_markdown(report, page.words)
    for text in (html, markdown):
        for payload in ("<script>alert(1)", "<img src=x", "<svg/onload", "<i>caption", "<u>", "<s>note"):
            assert payload not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_section_that_does_not_fit_is_named_with_its_package(asked):
    with pytest.raises(
        VocError, match=r"report section 'no-section' of the package other-pack 0\.3 does not fit"
    ):
        asked("no-section")
    with pytest.raises(VocError, match="no report section 'nowhere'"):
        asked("nowhere")


def test_the_files_of_a_run_have_the_section(asked, page, tmp_path):
    settings = page.run["settings"] | {"report.sections": {"value": ["languages"], "from": "flag"}}
    folder = tmp_path / "out"
    folder.mkdir()
    write_reports(folder, page.issues, page.feedback, page.segments, page.run | {"settings": settings})
    assert "Who we hear" in (folder / "report.html").read_text(encoding="utf-8")
    assert "Who we hear" in (folder / "report.md").read_text(encoding="utf-8")
