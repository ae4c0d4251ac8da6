from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voc.errors import VocError
from voc.routing.scope import SIGNS, centroids, fit_scope, fit_weights, load_scope, save_scope, signs

RNG = np.random.default_rng(7)
MIDDLES = np.eye(16, dtype=np.float32)[:4]


def texts(n: int, known: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors near four intents, or in none of their directions; probabilities; the intents' columns."""
    columns = np.arange(n) % 4
    centre = MIDDLES[columns] if known else np.eye(16, dtype=np.float32)[4 + columns]
    vectors = centre + RNG.normal(0, 0.15, (n, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = np.exp(6 * vectors @ MIDDLES.T)
    return (
        vectors.astype(np.float32),
        (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32),
        columns,
    )


def test_of_known_texts_the_named_share_is_lost_whatever_the_model() -> None:
    scope = fit_scope(*texts(800, known=True))
    fresh, p, _ = texts(2000, known=True)
    typicality = scope.typicality(fresh, p)
    assert typicality.min() > 0
    assert typicality.max() <= 1
    for loss in (0.05, 0.2, 0.5):
        assert (typicality < loss).mean() == pytest.approx(loss, abs=0.05)


def test_texts_about_nothing_known_are_untypical() -> None:
    scope = fit_scope(*texts(800, known=True))
    strange, p, _ = texts(500, known=False)
    assert (scope.typicality(strange, p) < 0.05).mean() > 0.95


def test_weights_go_to_the_signs_that_tell() -> None:
    inside = RNG.normal(0, 1, (400, 4)).astype(np.float32)
    outside = RNG.normal(0, 1, (400, 4)).astype(np.float32)
    outside[:, 2] -= 2
    weights = fit_weights(inside, outside)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    assert weights.argmax() == 2


def test_there_is_a_prototype_for_each_intent_and_language() -> None:
    vectors, _, columns = texts(80, known=True)
    prototypes, owners = centroids(vectors, columns, ["en" if n < 40 else "ko" for n in range(80)])
    assert prototypes.shape == (8, 16)
    assert sorted(owners) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert np.linalg.norm(prototypes, axis=1) == pytest.approx(1)


def test_signs_stand_certain_answers() -> None:
    vectors, _, _ = texts(2, known=True)
    certain = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]], np.float32)
    found = signs(vectors, certain, MIDDLES, np.arange(4))
    assert found.shape == (2, len(SIGNS))
    assert np.isfinite(found).all()
    assert (found[0, :2] > found[1, :2]).all()


def test_a_detector_is_for_its_models_alone(tmp_path: Path) -> None:
    vectors, p, columns = texts(200, known=True)
    scope = replace(fit_scope(vectors, p, columns), encoder="e-1", intents="i-1")
    save_scope(scope, tmp_path / "scope.safetensors")
    again = load_scope(tmp_path / "scope.safetensors", "e-1", "i-1")
    assert again is not None
    assert again.typicality(vectors, p) == pytest.approx(scope.typicality(vectors, p), abs=0.02)
    assert load_scope(tmp_path / "scope.safetensors", "e-2", "i-1") is None
    assert load_scope(tmp_path / "scope.safetensors", "e-1", "i-2") is None
    assert load_scope(tmp_path / "none.safetensors", "e-1", "i-1") is None
    (tmp_path / "bad.safetensors").write_bytes(b"no detector")
    with pytest.raises(VocError, match="damaged"):
        load_scope(tmp_path / "bad.safetensors", "e-1", "i-1")
