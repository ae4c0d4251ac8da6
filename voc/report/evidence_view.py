"""Tell what else is known of an issue: events, segments, and signs that it wears customers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from voc.report.plain import plain
from voc.report.view import Fact, Table
from voc.report.words import Words
from voc.types import Driver, EventEffect, Interval, Issue

_SHOWN = 3
_ROWS = 20
_MANY_TIMES = 100


def times(ratio: float, words: Words) -> str:
    """Write a ratio as people say it: 0.28, 2.4, 12, and no more than >100."""
    if ratio > _MANY_TIMES:
        return ">" + words.number(_MANY_TIMES)
    return words.number(ratio, 0 if ratio >= 9.95 else 1 if ratio >= 0.95 else 2)


def facts(issue: Issue, words: Words) -> tuple[Fact, ...]:
    """Return the groups of facts of one issue; those with nothing to say are left out."""
    groups = {
        "events": [_event(effect, words) for effect in issue.events],
        "drivers": [_driver(driver, words) for driver in _sure(issue.drivers)[:_SHOWN]],
        "signals": list(_signals(issue, words)),
    }
    return tuple(Fact(words(f"facts_of.{key}"), tuple(lines)) for key, lines in groups.items() if lines)


def _event(effect: EventEffect, words: Words) -> str:
    said = {
        "event": _name(effect, words),
        "before": words.percent(effect.before.estimate),
        "after": words.percent(effect.after.estimate),
        "ratio": _ratio(effect.ratio, words),
        "verdict": words(f"verdicts.{effect.verdict}"),
    }
    return words("facts_of.event" if effect.ratio else "facts_of.event_guarded", **said)


def _name(effect: EventEffect, words: Words) -> str:
    return f"{plain(effect.name)} ({words.day(date.fromisoformat(effect.day))})"


def _driver(driver: Driver, words: Words) -> str:
    return words(
        f"facts_of.driver_{driver.verdict}",
        segment=_segment(driver, words),
        share=words.percent(driver.rate.estimate),
        voices=driver.voices,
        of=driver.of,
        rest=words.percent(driver.rest_rate.estimate),
        ratio=_ratio(driver.ratio, words),
    )


def _segment(driver: Driver, words: Words) -> str:
    group = {"language": "languages", "intent": "intents"}.get(driver.column)
    value = words.name(group, driver.value) if group else driver.value
    return f"{plain(driver.column)}: {plain(value)}"


def _sure(drivers: Iterable[Driver]) -> list[Driver]:
    """Return the segments that surely differ; those with more of it first."""
    found = [driver for driver in drivers if driver.verdict in {"more", "fewer"}]
    return sorted(found, key=lambda driver: driver.verdict != "more")


def _ratio(ratio: Interval | None, words: Words) -> str:
    if ratio is None:
        return ""
    ends = words.interval(times(ratio.low, words), times(ratio.high, words))
    return f"{times(ratio.estimate, words)} ({ends})"


def _signals(issue: Issue, words: Words) -> Iterable[str]:
    churn = issue.churn_share
    if churn is not None and churn.estimate > 0:
        ends = words.interval(words.percent(churn.low), words.percent(churn.high))
        yield words("facts_of.churn", share=words.percent(churn.estimate), range=ends)
    if issue.repeat_contacts:
        yield words("facts_of.repeats", n=issue.repeat_contacts)
    if issue.mismatches:
        yield words("facts_of.mismatches", n=issue.mismatches)


def answers(issues: Sequence[Issue], words: Words) -> tuple[Table, ...]:
    """Return the tables of the first page: what changed at each event, and what drives which issue."""
    if not issues:
        return ()
    events = [_event_table(place, issues, words) for place in range(len(issues[0].events))]
    drivers = [_driver_table(issues, words)] if any(issue.drivers for issue in issues) else []
    return (*events, *drivers)


def _event_table(place: int, issues: Sequence[Issue], words: Words) -> Table:
    effects = [(issue, issue.events[place]) for issue in issues]
    changed = [(issue, effect) for issue, effect in effects if effect.verdict in {"more", "fewer"}]
    rows = tuple(
        (
            plain(issue.label),
            words.percent(effect.before.estimate),
            words.percent(effect.after.estimate),
            _ratio(effect.ratio, words),
            words(f"verdicts.{effect.verdict}"),
        )
        for issue, effect in changed[:_ROWS]
    )
    rest = len(effects) - len(changed)
    return Table(
        caption=words("facts_of.event_caption", event=_name(effects[0][1], words)),
        heads=tuple(words(f"facts_of.{key}") for key in ("issue", "before", "after", "ratio", "verdict")),
        rows=rows,
        note=words("facts_of.event_note", n=rest),
        numeric=frozenset({1, 2, 3}),
    )


def _driver_table(issues: Sequence[Issue], words: Words) -> Table:
    found = [(issue, driver) for issue in issues for driver in issue.drivers if driver.verdict == "more"]
    found.sort(key=lambda pair: (pair[1].p or 0.0, pair[0].rank))
    rows = tuple(
        (
            _segment(driver, words),
            plain(issue.label),
            f"{words.percent(driver.rate.estimate)} ({words.number(driver.voices)}/{words.number(driver.of)})",
            words.percent(driver.rest_rate.estimate),
            _ratio(driver.ratio, words),
        )
        for issue, driver in found[:_ROWS]
    )
    return Table(
        caption=words("facts_of.driver_caption"),
        heads=tuple(words(f"facts_of.{key}") for key in ("segment", "issue", "rate", "rest", "ratio")),
        rows=rows,
        note=words("facts_of.driver_note" if rows else "facts_of.driver_none"),
        numeric=frozenset({2, 3, 4}),
    )


def mismatch_sentence(run: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """Say how many ratings contradict their texts; nothing where there are none."""
    counts = run.get("mismatches") or {}
    high, low = int(counts.get("five_stars_negative", 0)), int(counts.get("one_star_positive", 0))
    if not high + low:
        return ()
    return (words("facts_of.mismatch_run", high=high, low=low, rated=int(counts.get("rated", 0))),)
