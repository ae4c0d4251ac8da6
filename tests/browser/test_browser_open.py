"""``voc open`` as people use it: a process, the address that it prints, and a browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples
from axe_rules import grave

from voc.result import Result

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = samples.Page(count=400, language="ko")
    folder = tmp_path_factory.mktemp("open") / "run"
    Result(page.feedback, page.segments, tuple(page.issues), (), page.run).report(folder)
    return folder


@pytest.fixture
def address(run: Path) -> Iterator[str]:
    process = subprocess.Popen([*VOC, "open", str(run), "--no-browser"], stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    yield re.search(r"http://127\.0\.0\.1:\d+/enter\?token=\S+", line)[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 0


@pytest.mark.enable_socket
def test_from_an_issue_to_its_records_and_back(visit: Any, address: str) -> None:
    host = address.partition("/enter")[0]
    page = visit(address, allowed=host, bypass_csp=True)
    assert page.url == f"{host}/"
    page.locator("#issue-2 a[href='/issues/2']").click()
    page.wait_for_url("**/issues/2")
    label = page.locator("h1").text_content()
    total = page.locator("ol.records > li").count()
    assert total > 10
    assert page.locator("ol.records > li mark").count() >= total
    page.locator("input[type=search]").fill("물류센터")
    page.keyboard.press("Enter")
    page.wait_for_url("**/issues/2?q=**")
    texts = page.locator("ol.records blockquote").all_text_contents()
    assert texts
    assert all("물류센터" in text for text in texts)
    assert set(page.locator("mark.hit").all_text_contents()) == {"물류센터"}
    assert page.locator("mark.hit").count() >= len(texts)
    assert grave(page) == []
    page.locator("header a").click()
    page.wait_for_url(f"{host}/#issue-2")
    assert page.locator("article:target h3").text_content() == label
    page.locator("nav a[href='/records']").click()
    page.wait_for_url("**/records")
    first = page.locator("ol.records > li").first.text_content()
    page.locator("a[rel=next]").click()
    page.wait_for_url("**page=2**")
    assert page.locator("ol.records > li").first.text_content() != first
    assert page.locator("a[rel=prev]").count() == 1


@pytest.mark.enable_socket
def test_the_address_is_no_use_to_anybody_else(visit: Any, address: str) -> None:
    host = address.partition("/enter")[0]
    visit(address, allowed=host)
    stranger = visit(address, allowed=host)
    assert stranger.locator("main").inner_text().startswith("voc")
    assert stranger.locator("blockquote").count() == 0
    assert visit(f"{host}/records", allowed=host).locator("blockquote").count() == 0
    visit.forgive()  # the browser's console tells of the refusals
