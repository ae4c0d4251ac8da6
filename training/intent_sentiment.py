"""Weak sentiment labels from our own intent examples: praise is positive, a defect report negative."""

from __future__ import annotations

import numpy as np
from data import Labelled
from own_intents import own_examples

SENTIMENT_OF = {
    "praise": 2,
    "product_defect": 0,
    "service_complaint": 0,
    "delivery_problem": 0,
    "price_complaint": 0,
    "churn_risk": 0,
    "bug_report": 0,
    "billing_dispute": 0,
    "order_status": 1,
    "how_to": 1,
    "other": 1,
}
"""Intents whose examples nearly all voice one sentiment; the others are left out."""


def intent_sentences() -> Labelled:
    """The examples of those intents, in all languages, labelled 0 negative, 1 neutral or 2 positive."""
    found = [
        (text, SENTIMENT_OF[intent], language)
        for text, intent, language in own_examples()
        if intent in SENTIMENT_OF
    ]
    texts, labels, languages = zip(*found, strict=True)
    n = len(found)
    return Labelled(list(texts), np.array(labels), list(languages), ["intent"] * n, np.ones(n, np.float32))
