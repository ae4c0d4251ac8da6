"""Intents as data: the shipped file, users' files, and heads fitted from a handful of examples."""

from __future__ import annotations

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.encoder import load_encoder
from voc.models.intent import fit_head, load_intent
from voc.models.intents import intent_urgency, read_intents

EXPECTED = [
    "bug_report",
    "product_defect",
    "service_complaint",
    "delivery_problem",
    "refund_request",
    "return_exchange",
    "cancellation",
    "billing_dispute",
    "payment_problem",
    "account_access",
    "price_complaint",
    "feature_request",
    "how_to",
    "order_status",
    "praise",
    "churn_risk",
    "safety_or_legal",
    "talk_to_human",
    "other",
]

OWN = """
parking:
  description: Where to leave the car
  urgency: 0.2
  examples:
    en: ["Is there a car park nearby?", "the parking garage was full", "how much is parking per night",
         "we could not find a space for our car", "valet took ages to bring the car"]
breakfast:
  - "The breakfast buffet was excellent"
  - "coffee in the morning was cold"
  - "do you serve breakfast before seven"
  - "no vegan options at breakfast"
  - "the pancakes were burnt"
wifi:
  - "wifi kept dropping in our room"
  - "what's the internet password"
  - "connection too slow for video calls"
  - "great fast wifi everywhere"
  - "could not connect my laptop to the network"
"""


@pytest.fixture(scope="module")
def own_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("intents") / "hotel.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_shipped_intents():
    intents = read_intents()
    assert [intent.key for intent in intents] == EXPECTED
    assert load_intent().labels == tuple(EXPECTED)
    for intent in intents:
        assert intent.description
        assert all(len(intent.examples[language]) >= 12 for language in ("en", "ko", "ja"))
        assert all(len(texts) >= 6 for texts in intent.examples.values())
        assert {
            "en",
            "ko",
            "ja",
            "zh",
            "de",
            "fr",
            "es",
            "pt",
            "ar",
            "id",
            "tr",
            "th",
        } <= intent.examples.keys()


def test_no_example_teaches_two_intents():
    seen: dict[str, str] = {}
    for intent in read_intents():
        for text in intent.texts:
            assert seen.setdefault(text.casefold(), intent.key) == intent.key


def test_own_intents_bring_their_urgency_and_keep_what_they_do_not_say(own_file, tmp_path):
    own, voc = intent_urgency(str(own_file)), intent_urgency()
    assert own["parking"] == 0.2
    assert "breakfast" not in own
    assert own.items() >= voc.items()
    again = tmp_path / "again.yaml"
    again.write_text("safety_or_legal: [a, b, c, d, e]\npraise: {urgency: 1, examples: [a, b, c, d, e]}\n")
    own = intent_urgency(str(again))
    assert own["safety_or_legal"] == voc["safety_or_legal"]
    assert own["praise"] == 1 > voc["praise"]


def test_urgency_orders_what_matters():
    urgency = intent_urgency()
    assert urgency["safety_or_legal"] > urgency["bug_report"] > urgency["feature_request"] > urgency["praise"]
    assert all(0 <= value <= 1 for value in urgency.values())


def test_a_users_file_is_fitted_from_five_examples_each(own_file):
    model = load_intent(str(own_file))
    assert model.labels == ("parking", "breakfast", "wifi")
    asked = {
        "parking": ["Where can I park?", "주차장이 너무 좁아요", "Der Parkplatz war voll", "주차 공간이 없어요",
                    "停车场很贵", "駐車場が遠い"],
        "breakfast": ["The eggs at breakfast were cold", "朝食が美味しかった", "El desayuno estaba frío",
                      "아침 식사가 맛있었어요", "早餐种类太少"],
        "wifi": ["The internet was terribly slow", "wifi funktioniert nicht im Zimmer", "와이파이가 안 터져요"],
    }  # fmt: skip
    p = model.predict([text for texts in asked.values() for text in texts])
    wanted = [intent for intent, texts in asked.items() for _text in texts]
    right = [model.labels[i] == intent for i, intent in zip(p.argmax(axis=1), wanted, strict=True)]
    assert np.mean(right) >= 0.9
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_fitting_twice_gives_the_same_model(own_file):
    first, second = load_intent(str(own_file)), load_intent(str(own_file))
    assert first.id == second.id
    assert first.predict(["parking"]).tobytes() == second.predict(["parking"]).tobytes()


def test_two_intents_are_enough():
    encoder = load_encoder()
    texts = ["too expensive", "cheap and fair", "costs too much", "good price", "overpriced", "a bargain"]
    head = fit_head(encoder.encode(texts).features, ["dear", "cheap"] * 3, ["dear", "cheap"])
    assert head.predict(encoder.encode(["way too pricey"]).features)[0].argmax() == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n- b\n", "holds no intents"),
        ("a: [x\n", "can't be read as YAML"),
        ("a: [x, y]\n", "at least two intents"),
        ("a: [x, y]\nb: [z]\n", "b has fewer than 2"),
        ("a: {examples: [x, y], weight: 1}\nb: [z, w]\n", "unknown parts: weight"),
        ("a: {examples: [x, y], urgency: 3}\nb: text\n", "a: urgency must be.*b is neither"),
    ],
)
def test_mistakes_in_a_file_are_named(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocError, match=message) as caught:
        load_intent(str(path))
    assert "mine.yaml" in caught.value.message


def test_a_missing_file(tmp_path):
    with pytest.raises(VocError, match="can't be read"):
        load_intent(str(tmp_path / "none.yaml"))
