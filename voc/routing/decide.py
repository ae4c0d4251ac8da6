"""The decision for one ticket: pure, the same for the same ticket, rules and time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from voc.routing.hours import due_around_the_clock
from voc.routing.spec import ACTIONS, Action, Escalation, Rule, Rules, When
from voc.routing.ticket import Decision, Ticket


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What may be done, and why."""

    action: Action
    reason: str


def decide(ticket: Ticket, rules: Rules, now: datetime, languages: Collection[str] = ()) -> Decision:
    """Where ``ticket`` goes.

    Args:
        ticket: classified.
        rules: checked (``voc.routing.rulefile.read_rules``).
        now: when the clock starts for a ticket without a date (aware, or naive UTC).
        languages: those in which the intents were measured; ``rules.auto_languages`` wins over them.
    """
    priority, ceiling, rule = _matched(ticket, rules)
    escalated = _escalation(ticket, rules)
    if escalated:
        intent, p, to = escalated
        queue, priority = to.queue, rules.more_urgent(to.priority, priority)
        verdict = _Verdict("human", _escalated(ticket, intent, p))
        rule = None
    elif rule is None:
        queue, verdict = rules.fallback, _Verdict("human", "no rule takes it")
    else:
        known = languages if rules.auto_languages is None else rules.auto_languages
        verdict = _judge(ticket, rule, rules, known)
        unsure = verdict.action == "human" and not rule.when.on_facts
        queue = rules.fallback if unsure else str(rule.queue)
        verdict = _held_back(verdict, ceiling)
    return _decision(ticket, rules, now, queue, priority, rule, verdict)


def matches(ticket: Ticket, when: When) -> bool:
    """Whether all conditions of a rule hold."""
    top = ticket.intents[0][0] if ticket.intents else ""
    return (
        (when.intent is None or top in when.intent)
        and (when.sentiment is None or ticket.sentiment in when.sentiment)
        and (when.language is None or ticket.language in when.language)
        and all(comparison.holds(ticket.value(comparison.field)) for comparison in when.where)
        and (when.text is None or any(pattern.found_in(ticket.text) for pattern in when.text))
    )


def _matched(ticket: Ticket, rules: Rules) -> tuple[str, Action, Rule | None]:
    """Priority, the most that may be done, and the first matching rule with a queue.

    Matching rules without a queue that stand before it count as well.
    """
    raised: list[str] = []
    ceiling: Action = "auto"
    for rule in rules.rules:
        if not matches(ticket, rule.when):
            continue
        ceiling = min(ceiling, rule.action or "auto", key=ACTIONS.index)
        if rule.queue is not None:
            return rules.more_urgent(rule.priority or rules.default_priority, *raised), ceiling, rule
        raised += [rule.priority] if rule.priority else []
    return rules.more_urgent(rules.default_priority, *raised), ceiling, None


def _escalation(ticket: Ticket, rules: Rules) -> tuple[str, float, Escalation] | None:
    """The most urgent escalation: of the first intent, or of any that is probable enough, voc's own alarms too."""
    found = [
        (intent, p, to)
        for place, (intent, p) in enumerate((*ticket.intents, *ticket.alarms))
        if (to := rules.escalation(intent)) and ((place == 0 and ticket.intents) or p >= to.also_above)
    ]
    return min(found, key=lambda one: rules.urgency(one[2].priority)) if found else None


def _judge(ticket: Ticket, rule: Rule, rules: Rules, languages: Collection[str]) -> _Verdict:
    """What the confidence in the answers that the rule asked for allows."""
    spoken = ticket.language in languages
    abroad = _Verdict("suggest", f"quality in language '{ticket.language}' was not measured")
    if _out_of_scope(ticket, rules):
        return _Verdict(
            "human", f"unlike what the intents were learnt from (typicality {ticket.typicality:.2f})"
        )
    if rule.when.on_facts:
        return _Verdict("auto", "decided by facts") if spoken else abroad
    limits = rules.thresholds
    (intent, _), p = ticket.intents[0], trust(ticket, rule.when)
    if p < (least := limits.suggest(intent, ticket.language)):
        return _Verdict("human", f"{_sure(ticket, p)}, below {least:.2f}")
    if not spoken:
        return abroad
    if rival := _rival(ticket, rule.when, limits.margin):
        return _Verdict("suggest", f"ambiguous: {intent} hardly leads {rival}")
    if p < (enough := limits.auto(intent, ticket.language)):
        return _Verdict("suggest", f"{_sure(ticket, p)}, below {enough:.2f} for auto")
    return _Verdict("auto", f"{_sure(ticket, p)}, at least {enough:.2f}")


def _out_of_scope(ticket: Ticket, rules: Rules) -> bool:
    return ticket.typicality is not None and ticket.typicality < rules.thresholds.out_of_scope_below


def _rival(ticket: Ticket, when: When, margin: float) -> str | None:
    """The runner-up, when it is close and the rule does not take it as well."""
    if when.intent is None or len(ticket.intents) < 2:
        return None
    (_, first), (name, second) = ticket.intents[:2]
    return name if first - second < margin and name not in when.intent else None


def trust(ticket: Ticket, when: When) -> float:
    """The least confidence among the answers that a rule asked for; 1 when it asked for facts alone."""
    asked = [1.0] if when.intent is None else [ticket.intents[0][1]]
    return min([*asked, *([] if when.sentiment is None else [ticket.sentiment_confidence])])


def _held_back(verdict: _Verdict, ceiling: Action) -> _Verdict:
    if ACTIONS.index(verdict.action) <= ACTIONS.index(ceiling):
        return verdict
    return _Verdict(ceiling, f"a rule allows {ceiling} at most")


def _sure(ticket: Ticket, p: float) -> str:
    (intent, own) = ticket.intents[0]
    return f"{intent} {p:.2f}" if p == own else f"{ticket.sentiment} {p:.2f}"


def _escalated(ticket: Ticket, intent: str, p: float) -> str:
    names = [name for name, _p in ticket.intents]
    place = (
        "" if names[:1] == [intent] else ", though not first," if intent in names else ", told by voc itself,"
    )
    return f"{intent} {p:.2f}{place} always goes to people"


def _decision(
    ticket: Ticket,
    rules: Rules,
    now: datetime,
    queue: str,
    priority: str,
    rule: Rule | None,
    verdict: _Verdict,
) -> Decision:
    ranked: list[tuple[str | None, float]] = [*ticket.intents, (None, 0.0), (None, 0.0)]
    (intent, confidence), (second, second_p) = ranked[:2]
    return Decision(
        id=ticket.id,
        queue=queue,
        priority=priority,
        due=due(ticket.created_at or now, priority, rules),
        action=verdict.action,
        intent=intent,
        confidence=confidence,
        runner_up=second,
        runner_up_confidence=second_p,
        sentiment=ticket.sentiment,
        language=ticket.language,
        rule=rule.name if rule else None,
        reason=f"rule '{rule.name}': {verdict.reason}" if rule else verdict.reason,
    )


def due(start: datetime, priority: str, rules: Rules) -> datetime:
    """When an answer is due: in business time where the priority and the file say so."""
    promise, hours = rules.priorities[priority], rules.hours.compiled if rules.hours else None
    if hours is None or promise.clock == "always":
        return due_around_the_clock(start, promise.within, hours.zone if hours else None)
    return hours.due(start, promise.within)
