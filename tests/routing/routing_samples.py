"""A small routing file and tickets for it."""

from __future__ import annotations

from typing import Any

from voc.routing.rulefile import parse_rules
from voc.routing.spec import Rules
from voc.routing.ticket import Ticket

INTENTS = ("bug", "refund", "praise", "other", "churn_risk", "safety_or_legal")
RULES = """\
queues: [triage, technical, billing, retention, legal, vip]
fallback: triage          # people
priorities:
  urgent: {within: 1h, clock: always}
  high: 4h
  normal: 8h
  low: 16h
default_priority: normal
hours:
  timezone: UTC
  days: {mon-fri: "09:00-17:00"}
thresholds:
  auto_above: 0.8         # nobody need look
  suggest_above: 0.4
  margin: 0.2
  intents:
    refund: {auto_above: 0.9}
  languages:
    ko: {auto_above: 0.95}
safety:
  safety_or_legal: {queue: legal, priority: urgent, also_above: 0.2}
fields:
  plan: [free, pro, enterprise]
  tags: list
  amount:
rules:
  - name: third time
    when: {where: contacts >= 2}
    priority: high
  - name: hold enterprise
    when: {where: plan == enterprise}
    priority: high
    action: suggest
  - name: vip
    when: {where: ['tags == vip', 'amount > 100']}
    queue: vip
  - name: bugs
    when: {intent: bug}
    queue: technical
  - name: money
    when: {intent: refund}
    queue: billing
    priority: high
  - name: angry praise
    when: {intent: praise, sentiment: negative}
    queue: retention
  - name: words of law
    when: {text: ['lawyer|anwalt', 변호사]}
    queue: legal
    priority: urgent
    action: human
"""


def rules(text: str = RULES) -> Rules:
    return parse_rules(text, "routing.yaml", INTENTS)


def ticket(*intents: tuple[str, float], **values: Any) -> Ticket:
    """A ticket with these intents, the most probable first; English, and about something we know."""
    given = {"id": "t", "text": "The words.", "language": "en", "typicality": 0.5, **values}
    return Ticket(intents=intents or (("bug", 0.95), ("refund", 0.05)), **given)
