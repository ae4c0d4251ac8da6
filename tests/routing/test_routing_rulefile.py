from __future__ import annotations

import re
import time

import pytest
from routing_samples import INTENTS, RULES, rules

from voc.errors import USAGE, VocError
from voc.models.intents import read_intents
from voc.routing.patterns import parse as pattern
from voc.routing.rulefile import find_rules, parse_rules, read_rules, rule_names

LINES = RULES.splitlines()


def mistakes(text: str) -> list[str]:
    with pytest.raises(VocError) as caught:
        parse_rules(text, "routing.yaml", INTENTS)
    assert caught.value.exit_code == USAGE
    return caught.value.message.splitlines()[1:]


def line_of(fragment: str, text: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if fragment in line)


def test_a_good_file_is_read() -> None:
    found = rules()
    assert found.fallback == "triage"
    assert list(found.priorities) == ["urgent", "high", "normal", "low"]
    assert [rule.name for rule in found.rules][:2] == ["third time", "hold enterprise"]


@pytest.mark.parametrize("name", rule_names())
def test_the_files_that_ship_are_right(name: str) -> None:
    found = read_rules(name, [intent.key for intent in read_intents()])
    assert found.fallback in found.queues


MISTAKES: dict[str, tuple[str, str, str]] = {
    "unknown intent": ("{intent: bug}", "{intent: bugg}", "no intent 'bugg'; did you mean 'bug'"),
    "unknown sentiment": ("sentiment: negative", "sentiment: angry", "'negative', 'neutral' or 'positive'"),
    "unknown language": ("    ko: {auto", "    korean: {auto", "no language code; did you mean 'ko'"),
    "unknown queue": ("queue: technical", "queue: tecnical", "no queue 'tecnical'; did you mean 'technical'"),
    "unknown fallback": ("fallback: triage", "fallback: nobody", "no queue 'nobody'"),
    "unknown priority": (
        "    priority: urgent\n    action",
        "    priority: now\n    action",
        "no priority 'now'",
    ),
    "unknown field": ("plan == enterprise", "plann == enterprise", "no field 'plann'; did you mean 'plan'"),
    "unknown value": (
        "plan == enterprise",
        "plan == enterprize",
        "never 'enterprize'; did you mean 'enterprise'",
    ),
    "no comparison": ("plan == enterprise", "plan is enterprise", "is no comparison"),
    "no number": ("contacts >= 2", "contacts >= two", "compares numbers"),
    "threshold over 1": ("auto_above: 0.8 ", "auto_above: 80 ", "less than or equal to 1"),
    "thresholds crossed": (
        "suggest_above: 0.4",
        "suggest_above: 0.85",
        "suggest_above (0.85) is over auto_above",
    ),
    "intent thresholds crossed": (
        "refund: {auto_above: 0.9}",
        "refund: {auto_above: 0.3}",
        "is over auto_above",
    ),
    "unknown setting": ("  margin: 0.2", "  margn: 0.2", "no such setting; did you mean 'margin'"),
    "bad pattern": ("lawyer|anwalt", "(lawyer", "no pattern that RE2 can run"),
    "pattern for all": ("lawyer|anwalt", "lawyer|", "matches every text"),
    "bad duration": ("high: 4h", "high: soon", "no duration"),
    "day in business time": ("high: 4h", "high: 2d", "in business time a day is unclear"),
    "bad time zone": ("timezone: UTC", "timezone: Mars", "no time zone 'Mars'"),
    "bad hours": ('"09:00-17:00"', '"9 to 5"', "no opening hours"),
    "two of a name": ("name: bugs", "name: money", "another rule is called 'money'"),
    "no effect": ("    priority: high\n    action: suggest", "    action: auto", "has no effect"),
    "contradiction": ("'amount > 100'", "'amount > 100', 'amount < 5'", "can't pass both"),
    "built-in field": ("  amount:\n", "  Rating:\n", "is built in"),
    "safety by a rule": ("{intent: bug}", "{intent: safety_or_legal}", "a rule can only raise them"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_line(case: str) -> None:
    before, after, expected = MISTAKES[case]
    assert before in RULES
    text = RULES.replace(before, after, 1)
    found = mistakes(text)
    told = next((line for line in found if expected in line), None)
    assert told, found
    number = int(re.match(r"  line (\d+):", told).group(1))
    changed = next(n for n, (a, b) in enumerate(zip(text.splitlines(), LINES, strict=False), 1) if a != b)
    assert abs(number - changed) <= 3  # at the line, or at the head of the rule around it


def test_all_mistakes_are_told_at_once_in_order() -> None:
    text = (
        RULES.replace("{intent: bug}", "{intent: bugg}")
        .replace("auto_above: 0.8 ", "auto_above: 8 ")
        .replace("queue: billing", "queue: bills")
        .replace("sentiment: negative", "sentiment: angry")
    )
    found = mistakes(text)
    assert len(found) == 4
    numbers = [int(re.match(r"  line (\d+):", line).group(1)) for line in found]
    assert numbers == sorted(numbers)
    assert numbers[0] == line_of("auto_above: 8", text)


def test_the_fallback_can_not_be_left_out() -> None:
    found = mistakes(RULES.replace("fallback: triage          # people\n", ""))
    assert any("fallback: is missing" in line for line in found)


def test_a_key_that_stands_twice_is_told() -> None:
    assert any("stands twice" in line for line in mistakes(RULES + "fallback: vip\n"))


def test_no_is_a_language() -> None:
    found = rules(RULES.replace("    ko: {", "    no: {"))
    assert list(found.thresholds.languages) == ["no"]


@pytest.mark.parametrize("text", ["", "- a\n", "a: [b\n", "just words"])
def test_what_is_no_routing_file(text: str) -> None:
    with pytest.raises(VocError):
        parse_rules(text, "routing.yaml", INTENTS)


def test_a_missing_file_says_what_there_is() -> None:
    with pytest.raises(VocError, match="support"):
        find_rules("nowhere.yaml")


UNREACHABLE = [
    ("  - name: late\n    when: {intent: bug, language: ko}\n    queue: vip\n", "'bugs' before it takes"),
    ("  - name: late\n    when: {intent: [bug, refund]}\n    queue: vip\n", "'bugs', 'money' before it take"),
    (
        "  - name: late\n    when: {intent: bug, where: 'amount > 500'}\n    queue: vip\n",
        "'bugs' before it takes",
    ),
    (
        "  - name: late\n    when: {where: ['amount >= 101', 'tags == vip']}\n    queue: billing\n",
        "'vip' before it takes",
    ),
    (
        "  - name: late\n    when: {text: anwalt|lawyer}\n    queue: vip\n",
        None,
    ),  # another pattern: can't be told
    (
        "  - name: late\n    when: {text: 변호사, language: ko}\n    queue: vip\n",
        "'words of law' before it take",
    ),
    ("  - name: late\n    when: {intent: [bug, praise]}\n    queue: vip\n", None),
    ("  - name: late\n    when: {intent: praise}\n    queue: vip\n", None),
    (
        "  - name: all\n    queue: vip\n  - name: late\n    when: {intent: other}\n    queue: vip\n",
        "'all' before it",
    ),
]


@pytest.mark.parametrize(("extra", "expected"), UNREACHABLE)
def test_rules_that_nothing_reaches(extra: str, expected: str | None) -> None:
    text = RULES + extra
    if expected is None:
        assert rules(text).rules[-1].name == "late"
        return
    (told,) = mistakes(text)
    assert expected in told
    assert "can never decide" in told
    assert f"line {line_of('name: late', text)}:" in told


@pytest.mark.parametrize("source", ["(?=x)", r"(a)\1", "a" * 2000, "x*", "", "["])
def test_patterns_that_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|matches every"):
        pattern(source)


def test_a_pattern_that_would_hang_other_engines_does_not() -> None:
    start = time.process_time()
    assert not pattern("(a+)+$|(a|aa)+b").found_in("a" * 200_000 + "!")
    assert time.process_time() - start < 5


def test_patterns_know_no_case_in_any_script() -> None:
    assert pattern("über").found_in("Es ging ÜBER alles")
    assert pattern("суд").found_in("В СУД!")
    assert not pattern(r"\bsue\b").found_in("this issue")
