import re
import string
from datetime import date

import pytest
import yaml

from voc.report.words import FOLDER, available, load_words

INTENTS = [
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
FORMS = {"one", "other"}


def leaves(node, path=()):
    if isinstance(node, dict) and not (node and set(node) <= FORMS):
        for key, value in node.items():
            yield from leaves(value, (*path, str(key)))
    else:
        yield ".".join(path), node


def texts(code):
    return dict(leaves(yaml.safe_load((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))))


def names(text):
    forms = text.values() if isinstance(text, dict) else text if isinstance(text, list) else [text]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(str(form)) if name}


@pytest.mark.parametrize("code", available())
def test_every_language_has_the_same_keys_and_values_to_fill_in(code):
    english, other = texts("en"), texts(code)
    assert set(other) == set(english)
    unlike = {
        key for key in english if key.partition(".")[0] != "date" and names(english[key]) != names(other[key])
    }
    assert unlike == set()
    assert all(len(value) == 12 for key, value in other.items() if key == "date.months")


@pytest.mark.parametrize("code", available())
def test_every_language_names_every_intent(code):
    assert set(INTENTS) <= set(load_words(code).texts["intents"])


def test_the_korean_texts_are_korean():
    untranslated = {
        key
        for key, text in texts("ko").items()
        if not re.search("[가-힣]", str(text)) and re.search("[A-Za-z]{4}", re.sub(r"\{\w+\}", "", str(text)))
    }
    assert untranslated <= {"direction"}


def test_an_unknown_language_falls_back_to_english():
    assert load_words("xx").code == "en"
    assert load_words("../en").code == "en"


def test_plurals_and_numbers():
    english, korean = load_words("en"), load_words("ko")
    assert english("issue.records", n=1) == "1 piece of feedback"
    assert english("issue.records", n=1234) == "1,234 pieces of feedback"
    assert korean("issue.records", n=1) == "의견 1건"
    assert english("window.week", n=1) == "the last week"
    assert english("window.week", n=4) == "the last 4 weeks"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (0.0001, "<0.1%"), (0.084, "8.4%"), (0.0999, "10%"), (0.875, "88%"), (1, "100%")],
)
def test_shares_are_written_as_people_read_them(share, text):
    assert load_words("en").percent(share) == text


def test_changes_carry_their_sign_and_nothing_has_none():
    words = load_words("en")
    assert [words.signed(value) for value in (0.214, -0.214, 0.0, -0.001)] == [
        "+0.21",
        "−0.21",
        "0.00",
        "0.00",
    ]


@pytest.mark.parametrize(
    ("unit", "english", "korean"),
    [
        ("day", "2 Mar", "3월 2일"),
        ("week", "2 Mar", "3월 2일"),
        ("month", "Mar 2026", "2026년 3월"),
        ("quarter", "Q1 2026", "2026년 1분기"),
        ("year", "2026", "2026년"),
    ],
)
def test_periods_are_named_in_both_languages(unit, english, korean):
    start = date(2026, 3, 2)
    assert (load_words("en").period(start, unit), load_words("ko").period(start, unit)) == (english, korean)
    assert load_words("ko").day(start) == "2026년 3월 2일"


def test_a_code_without_a_name_is_shown_readably():
    assert load_words("en").name("intents", "wants_a_callback") == "wants a callback"
