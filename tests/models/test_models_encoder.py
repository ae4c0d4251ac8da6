"""The embedded encoder: same texts, same vectors, whatever stands beside them; nothing is cut or lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.embedded_runtime import EMBEDDED_FOLDER, TOKEN_BUDGET, EmbeddedEncoder, batches, verify
from voc.models.encoder import CachedEncoder, load_encoder

TEXTS = [
    "The strap broke after a week",
    "배송이 빨라서 좋았어요",
    "とても使いやすいです",
    "",
    "👍👍",
    "Der Akku hält nicht lange, sonst bin ich mit dem Gerät aber zufrieden und würde es wieder kaufen.",
    "The strap broke after a week",
]


@pytest.fixture(scope="module")
def encoder() -> EmbeddedEncoder:
    return load_encoder()


class MemoryStore:
    """A store in a dictionary."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self.values.get(key) for key in keys]

    def put_many(self, items: Sequence[tuple[bytes, bytes]]) -> None:
        self.values.update(items)


def test_shapes_and_unit_length(encoder):
    found = encoder.encode(TEXTS)
    assert found.vectors.shape == (len(TEXTS), encoder.dim)
    assert found.features.shape == (len(TEXTS), encoder.width)
    assert found.vectors.dtype == found.features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=5e-4)


def test_no_texts(encoder):
    assert encoder.encode([]).vectors.shape == (0, encoder.dim)


def test_same_input_same_bits(encoder):
    first, second = encoder.encode(TEXTS), EmbeddedEncoder(EMBEDDED_FOLDER).encode(TEXTS)
    assert first.vectors.tobytes() == second.vectors.tobytes()
    assert first.features.tobytes() == second.features.tobytes()
    assert first.vectors[0].tobytes() == first.vectors[-1].tobytes()


def test_neighbours_do_not_matter(encoder):
    """To the last digit: issues must not depend on the order of rows, nor on which blocks they were read in."""
    texts = list(
        dict.fromkeys([*TEXTS, *(f"{text} {'and more ' * n}" for n in range(1, 9) for text in TEXTS)])
    )
    together = encoder.encode(texts).features
    for text, row in zip(texts[: len(TEXTS)], together, strict=False):
        assert np.array_equal(encoder.encode([text]).features[0], row)
    assert np.array_equal(encoder.encode(texts[::-3]).features, together[::-3])


def test_vectors_are_what_a_file_of_half_precision_gives_back(encoder):
    vectors = encoder.encode(TEXTS).vectors
    assert np.array_equal(vectors.astype(np.float16).astype(np.float32), vectors)


def test_meaning_crosses_languages(encoder):
    texts = [
        "The delivery was late",
        "배송이 늦게 왔어요",
        "配達が遅れました",
        "The soup tasted delicious",
        "국물이 정말 맛있어요",
    ]
    like = encoder.encode(texts).vectors @ encoder.encode(texts).vectors.T
    assert like[0, 1] > like[0, 4]  # of two Korean sentences, the translation is nearer
    assert like[3, 4] > like[3, 1]
    assert like[1, 2] > like[4, 2]
    assert like[2, 0] > like[2, 3]


def test_long_texts_are_read_to_the_end(encoder):
    start = "The room was clean and quiet. " * 120
    plain, changed = encoder.encode([start, start + "But the breakfast made all of us sick. " * 60]).vectors
    end = encoder.encode(["But the breakfast made all of us sick."]).vectors[0]
    assert changed @ end > plain @ end + 0.02


def test_progress_adds_up(encoder):
    steps: list[int] = []
    encoder.encode([*TEXTS, "word " * 2000], steps.append)
    assert sum(steps) == len(TEXTS) + 1


def test_batches_keep_every_window_within_the_budget():
    windows = [(row, [7] * length) for row, length in enumerate([3, 500, 40, 41, 9, 512, 1, 128])]
    found = list(batches(windows))
    assert sorted(row for batch in found for row, _ids in batch) == list(range(8))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(len(ids) for _row, ids in batch) <= TOKEN_BUDGET


def test_cache_changes_nothing(encoder):
    plain, store = encoder.encode(TEXTS), MemoryStore()
    for hits in (0, len(set(TEXTS))):
        cached = CachedEncoder(encoder, store)
        found = cached.encode(TEXTS)
        assert found.vectors.tobytes() == plain.vectors.tobytes()
        assert found.features.tobytes() == plain.features.tobytes()
        assert (cached.hits, cached.misses) == (hits, len(set(TEXTS)) - hits)
    assert CachedEncoder(encoder, store).encode([]).vectors.shape == (0, encoder.dim)


def test_cache_reports_progress_in_full(encoder):
    store, steps = MemoryStore(), []
    CachedEncoder(encoder, store).encode(TEXTS[:3])
    CachedEncoder(encoder, store, chunk=2).encode(TEXTS, steps.append)
    assert sum(steps) == len(TEXTS)


def test_cache_keys_hide_the_text_and_name_the_model(encoder):
    cached = CachedEncoder(encoder, MemoryStore())
    assert cached.key("secret") != cached.key("secret ")
    assert b"secret" not in cached.key("secret")
    assert encoder.id.startswith("voc-embedded-")


def test_folder_is_whole_and_small():
    assert verify(EMBEDDED_FOLDER) == []
    size = sum(path.stat().st_size for path in EMBEDDED_FOLDER.rglob("*") if path.is_file())
    assert size <= 50_000_000
    for name in ("modules.json", "config.json", "1_Pooling/config.json", "README.md"):
        assert (EMBEDDED_FOLDER / name).exists()


def test_a_changed_file_is_found_out(tmp_path):
    for name in ("model.json", "tokenizer.json"):
        shutil.copy(EMBEDDED_FOLDER / name, tmp_path)
    with (tmp_path / "tokenizer.json").open("a") as file:
        file.write(" ")
    problems = verify(tmp_path)
    assert any("onnx/model.onnx is missing" in p for p in problems)
    assert any("tokenizer.json is not the file" in p for p in problems)


def test_a_folder_that_is_no_model(tmp_path):
    with pytest.raises(VocError, match="not a model folder"):
        EmbeddedEncoder(tmp_path)
    assert verify(tmp_path)


def test_neither_torch_nor_pandas_is_needed():
    code = (
        "import sys; from voc.models.encoder import load_encoder; from voc.models.sentiment import load_sentiment;"
        "from voc.models.intent import load_intent; e = load_encoder().encode(['fine']);"
        "load_sentiment().predict(['fine'], e); load_intent().predict(['fine'], e);"
        "print([m for m in ('torch', 'transformers', 'pandas', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_other_arithmetic_is_found_out(tmp_path):
    shutil.copytree(EMBEDDED_FOLDER, tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    manifest["probe"]["text"] = "a wholly different sentence about the weather"
    (tmp_path / "model" / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert any("arithmetic" in problem for problem in verify(tmp_path / "model"))


def test_the_folder_serves_other_tools_too(encoder):
    """Standard tokenizer, prompt, mean pooling and normalisation give the runtime's vector."""
    import onnxruntime
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)
    prompts = json.loads((EMBEDDED_FOLDER / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(EMBEDDED_FOLDER / "onnx" / "model.onnx")
    for text in ("The strap broke after a week", "배송이 빨라서 좋았어요 👍"):
        inputs = tokenizer(prompts["prompts"]["query"] + text, return_tensors="np")
        states = session.run(
            ["last_hidden_state"], {k: inputs[k].astype(np.int64) for k in ("input_ids", "attention_mask")}
        )[0][0]
        mean = states.mean(axis=0)
        assert mean / np.linalg.norm(mean) @ encoder.encode([text]).vectors[0] > 0.9999
