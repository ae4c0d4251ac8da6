"""Print the report's page to a PDF with the Chromium (or Chrome, or Edge) that is on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from voc.errors import VocError

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
)  # fmt: skip
_APPS = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ),
}
_SECONDS = 300
_PAPER = "@page { size: A4 }</style>"
_ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_CLOCK = re.compile(rb"/(?:CreationDate|ModDate) ?\(D:[^)]*\)")


def find_browser() -> str:
    """Return the browser that prints.

    Raises:
        VocError: there is none.
    """
    known = [shutil.which(name) for name in NAMES]
    known += [path for path in _APPS.get(sys.platform, ()) if Path(path).is_file()]
    if found := next((path for path in known if path), None):
        return found
    raise VocError(
        "There is no Chromium, Chrome or Edge here to write a PDF with.",
        "Install one (Debian: apt-get install chromium), or open report.html and print it to a PDF yourself.",
    )


def print_pdf(page: Path, target: Path, browser: str) -> None:
    """Print a page, without a network; the same page gives the same bytes.

    Args:
        page: an HTML file.
        target: the PDF to write.
        browser: what ``find_browser`` returns.

    Raises:
        VocError: the browser fails, or takes more than five minutes.
    """
    with tempfile.TemporaryDirectory(prefix="voc-pdf-", ignore_cleanup_errors=True) as folder:
        source, draft = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page.read_text(encoding="utf-8").replace("</style>", _PAPER, 1), encoding="utf-8")
        command = [browser, *_ARGUMENTS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={draft}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses to start as root with it
        try:
            subprocess.run([*command, source.as_uri()], capture_output=True, timeout=_SECONDS, check=True)
            target.write_bytes(_CLOCK.sub(lambda found: b" " * len(found[0]), draft.read_bytes()))
        except (OSError, subprocess.SubprocessError) as error:
            raise VocError(
                f"{Path(browser).name} could not print the report to a PDF ({type(error).__name__}).",
                "Run again without --format pdf, and print report.html from a browser.",
            ) from None
