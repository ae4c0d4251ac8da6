"""What changed since the last run, in words: right, in every language, and safe."""

from __future__ import annotations

from typing import Any

import pytest

from voc.report.changes import render_markdown, render_page, since
from voc.report.words import available, load_words

EVIL = "<script>alert(1)</script> | late"


def change(verdict: str, **values: Any) -> dict[str, Any]:
    plain = {
        "issue_id": f"i-{verdict}", "label": f"the {verdict} one", "verdict": verdict, "because": ["rate"], "liked": False,
        "former_rate": [0.04, 0.03, 0.05], "rate": [0.092, 0.08, 0.1],
        "former_negative": [0.4, 0.3, 0.5], "negative": [0.78, 0.7, 0.8],
    }  # fmt: skip
    return plain | values


def comparison(*changes: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"fresh": 1200, "former_records": 900, "backwards": False, "changes": list(changes)} | values


def test_nothing_is_said_without_a_run_before() -> None:
    assert since(None, load_words("en")) is None


def test_sure_changes_are_named_with_their_numbers_and_unsure_ones_are_not() -> None:
    found = since(
        comparison(
            change("worse", because=["rate", "mood"]),
            change("too_few"),
            change("no_clear_change"),
            change("regrouped"),
        ),
        load_words("en"),
        {"i-worse": ("issue-3", "late parcels")},
    )
    assert found is not None
    (group,) = found.groups
    (item,) = group.items
    assert (group.key, item.anchor, item.label) == ("worse", "issue-3", "late parcels")
    assert item.text == "4.0% → 9.2% of customers mention it; 40% → 78% of them negative"
    assert "1,200" in " ".join(found.notes)
    assert "1 issue was only grouped differently" in " ".join(found.notes)


def test_no_change_and_nothing_new_are_told_apart() -> None:
    words = load_words("en")
    calm, same = since(comparison(change("too_few")), words), since(comparison(fresh=0), words)
    assert calm is not None
    assert same is not None
    assert "Nothing changed for sure" in calm.notes[0]
    assert "had all of this feedback" in same.notes[0]


@pytest.mark.parametrize("code", available())
def test_pages_and_markdown_in_every_language_are_safe(code: str) -> None:
    words = load_words(code)
    verdicts = ("new", "worse", "mixed", "better", "gone")
    found = since(comparison(*(change(verdict, label=EVIL) for verdict in verdicts), backwards=True), words)
    assert found is not None
    page, text = render_page(found, words), render_markdown(found)
    for verdict in verdicts:
        assert words(f"since.{verdict}") in page
        assert words(f"since.{verdict}") in text
    assert "<script" not in page
    assert "<script" not in text
    assert words("since.backwards") in page
