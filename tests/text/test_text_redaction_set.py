"""The labelled set of tests/cases/redaction: nothing that was found may be lost again, nothing more be taken.

The floors are what ``benchmarks/redaction.py`` measures, rounded down to a hundredth.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from voc.text.redact import Redactor
from voc.types import Span

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from redaction import Case, Judged, cases, judge, measure, read_case  # noqa: E402

FLOORS = {
    # kind: recall with the language known, precision; recall with it unknown, precision
    "EMAIL": (1.0, 1.0, 1.0, 1.0),
    "CARD": (1.0, 1.0, 1.0, 1.0),
    "IBAN": (1.0, 1.0, 1.0, 1.0),
    "IP": (1.0, 1.0, 1.0, 1.0),
    "URL": (1.0, 1.0, 1.0, 1.0),
    "ID": (0.97, 0.99, 0.97, 0.99),
    "PHONE": (1.0, 0.96, 0.91, 0.87),
}
LANGUAGE_FLOOR = 0.93
"""Recall in the language that fares worst."""
KEPT = {"SERVICE": 0.92, "CODE": 0.97}
"""Share of look-alikes left alone; of every other kind all are. Service numbers: some countries share them."""
KEPT_UNKNOWN = {"SERVICE": 0.71, "CODE": 0.97}


@pytest.fixture(scope="module")
def the_set() -> list[Case]:
    return cases()


@pytest.fixture(scope="module")
def known(the_set: list[Case]) -> list[Judged]:
    return measure(the_set)


@pytest.fixture(scope="module")
def unknown(the_set: list[Case]) -> list[Judged]:
    return measure(the_set, known=False)


def share(judged: list[Judged], measured: str, **wanted: str) -> float:
    right = [
        one.right
        for one in judged
        if one.measure == measured and all(getattr(one, name) == value for name, value in wanted.items())
    ]
    return sum(right) / len(right)


def test_the_set_is_as_large_and_as_mixed_as_it_says(the_set: list[Case]) -> None:
    spans = Counter(span.kind for case in the_set for span in case.personal)
    assert spans.total() >= 600
    assert set(spans) == set(FLOORS)
    assert min(spans.values()) >= 50
    languages = {case.language for case in the_set}
    assert len(languages) >= 15
    for language in languages:
        mine = [case for case in the_set if case.language == language]
        assert {span.kind for case in mine for span in case.personal} == set(FLOORS), language
        assert sum(len(case.lookalikes) for case in mine) >= 25, language


@pytest.mark.parametrize("kind", FLOORS)
def test_each_kind_is_found_and_nothing_else_taken_for_it(
    known: list[Judged], unknown: list[Judged], kind: str
) -> None:
    measured = [
        share(judged, what, kind=kind) for judged in (known, unknown) for what in ("recall", "precision")
    ]
    assert all(value >= floor for value, floor in zip(measured, FLOORS[kind], strict=True)), measured


def test_what_is_found_gets_its_right_name(known: list[Judged]) -> None:
    assert share(known, "named") >= 0.99


def test_no_language_is_left_behind(known: list[Judged]) -> None:
    recalls = {code: share(known, "recall", language=code) for code in {one.language for one in known}}
    assert min(recalls.values()) >= LANGUAGE_FLOOR, recalls


def test_what_only_looks_personal_is_left_alone(known: list[Judged], unknown: list[Judged]) -> None:
    for judged, floors in ((known, KEPT), (unknown, KEPT_UNKNOWN)):
        for kind in {one.kind for one in judged if one.measure == "kept"}:
            assert share(judged, "kept", kind=kind) >= floors.get(kind, 1.0), kind


def test_redacting_the_whole_set_twice_changes_nothing(the_set: list[Case]) -> None:
    redactor = Redactor()
    for case in the_set:
        redacted, _ = redactor.redact(case.text, case.language)
        assert redactor.redact(redacted, case.language) == (redacted, ()), case.text


def test_labels_are_read_as_offsets_into_the_text_without_them() -> None:
    case = read_case("Order {{ORDER:12-3}}: mail [[EMAIL:a [at] b.com]]!", "en")
    assert case.text == "Order 12-3: mail a [at] b.com!"
    assert (case.lookalikes, case.personal) == ((Span(6, 10, "ORDER"),), (Span(17, 29, "EMAIL"),))


def test_a_half_redacted_number_is_not_found_and_a_look_alike_touched_is_not_kept() -> None:
    case = read_case("Order {{ORDER:12-3}}: call [[PHONE:555-0147]]", "en")
    verdicts = {(one.measure, one.right) for one in judge(case, [Span(6, 8, "PHONE"), Span(17, 20, "PHONE")])}
    assert verdicts == {("recall", False), ("kept", False), ("precision", False), ("precision", True)}
