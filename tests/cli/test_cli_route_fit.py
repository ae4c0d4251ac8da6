"""``voc route --simulate --target-precision --write-rules``: thresholds fitted on one half, proved on the other."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded
from voc.models.intents import read_intents
from voc.routing.rulefile import parse_rules
from voc.routing.simulate import half

Fit = Callable[..., tuple[str, str]]
THINGS = ["coat", "lamp", "kettle", "phone", "sofa", "watch", "printer", "tent", "desk", "radio"]
CLEAR = {
    "money": [
        "I want my money back for the {}", "Please refund the {} that I returned",
        "When do I get the refund for my {}", "The {} is broken, give me my money back",
    ],
    "parcels": [
        "My {} has still not arrived", "Where is the {} that I ordered two weeks ago",
        "There was no {} in the parcel", "The {} is late, when will it be delivered",
    ],
    "faults": ["The {} broke after a day", "The {} is faulty and does not switch on", "The {} came cracked, it is defective"],
}  # fmt: skip
UNCLEAR = ["I sent back the late {}", "The {} came in the wrong colour", "I got another {} than I ordered"]
"""The models lean to deliveries or faults, less surely; our people send them where refunds are paid."""
ROWS = [
    (text.format(thing), queue) for queue, texts in CLEAR.items() for text in texts for thing in THINGS
] + [(text.format(thing), "money") for text in UNCLEAR for thing in THINGS]
RULES = """# ours
queues: {triage: people, money: refunds, parcels: deliveries, faults: repairs}
fallback: triage
priorities: {normal: {within: 8h}}
default_priority: normal
thresholds:
  auto_above: 0.99  # too careful
  suggest_above: 0.5
  margin: 0
  out_of_scope_below: 0
rules:
  - {name: money, when: {intent: refund_request}, queue: money}
  - {name: parcels, when: {intent: delivery_problem}, queue: parcels}
  - {name: faults, when: {intent: product_defect}, queue: faults}  # and repairs
"""


@pytest.fixture
def fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fit:
    """Fit thresholds to labelled rows; what was printed on both streams. The new rules go to ``new.yaml``."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")

    def run(rows: Iterable[tuple[str, str]], *more: str, code: int = 0) -> tuple[str, str]:
        with (tmp_path / "labelled.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("message", "queue"), *rows])
        arguments = [tmp_path / "labelled.csv", "--rules", tmp_path / "rules.yaml", "--simulate",
                     "--target-precision", "0.8", "--write-rules", tmp_path / "new.yaml", *more]  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["voc", "route", *map(str, arguments)])
        returned = guarded(cli)
        out, err = capsys.readouterr()
        assert returned == code, err
        return out, err

    return run


def fitted(told: str) -> tuple[int, float, int]:
    """Tickets of the fitting half, the threshold, tickets of the proving half."""
    first = re.search(r"Fitted on (\d+) tickets: .* automatic tickets\), ([\d.]+)\.$", told, re.MULTILINE)
    second = re.search(r"On the other (\d+): \d+ automatic", told)
    assert first
    assert second
    return int(first[1]), float(first[2]), int(second[1])


def test_the_written_rules_hold_the_threshold_that_was_fitted(fit: Fit, tmp_path: Path) -> None:
    shown, told = fit(ROWS)
    assert f"all tickets: {len(ROWS)}" in shown
    count, threshold, _ = fitted(told)
    assert 0 < threshold < 0.99
    text = (tmp_path / "new.yaml").read_text(encoding="utf-8")
    rules = parse_rules(text, "new.yaml", [intent.key for intent in read_intents()])
    assert rules.thresholds.auto_above == threshold
    assert rules.thresholds.suggest_above == min(0.5, threshold)
    assert all(
        limits.auto_above > threshold for limits in rules.thresholds.intents.values() if limits.auto_above
    )
    old = parse_rules(RULES, "rules.yaml", [intent.key for intent in read_intents()])
    assert rules.model_copy(update={"thresholds": old.thresholds}) == old  # nothing else has changed
    for comment in ("# ours", "# too careful", "# and repairs"):
        assert comment in text
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == RULES
    assert not list(tmp_path.glob(".*"))  # no draft is left
    assert count < len(ROWS)

    _, told = fit(ROWS, code=2)
    assert "--force" in told  # the file is there now


def test_rows_that_chose_the_threshold_do_not_prove_it(fit: Fit, tmp_path: Path) -> None:
    chosen_on = [row for row in ROWS if half(row[0]) == 0]
    proved_on = [row for row in ROWS if half(row[0]) == 1]
    _, told = fit(ROWS)
    count, threshold, other = fitted(told)
    assert (count, other) == (len(chosen_on), len(proved_on))

    upside_down = [(text, {"money": "faults"}.get(queue, "money")) for text, queue in proved_on]
    _, told = fit([*chosen_on, *upside_down], "--force", code=3)
    assert "0 of" in told  # the other half alone decides whether the promise holds
    _, told = fit(chosen_on, "--force", code=3)
    assert "0 of 0 automatic tickets" in told  # and what chose is not asked again
    shouted = [(text.upper(), queue) for text, queue in chosen_on]
    _, told = fit([*chosen_on, *shouted], "--force", code=3)
    assert "0 of 0 automatic tickets" in told  # nor is the same text in other letters
    text = (tmp_path / "new.yaml").read_text(encoding="utf-8")
    assert f"auto_above: {threshold:g}" in text  # a refusal leaves what was written before
