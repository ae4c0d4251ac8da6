from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from train_intent_routing import over_draws, promises

from voc.types import Interval


class Calibrated:
    """Says how sure it is as the text has it: right in just that share of the rows."""

    fitted = SimpleNamespace(linear=SimpleNamespace(labels=("bills", "doors")))

    def probabilities(self, asked):
        p = np.array([float(text.split()[1]) for text in asked])
        return np.stack([p, 1 - p], axis=1).astype(np.float32)

    def typicality(self, asked):
        return np.full(len(asked), 0.5, np.float32)


class Boaster(Calibrated):
    """Is as sure of the rows that begin with a bang, and they are never right."""

    def typicality(self, asked):
        return np.array([0.01 if text.startswith("!") else 0.5 for text in asked], np.float32)


def tickets(n, seed):
    chance = np.random.default_rng(seed)
    sure = chance.uniform(0.5, 1, n)
    right = chance.uniform(size=n) < sure
    return [
        {"text": f"t{seed}.{at} {p:.4f}", "intent": "bills" if good else "doors"}
        for at, (p, good) in enumerate(zip(sure, right, strict=True))
    ]


def test_a_calibrated_model_keeps_its_promises() -> None:
    found = {row["set"]: row for row in promises(Calibrated(), tickets(4000, 1), tickets(4000, 2))}
    covered = found["precision at 70% coverage"]
    assert "coverage 0.7" in covered["how"] or "coverage 0.69" in covered["how"]
    assert covered["result"].estimate == pytest.approx(0.825, abs=0.02)  # the mean of .65 to 1
    for target in (0.80, 0.85, 0.90):
        assert found[f"--target-precision {target:g}"]["result"].high >= target
    refused = found["--target-precision 0.95"]  # as sure as that it is of too few
    assert isinstance(refused.get("result"), Interval) or "refused" in refused["how"]


def test_what_is_out_of_scope_is_not_automatic() -> None:
    strange = [{"text": f"!{at} 0.9999", "intent": "doors"} for at in range(500)]
    plain, mixed = (
        list(promises(Boaster(), tickets(2000, 3), [*tickets(2000, 4), *more])) for more in ([], strange)
    )
    for one, other in zip(plain, mixed, strict=True):
        assert one.get("result") == other.get("result")


def test_over_draws_tells_how_often_what_was_said_lay_inside() -> None:
    """The mean of what was said, .92, is above what the test rows gave in the mean, 80 % of 1,000."""
    found = Interval(0.8, 0.77, 0.83)
    row = over_draws([{"result": found, "n": 1000, "said": said} for said in (0.82, 0.95, 0.99)])
    assert row["said"] == pytest.approx(0.92)
    assert row["result"].estimate == pytest.approx(0.8)
    assert row["how"].endswith("ABOVE the interval; inside in 1 of 3 draws")
