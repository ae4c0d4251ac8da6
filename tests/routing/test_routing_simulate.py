from __future__ import annotations

import random
from dataclasses import replace

import pytest
from routing_samples import INTENTS, RULES, rules, ticket

from voc.errors import VocError
from voc.routing.fit import fit, least
from voc.routing.rewrite import with_thresholds
from voc.routing.rulefile import parse_rules
from voc.routing.simulate import Costs, Outcome, automatic, half, outcomes, sweep
from voc.routing.spec import Limits

GIVEN = rules()


def outcome(number: int, trust: float, right: bool, **values: object) -> Outcome:
    facts = {
        "intent": "bug", "language": "en", "half": number % 2, "trust": trust, "eligible": True,
        "on_facts": False, "right": right, "auto_now": trust >= 0.8, **values,
    }  # fmt: skip
    return Outcome(**facts)


def calibrated(n: int, **values: object) -> list[Outcome]:
    """Tickets whose confidence is the chance that they are right."""
    rng = random.Random(3)
    trusts = [rng.uniform(0.5, 1) for _ in range(n)]
    return [outcome(i, trust, rng.random() < trust, **values) for i, trust in enumerate(trusts)]


def test_labels_that_are_intents_are_judged_by_the_queue_they_lead_to() -> None:
    tickets = [
        ticket(("bug", 0.95), ("refund", 0.05)),
        ticket(("bug", 0.95), ("refund", 0.05)),
        ticket(("other", 0.9), ("bug", 0.1)),
        ticket(("safety_or_legal", 0.9), ("bug", 0.1)),
        ticket(("bug", 0.99), ("refund", 0.01), language="sw"),
    ]
    found = outcomes(_with_all(tickets), ["bug", "refund", "other", "safety_or_legal", "bug"], GIVEN, {"en"})
    assert [one.right for one in found] == [True, False, True, True, True]
    assert [one.eligible for one in found] == [True, True, False, False, False]
    assert [one.auto_now for one in found] == [True, True, False, False, False]


def _with_all(tickets: list) -> list:
    """With every intent in the ranking, as a model gives it."""
    return [
        replace(one, intents=(*one.intents, *((n, 0.0) for n in INTENTS if n not in dict(one.intents))))
        for one in tickets
    ]


def test_labels_that_are_queues() -> None:
    tickets = _with_all([ticket(), ticket(), ticket(("refund", 0.95), ("bug", 0.01))])
    found = outcomes(tickets, ["technical", "billing", "billing"], GIVEN, {"en"})
    assert [one.right for one in found] == [True, False, True]


def test_unknown_labels_are_an_error_with_the_nearest_name() -> None:
    with pytest.raises(VocError, match="'bugg'; did you mean 'bug'"):
        outcomes(_with_all([ticket(), ticket()]), ["bug", "bugg"], GIVEN, {"en"})


def test_the_sweep_counts_everything_once() -> None:
    found = [
        outcome(0, 0.95, True),
        outcome(1, 0.85, False, language="ko"),
        outcome(2, 0.55, True, intent="refund"),
        outcome(3, 0.99, True, eligible=False),
        outcome(4, 1.0, True, on_facts=True),
    ]
    rows = sweep(found, Costs(misroute=10, minutes=2, minute=0.5), steps=(0.5, 0.9))
    total = {row["threshold"]: row for row in rows if row["by"] == "all"}
    assert total[0.5]["automatic"] == 4
    assert total[0.5]["misroutes"] == 1
    assert total[0.5]["human"] == 1
    assert total[0.5]["cost"] == 11
    assert total[0.9]["automatic"] == 2
    assert total[0.9]["precision"] == 1
    assert total[0.9]["precision_low"] < 0.5 < total[0.9]["precision_high"]
    assert total["rules"]["automatic"] == sum(one.auto_now for one in found)
    for by in ("language", "intent"):
        members = [row for row in rows if row["by"] == by and row["threshold"] == 0.5]
        assert sum(row["tickets"] for row in members) == len(found)
        assert sum(row["automatic"] for row in members) == 4
    for row in rows:
        assert row["automatic"] + row["human"] == row["tickets"]


def test_a_text_lies_in_one_half_however_it_is_written() -> None:
    assert half("Where is  my order?") == half("where is my ORDER?\n")
    halves = [half(f"text number {n}") for n in range(400)]
    assert 150 < sum(halves) < 250


def test_the_least_number_is_just_enough() -> None:
    assert least(0.95) == 73
    with pytest.raises(VocError, match="73 are needed"):
        fit([outcome(2 * n, 0.9, True) for n in range(72)], GIVEN.thresholds, 0.95)


@pytest.mark.parametrize("target", [0.8, 0.9, 0.95])
def test_the_promise_holds_on_tickets_that_were_not_seen(target: float) -> None:
    found = calibrated(20_000)
    promise = fit(found, GIVEN.thresholds, target)
    assert promise.precision >= target
    assert promise.low <= promise.precision <= promise.high
    auto = [one for one in found if one.half == 1 and automatic(one, promise.thresholds.auto_above)]
    assert promise.automatic == len(auto)
    assert promise.thresholds.suggest_above <= promise.thresholds.auto_above
    # and it is not needlessly strict: confidence c is right with chance c, so a mean of the target is near
    assert promise.thresholds.auto_above < target


def test_nothing_is_promised_that_no_threshold_reaches() -> None:
    found = [outcome(n, 0.9, n % 3 != 0) for n in range(3000)]
    with pytest.raises(VocError, match="no threshold"):
        fit(found, GIVEN.thresholds, 0.95)


def test_nothing_is_promised_that_the_other_half_does_not_bear_out() -> None:
    found = [outcome(n, 0.9, n % 2 == 0 or n % 3 == 0) for n in range(3000)]
    with pytest.raises(VocError, match="on the other half"):
        fit(found, GIVEN.thresholds, 0.9)


def test_a_language_that_is_clearly_worse_gets_a_threshold_of_its_own() -> None:
    good = [outcome(n, 0.9, True) for n in range(4000)]
    bad = [outcome(n, 0.9, n % 4 < 2, language="ko", intent="refund") for n in range(300)]
    promise = fit([*good, *bad], GIVEN.thresholds, 0.95)
    assert promise.thresholds.languages["ko"].auto_above == 1.0
    assert promise.thresholds.intents["refund"].auto_above == 1.0
    assert promise.precision == 1.0


def test_thresholds_are_written_and_comments_kept() -> None:
    new = GIVEN.thresholds.model_copy(
        update={
            "auto_above": 0.87,
            "languages": {"no": Limits(auto_above=1.0), "de": Limits(suggest_above=0.5)},
        }
    )
    text = with_thresholds(RULES, new)
    again = parse_rules(text, "routing.yaml", INTENTS)
    assert again.thresholds == new
    assert again.model_copy(update={"thresholds": GIVEN.thresholds}) == GIVEN
    assert "# people" in text
    assert "# nobody need look" in text
    assert text.splitlines()[:12] == RULES.splitlines()[:12]
    assert text.endswith(RULES[RULES.index("safety:") :])


@pytest.mark.parametrize("tail", ["", "\n# the end\n"])
def test_thresholds_at_the_end_of_the_file(tail: str) -> None:
    start, end = RULES.index("thresholds:"), RULES.index("safety:")
    moved = RULES[:start] + RULES[end:] + "thresholds: {auto_above: 0.5, suggest_above: 0.1}\n" + tail
    text = with_thresholds(moved, GIVEN.thresholds)
    assert parse_rules(text, "routing.yaml", INTENTS) == GIVEN
    assert text.endswith(tail)
