"""Is a ticket about anything that we know? Typicality among what the intents were learnt from.

Four signs are standardised on in-scope texts and added up: the highest probability, the entropy of all
of them (Hendrycks & Gimpel 2017, arXiv 1610.02136), and the cosine to the nearest prototype of any intent and
of the predicted one (as in Podolskiy et al. 2021, arXiv 2101.03778, with cosines for Mahalanobis distances).
The sum's place among those of held-out in-scope texts is a conformal p-value (Vovk et al. 2005): of the
tickets we do know, a share of 5 % lies below a typicality of 0.05, whatever the model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError

Floats = NDArray[np.float32]
SIGNS = ("probability", "certainty", "nearest", "own")
FILE = "scope.safetensors"
"""Its name in a model folder."""


@dataclass(frozen=True)
class Scope:
    """A detector for one encoder and one intent model.

    ``prototypes`` (k, d) are of unit length, ``owners`` (k,) their intents' columns; ``mean``, ``scale`` and
    ``weights`` (4,) turn the signs into a score; ``reference`` are sorted scores of held-out in-scope texts.
    """

    prototypes: Floats
    owners: NDArray[np.int64]
    mean: Floats
    scale: Floats
    weights: Floats
    reference: Floats
    encoder: str = ""
    intents: str = ""

    def typicality(self, vectors: Floats, probabilities: Floats) -> Floats:
        """Typicality (n,) in 0..1 of texts with these unit vectors (n, d) and probabilities (n, intents)."""
        scores = self.score(signs(vectors, probabilities, self.prototypes, self.owners))
        below = np.searchsorted(self.reference, scores, side="right")
        return ((below + 1) / (len(self.reference) + 1)).astype(np.float32)

    def score(self, found: Floats) -> Floats:
        """The weighted sum (n,) of standardised signs (n, 4)."""
        result: Floats = (((found - self.mean) / self.scale) @ self.weights).astype(np.float32)
        return result


def signs(vectors: Floats, probabilities: Floats, prototypes: Floats, owners: NDArray[np.int64]) -> Floats:
    """The four signs (n, 4) in the order of ``SIGNS``; more is more usual."""
    p = np.clip(probabilities.astype(np.float64), 1e-9, 1.0)
    top = p.max(axis=1)
    cosines = vectors @ prototypes.T
    own = np.where(owners[None, :] == p.argmax(axis=1)[:, None], cosines, -1.0).max(axis=1)
    columns = (
        np.log(top) - np.log(np.maximum(1 - top, 1e-6)),
        (p * np.log(p)).sum(axis=1),
        cosines.max(axis=1),
        own,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def centroids(
    vectors: Floats, columns: NDArray[np.int64], groups: Sequence[str]
) -> tuple[Floats, NDArray[np.int64]]:
    """Prototypes: the mean direction of each intent (its column) in each group, such as a language."""
    rows: dict[tuple[int, str], list[int]] = {}
    for row, cell in enumerate(zip(columns.tolist(), groups, strict=True)):
        rows.setdefault(cell, []).append(row)
    means = np.stack([vectors[at].mean(axis=0) for at in rows.values()])
    length = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return (means / length).astype(np.float32), np.array([column for column, _ in rows], np.int64)


def fit_scope(
    vectors: Floats,
    probabilities: Floats,
    columns: NDArray[np.int64],
    groups: Sequence[str] | None = None,
    weights: Floats | None = None,
    folds: int = 5,
) -> Scope:
    """A detector from in-scope examples alone.

    Args:
        vectors: (n, d) of unit length.
        probabilities: (n, intents), predicted for each example by a head that had not seen it.
        columns: (n,) the column of each example's intent.
        groups: the language of each, say; one prototype is made for each intent and group.
        weights: of the signs (``fit_weights``); alike when None, so that no outside text is needed.
        folds: prototypes are made without the examples that they are measured on.
    """
    named = list(groups) if groups is not None else [""] * len(vectors)
    found = np.zeros((len(vectors), len(SIGNS)), np.float32)
    for fold in range(folds):
        test = np.arange(len(vectors)) % folds == fold
        if not test.any() or test.all():
            continue
        kept = [name for name, out in zip(named, test, strict=True) if not out]
        prototypes, owners = centroids(vectors[~test], columns[~test], kept)
        found[test] = signs(vectors[test], probabilities[test], prototypes, owners)
    mean, scale = found.mean(axis=0), np.maximum(found.std(axis=0), 1e-6)
    used = np.full(len(SIGNS), 1 / len(SIGNS), np.float32) if weights is None else weights
    prototypes, owners = centroids(vectors, columns, named)
    scope = Scope(prototypes, owners, mean, scale, used, np.zeros(0, np.float32))
    reference = np.sort(scope.score(found))
    return Scope(prototypes, owners, mean, scale, used, reference)


def fit_weights(inside: Floats, outside: Floats) -> Floats:
    """Weights (4,) of standardised signs, by logistic regression on texts in and out of scope; none below 0."""
    from sklearn.linear_model import LogisticRegression

    x = np.concatenate([inside, outside])
    y = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    model = LogisticRegression(class_weight="balanced", C=0.1).fit(x, y)
    weights = np.maximum(model.coef_[0], 0).astype(np.float32)
    total = float(weights.sum())
    return weights / total if total > 0 else np.full(len(SIGNS), 1 / len(SIGNS), np.float32)


def save_scope(scope: Scope, path: Path) -> None:
    """Write a detector beside the model it belongs to."""
    from safetensors.numpy import save_file

    arrays: dict[str, Any] = {name: getattr(scope, name) for name in _ARRAYS}
    arrays["prototypes"] = scope.prototypes.astype(np.float16)
    names = {"encoder": scope.encoder, "intents": scope.intents}
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, path, {"names": json.dumps(names)})


_ARRAYS = ("prototypes", "owners", "mean", "scale", "weights", "reference")


def load_scope(path: Path, encoder: str, intents: str) -> Scope | None:
    """The detector in ``path`` if it was fitted for these models (their ids); else None.

    Raises:
        VocError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        with safe_open(path, "np") as file:
            names = json.loads((file.metadata() or {})["names"])
            arrays = {name: file.get_tensor(name) for name in _ARRAYS}
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise VocError(f"{path} is damaged ({type(error).__name__})", "Install voc again.") from error
    if (names.get("encoder"), names.get("intents")) != (encoder, intents):
        return None
    arrays["prototypes"] = arrays["prototypes"].astype(np.float32)
    return Scope(**arrays, encoder=encoder, intents=intents)
