"""Fine-tuning with tiny models of random weights; without the trainers' packages these tests skip, loudly."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.intent import load_intent
from voc.models.tuned_intent import NEEDED, check_extras, draw_pairs

MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_trainers = pytest.mark.skipif(
    bool(MISSING), reason=f"fine-tuning is NOT tested: pip install {' '.join(MISSING)}"
)
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "zip",
    "broke",
    "coat",
    "late",
    "parcel",
    "driver",
    "the",
    "is",
    "my",
]
ROWS = [
    *((f"the {a} broke {b}", "defect") for a in ("zip", "coat") for b in ("", "my coat", "the zip", "is the", "my zip")),
    *((f"{b} {a} is late", "delivery") for a in ("parcel", "driver") for b in ("", "my", "the", "the my", "my the")),
]  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A one-layer BERT with its tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    set_seed(0)
    folder = tmp_path_factory.mktemp("base") / "tiny"
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    sizes = {"vocab_size": len(WORDS), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(**sizes, intermediate_size=16, max_position_embeddings=64)).save_pretrained(folder)
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


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(VocError, match="--method setfit needs accelerate and datasets") as caught:
        check_extras("setfit")
    assert "pip install" in caught.value.hint


@needs_trainers
@pytest.mark.parametrize("method", ["setfit", "finetune"])
def test_a_tuned_model_is_saved_and_used(method, tiny, labelled, tmp_path):
    from voc.config import resolve
    from voc.training import train_intents

    settings = resolve(None, {"models.device": "cpu", "input.text_column": "review"}, {}).settings
    report = train_intents([labelled], tmp_path / "out", settings, method=method, base=tiny)
    assert report.method == method
    assert 0 < report.measured < report.used == len(ROWS)
    model = load_intent(str(tmp_path / "out"), "cpu")
    assert model.labels == ("defect", "delivery")
    p = model.predict(["the zip broke", "my parcel is late"])
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
