"""Any Hugging Face model by folder: tiny ones with random weights, made here."""

from __future__ import annotations

import numpy as np
import pytest

from voc.errors import VocError
from voc.models import hub
from voc.models.encoder import load_encoder
from voc.models.hub import sentiment_columns
from voc.models.intent import load_intent
from voc.models.sentiment import load_sentiment

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *["good", "bad", "slow", "fast", "zip", "broke", "the", "is", "it", "this", "feedback"],
]
TEXTS = ["the zip broke", "it is fast", "the zip broke", ""]


def save_tiny(folder, labels=None):
    """A one-layer BERT and its tokenizer; a classifier when ``labels`` are given."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        PreTrainedTokenizerFast,
        set_seed,
    )

    set_seed(0)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    sizes = {"vocab_size": len(WORDS), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    names = (
        {"id2label": dict(enumerate(labels)), "label2id": {x: i for i, x in enumerate(labels)}}
        if labels
        else {}
    )
    config = BertConfig(**sizes, intermediate_size=16, max_position_embeddings=64, **names)
    (BertForSequenceClassification if labels else BertModel)(config).save_pretrained(folder)
    return str(folder)


def test_encoder(tmp_path):
    encoder = load_encoder(save_tiny(tmp_path / "tiny"))
    found = encoder.encode(TEXTS)
    assert found.vectors.shape == (4, 16) == (4, encoder.dim)
    np.testing.assert_array_equal(found.vectors[0], found.vectors[2])
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-3)
    assert encoder.id.startswith("tiny-")
    assert encoder.encode([]).vectors.shape == (0, 16)


def test_encoders_with_other_weights_have_other_ids(tmp_path):
    first = load_encoder(save_tiny(tmp_path / "tiny"))
    assert load_encoder(str(tmp_path / "tiny")).id == first.id
    first.model[0].auto_model.encoder.layer[0].output.dense.weight.data += 1
    first.model.save(str(tmp_path / "changed" / "tiny"))
    assert load_encoder(str(tmp_path / "changed" / "tiny")).id != first.id


@pytest.mark.parametrize(("has_bfloat", "expected"), [(True, "bfloat16"), (False, "float16")])
def test_a_gpu_gets_weights_of_16_bits_and_a_processor_keeps_its_own(monkeypatch, has_bfloat, expected):
    import torch

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: has_bfloat)
    assert hub.precision(torch.device("cuda", 0)) is getattr(torch, expected)
    assert hub.precision(torch.device("cpu")) is None


def test_weights_of_16_bits_say_nearly_the_same_under_another_id(tmp_path, monkeypatch):
    import torch

    folder, labels = save_tiny(tmp_path / "tiny"), ["NEGATIVE", "POSITIVE"]
    judge = save_tiny(tmp_path / "judge", labels)
    full, told = load_encoder(folder), load_sentiment(judge).predict(TEXTS)
    monkeypatch.setattr(hub, "precision", lambda device: torch.bfloat16)
    half = load_encoder(folder)
    assert half.id != full.id
    assert (half.encode(TEXTS).vectors * full.encode(TEXTS).vectors).sum(axis=1).min() > 0.99
    np.testing.assert_allclose(load_sentiment(judge).predict(TEXTS), told, atol=0.02)


@pytest.mark.parametrize(
    "labels",
    [["NEGATIVE", "POSITIVE"], ["LABEL_0", "LABEL_1", "LABEL_2"], [f"{i} stars" for i in range(1, 6)]],
)
def test_sentiment_classifier(tmp_path, labels):
    model = load_sentiment(save_tiny(tmp_path / "tiny", labels))
    p = model.predict(TEXTS)
    assert p.shape == (4, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(p[0], p[2], atol=1e-6)
    assert (p[:, 1] == 0).all() == (len(labels) == 2)


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (["positive", "neutral", "negative"], [2, 1, 0]),
        (["POS", "NEG", "NEU"], [2, 0, 1]),
        (["LABEL_0", "LABEL_1"], [0, 2]),
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], [0, 0, 1, 2, 2]),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], [0, 0, 1, 2, 2]),
    ],
)
def test_label_names(labels, columns):
    assert sentiment_columns(labels) == columns


@pytest.mark.parametrize(
    "labels", [["joy", "anger"], ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"], ["positive"]]
)
def test_labels_that_are_no_sentiments(labels):
    with pytest.raises(VocError, match="can't be read as sentiments"):
        sentiment_columns(labels)


def test_intent_classifier(tmp_path):
    model = load_intent(save_tiny(tmp_path / "tiny", ["complaint", "praise"]))
    assert model.labels == ("complaint", "praise")
    assert model.predict(TEXTS).shape == (4, 2)


def test_zero_shot_intent(tmp_path):
    model = load_intent(save_tiny(tmp_path / "tiny", ["entailment", "neutral", "contradiction"]))
    assert "bug_report" in model.labels
    p = model.predict(TEXTS[:2])
    assert p.shape == (2, len(model.labels))
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_an_encoder_is_no_classifier(tmp_path):
    with pytest.raises(VocError, match="not a sequence classifier"):
        load_sentiment(save_tiny(tmp_path / "tiny"))


@pytest.mark.parametrize("load", [load_encoder, load_sentiment, load_intent])
def test_what_can_not_be_loaded(tmp_path, load, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(VocError, match="can't be loaded as a model"):
        load(str(tmp_path / "empty"))
    with pytest.raises(VocError, match="There is no folder"):
        load(str(tmp_path / "none"))
    with pytest.raises(VocError, match="can't be fetched") as caught:
        load("nobody/no-such-model")
    assert "hub" in caught.value.hint
