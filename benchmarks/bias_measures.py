"""Measures of the bias audit: how a model's readings differ between groups that say the same thing.

Pure functions of texts and readings; ``bias.py`` has the sentences, the model and the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.insight.intervals import adjust
from voc.types import SENTIMENTS

FLIPS = 20_000
EXACT = 14
"""Up to this many templates, all sign flips are tried."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Variant:
    """One text: a template as one group says it. ``reference`` is the group it is held against, if one is."""

    axis: str
    template: str
    sentiment: str
    group: str
    filler: str
    text: str
    reference: str = ""


@dataclass(frozen=True)
class Readings:
    """What the model says of each text: probabilities (n, 3) in the order of ``SENTIMENTS``, n intents."""

    sentiment: Floats
    intent: NDArray[np.str_]
    model: str = ""


@dataclass(frozen=True)
class Difference:
    """Mean within-template difference of a group to the others, with its adjusted p-value."""

    mean: float
    q: float


@dataclass(frozen=True)
class Group:
    """One row of an axis' table.

    ``right_by_class``: sentiment -> (right, all). ``p_negative``: mean, low, high. ``shift`` and ``cost`` are
    differences in p(negative) and in the probability of the expected sentiment; a reference has none.
    ``spread``: largest max minus min of p(negative) among the group's fillers in one template. ``gap``:
    largest difference of p(negative) to the others in one template.
    """

    name: str
    n: int
    right: float
    right_by_class: dict[str, tuple[int, int]]
    too_negative: int
    too_positive: int
    p_negative: tuple[float, float, float]
    p_expected: float
    shift: Difference | None
    cost: Difference | None
    spread: float
    gap: float
    gap_template: str
    same_intent: float


@dataclass(frozen=True)
class Template:
    """How far one template's texts are apart: ``spread`` is max minus min of p(negative) over all fillers."""

    name: str
    spread: float
    lowest: str
    highest: str
    sentiments: dict[str, int]
    intents: dict[str, int]


@dataclass(frozen=True)
class Axis:
    """One kind of difference: its groups, worst first, and its templates, widest spread first."""

    name: str
    groups: list[Group]
    templates: list[Template]


def audit(variants: Sequence[Variant], readings: Readings) -> list[Axis]:
    """Return the table of each axis, in the order in which the axes appear."""
    axes = []
    for name in dict.fromkeys(variant.axis for variant in variants):
        rows = [row for row, variant in enumerate(variants) if variant.axis == name]
        mine = Readings(readings.sentiment[rows], readings.intent[rows])
        axes.append(_axis(name, [variants[row] for row in rows], mine))
    return axes


def _axis(name: str, variants: Sequence[Variant], readings: Readings) -> Axis:
    """Groups are sorted by the share that is right, then by the probability of the expected sentiment."""
    names = dict.fromkeys(variant.group for variant in variants)
    shifts = {group: against_others(variants, readings.sentiment[:, 0], group) for group in names}
    costs = {group: against_others(variants, _expected(variants, readings), group) for group in names}
    shift, cost = _tested(shifts), _tested(costs)
    usual = _usual_intents(variants, readings.intent)
    groups = []
    for group in names:
        template, gap = max(shifts[group].items(), key=lambda item: abs(item[1]), default=("", 0.0))
        own = _own(group, variants, readings, usual)
        groups.append(
            Group(**own, shift=shift.get(group), cost=cost.get(group), gap=gap, gap_template=template)
        )
    groups.sort(key=lambda row: (row.right, row.p_expected))
    return Axis(name, groups, _templates(variants, readings))


def _own(
    group: str, variants: Sequence[Variant], readings: Readings, usual: dict[str, str]
) -> dict[str, Any]:
    """What is measured on the group's own texts."""
    at = [i for i, variant in enumerate(variants) if variant.group == group]
    gold = np.array([SENTIMENTS.index(variants[i].sentiment) for i in at])
    said = readings.sentiment[at].argmax(axis=1)
    by_template: dict[str, list[float]] = {}
    for i in at:
        by_template.setdefault(variants[i].template, []).append(float(readings.sentiment[i, 0]))
    return {
        "name": group,
        "n": len(at),
        "right": float((said == gold).mean()),
        "right_by_class": {
            name: (int((said[gold == i] == i).sum()), int((gold == i).sum()))
            for i, name in enumerate(SENTIMENTS)
        },
        "too_negative": int((said < gold).sum()),
        "too_positive": int((said > gold).sum()),
        "p_negative": interval(np.array([np.mean(found) for found in by_template.values()])),
        "p_expected": float(_expected(variants, readings)[at].mean()),
        "spread": max(float(np.ptp(found)) for found in by_template.values()),
        "same_intent": float(np.mean([readings.intent[i] == usual[variants[i].template] for i in at])),
    }


def _expected(variants: Sequence[Variant], readings: Readings) -> Floats:
    gold = [SENTIMENTS.index(variant.sentiment) for variant in variants]
    found: Floats = readings.sentiment[np.arange(len(gold)), gold]
    return found


def against_others(variants: Sequence[Variant], values: Floats, group: str) -> dict[str, float]:
    """Template -> mean of the group's values minus the mean of the other groups' means (or the reference's).

    A reference itself, and a template that nobody else has, give nothing.
    """
    means: dict[str, dict[str, list[float]]] = {}
    references: dict[str, str] = {}
    for variant, value in zip(variants, values.tolist(), strict=True):
        means.setdefault(variant.template, {}).setdefault(variant.group, []).append(value)
        references[variant.template] = variant.reference
    found = {}
    for template, by_group in means.items():
        reference = references[template]
        others = [other for other in ([reference] if reference else by_group) if other != group]
        if group in by_group and others:
            rest = np.mean([np.mean(by_group[other]) for other in others])
            found[template] = float(np.mean(by_group[group]) - rest)
    return found


def _tested(differences: dict[str, dict[str, float]]) -> dict[str, Difference]:
    """Mean and adjusted p-value of each group that is held against others."""
    tested = {group: np.array(list(found.values())) for group, found in differences.items() if found}
    adjusted = adjust(np.array([sign_flip(found) for found in tested.values()]))
    return {
        group: Difference(float(found.mean()), float(q))
        for (group, found), q in zip(tested.items(), adjusted, strict=True)
    }


def sign_flip(differences: Floats) -> float:
    """Two-sided p-value of the mean of paired differences being 0, by flipping signs (Fisher 1935).

    Exact for up to 14 differences; 20,000 random flips beyond, the observed signs counted as one more.
    """
    count = len(differences)
    exact = count <= EXACT
    if exact:
        bits = np.arange(2**count)[:, None] >> np.arange(count) & 1
    else:
        bits = np.random.default_rng(0).integers(0, 2, (FLIPS, count))
    sums = np.abs((2 * bits - 1) @ differences)
    reached = int((sums >= abs(differences.sum()) - 1e-9).sum())
    return (reached + (not exact)) / (len(bits) + (not exact))


def interval(values: Floats) -> tuple[float, float, float]:
    """Mean of one value per template, with the 95 % percentile interval of 2,000 resamples of the templates."""
    drawn = values[np.random.default_rng(0).integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def _usual_intents(variants: Sequence[Variant], intents: NDArray[np.str_]) -> dict[str, str]:
    """Template -> the intent of its reference, or else of most of its texts."""
    votes: dict[str, Counter[str]] = {}
    for variant, intent in zip(variants, intents.tolist(), strict=True):
        weight = len(variants) if variant.group == variant.reference else 1
        votes.setdefault(variant.template, Counter())[intent] += weight
    return {template: counts.most_common(1)[0][0] for template, counts in votes.items()}


def _templates(variants: Sequence[Variant], readings: Readings) -> list[Template]:
    rows: dict[str, list[int]] = {}
    for i, variant in enumerate(variants):
        rows.setdefault(variant.template, []).append(i)
    found = []
    for name, at in rows.items():
        p_negative = readings.sentiment[at, 0]
        said = [SENTIMENTS[label] for label in readings.sentiment[at].argmax(axis=1)]
        found.append(
            Template(
                name=name,
                spread=float(np.ptp(p_negative)),
                lowest=_label(variants[at[int(p_negative.argmin())]]),
                highest=_label(variants[at[int(p_negative.argmax())]]),
                sentiments=dict(Counter(said).most_common()),
                intents=dict(Counter(readings.intent[at].tolist()).most_common()),
            )
        )
    return sorted(found, key=lambda template: -template.spread)


def _label(variant: Variant) -> str:
    return variant.group if variant.filler == variant.group else f"{variant.filler} ({variant.group})"
