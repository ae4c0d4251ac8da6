"""Intents learned from English rows answer in Korean: ``voc train intent``, then ``voc classify`` and ``voc route``."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded

SAID = {
    "refund": [
        "I want my money back", "When will I get my refund", "Please refund this order",
        "You charged my card twice, give it back", "The refund has not reached my account",
        "I was promised my money back three weeks ago", "Pay back the fee that you took by mistake",
        "How long does a refund take", "I returned the shoes and got no money", "Refund the cancelled order, please",
        "Can I have the money back for the second one", "I still wait for the repayment",
    ],
    "delivery": [
        "My parcel has not arrived", "Where is my package", "The delivery is two weeks late",
        "The courier never rang and left again", "Tracking has not moved for days", "When will my order be delivered",
        "The parcel went to the wrong address", "It says delivered but nothing came", "My shipment is lost",
        "I have waited at home all day for the driver", "The package was left in the rain",
        "Has my order been shipped yet",
    ],
    "login": [
        "I can't log in to my account", "I forgot my password", "The password reset mail never comes",
        "My account is locked", "It says wrong password although it is right", "How do I change my password",
        "The login page shows an error", "I get no code to sign in", "Somebody else signed in to my account",
        "I can't sign in on my new phone", "The app logs me out every day", "Please unlock my account",
    ],
    "praise": [
        "I love it, thank you", "Great service, very friendly people", "Best shop ever", "I am very happy with it",
        "Wonderful quality, I would buy it again", "Thank you for the quick help", "Five stars from me",
        "It works perfectly, I am delighted", "Your team was so kind", "Excellent, keep it up",
        "I recommend you to all my friends", "Beautiful and well made",
    ],
}  # fmt: skip
KOREAN = {
    "환불은 언제 받을 수 있나요": "refund",
    "카드가 두 번 결제됐어요, 돈을 돌려주세요": "refund",
    "택배가 아직 도착하지 않았어요": "delivery",
    "배송이 일주일이나 늦어지고 있어요": "delivery",
    "비밀번호를 잊어버려서 로그인이 안 돼요": "login",
    "계정이 잠겨서 들어갈 수 없어요": "login",
    "품질이 정말 좋고 아주 만족합니다": "praise",
    "직원분들이 친절해서 감사했어요": "praise",
}
RULES = """
queues: {triage: people, money: refunds, parcels: deliveries, accounts: logins, thanks: praise}
fallback: triage
priorities: {normal: {within: 8h}}
default_priority: normal
thresholds: {auto_above: 0.4, suggest_above: 0, margin: 0, out_of_scope_below: 0}
rules:
  - {name: money, when: {intent: refund}, queue: money}
  - {name: parcels, when: {intent: delivery}, queue: parcels}
  - {name: accounts, when: {intent: login}, queue: accounts}
  - {name: thanks, when: {intent: praise}, queue: thanks}
"""
QUEUES = {"refund": "money", "delivery": "parcels", "login": "accounts", "praise": "thanks"}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
    assert guarded(cli) == 0


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_intents_learned_in_english_answer_in_korean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled, tickets, model = tmp_path / "english.csv", tmp_path / "korean.jsonl", tmp_path / "mine"
    with labelled.open("w", encoding="utf-8", newline="") as file:
        rows = [(text, intent) for intent, texts in SAID.items() for text in texts]
        csv.writer(file).writerows([("message", "intent"), *rows])
    with tickets.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in KOREAN)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")

    run(monkeypatch, "train", "intent", labelled, "-o", model, "-q")
    own = ("--intent-model", model)
    run(monkeypatch, "classify", tickets, *own, "-o", tmp_path / "classified.jsonl")
    rows = read(tmp_path / "classified.jsonl")
    assert {row["language"] for row in rows} == {"ko"}
    right = [row["intent"] == intent for row, intent in zip(rows, KOREAN.values(), strict=True)]
    assert sum(right) >= 6  # 2 by chance

    run(
        monkeypatch,
        "route",
        tickets,
        "--rules",
        tmp_path / "rules.yaml",
        *own,
        "-o",
        tmp_path / "routed.jsonl",
    )
    rows = read(tmp_path / "routed.jsonl")
    placed = [row["queue"] == QUEUES[intent] for row, intent in zip(rows, KOREAN.values(), strict=True)]
    assert sum(placed) >= 6
    assert not {row["action"] for row in rows} & {"auto"}  # not measured in Korean: nothing is automatic
