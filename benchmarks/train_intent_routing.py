"""Promises of ``voc route --simulate --target-precision`` held against rows that had no part in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from model_common import Row, texts
from numpy.typing import NDArray

from voc.errors import VocError
from voc.routing.fit import fit
from voc.routing.rulefile import parse_rules
from voc.routing.simulate import Outcome, bounds, count_right, outcomes
from voc.routing.spec import Rules
from voc.routing.ticket import Ticket
from voc.types import Interval

TARGETS = (0.80, 0.85, 0.90, 0.95)
COVERAGE = 0.70


class Asked(Protocol):
    """What is asked of a model."""

    @property
    def fitted(self) -> Any:
        """With ``linear.labels``."""
        ...

    def probabilities(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n, classes)."""
        ...

    def typicality(self, asked: Sequence[str]) -> NDArray[np.float32]:
        """(n,)."""
        ...


def promises(model: Asked, labelled: Sequence[Row], test: Sequence[Row]) -> Iterator[Row]:
    """Thresholds fitted on labelled rows: what is promised, and what the test rows give.

    A promise is kept when the target lies inside the 95 % interval on the test rows, or below it. The same is
    said of the precision on the half that proved it: a number that is known no better than the test's.
    """
    names = list(model.fitted.linear.labels)
    rules = queue_for_each(names)
    before, after = (_outcomes(model, part, names, rules) for part in (labelled, test))
    yield _at_coverage(before, after)
    for target in TARGETS:
        name = f"--target-precision {target:g}"
        try:
            promise = fit(before, rules.thresholds, target)
        except VocError as refusal:
            yield {"set": name, "n": len(after), "how": f"refused: {refusal.message}"}
            continue
        auto = [o for o in after if o.eligible and o.trust >= promise.thresholds.auto(o.intent, o.language)]
        proof = f"proved {promise.precision:.3f} ({promise.low:.3f}–{promise.high:.3f})"
        said = {f"promised {target:g}": target, proof: promise.precision}
        yield _row(name, auto, len(after), said)


def over_draws(found: Sequence[Row]) -> Row:
    """A line of several draws' lines at one coverage: the mean of what was said and of what the test rows gave."""
    right = sum(row["result"].estimate * row["n"] for row in found) / len(found)
    count = sum(row["n"] for row in found) / len(found)
    said = float(np.mean([row["said"] for row in found]))
    place = sum(_place(row["said"], row["result"]) == "inside" for row in found)
    mean = Interval(*bounds(round(right), round(count)))
    return {
        "set": f"precision at {COVERAGE:.0%} coverage, mean",
        "n": round(count),
        "result": mean,
        "said": said,
        "how": f"on the labelled {said:.4f}: {_place(said, mean)} the interval; inside in {place} of {len(found)} draws",
    }


def queue_for_each(intents: Sequence[str]) -> Rules:
    """Rules that put each intent into a queue of its own, in English."""
    import json

    content = {
        "queues": {"people": "", **dict.fromkeys(intents, "")},
        "fallback": "people",
        "priorities": {"normal": {"within": "8h"}},
        "default_priority": "normal",
        "thresholds": {"auto_above": 0.9, "suggest_above": 0.0, "margin": 0.0},
        "auto_languages": ["en"],
        "rules": [{"name": name, "when": {"intent": name}, "queue": name} for name in intents],
    }
    return parse_rules(json.dumps(content), "rules", intents)  # JSON is YAML


def _outcomes(model: Asked, found: Sequence[Row], names: Sequence[str], rules: Rules) -> list[Outcome]:
    p, typicality = model.probabilities(texts(found)), model.typicality(texts(found))
    tickets = [
        Ticket(
            id=str(at),
            text=row["text"],
            intents=tuple((names[c], float(p[at, c])) for c in np.argsort(-p[at], kind="stable")),
            language="en",
            typicality=float(typicality[at]),
        )
        for at, row in enumerate(found)
    ]
    return outcomes(tickets, [row["intent"] for row in found], rules, {"en"})


def _at_coverage(before: Sequence[Outcome], after: Sequence[Outcome]) -> Row:
    """The threshold with which the surest 70 % of the labelled rows would be automatic."""
    trusts = np.array([o.trust if o.eligible else -1.0 for o in before])
    limit = float(np.quantile(trusts, 1 - COVERAGE))
    right, n = count_right(o for o in before if o.eligible and o.trust >= limit)
    auto = [o for o in after if o.eligible and o.trust >= limit]
    name, said = f"precision at {COVERAGE:.0%} coverage", right / n
    return _row(name, auto, len(after), {f"on the labelled {said:.4f}": said}) | {"said": said}


def _row(name: str, auto: Sequence[Outcome], n: int, said: Mapping[str, float]) -> Row:
    """What the automatic ones among ``n`` test rows give, and where the numbers that were said before lie."""
    right, count = count_right(auto)
    found = Interval(*bounds(right, count))
    lies = [f"{words}: {_place(number, found)} the interval" for words, number in said.items()]
    return {"set": name, "n": count, "result": found, "how": "; ".join([f"coverage {count / n:.3f}", *lies])}


def _place(number: float, found: Interval) -> str:
    return "below" if number < found.low else "ABOVE" if number > found.high else "inside"
