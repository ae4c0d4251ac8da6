"""The priority of an issue: five parts, each 0..1 with an interval, and one documented sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voc.types import Interval

if TYPE_CHECKING:
    from voc.config import Weights

PARTS = ("reach", "severity", "momentum", "impact", "intent")
HALF_REACH = 0.02
"""Share of all voices at which reach is 0.5."""
HALF_STARS = 0.05
"""Loss in mean rating (of 1..5) at which impact is 0.5."""
HALF_NPS = 2.5
"""Loss in NPS points at which impact is 0.5; the same fraction of its scale as ``HALF_STARS``."""
UNKNOWN = Interval(0.0, 0.0, 0.0)
"""A part without data (no dates, no ratings): it adds nothing, and takes nothing away."""


def saturate(value: float, half: float) -> float:
    """Map 0..inf to 0..1, rising: ``v / (v + half)`` is 0.5 at ``half``; negative values give 0."""
    value = max(0.0, value)
    return value / (value + half)


def reach(share: Interval) -> Interval:
    """Turn the share of voices into a part: ``share / (share + 0.02)``."""
    return Interval(*(saturate(value, HALF_REACH) for value in share))


def momentum(ratio: Interval | None) -> Interval:
    """Turn a rate ratio into a part: ``1 - 1/ratio`` above 1, else 0 (twice the rate gives 0.5)."""
    if ratio is None:
        return UNKNOWN
    return Interval(*(1 - 1 / max(1.0, value) for value in ratio))


def impact(stars: Interval | None, nps: Interval | None = None) -> Interval:
    """Turn the change in mean rating (or, without ratings, in NPS) into a part; only a loss counts."""
    change, half = (stars, HALF_STARS) if stars is not None else (nps, HALF_NPS)
    if change is None:
        return UNKNOWN
    return Interval(*(saturate(-value, half) for value in (change.estimate, change.high, change.low)))


def score(parts: Mapping[str, float], weights: Weights) -> float:
    """Add the parts up to 0..100; rising in every part.

    With the weights w, divided by their sum::

        concern = 1 - (1 - severity) * (1 - intent)
        score   = 100 * (w.severity * severity + w.intent * intent + w.impact * impact
                         + concern * (w.reach * reach + w.momentum * momentum))

    Many voices and growth count as far as there is a concern at all: a wave of praise has reach,
    but nobody needs to act on it.
    """
    weight = weights.model_dump()
    total = float(sum(weight.values()))
    if total <= 0:
        return 0.0
    concern = 1 - (1 - parts["severity"]) * (1 - parts["intent"])
    factors = {"reach": concern, "momentum": concern}
    return 100 * float(sum(weight[name] * factors.get(name, 1.0) * parts[name] for name in PARTS)) / total


def priority(parts: Mapping[str, Interval], weights: Weights) -> Interval:
    """Score an issue: 0..100 at the parts' estimates, at their lower and at their upper ends.

    Issues are ranked by the *lower* end, what the evidence already supports: two furious
    customers can't outrank two hundred by luck (ranking by a lower confidence bound).
    """
    ends = [{name: part[end] for name, part in parts.items()} for end in range(3)]
    return Interval(*(score(end, weights) for end in ends))
