from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.scope import (
    SIGNS,
    centroids,
    fit_scope,
    fit_weights,
    load_scope,
    pack_scope,
    save_scope,
    signs,
    unpack_scope,
)

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


def test_a_dozen_examples_tell_what_is_far_off_and_lose_few() -> None:
    lost, found = [], []
    for _ in range(40):
        scope = fit_scope(*texts(12, known=True))
        lost.append((scope.typicality(*texts(100, known=True)[:2]) < 0.05).mean())
        found.append((scope.typicality(*texts(100, known=False)[:2]) < 0.05).mean())
    assert np.mean(lost) <= 1 / 13 + 0.02
    assert np.mean(found) > 0.9


def test_the_further_off_the_less_typical() -> None:
    scope = fit_scope(*texts(40, known=True))
    near, far = (1 - t * 0.5 for t in (0.5, 1.5))
    certain = np.array([[0.4, 0.2, 0.2, 0.2]], np.float32)
    found = [
        float(scope.typicality(np.array([[x, *[0.0] * 14, (1 - x * x) ** 0.5]], np.float32), certain)[0])
        for x in (near, far)
    ]
    assert found[1] < found[0] < 0.05


def test_rows_of_one_fold_are_never_measured_against_themselves() -> None:
    """The same text twice, in one fold, is as untypical as it would be alone."""
    vectors, p, columns = texts(60, known=True)
    lone = np.zeros(16, np.float32)
    lone[15] = 1
    vectors[[0, 1]] = lone
    folds = [
        (np.arange(2, 60), np.arange(2)),
        (np.r_[:2, 30:60], np.arange(2, 30)),
        (np.arange(30), np.arange(30, 60)),
    ]
    scope = fit_scope(vectors, p, columns, folds=folds)
    assert scope.reference[1] == pytest.approx(scope.reference[:2].mean(), abs=1)
    assert scope.reference[2] > scope.reference[1] + 1


def test_an_intent_without_a_prototype_of_its_own_is_compared_with_the_nearest() -> None:
    found = signs(MIDDLES[:1], np.array([[0.1, 0.2, 0.3, 0.4]], np.float32), MIDDLES[:2], np.arange(2))
    assert found[0, 3] == found[0, 2] == 1


def test_a_detector_is_saved_and_loaded(tmp_path: Path) -> None:
    vectors, p, columns = texts(200, known=True)
    scope = replace(fit_scope(vectors, p, columns), encoder="e-1", intents="i-1")
    save_scope(scope, tmp_path / "scope.safetensors")
    again = load_scope(tmp_path / "scope.safetensors")
    assert again is not None
    assert (again.encoder, again.intents) == ("e-1", "i-1")
    assert again.typicality(vectors, p) == pytest.approx(scope.typicality(vectors, p), abs=0.02)
    unpacked = unpack_scope(pack_scope(scope), "e-1")
    assert unpacked.typicality(vectors, p).tobytes() == again.typicality(vectors, p).tobytes()
    assert load_scope(tmp_path / "none.safetensors") is None
    (tmp_path / "bad.safetensors").write_bytes(b"no detector")
    with pytest.raises(VocError, match="damaged"):
        load_scope(tmp_path / "bad.safetensors")
