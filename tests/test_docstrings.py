"""The examples in docstrings run, and show what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import voc

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "voc").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def result() -> voc.Result:
    """The run that examples call ``result``."""
    return voc.analyze(voc.read(ROOT / "sample_reviews" / "app_store_reviews.json"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, result: voc.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    found = doctest.testmod(import_module(name), extraglobs={"result": result}, optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed


def test_no_example_is_left_out() -> None:
    skipped = "doctest: " + "+SKIP"
    files = [path for path in (ROOT / "voc").rglob("*.py") if skipped in path.read_text(encoding="utf-8")]
    assert files == []
    assert {"voc", "voc.issue_view", "voc.plots"} <= set(MODULES)
