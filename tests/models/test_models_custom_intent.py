"""Saving and loading a user's intents; the tiny encoder here is made of hashes, so that it is quick."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.custom_intent import CustomIntent, is_custom, load_linear, save_intent
from voc.models.encoder import CachedEncoder
from voc.models.heads import softmax
from voc.models.intent import fit_intents, load_intent
from voc.models.stack import HIDDEN
from voc.training import classes_of, fit_linear
from voc.types import Encoded

TOPICS = {
    "parking": ["car park", "garage", "parking space", "valet", "leave the car", "multi storey parking"],
    "breakfast": [
        "cold coffee",
        "pancakes",
        "buffet",
        "eggs and bread",
        "vegan breakfast",
        "breakfast hours",
    ],
    "wifi": [
        "internet",
        "wifi password",
        "slow network",
        "connection drops",
        "router in the room",
        "wifi signal",
    ],
}
FRAMES = ["the {} was bad", "where is the {}", "{} please", "I complain about the {}"]
ROWS = [(frame.format(t), label) for label, topics in TOPICS.items() for t in topics for frame in FRAMES]
TEXTS, LABELS = [text for text, _label in ROWS], [label for _text, label in ROWS]


class WordEncoder:
    """Sums of a random vector a word: an encoder whose features are wider than its vectors."""

    dim = 16

    def __init__(self, name="words-1"):
        self.id = name
        self.encoded = 0

    def encode(self, texts, progress=None):
        self.encoded += len(texts)
        rows = [np.zeros(24, np.float32) for _ in texts]
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
                row += np.random.default_rng(seed).normal(size=24).astype(np.float32)
        features = np.array(rows, np.float32).reshape(len(texts), 24)
        tail = features[:, -16:]
        return Encoded(tail / np.maximum(np.linalg.norm(tail, axis=1, keepdims=True), 1e-9), features)


@pytest.fixture(scope="module")
def fitted():
    labels, y = classes_of(LABELS)
    return fit_linear(TEXTS, labels, y, TEXTS, WordEncoder())


@pytest.fixture
def folder(fitted, tmp_path):
    path = tmp_path / "my-intents"
    path.mkdir()
    about = {"method": "linear", "languages": {"en": 300, "ko": 3, "und": 300}}
    save_intent(fitted.linear, path, about, fitted.scope)
    return path


def test_it_learns(fitted):
    p = fitted.linear.predict(TEXTS, WordEncoder().encode(TEXTS))
    assert np.mean([fitted.linear.labels[at] for at in p.argmax(axis=1)] == np.array(LABELS)) > 0.95
    assert sum(fitted.mix.values()) == pytest.approx(1)


def test_saved_and_loaded_answers_alike(fitted, folder):
    model = load_intent(str(folder), encoder=WordEncoder())
    asked = [*TEXTS, "주차장이 좁아요", "", "wifi wifi wifi"]
    encoded = WordEncoder().encode(asked)
    np.testing.assert_allclose(
        model.predict(asked, encoded), fitted.linear.predict(asked, encoded), atol=5e-3
    )
    np.testing.assert_array_equal(model.predict(asked), model.predict(asked, encoded))
    assert model.labels == ("breakfast", "parking", "wifi")
    assert model.id.startswith("my-intents-")
    assert model.predict([]).shape == (0, 3)


def test_hidden_units_are_saved_and_loaded(fitted, tmp_path):
    chance, width = np.random.default_rng(0), WordEncoder().encode(TEXTS[:1]).features.shape[1]
    weight, shift, last = (chance.normal(size=n).astype(np.float32) for n in ((width, 7), 7, (7, 3)))
    linear = replace(fitted.linear, weights={HIDDEN: last}, vectorizer=None, inner=(weight, shift))
    save_intent(linear, tmp_path, {"method": "linear"}, fitted.scope)
    encoded = WordEncoder().encode(TEXTS)
    expected = softmax(np.maximum(encoded.features @ weight + shift, 0) @ last + linear.bias)
    np.testing.assert_allclose(load_linear(tmp_path)[0].predict(TEXTS, encoded), expected, atol=5e-3)


def test_texts_about_none_of_the_intents_are_told(folder):
    model, encoder = load_intent(str(folder), encoder=WordEncoder()), WordEncoder()
    known = ["where is the valet", "vegan breakfast please", "I complain about the wifi signal"] * 20
    strange = ["quarterly dividends rose sharply", "penguins migrate southward", "sing me opera tonight"]
    assert model.scope.encoder == encoder.id
    typicality = [
        model.scope.typicality((found := encoder.encode(asked)).vectors, model.predict(asked, found))
        for asked in (known, strange)
    ]
    assert typicality[0].min() > 0.05
    assert typicality[1].max() < 0.05


def test_intents_are_measured_in_languages_of_enough_rows(folder):
    assert load_intent(str(folder), encoder=WordEncoder()).languages == {"en"}


def test_a_folder_from_before_there_were_detectors_still_answers(fitted, tmp_path):
    save_intent(fitted.linear, tmp_path, {"method": "linear"})
    model = load_intent(str(tmp_path), encoder=WordEncoder())
    assert model.scope is None
    assert model.languages == frozenset()


def test_the_folder_holds_no_code_and_no_sentence(folder):
    assert is_custom(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "intent.json",
        "ngrams.json",
        "scope.safetensors",
        "weights.safetensors",
    ]
    kept = json.loads((folder / "ngrams.json").read_text())
    assert max(len(ngram.split()) for part in kept for ngram in part["vocabulary"]) <= 2


def test_another_encoder_is_refused(folder):
    with pytest.raises(VocError, match=r"trained on the encoder words-1, this is words-2") as caught:
        load_intent(str(folder), encoder=WordEncoder("words-2"))
    assert "voc train intent" in caught.value.hint
    with pytest.raises(VocError, match="trained on the encoder words-1"):
        load_intent(str(folder))


def test_a_cache_around_the_encoder_changes_nothing(folder):
    class Nothing:
        def get_many(self, keys):
            return [None] * len(keys)

        def put_many(self, items):
            pass

    assert CustomIntent(folder, CachedEncoder(WordEncoder(), Nothing())).labels[0] == "breakfast"


@pytest.mark.parametrize("name", ["weights.safetensors", "ngrams.json", "scope.safetensors"])
def test_a_changed_file_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-3] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(VocError, match="sha256"):
        load_intent(str(folder), encoder=WordEncoder())


def test_a_missing_file_and_another_format(folder):
    manifest = json.loads((folder / "intent.json").read_text())
    (folder / "intent.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(VocError, match="format 99"):
        load_intent(str(folder), encoder=WordEncoder())
    (folder / "intent.json").write_text(json.dumps(manifest))
    (folder / "weights.safetensors").unlink()
    with pytest.raises(VocError, match="can't be read as part of an intent model"):
        load_intent(str(folder), encoder=WordEncoder())


class Kept(dict):
    """A store in memory."""

    def get_many(self, keys):
        return [self.get(key) for key in keys]

    def put_many(self, items):
        self.update(items)


def test_an_intents_file_is_fitted_once(tmp_path, monkeypatch):
    path = tmp_path / "mine.yaml"
    path.write_text(json.dumps({label: topics[:5] for label, topics in TOPICS.items()}))
    store, inner = Kept(), WordEncoder()
    first, scope = fit_intents(path, CachedEncoder(inner, store))
    monkeypatch.setattr("voc.models.intent._logistic", lambda *_: pytest.fail("it was fitted again"))
    again, same = fit_intents(path, CachedEncoder(inner, store))
    x, vectors = inner.encode(TEXTS).features, inner.encode(TEXTS).vectors
    p = first.predict(x)
    assert scope.typicality(vectors, p).tobytes() == same.typicality(vectors, p).tobytes()
    assert scope.encoder == inner.id
    assert first.predict(x).tobytes() == again.predict(x).tobytes()
    assert (first.labels, first.digest, first.temperature) == (again.labels, again.digest, again.temperature)
    assert inner.encoded == 15 + 2 * len(TEXTS)
    path.write_text(json.dumps({label: topics[1:6] for label, topics in TOPICS.items()}))
    with pytest.raises(pytest.fail.Exception, match="fitted again"):
        fit_intents(path, CachedEncoder(inner, store))
