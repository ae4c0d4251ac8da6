"""The shipped heads are right about plain sentences, in every language and intent."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from plain_sentences import INTENT, SENTIMENT

from voc.errors import VocError
from voc.models.encoder import load_encoder
from voc.models.heads import Head, load_head, save_head
from voc.models.intent import load_intent
from voc.models.sentiment import load_sentiment
from voc.types import SENTIMENTS


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


@pytest.fixture(scope="module")
def sentiment_answers(encoder):
    rows = [
        (lang, label, text) for lang, found in SENTIMENT.items() for label, ts in found.items() for text in ts
    ]
    p = load_sentiment().predict([], encoder.encode([text for _l, _s, text in rows]))
    return rows, p


def test_sentiment_of_plain_sentences(sentiment_answers):
    rows, p = sentiment_answers
    right = defaultdict(list)
    for (language, label, _text), row in zip(rows, p, strict=True):
        right[language].append(SENTIMENTS[row.argmax()] == label)
    shares = {language: np.mean(found) for language, found in right.items()}
    assert len(shares) >= 12
    assert np.mean([hit for found in right.values() for hit in found]) >= 0.9
    assert min(shares.values()) >= 0.75, shares


def test_sentiment_is_not_taken_for_its_opposite(sentiment_answers):
    rows, p = sentiment_answers
    opposite = {"negative": 2, "positive": 0}
    flipped = [
        row.argmax() == opposite[label]
        for (_l, label, _t), row in zip(rows, p, strict=True)
        if label in opposite
    ]
    assert np.mean(flipped) <= 0.08


def test_a_confident_sentiment_is_a_right_one(sentiment_answers):
    rows, p = sentiment_answers
    sure = p.max(axis=1) >= 0.8
    right = np.array(
        [SENTIMENTS[row.argmax()] == label for (_l, label, _t), row in zip(rows, p, strict=True)]
    )
    assert sure.mean() > 0.3
    assert right[sure].mean() >= 0.93


def test_intent_of_plain_sentences(encoder):
    model = load_intent()
    assert set(model.labels) == set(INTENT)
    rows = [(intent, text) for intent, texts in INTENT.items() for text in texts]
    p = model.predict([], encoder.encode([text for _i, text in rows]))
    right = [model.labels[row.argmax()] == intent for (intent, _t), row in zip(rows, p, strict=True)]
    assert np.mean(right) >= 0.8
    for place in range(3):  # English, Korean, Japanese
        assert np.mean(right[place::3]) >= 0.7


def test_probabilities_sum_to_one(sentiment_answers):
    _rows, p = sentiment_answers
    assert p.shape[1] == 3
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_head_survives_its_file(tmp_path):
    rng = np.random.default_rng(0)
    head = Head(
        ("a", "b"),
        ((rng.normal(size=(4, 3)), rng.normal(size=3)), (rng.normal(size=(3, 2)), rng.normal(size=2))),
        1.5,
    )
    save_head(head, tmp_path / "head.safetensors")
    back = load_head(tmp_path / "head.safetensors")
    x = rng.normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_allclose(back.predict(x), head.predict(x), atol=2e-3)
    assert back.labels == ("a", "b")


def test_head_refuses_other_features(encoder):
    width = encoder.encode(["x"]).features.shape[1]
    with pytest.raises(VocError, match=f"reads {width} features"):
        load_sentiment().predict(
            [], type(encoder.encode(["x"]))(np.zeros((1, 8), np.float32), np.zeros((1, 8), np.float32))
        )


def test_a_file_that_is_no_head(tmp_path):
    (tmp_path / "bad.safetensors").write_text("nothing")
    with pytest.raises(VocError, match="not a classifier head"):
        load_intent(str(tmp_path / "bad.safetensors"))


@pytest.mark.parametrize("labels", [3, 19])
def test_an_answer_is_the_same_to_the_last_digit_whatever_stands_beside_its_text(labels):
    rng = np.random.default_rng(0)
    sizes = ((1152, 384), (384, labels))
    weights = tuple(
        (rng.normal(size=size).astype(np.float32), np.zeros(size[1], np.float32)) for size in sizes
    )
    head = Head(tuple(map(str, range(labels))), weights, 20.0)
    features = rng.normal(size=(3000, 1152)).astype(np.float32)
    together, order = head.predict(features), rng.permutation(len(features))
    assert np.array_equal(head.predict(features[order]), together[order])
    for start, end in ((0, 1), (5, 12), (100, 1537)):
        assert np.array_equal(head.predict(features[start:end]), together[start:end])
