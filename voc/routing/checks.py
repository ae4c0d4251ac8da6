"""What a routing file must make sense as: names that exist, thresholds in order, rules that can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from voc.routing.conditions import Comparison, contradiction
from voc.routing.problems import Place, Problem, nearest
from voc.routing.reach import shadowed
from voc.routing.spec import BUILT_IN_FIELDS, ESCALATED, Rule, Rules
from voc.routing.ticket import same
from voc.text.codes import normalise_code


def check(rules: Rules, intents: Sequence[str], reach: bool = True) -> list[Problem]:
    """Every problem of well-formed rules, for an intent model that knows ``intents``.

    Args:
        rules: what to check.
        intents: those that the intent model knows.
        reach: whether to look for rules that can't be reached.
    """
    found = [
        *_queues_and_priorities(rules),
        *_thresholds(rules, intents),
        *_safety(rules, intents),
        *_fields(rules),
    ]
    for number, rule in enumerate(rules.rules):
        found += _rule(rules, rule, ("rules", number), intents)
    if reach and not found:  # a rule with a wrong name in it shadows in unclear ways
        found += [
            Problem(("rules", number), f"{rules.rules[number].name!r} can never decide: {why}")
            for number, why in shadowed(rules.rules, intents)
        ]
    return found


def _known(place: Place, name: str | None, names: Iterable[str], what: str) -> Iterator[Problem]:
    listed = list(names)
    if name is not None and name not in listed:
        yield Problem(place, f"there is no {what} {name!r}{nearest(name, listed)}")


def _queues_and_priorities(rules: Rules) -> Iterator[Problem]:
    if not rules.priorities:
        yield Problem(("priorities",), "at least one priority is needed, the most urgent first")
    yield from _known(("fallback",), rules.fallback, rules.queues, "queue")
    yield from _known(("default_priority",), rules.default_priority, rules.priorities, "priority")
    names = [rule.name for rule in rules.rules]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem(("rules", number, "name"), f"another rule is called {name!r} too")
    if rules.hours is not None:
        yield from _hours(rules)


def _hours(rules: Rules) -> Iterator[Problem]:
    from datetime import datetime

    hours = rules.hours.compiled if rules.hours else None
    for name, priority in rules.priorities.items():
        try:
            if hours and priority.clock == "business":
                hours.due(datetime.now(), priority.within)
        except ValueError as error:
            yield Problem(("priorities", name), str(error))


def _thresholds(rules: Rules, intents: Sequence[str]) -> Iterator[Problem]:
    limits, place = rules.thresholds, ("thresholds",)
    for name in limits.intents:
        yield from _known((*place, "intents", name), name, intents, "intent")
    for name in limits.languages:
        yield from _language((*place, "languages", name), name)
    for name in rules.auto_languages or ():
        yield from _language(("auto_languages",), name)
    for section, own in (("", {"": limits}), ("intents", limits.intents), ("languages", limits.languages)):
        for name, one in own.items():
            auto = limits.auto_above if one.auto_above is None else one.auto_above
            suggest = limits.suggest_above if one.suggest_above is None else one.suggest_above
            if suggest > auto:
                where = (*place, section, name) if section else place
                yield Problem(where, f"suggest_above ({suggest}) is over auto_above ({auto})")


def _safety(rules: Rules, intents: Sequence[str]) -> Iterator[Problem]:
    for name, escalation in rules.safety.items():
        place = ("safety", name)
        yield from _known(place, name, dict.fromkeys((*intents, *ESCALATED)), "intent")
        yield from _known((*place, "queue"), escalation.queue, rules.queues, "queue")
        yield from _known((*place, "priority"), escalation.priority, rules.priorities, "priority")


def _fields(rules: Rules) -> Iterator[Problem]:
    for name in rules.fields:
        if same(name) in BUILT_IN_FIELDS:
            yield Problem(("fields", name), "is built in; leave it out here")


def _rule(rules: Rules, rule: Rule, place: Place, intents: Sequence[str]) -> Iterator[Problem]:
    yield from _known((*place, "queue"), rule.queue, rules.queues, "queue")
    yield from _known((*place, "priority"), rule.priority, rules.priorities, "priority")
    if rule.queue is None and rule.priority is None and rule.action in (None, "auto"):
        yield Problem(place, f"{rule.name!r} has no effect: give it a queue, a priority or an action")
    when = (*place, "when")
    for intent in rule.when.intent or ():
        yield from _known((*when, "intent"), intent, intents, "intent")
    for language in rule.when.language or ():
        yield from _language((*when, "language"), language)
    for comparison in rule.when.where:
        yield from _comparison(rules, comparison, (*when, "where"))
    lists = {same(name) for name, kind in rules.fields.items() if kind == "list"}
    if clash := contradiction(c for c in rule.when.where if same(c.field) not in lists):
        one, other = clash
        yield Problem((*when, "where"), f"{one.field!r} can't pass both {one.op!r} and {other.op!r} as given")
    yield from _outranked(rules, rule, place)


def _language(place: Place, name: str) -> Iterator[Problem]:
    code = normalise_code(name)
    if code != name:
        hint = f"; did you mean {code!r}?" if code else "; write such as en, ko"
        yield Problem(place, f"{name!r} is no language code{hint}")


def _comparison(rules: Rules, comparison: Comparison, place: Place) -> Iterator[Problem]:
    declared = {same(name): kind for name, kind in rules.fields.items()}
    wanted = same(comparison.field)
    if wanted in BUILT_IN_FIELDS:
        return
    if wanted not in declared:
        names = [*rules.fields, *BUILT_IN_FIELDS]
        hint = nearest(comparison.field, names) or "; declare it under `fields`"
        yield Problem(place, f"there is no field {comparison.field!r}{hint}")
        return
    kind = declared[wanted]
    if isinstance(kind, tuple) and comparison.op in ("==", "!=", "in", "not in"):
        for value in comparison.values:
            if value.casefold() not in {known.casefold() for known in kind}:
                yield Problem(
                    place, f"{comparison.field!r} is never {value!r}{nearest(value, kind)} (see `fields`)"
                )


def _outranked(rules: Rules, rule: Rule, place: Place) -> Iterator[Problem]:
    """A rule for escalated intents alone can only raise their priority."""
    own = [rules.escalation(intent) for intent in rule.when.intent or ()]
    if not own or any(escalation is None for escalation in own):
        return
    escalations = [e for e in own if e is not None and e.priority in rules.priorities]
    raises = rule.priority in rules.priorities and any(
        rules.urgency(str(rule.priority)) < rules.urgency(e.priority) for e in escalations
    )
    if not raises:
        text = (
            f"{rule.name!r} has no effect: these intents escalate (see `safety`); a rule can only raise them"
        )
        yield Problem(place, text)
