"""Feedback is hostile input: whatever it says, it is shown as words."""

import re

import openpyxl
import pandas as pd
import pytest
from hostile_samples import PAYLOADS, hostile_world
from markdown_it import MarkdownIt
from test_report_html import Document

from voc.report import write_reports
from voc.report.markdown import escape


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    write_reports(folder, *hostile_world())
    return folder


def test_the_page_gets_no_tag_attribute_or_script_from_outside(folder, page):
    text = (folder / "report.html").read_text(encoding="utf-8")
    document, honest = Document(text), Document(page.html)
    assert {tag for tag, _ in document.tags} <= {tag for tag, _ in honest.tags}
    assert {name for _, attrs in document.tags for name in attrs} <= {
        name for _, attrs in honest.tags for name in attrs
    }
    assert document.scripts == honest.scripts
    assert {a["href"][:7] for a in document.all("a")} <= {
        "#issue-",
        "#top",
        "#issues",
        "#detail",
        "#likes",
        "#change",
        "#qualit",
        "#method",
        "#settin",
    }
    for payload in PAYLOADS:
        assert " ".join(payload.split()) in document.text


def test_markdown_gets_no_link_image_html_or_heading_from_outside(folder, page):
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    hostile = renderer.render((folder / "report.md").read_text(encoding="utf-8"))
    honest = renderer.render(page.markdown)
    tags = set(re.findall(r"<(\w+)", hostile))
    assert tags <= set(re.findall(r"<(\w+)", honest))
    assert not re.search(r"<[^>]*(href|src|on\w+)=", hostile)
    headings = re.findall(r"<h3>(.*?)</h3>", hostile)
    assert len(headings) == 10


def test_no_cell_runs_and_no_cell_links(folder):
    book = openpyxl.load_workbook(folder / "issues.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert any(cell.value == PAYLOADS[10] for cell in cells)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaped_markdown_renders_to_the_words_themselves(payload):
    line = " ".join(payload.split())
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    shown = renderer.render(escape(line))
    inner = re.fullmatch(r"<p>(.*)</p>\n", shown, re.DOTALL)
    assert inner
    assert "<" not in inner[1]
    from html import unescape

    assert unescape(inner[1]) == line
    assert not re.search(r"(?<!\\)://|www\.(?!\\)", escape(line))


def test_a_missing_author_or_language_is_no_accident(make_page):
    page = make_page(count=30)
    page.feedback["language"] = pd.Series([None, "und"] * 15, dtype="object")
    from voc.report.context import build_report

    report, _ = build_report(page.issues, page.feedback, page.segments, page.run)
    assert any(row[0] == "unknown" for table in report.tables for row in table.rows)
