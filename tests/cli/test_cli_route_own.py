"""Routing with a user's own intents: what they know goes to its queue, what they don't know goes to people."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded

SAID = {
    "luggage": [
        "My suitcase never arrived", "You lost my bag in Frankfurt", "Still no word about my missing luggage",
        "The wheel of my suitcase was torn off", "Where is my bag, it was not on the belt",
        "My checked baggage did not come with me", "Nobody can tell me where my luggage is",
        "The handle of my suitcase arrived broken", "My bag was left behind in Madrid",
        "I am still waiting for my lost suitcase",
    ],
    "seat": [
        "The seat does not recline", "My seat was broken and nobody cared", "Seat 14C is filthy",
        "There was no space for my legs in this seat", "I booked a window seat and got the aisle",
        "The seat belt of my seat was stuck", "The cushion of the seat was worn out",
        "We were not seated together although we had paid for seats", "My seat had no working table",
        "The seat in front of me was broken",
    ],
    "refund": [
        "I want my money back for the cancelled flight", "When will my refund be paid",
        "You charged my card twice for one ticket", "Please refund the tickets that I could not use",
        "The refund has not reached my account", "I was promised my money back three weeks ago",
        "Pay back the fee for the cancelled booking", "How long does a refund of a ticket take",
        "The money for my cancelled flight is still missing", "Refund the extra charge on my card",
    ],
    "wifi": [
        "The wifi on board did not work", "I paid for internet and had no connection",
        "The wireless was so slow that no page would load", "I could not log in to the wifi on the plane",
        "No internet during the whole flight", "The wifi password that you gave me was wrong",
        "The connection on board drops every minute", "Internet on the plane is far too slow",
        "The wifi page never opened on my phone", "I lost the wireless connection after take-off",
    ],
}  # fmt: skip
KNOWN = {
    "My luggage did not arrive in Rome": "baggage",
    "They have lost my suitcase again": "baggage",
    "My seat would not recline at all": "cabin",
    "My seat was dirty and broken": "cabin",
    "I am waiting for the refund of my cancelled flight": "payments",
    "Please give me my money back for the ticket": "payments",
    "The wifi on the plane was too slow": "cabin",
    "No internet connection on board": "cabin",
}
STRANGE = [
    "Whisk the eggs with sugar until pale, then fold in the flour",
    "The parliament voted against the new farming law on Tuesday",
    "My cat sleeps on the radiator all day long",
    "Photosynthesis turns sunlight into chemical energy",
    "The striker scored twice in the second half",
    "How do I prune roses in early spring",
]
DANGEROUS = [
    "The seat frame collapsed, I was injured and taken to hospital, and my lawyer will sue you",
    "This was my last flight with you, I am switching to a competitor",
]
RULES = """
queues: {triage: people, baggage: bags, cabin: on board, payments: money}
fallback: triage
priorities: {normal: {within: 8h}}
default_priority: normal
thresholds: {auto_above: 0.5, suggest_above: 0.2, margin: 0.05}
auto_languages: [en]
rules:
  - {name: bags, when: {intent: luggage}, queue: baggage}
  - {name: cabin, when: {intent: [seat, wifi]}, queue: cabin}
  - {name: money, when: {intent: refund}, queue: payments}
"""
UNLIKE = "unlike what the intents were learnt from"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
    assert guarded(cli) == 0


def own_file(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five examples an intent, no training step."""
    path = folder / "mine.yaml"
    path.write_text(json.dumps({intent: said[:5] for intent, said in SAID.items()}), encoding="utf-8")
    return path


def trained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten rows an intent."""
    with (folder / "labelled.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(said, intent) for intent, all_of_it in SAID.items() for said in all_of_it]
        csv.writer(file).writerows([("message", "intent"), *rows])
    run(monkeypatch, "train", "intent", folder / "labelled.csv", "-o", folder / "mine", "-q")
    return folder / "mine"


@pytest.mark.parametrize("make", [own_file, trained])
def test_what_the_intents_know_has_a_queue_and_the_rest_goes_to_people(make, tmp_path, monkeypatch) -> None:
    model = make(tmp_path, monkeypatch)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    with (tmp_path / "tickets.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in [*KNOWN, *STRANGE, *DANGEROUS])
    run(
        monkeypatch, "route", tmp_path / "tickets.jsonl", "--rules", tmp_path / "rules.yaml",
        "--intent-model", model, "-o", tmp_path / "routed.jsonl",
    )  # fmt: skip
    rows = [json.loads(line) for line in (tmp_path / "routed.jsonl").read_text().splitlines()]
    known, strange, dangerous = rows[: len(KNOWN)], rows[len(KNOWN) : -2], rows[-2:]
    for row, name in zip(dangerous, ("safety_or_legal", "churn_risk"), strict=True):
        assert (row["action"], row["queue"]) == ("human", "triage")
        assert row["reason"].startswith(name)  # which is none of the intents that were learned
    assert sum(UNLIKE in row["reason"] for row in strange) >= len(STRANGE) - 1
    assert all(row["queue"] == "triage" for row in strange if UNLIKE in row["reason"])
    assert sum(UNLIKE in row["reason"] for row in known) <= 1
    placed = sum(row["queue"] == queue for row, queue in zip(known, KNOWN.values(), strict=True))
    assert placed >= len(KNOWN) - 1
