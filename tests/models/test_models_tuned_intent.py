"""Fine-tuning with tiny models of random weights; without the trainers' packages these tests skip, loudly."""

from __future__ import annotations

import importlib.util
import json
import re
import sys

import numpy as np
import pytest

from voc.cli import cli
from voc.cli.console import guarded
from voc.errors import VocError
from voc.models.encoder import load_encoder
from voc.models.intent import load_intent
from voc.models.tuned_intent import NEEDED, check_extras, draw_pairs, epochs, tune_classifier, tune_encoder

MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_trainers = pytest.mark.skipif(
    bool(MISSING), reason="fine-tuning is NOT tested: pip install 'voc[tuning]'"
)
DEFECTS, DELIVERIES = ["zip", "seam", "button", "sole"], ["parcel", "driver", "box", "courier"]
FRAMES = ["the {} is {}", "my {} is {}", "{} {} please help", "again the {} was {}"]
ROWS = [
    *((frame.format(a, b), "defect") for frame in FRAMES for a in DEFECTS for b in ("broken", "torn")),
    *((frame.format(a, b), "delivery") for frame in FRAMES for a in DELIVERIES for b in ("late", "lost")),
]
NEW = {"my zip was torn again": "defect", "please help my courier is late": "delivery"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A one-layer BERT of random weights; its word pieces are trained on the rows."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    set_seed(0)
    folder = tmp_path_factory.mktemp("base") / "tiny"
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(vocab_size=200, special_tokens=list(special.values()))
    tokenizer.train_from_iterator([text for text, _label in ROWS], trainer)
    places = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=places)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    sizes = {"vocab_size": 200, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(**sizes, intermediate_size=32, max_position_embeddings=64)).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "rows.csv"
    lines = ["id,review,intent", *(f"{i},{text},{label}" for i, (text, label) in enumerate(ROWS))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_pairs_are_half_of_one_intent_half_of_two():
    y = np.array([0, 0, 0, 1, 1, 2])
    pairs = draw_pairs(y, pairs=4)
    for first, second, same in pairs:
        assert first != second
        assert (y[first] == y[second]) == bool(same)
    assert {first for first, _second, _same in pairs} == set(range(6))
    assert sum(same for *_rows, same in pairs) == 10  # the lone row has no fellow
    assert pairs == draw_pairs(y, pairs=4)


def test_few_rows_are_seen_more_often():
    assert [epochs(rows) for rows in (16, 320, 640, 100_000)] == [20, 10, 5, 5]


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(VocError, match="--method setfit needs accelerate and datasets") as caught:
        check_extras("setfit")
    assert "pip install 'voc[tuning]'" in caught.value.hint


@pytest.fixture
def fast(monkeypatch):
    """Rates at which random weights learn in some twenty steps."""
    monkeypatch.setattr("voc.models.tuned_intent.ENCODER_RATE", 5e-3)
    monkeypatch.setattr("voc.models.tuned_intent.CLASSIFIER_RATE", 5e-3)


def losses(told):
    """The losses in the order in which they were told."""
    return [float(found[1]) for line in told if (found := re.search(r"loss (\d+\.\d{4})$", line))]


def apart(encoder):
    """How much closer texts of one intent are than texts of two, as a difference of mean cosines."""
    vectors = encoder.encode([text for text, _label in ROWS]).vectors
    same = np.equal.outer([label for _text, label in ROWS], [label for _text, label in ROWS])
    cosines = vectors @ vectors.T
    return cosines[same].mean() - cosines[~same].mean()


@needs_trainers
def test_setfit_pulls_intents_apart(tiny, tmp_path, fast):
    before, told = apart(load_encoder(tiny, "cpu")), []
    y = np.array([label == "delivery" for _text, label in ROWS]).astype(np.int64)
    tuned = tune_encoder(tiny, [text for text, _label in ROWS], y, tmp_path, "cpu", told.append)
    assert losses(told)[-1] < losses(told)[0] / 2
    assert apart(tuned) > before + 0.5


@needs_trainers
def test_finetuning_learns_to_tell_intents(tiny, tmp_path, fast):
    told, texts = [], [text for text, _label in ROWS]
    y = np.array([label == "delivery" for _text, label in ROWS]).astype(np.int64)
    model = tune_classifier(tiny, texts, y, ("defect", "delivery"), tmp_path, "cpu", told.append)
    assert losses(told)[-1] < losses(told)[0] / 2
    assert (model.predict(texts).argmax(axis=1) == y).all()


@needs_trainers
@pytest.mark.parametrize("method", ["setfit", "finetune"])
def test_from_rows_to_answers(method, tiny, labelled, tmp_path, fast, monkeypatch, capsys):
    def voc(*arguments):
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        return guarded(cli)

    arguments = ("--method", method, "--base", tiny, "--device", "cpu", "--text-column", "review")
    assert voc("train", "intent", labelled, "-o", tmp_path / "out", *arguments) == 0
    printed = capsys.readouterr().out
    assert "held out" in printed
    assert "train_runtime" not in printed  # the trainers' own talk
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["method"], report["used"]) == (method, len(ROWS))
    assert 0 < report["measured"] < len(ROWS) / 4
    assert report["scores"]["accuracy"]["estimate"] > 0.9

    queue = tmp_path / "queue.csv"
    queue.write_text("id,review\n" + "".join(f"{i},{text}\n" for i, text in enumerate(NEW)), encoding="utf-8")
    output = tmp_path / "answers.jsonl"
    assert voc("classify", queue, "--intent-model", tmp_path / "out", "--device", "cpu", "-o", output) == 0
    answers = [json.loads(line) for line in output.read_text().splitlines()]
    assert [answer["intent"] for answer in answers] == list(NEW.values())
    model = load_intent(str(tmp_path / "out"), "cpu")
    assert model.scope.encoder == load_encoder().id  # routing has these vectors at hand
