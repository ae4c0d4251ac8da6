"""A dry run on labelled tickets: what each threshold would have cost, with intervals."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from voc.errors import VocError
from voc.routing.decide import decide, trust
from voc.routing.problems import nearest
from voc.routing.spec import Rules, Thresholds
from voc.routing.ticket import Ticket

STEPS = (*(step / 20 for step in range(20)), 0.97, 0.99)
"""Thresholds that are reported."""
_START = datetime(2000, 1, 3, tzinfo=UTC)
"""Due times play no part here."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What mistakes and people cost, in any one currency."""

    misroute: float = 10.0
    minutes: float = 3.0
    """A person's minutes for a ticket that is not automatic."""
    minute: float = 0.7


@dataclass(frozen=True, slots=True)
class Outcome:
    """One labelled ticket: might it be automatic, how sure were the models, and would that have been right?"""

    intent: str
    language: str
    half: int
    """0 or 1; the same for the same text."""
    trust: float
    eligible: bool
    """Automatic but for the confidence thresholds."""
    on_facts: bool
    right: bool
    """It would lie in the queue where its label puts it."""
    auto_now: bool
    """Automatic with the thresholds as they stand."""


def outcomes(
    tickets: Sequence[Ticket], labels: Sequence[str], rules: Rules, languages: Collection[str]
) -> list[Outcome]:
    """Judge tickets by their labels, which are intents or queues.

    An intent puts a ticket into the queue that the rules choose when that intent is certain.

    Raises:
        VocError: a label is neither an intent of the model nor a queue.
    """
    expected = _expected(tickets, labels, rules)
    open_rules = rules.model_copy(update={"thresholds": _open(rules.thresholds)})
    return [
        _outcome(ticket, queue, rules, open_rules, languages)
        for ticket, queue in zip(tickets, expected, strict=True)
    ]


def _open(thresholds: Thresholds) -> Thresholds:
    return thresholds.model_copy(
        update={"auto_above": 0.0, "suggest_above": 0.0, "intents": {}, "languages": {}}
    )


def _expected(tickets: Sequence[Ticket], labels: Sequence[str], rules: Rules) -> list[str]:
    known = {name for ticket in tickets[:1] for name, _ in ticket.intents}
    kinds = {"queue": set(rules.queues), "intent": known}
    kind = max(kinds, key=lambda name: sum(label in kinds[name] for label in labels))
    if unknown := sorted(set(labels) - kinds[kind]):
        listed = ", ".join(f"{name!r}{nearest(name, kinds[kind])}" for name in unknown[:10])
        raise VocError(
            f"{len(unknown)} labels are no {kind} that the rules or the model know: {listed}",
            "Label with the model's intents, or with the queues of the rules; name the column with --label-column.",
        )
    if kind == "queue":
        return list(labels)
    bare = rules.model_copy(update={"thresholds": _open(rules.thresholds)})
    sure = (
        replace(ticket, intents=((label, 1.0),), typicality=None, alarms=())
        for ticket, label in zip(tickets, labels, strict=True)
    )
    return [decide(ticket, bare, _START, {ticket.language}).queue for ticket in sure]


def _outcome(
    ticket: Ticket, queue: str, rules: Rules, open_rules: Rules, languages: Collection[str]
) -> Outcome:
    now = decide(ticket, rules, _START, languages)
    at_most = decide(ticket, open_rules, _START, languages)
    rule = next((rule for rule in rules.rules if rule.name == at_most.rule), None)
    return Outcome(
        intent=at_most.intent or "",
        language=ticket.language,
        half=half(ticket.text),
        trust=trust(ticket, rule.when) if rule else 0.0,
        eligible=at_most.action == "auto",
        on_facts=rule is not None and rule.when.on_facts,
        right=at_most.queue == queue,
        auto_now=now.action == "auto",
    )


def half(text: str) -> int:
    """0 or 1 by the text alone, but for case and spaces: a text never lies in both halves."""
    same = " ".join(text.casefold().split()).encode("utf-8", "replace")
    return hashlib.blake2b(same, digest_size=8).digest()[0] & 1


def automatic(outcome: Outcome, threshold: float) -> bool:
    """Whether the ticket is automatic with one threshold for all."""
    return outcome.eligible and (outcome.on_facts or outcome.trust >= threshold)


def sweep(found: Sequence[Outcome], costs: Costs, steps: Sequence[float] = STEPS) -> list[dict[str, Any]]:
    """One row a threshold: for all tickets, then for each language and each (predicted) intent.

    The first row of each has the threshold ``rules``: the thresholds as they stand.
    """
    return [
        row
        for by, name, members in _groups(found)
        for row in (
            _row(by, name, "rules", members, [o.auto_now for o in members], costs),
            *(_row(by, name, step, members, [automatic(o, step) for o in members], costs) for step in steps),
        )
    ]


def _groups(found: Sequence[Outcome]) -> Iterator[tuple[str, str, list[Outcome]]]:
    yield "all", "all", list(found)
    kinds: dict[str, Callable[[Outcome], str]] = {
        "language": lambda o: o.language,
        "intent": lambda o: o.intent,
    }
    for by, name_of in kinds.items():
        for name in sorted({name_of(outcome) for outcome in found}):
            yield by, name, [outcome for outcome in found if name_of(outcome) == name]


def _row(
    by: str, name: str, threshold: float | str, members: Sequence[Outcome], auto: Sequence[bool], costs: Costs
) -> dict[str, Any]:
    chosen = [outcome for outcome, out in zip(members, auto, strict=True) if out]
    right, human = sum(outcome.right for outcome in chosen), len(members) - len(chosen)
    precision, low, high = bounds(right, len(chosen))
    misroutes = len(chosen) - right
    return {
        "by": by,
        "name": name,
        "threshold": threshold,
        "tickets": len(members),
        "automatic": len(chosen),
        "coverage": round(len(chosen) / len(members), 4) if members else 0.0,
        "precision": round(precision, 4) if chosen else None,
        "precision_low": round(low, 4),
        "precision_high": round(high, 4),
        "misroutes": misroutes,
        "human": human,
        "cost": round(misroutes * costs.misroute + human * costs.minutes * costs.minute, 2),
    }


def bounds(right: int, n: int) -> tuple[float, float, float]:
    """Share of right ones with its 95 % Wilson interval."""
    from voc.insight.intervals import wilson

    share, low, high = wilson([right], [n])[0]
    return float(share), float(low), float(high)


def count_right(found: Iterable[Outcome]) -> tuple[int, int]:
    """How many are right, and how many there are."""
    listed = list(found)
    return sum(outcome.right for outcome in listed), len(listed)
