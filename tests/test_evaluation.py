"""``voc.evaluate``: labels as people write them, rows that are conserved, and numbers of the real model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import voc
from voc.evaluation import LEAST_ROWS
from voc.io.labels import label_column, read_labels, read_sentiments

GOOD = [
    "I love this kettle, it is wonderful", "Fantastic service, thank you so much", "Very happy with my new bike",
    "Great sound and very comfortable", "Absolutely delighted, would buy again",
]  # fmt: skip
BAD = [
    "Terrible, it broke after one day", "The waiter was rude and the soup was cold", "Worst purchase I ever made",
    "I am very disappointed with this phone", "Awful support, nobody answers",
]  # fmt: skip
WHEN = ["on Monday", "in the morning", "last week", "at home", "in Leeds", "this summer"]


def labelled(good: Any = "positive", bad: Any = "negative") -> list[dict[str, Any]]:
    """Sixty rows that no reader doubts."""
    rows = [
        (f"{text} ({when})", label)
        for when in WHEN
        for texts, label in ((GOOD, good), (BAD, bad))
        for text in texts
    ]
    return [{"review": text, "label": label} for text, label in rows]


def test_the_embedded_model_is_right_about_plain_sentences() -> None:
    found = voc.evaluate(labelled(), "sentiment")
    assert found.used == found.rows_read == 60
    assert found.overall.scores.accuracy.estimate > 0.9
    assert found.overall.binary is not None
    assert found.overall.binary.estimate > 0.95
    assert [language.language for language in found.languages] == ["en"]
    assert found.languages[0].score is not None
    assert "macro_f1=" in repr(found)
    assert json.loads(json.dumps(found.to_dict()))["overall"]["scores"]["n"] == 60


def test_swapped_labels_are_found_out() -> None:
    found = voc.evaluate(labelled(good="NEG", bad="POS"), "sentiment")
    assert found.overall.scores.accuracy.estimate < 0.1
    assert found.overall.calibration.overconfidence > 0.5


def test_every_row_is_used_or_rejected_for_a_reason() -> None:
    rows = labelled()
    rows += [{"review": "no label here at all", "label": None}, {"review": "", "label": "positive"}]
    rows += [{"review": "an odd label stands here", "label": "sarcastic"}]
    found = voc.evaluate(rows, "sentiment", ignore_unknown=True)
    assert found.rejected == {"empty_label": 1, "no_text": 1, "unknown_label": 1}
    assert found.rows_read == found.used + sum(found.rejected.values()) == 63


def test_unknown_labels_are_listed_with_the_known_ones() -> None:
    with pytest.raises(voc.VocError, match="sarcastic") as error:
        voc.evaluate([*labelled(), {"review": "an odd label stands here", "label": "sarcastic"}], "sentiment")
    assert "negative, neutral, positive" in error.value.hint


def test_a_long_unknown_label_is_not_shown() -> None:
    secret = "my name is Jane Roe and I live in the third house on the left"
    with pytest.raises(voc.VocError) as error:
        voc.evaluate([*labelled(), {"review": "a text in the wrong cell", "label": secret}], "sentiment")
    assert "Jane" not in str(error.value)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(voc.VocError, match=f"at least {LEAST_ROWS}"):
        voc.evaluate(labelled()[: LEAST_ROWS - 1], "sentiment")


def test_a_language_with_few_rows_gets_no_numbers() -> None:
    rows = [{**row, "lang": "en"} for row in labelled()]
    rows += [{"review": "Sehr schlechte Qualität, nie wieder", "label": "negativ", "lang": "de"}]
    found = voc.evaluate(rows, "sentiment")
    assert [(one.language, one.n, one.score is None) for one in found.languages] == [
        ("en", 60, False),
        ("de", 1, True),
    ]
    assert "too few rows (n=1)" in str(found)
    assert max(map(len, str(found).splitlines())) <= 110


def test_intents_are_known_by_any_spelling() -> None:
    rows = [
        {"text": f"I want my money back {when}, refund me", "intent": "Refund Request"} for when in WHEN * 3
    ]
    rows += [{"text": f"The app crashes at the start {when}", "intent": "bug-report"} for when in WHEN * 3]
    found = voc.evaluate(rows, "intent")
    assert dict(found.labels) == {"Refund Request": "refund_request", "bug-report": "bug_report"}
    assert found.overall.binary is None
    assert found.overall.scores.accuracy.estimate > 0.8


def test_labels_that_are_part_of_the_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "\n".join(json.dumps({"title": row["label"], "review": row["review"]}) for row in labelled())
    )
    with pytest.raises(voc.VocError, match="read as text"):
        voc.evaluate(path, "sentiment", label_column="title", text_column="title + review")


@pytest.mark.parametrize(
    ("labels", "stars", "expected"),
    [
        (["pos", "NEG", "Neutral"], False, ["positive", "negative", "neutral"]),
        (["긍정", "부정", "중립"], False, ["positive", "negative", "neutral"]),
        (["1", "0", "-1"], False, ["positive", "neutral", "negative"]),
        (["1", "0"], False, ["positive", "negative"]),
        (["2", "1", "0"], False, ["positive", "neutral", "negative"]),
        (["5", "3", "1"], True, ["positive", "neutral", "negative"]),
        (["5", "3", "1"], False, [None, None, None]),
        (["1", "2"], True, [None, None]),
        (["1"], False, [None]),
        (["happyish"], False, [None]),
    ],
)
def test_sentiments_as_people_write_them(labels: list[str], stars: bool, expected: list[str | None]) -> None:
    found = read_sentiments(labels, stars)
    assert [found.get(label) for label in labels] == expected


def test_an_exact_intent_goes_before_a_like_one() -> None:
    assert read_labels(["Bug", "bug"], ["bug", "Bug"]) == {"Bug": "Bug", "bug": "bug"}


@pytest.mark.parametrize(
    ("columns", "task", "expected"),
    [
        (["id", "label", "Sentiment"], "sentiment", "Sentiment"),
        (["airline_sentiment_confidence", "airline_sentiment"], "sentiment", "airline_sentiment"),
        (["sentiment", "category"], "intent", "category"),
        (["stars", "product"], "sentiment", None),
    ],
)
def test_the_label_column_by_its_name(columns: list[str], task: str, expected: str | None) -> None:
    assert label_column(columns, task) == expected
