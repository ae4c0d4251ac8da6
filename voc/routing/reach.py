"""Rules that no ticket can reach, because rules before them take every ticket they would take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from voc.routing.spec import Rule
from voc.types import SENTIMENTS

_OTHER = "\0"
"""Stands for every language that no rule names."""
Atom = tuple[str, str, str]


def shadowed(rules: Sequence[Rule], intents: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Position of each rule that can never decide, and by which rules it is shadowed.

    A rule is cut into its combinations of intent, sentiment and language; each must be taken by one earlier rule
    with a queue, whose text patterns and comparisons follow from the rule's own. So rules that together cover
    another are found; comparisons that only together cover it are not.
    """
    languages = [
        _OTHER,
        *sorted({language for rule in rules for language in rule.when.language or ()}),
    ]
    for number, rule in enumerate(rules):
        before = [other for other in rules[:number] if other.queue is not None and _implied(rule, other)]
        takers = [
            next((other for other in before if _takes(other, atom)), None)
            for atom in _atoms(rule, intents, languages)
        ]
        if takers and all(takers):
            names = dict.fromkeys(repr(taker.name) for taker in takers if taker)
            yield number, f"{', '.join(names)} before it take{'s' if len(names) == 1 else ''} all its tickets"


def _atoms(rule: Rule, intents: Sequence[str], languages: Sequence[str]) -> Iterator[Atom]:
    when = rule.when
    return product(when.intent or intents, when.sentiment or SENTIMENTS, when.language or languages)


def _takes(rule: Rule, atom: Atom) -> bool:
    when = rule.when
    wanted = (when.intent, when.sentiment, when.language)
    return all(names is None or value in names for names, value in zip(wanted, atom, strict=True))


def _implied(rule: Rule, other: Rule) -> bool:
    """Whether the patterns and comparisons of ``other`` follow from those of ``rule``."""
    mine, theirs = rule.when, other.when
    if theirs.text is not None and (mine.text is None or not set(mine.text) <= set(theirs.text)):
        return False
    return all(any(own.implies(wanted) for own in mine.where) for wanted in theirs.where)
