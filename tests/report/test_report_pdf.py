"""The PDF: printed where there is a browser, told before the work where there is none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from voc.config import resolve
from voc.errors import VocError
from voc.report import pdf, write_reports

SCRIPT = """#!/bin/sh
for one in "$@"; do case $one in --print-to-pdf=*) out=${{one#*=}};; esac; done
{body}
"""


def fake(folder: Path, body: str) -> str:
    path = folder / "chromium"
    path.write_text(SCRIPT.format(body=body))
    path.chmod(0o755)
    return str(path)


def test_without_a_browser_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(pdf, "_APPS", {})
    with pytest.raises(VocError, match="no Chromium") as error:
        pdf.find_browser()
    assert "report.html" in error.value.hint


def test_the_first_of_the_known_names_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: f"/bin/{name}" if "chrome" in name else None)
    assert pdf.find_browser() == "/bin/google-chrome"


@pytest.mark.parametrize("body", ["exit 1", "exit 0", "kill -9 $$"])
def test_a_browser_that_fails_is_an_error_and_leaves_nothing(tmp_path: Path, body: str) -> None:
    (tmp_path / "report.html").write_text("x")
    with pytest.raises(VocError, match="could not print") as error:
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf", fake(tmp_path, body))
    assert "--format pdf" in error.value.hint
    assert not (tmp_path / "report.pdf").exists()


def test_the_clock_does_not_get_into_the_file(tmp_path: Path) -> None:
    body = 'printf \'%%PDF-1.4 <</CreationDate (D:2026%s) /ModDate (D:1)>> x\' "$$" > "$out"'.replace(
        "%%", "%%"
    )
    (tmp_path / "report.html").write_text("x")
    pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf", fake(tmp_path, body))
    text = (tmp_path / "report.pdf").read_bytes()
    assert text.startswith(b"%PDF-1.4 <<")
    assert text.endswith(b">> x")
    assert b"D:" not in text


def test_it_is_asked_for_by_a_setting(page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(None, {"report.pdf": True}).settings.report.pdf
    assert not resolve(None).settings.report.pdf
    body = 'echo "%PDF" > "$out"; echo "$@" > "$(dirname "$0")/asked"'
    monkeypatch.setattr(pdf, "find_browser", lambda: fake(tmp_path, body))
    settings = page.run["settings"] | {"report.pdf": {"value": True, "from": "flag"}}
    folder = tmp_path / "run"
    folder.mkdir()
    write_reports(folder, page.issues, page.feedback, page.segments, page.run | {"settings": settings})
    assert (folder / "report.pdf").read_text() == "%PDF\n"
    asked = (tmp_path / "asked").read_text()
    assert "MAP * ~NOTFOUND" in asked
    assert asked.strip().endswith("/report.html")
    assert str(folder) not in asked  # a copy is printed, not what stands in the run


def test_the_command_tells_a_missing_browser_before_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from voc.cli.run import command

    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setattr(pdf, "_APPS", {})
    monkeypatch.setattr("voc.io.read", lambda *_: pytest.fail("it read"))
    done = CliRunner().invoke(command, ["nothing.csv", "-o", str(tmp_path / "out"), "--format", "pdf"])
    assert isinstance(done.exception, VocError)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def browser() -> str:
    try:
        return pdf.find_browser()
    except VocError:
        pytest.skip("NO CHROMIUM HERE: the PDF is not printed (Debian: apt-get install chromium)")


def test_a_real_browser_prints_the_same_pages_again(page: Any, tmp_path: Path, browser: str) -> None:
    source = tmp_path / "report.html"
    source.write_text(page.html, encoding="utf-8")
    for name in ("a.pdf", "b.pdf"):
        pdf.print_pdf(source, tmp_path / name, browser)
    first = (tmp_path / "a.pdf").read_bytes()
    assert first == (tmp_path / "b.pdf").read_bytes()
    assert first.startswith(b"%PDF")
    assert first.rstrip().endswith(b"%%EOF")
    assert 4 < len(re.findall(rb"/Type ?/Page\b", first)) < 40
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "report.html"]
