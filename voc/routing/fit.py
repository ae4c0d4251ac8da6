"""Thresholds for a promised precision: fitted on one half of labelled tickets, proved on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from voc.errors import VocError
from voc.insight.intervals import Z
from voc.routing.simulate import Outcome, bounds, count_right
from voc.routing.spec import Limits, Thresholds

GRID = tuple(step / 100 for step in range(100))
NEVER = 1.0
"""A threshold that only certainty itself reaches."""


@dataclass(frozen=True)
class Promise:
    """Fitted thresholds and what they gave on the tickets that had no part in choosing them."""

    thresholds: Thresholds
    target: float
    fitted_on: int
    proved_on: int
    automatic: int
    precision: float
    low: float
    high: float

    @property
    def coverage(self) -> float:
        """Share of the proving half that is automatic by confidence."""
        return self.automatic / self.proved_on if self.proved_on else 0.0


def least(target: float) -> int:
    """Automatic tickets needed so that, were all right, the lower Wilson bound reached ``target``."""
    return ceil(Z**2 * target / (1 - target))


def fit(found: Sequence[Outcome], thresholds: Thresholds, target: float) -> Promise:
    """The lowest thresholds whose precision has a lower 95 % Wilson bound of at least ``target``.

    First one for all; then an intent or a language that is clearly worse (its upper bound lies below the
    target) gets a stricter one of its own, or none at all. Tickets decided by facts alone have no part in it.

    Raises:
        VocError: there are too few tickets to promise this, or the other half does not bear it out.
    """
    by_confidence = [outcome for outcome in found if not outcome.on_facts]
    fitting = [outcome for outcome in by_confidence if outcome.half == 0 and outcome.eligible]
    proving = [outcome for outcome in by_confidence if outcome.half == 1]
    threshold = _lowest(fitting, target)
    if threshold is None:
        raise _too_few(fitting, target)
    chosen = thresholds.model_copy(
        update={
            "auto_above": threshold,
            "suggest_above": min(thresholds.suggest_above, threshold),
            "intents": _stricter(fitting, "intent", threshold, target, thresholds.intents),
            "languages": _stricter(fitting, "language", threshold, target, thresholds.languages),
        }
    )
    return _proved(chosen, target, len(by_confidence) - len(proving), proving)


def _proved(chosen: Thresholds, target: float, fitted_on: int, proving: Sequence[Outcome]) -> Promise:
    """The promise, once the other half bears it out."""
    auto = [o for o in proving if o.eligible and o.trust >= chosen.auto(o.intent, o.language)]
    right, n = count_right(auto)
    precision, low, high = bounds(right, n)
    if n < least(target) or precision < target:
        raise VocError(
            f"{target:.0%} can't be promised: on the other half {right} of {n} automatic tickets are right "
            f"({precision:.1%}, 95 % interval {low:.1%} to {high:.1%})",
            "Label more tickets, or ask for less.",
        )
    return Promise(chosen, target, fitted_on, len(proving), n, precision, low, high)


def _lowest(found: Sequence[Outcome], target: float) -> float | None:
    """The lowest threshold of the grid at which the lower bound reaches the target."""
    for threshold in GRID:
        right, n = count_right(outcome for outcome in found if outcome.trust >= threshold)
        if n < least(target):
            return None
        if bounds(right, n)[1] >= target:
            return threshold
    return None


def _stricter(
    found: Sequence[Outcome], by: str, threshold: float, target: float, given: Mapping[str, Limits]
) -> dict[str, Limits]:
    """Own limits of intents or languages: stricter ones that people set stay, clearly worse groups get theirs."""
    limits = {}
    for name in sorted({*given, *(getattr(outcome, by) for outcome in found)}):
        members = [outcome for outcome in found if getattr(outcome, by) == name]
        right, n = count_right(outcome for outcome in members if outcome.trust >= threshold)
        auto = threshold
        if n and bounds(right, n)[2] < target:
            own = _lowest(members, target)
            auto = NEVER if own is None else own
        limit = given.get(name, Limits())
        auto = max(auto, limit.auto_above or 0.0)
        suggest = None if limit.suggest_above is None else min(limit.suggest_above, auto)
        if auto > threshold or suggest is not None:
            limits[name] = Limits(auto_above=auto if auto > threshold else None, suggest_above=suggest)
    return limits


def _too_few(fitting: Sequence[Outcome], target: float) -> VocError:
    right, n = count_right(fitting)
    needed = least(target)
    if n < needed:
        message = (
            f"{target:.0%} can't be promised: {n} tickets of the fitting half could be automatic, and even if all "
            f"were right, {needed} are needed for a lower 95 % bound of {target:.0%}"
        )
    else:
        message = (
            f"{target:.0%} can't be promised: no threshold with at least {needed} automatic tickets reaches it "
            f"({right} of {n} are right without any)"
        )
    return VocError(message, "Label more tickets, ask for less, or give the model better examples.")
