from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_samples import INTENTS, RULES, rules, ticket

from voc.routing.decide import decide
from voc.routing.spec import Rules
from voc.routing.ticket import Decision, Ticket
from voc.types import SENTIMENTS

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
GIVEN = rules()


def routed(one: Ticket, by: Rules = GIVEN, languages: tuple[str, ...] = ("en", "ko")) -> Decision:
    return decide(one, by, NOW, languages)


CASES = {
    "sure": (ticket(), "technical", "auto", "normal", "bugs"),
    "not sure enough": (ticket(("bug", 0.7), ("refund", 0.1)), "technical", "suggest", "normal", "bugs"),
    "unsure": (ticket(("bug", 0.3), ("other", 0.1)), "triage", "human", "normal", "bugs"),
    "own threshold": (ticket(("refund", 0.85), ("bug", 0.1)), "billing", "suggest", "high", "money"),
    "above its own threshold": (ticket(("refund", 0.92), ("bug", 0.05)), "billing", "auto", "high", "money"),
    "language's threshold": (ticket(("bug", 0.9), language="ko"), "technical", "suggest", "normal", "bugs"),
    "ambiguous": (ticket(("bug", 0.5), ("refund", 0.45)), "technical", "suggest", "normal", "bugs"),
    "language not measured": (ticket(("bug", 0.99), language="sw"), "technical", "suggest", "normal", "bugs"),
    "unknown language": (ticket(("bug", 0.99), language="und"), "technical", "suggest", "normal", "bugs"),
    "out of scope": (ticket(("bug", 0.99), typicality=0.01), "triage", "human", "normal", "bugs"),
    "scope not known": (ticket(("bug", 0.99), typicality=None), "technical", "auto", "normal", "bugs"),
    "no rule": (ticket(("other", 0.99)), "triage", "human", "normal", None),
    "sentiment asked": (
        ticket(("praise", 0.99), sentiment="negative", sentiment_confidence=0.9), "retention", "auto", "normal",
        "angry praise",
    ),
    "sentiment unsure": (
        ticket(("praise", 0.99), sentiment="negative", sentiment_confidence=0.5), "retention", "suggest",
        "normal", "angry praise",
    ),
    "held back and raised": (ticket(metadata={"Plan": "Enterprise"}), "technical", "suggest", "high", "bugs"),
    "repeat contact": (ticket(contacts=2), "technical", "auto", "high", "bugs"),
    "facts alone": (
        ticket(("other", 0.3), metadata={"tags": ["vip"], "amount": "250"}), "vip", "auto", "normal", "vip"
    ),
    "facts, but nothing we know": (
        ticket(("other", 0.3), typicality=0.0, metadata={"tags": ["vip"], "amount": 250}), "vip", "human",
        "normal", "vip",
    ),
    "facts, unknown language": (
        ticket(("other", 0.3), language="sw", metadata={"tags": ["vip"], "amount": 250}), "vip", "suggest",
        "normal", "vip",
    ),
    "not quite the facts": (
        ticket(("other", 0.3), metadata={"tags": ["vip"], "amount": 100}), "triage", "human", "normal", None
    ),
    "a word of law": (ticket(("other", 0.9), text="Mein ANWALT schreibt."), "legal", "human", "urgent", "words of law"),
    "safety": (ticket(("safety_or_legal", 0.3)), "legal", "human", "urgent", None),
    "safety as runner-up": (ticket(("bug", 0.75), ("safety_or_legal", 0.2)), "legal", "human", "urgent", None),
    "safety far behind": (ticket(("bug", 0.95), ("safety_or_legal", 0.04)), "technical", "auto", "normal", "bugs"),
    "churn without a line of its own": (ticket(("churn_risk", 0.9)), "triage", "human", "urgent", None),
    "safety out of scope": (
        ticket(("safety_or_legal", 0.5), typicality=0.0, language="und"), "legal", "human", "urgent", None
    ),
    "safety that no intent is called": (
        ticket(alarms=(("safety_or_legal", 0.3), ("churn_risk", 0.0))), "legal", "human", "urgent", None
    ),
    "a faint alarm": (ticket(alarms=(("safety_or_legal", 0.1),)), "technical", "auto", "normal", "bugs"),
    "an alarm without intents": (
        Ticket("t", "words", (), alarms=(("churn_risk", 0.1),)), "triage", "human", "normal", None
    ),
    "nothing known": (Ticket("t", "words", ()), "triage", "human", "normal", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_where_a_ticket_goes(case: str) -> None:
    one, queue, action, priority, rule = CASES[case]
    found = routed(one)
    assert (found.queue, found.action, found.priority, found.rule) == (queue, action, priority, rule)
    assert found.reason


def test_the_reason_is_in_words_without_the_text() -> None:
    found = routed(ticket(("bug", 0.7), ("refund", 0.1), text="My name is Bob."))
    assert found.reason == "rule 'bugs': bug 0.70, below 0.80 for auto"
    assert "Bob" not in str(found.as_row())
    assert "always goes to people" in routed(CASES["safety as runner-up"][0]).reason
    told = routed(CASES["safety that no intent is called"][0]).reason
    assert told == "safety_or_legal 0.30, told by voc itself, always goes to people"


def test_due_follows_the_priority_and_the_ticket_date() -> None:
    assert routed(ticket()).as_row()["due"] == "2026-11-24T10:00:00+00:00"  # 8 h of business time
    assert routed(CASES["safety"][0]).as_row()["due"] == "2026-11-23T11:00:00+00:00"
    dated = routed(ticket(created_at=datetime(2026, 11, 20, 16, 30)))
    assert dated.as_row()["due"] == "2026-11-23T16:30:00+00:00"


def test_listed_languages_win_over_measured_ones() -> None:
    only_korean = rules("auto_languages: [ko]\n" + RULES)
    assert routed(ticket(), only_korean).action == "suggest"
    assert routed(ticket(("bug", 0.99), language="ko"), only_korean, ()).action == "auto"


def test_runner_ups_of_the_same_rule_are_no_ambiguity() -> None:
    together = rules(RULES.replace("{intent: bug}", "{intent: [bug, other]}"))
    close = ticket(("bug", 0.85), ("other", 0.84))
    assert routed(close, together).action == "auto"
    assert routed(close).action == "suggest"


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    weights = [draw(st.floats(0.001, 1)) for _ in INTENTS]
    ranked = sorted(zip(INTENTS, (w / sum(weights) for w in weights), strict=True), key=lambda one: -one[1])
    plan = draw(st.sampled_from([None, "free", "pro", "enterprise"]))
    return ticket(
        *ranked,
        text=draw(st.sampled_from(["plain words", "my lawyer", "변호사", ""])),
        sentiment=draw(st.sampled_from(SENTIMENTS)),
        sentiment_confidence=draw(st.floats(0.34, 1)),
        language=draw(st.sampled_from(["en", "ko", "sw", "und"])),
        typicality=draw(st.one_of(st.none(), st.floats(0, 1))),
        alarms=draw(st.sampled_from([(), (("safety_or_legal", 0.25),)])),
        contacts=draw(st.integers(0, 5)),
        metadata={
            "plan": plan,
            "amount": draw(st.integers(0, 300)),
            "tags": draw(st.sampled_from([[], ["vip"]])),
        },
    )


RULE = st.fixed_dictionaries(
    {},
    optional={
        "intent": st.sampled_from(INTENTS),
        "sentiment": st.sampled_from(SENTIMENTS),
        "where": st.sampled_from(["plan == pro", "amount > 100", "contacts >= 1"]),
    },
)
OUTCOME = st.tuples(
    st.sampled_from([None, "technical", "vip", "triage"]),
    st.sampled_from([None, "urgent", "high", "normal", "low"]),
    st.sampled_from([None, "auto", "suggest", "human"]),
)


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Any rules at all, sensible or not: what is promised of safety must hold for them too."""
    listed = []
    for number, (when, (queue, priority, action)) in enumerate(
        draw(st.lists(st.tuples(RULE, OUTCOME), max_size=5))
    ):
        listed.append(
            {"name": f"r{number}", "when": when, "queue": queue, "priority": priority, "action": action}
        )
    data = {**GIVEN.model_dump(include={"queues", "fallback", "default_priority", "fields"}), "rules": listed}
    data |= {
        "priorities": {"urgent": "1h", "high": "4h", "normal": "8h", "low": "16h"},
        "thresholds": {"auto_above": draw(st.floats(0, 1)), "suggest_above": 0.0},
        "safety": {"safety_or_legal": {"queue": "legal", "priority": "high", "also_above": 0.2}},
    }
    return Rules.model_validate(data)


@given(one=tickets(), by=rule_sets())
@settings(deadline=None, max_examples=200)
def test_no_rule_lowers_a_safety_priority_or_makes_it_automatic(one: Ticket, by: Rules) -> None:
    found = routed(one, by)
    probability = dict(one.intents)
    first = one.intents[0][0]
    if first == "safety_or_legal" or probability["safety_or_legal"] >= 0.2 or one.alarms:
        assert found.action == "human"
        assert found.priority in ("urgent", "high")
        assert found.queue in ("legal", by.fallback)
    if first == "churn_risk" or probability["churn_risk"] >= 0.2:
        assert found.action == "human"
        assert found.priority == "urgent"


@given(one=tickets(), by=rule_sets())
@settings(deadline=None, max_examples=200)
def test_every_decision_is_whole_and_careful(one: Ticket, by: Rules) -> None:
    found = routed(one, by)
    assert found == routed(one, by)
    assert found.id == one.id
    assert found.queue in by.queues
    assert found.priority in by.priorities
    assert found.due > NOW
    assert found.intent == one.intents[0][0]
    if found.action == "auto":
        assert found.language in ("en", "ko")
        assert found.rule is not None
        assert one.typicality is None or one.typicality >= by.thresholds.out_of_scope_below


@given(one=tickets(), low=st.floats(0, 1), high=st.floats(0, 1))
@settings(deadline=None, max_examples=100)
def test_a_higher_threshold_is_never_less_careful(one: Ticket, low: float, high: float) -> None:
    low, high = sorted((low, high))
    order = ("human", "suggest", "auto")

    def at(threshold: float) -> int:
        limits = GIVEN.thresholds.model_copy(
            update={"auto_above": threshold, "suggest_above": 0.0, "intents": {}, "languages": {}}
        )
        return order.index(routed(one, GIVEN.model_copy(update={"thresholds": limits})).action)

    assert at(high) <= at(low)
