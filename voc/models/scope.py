"""Is a text about anything that the intents were learnt from? Its typicality among held-out examples.

Four signs are standardised on in-scope texts and added up: the highest probability, the entropy of all
of them (Hendrycks & Gimpel 2017, arXiv 1610.02136), and the cosine to the nearest prototype of any intent and
of the predicted one (as in Podolskiy et al. 2021, arXiv 2101.03778, with cosines for Mahalanobis distances).
The sum's place among those of held-out in-scope texts is a conformal p-value (Vovk et al. 2005): of the
texts that are in scope, a share of 5 % lies below a typicality of 0.05, whatever the model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.models.heads import Floats
from voc.models.sums import check_head, record_head

Ints = NDArray[np.int64]
SIGNS = ("probability", "certainty", "nearest", "own")
WEIGHTS = (0.32, 0.03, 0.31, 0.34)
"""Of the signs where nothing better is known: those that benchmarks/out_of_scope.py found on CLINC150."""
FILE = "scope.safetensors"
"""Its name in a model folder."""
_ARRAYS = ("prototypes", "owners", "mean", "scale", "weights", "reference")


@dataclass(frozen=True)
class Scope:
    """A detector for one encoder and one intent model.

    ``prototypes`` (k, d) are of unit length, ``owners`` (k,) their intents' columns; ``mean``, ``scale`` and
    ``weights`` (4,) turn the signs into a score; ``reference`` are sorted scores of held-out in-scope texts.
    ``encoder`` and ``intents`` are the ids of the models that it was fitted for; ``intents`` is empty where
    the detector lies in the intent model's own folder.
    """

    prototypes: Floats
    owners: Ints
    mean: Floats
    scale: Floats
    weights: Floats
    reference: Floats
    encoder: str = ""
    intents: str = ""

    def typicality(self, vectors: Floats, probabilities: Floats) -> Floats:
        """Typicality (n,) in 0..1 of texts with these unit vectors (n, d) and probabilities (n, intents).

        Below all of n held-out texts it is 1 / (n + 1) and falls off with the distance from the lowest of them
        (exponentially, in units of their spread), so that a dozen of them are enough to tell what is far off.
        At most a share of 1 / (n + 1) of the texts in scope lies there.
        """
        scores = self.score(signs(vectors, probabilities, self.prototypes, self.owners))
        below = np.searchsorted(self.reference, scores, side="right")
        spread = max(float(self.reference.std()), 1e-6)
        beyond = np.maximum(float(self.reference[0]) - scores, 0.0) / spread
        found: Floats = (((below + 1) / (len(self.reference) + 1)) * np.exp(-beyond)).astype(np.float32)
        return found

    def score(self, found: Floats) -> Floats:
        """The weighted sum (n,) of standardised signs (n, 4)."""
        result: Floats = (((found - self.mean) / self.scale) @ self.weights).astype(np.float32)
        return result


def signs(vectors: Floats, probabilities: Floats, prototypes: Floats, owners: Ints) -> Floats:
    """The four signs (n, 4) in the order of ``SIGNS``; more is more usual."""
    p = np.clip(probabilities.astype(np.float64), 1e-9, 1.0)
    top = p.max(axis=1)
    cosines = vectors @ prototypes.T
    own = np.where(owners[None, :] == p.argmax(axis=1)[:, None], cosines, -1.0).max(axis=1)
    nearest = cosines.max(axis=1)
    columns = (
        np.log(top) - np.log(np.maximum(1 - top, 1e-6)),
        (p * np.log(p)).sum(axis=1),
        nearest,
        np.where(own > -1.0, own, nearest),  # an intent whose only examples are held out has no prototype
    )
    return np.stack(columns, axis=1).astype(np.float32)


def centroids(vectors: Floats, columns: Ints, groups: Sequence[str]) -> tuple[Floats, Ints]:
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
    columns: Ints,
    groups: Sequence[str] | None = None,
    weights: Sequence[float] | Floats = WEIGHTS,
    folds: Sequence[tuple[Ints, Ints]] | None = None,
) -> Scope:
    """A detector from in-scope examples alone.

    Args:
        vectors: (n, d) of unit length.
        probabilities: (n, intents), predicted for each example by a head that had not seen it.
        columns: (n,) the column of each example's intent.
        groups: the language of each, say; one prototype is made for each intent and group.
        weights: of the signs, such as ``fit_weights`` finds.
        folds: positions of the rows that prototypes are made of, and of the rows that are measured against
            them, as from ``voc.models.stack.folds_of``; five in turns when None.
    """
    named = list(groups) if groups is not None else [""] * len(vectors)
    parts = []
    for train, test in folds if folds is not None else _in_turns(len(vectors)):
        prototypes, owners = centroids(vectors[train], columns[train], [named[row] for row in train])
        parts.append(signs(vectors[test], probabilities[test], prototypes, owners))
    found = np.concatenate(parts)
    mean, scale = found.mean(axis=0), np.maximum(found.std(axis=0), 1e-6)
    prototypes, owners = centroids(vectors, columns, named)
    scope = Scope(prototypes, owners, mean, scale, np.array(weights, np.float32), np.zeros(0, np.float32))
    return replace(scope, reference=np.sort(scope.score(found)))


def _in_turns(n: int, folds: int = 5) -> list[tuple[Ints, Ints]]:
    """(rest, part) of the rows 0, 5, 10 ..., then 1, 6, 11 ... and so on."""
    turn = np.arange(n) % min(folds, n)
    return [(np.flatnonzero(turn != fold), np.flatnonzero(turn == fold)) for fold in range(min(folds, n))]


def fit_weights(inside: Floats, outside: Floats) -> Floats:
    """Weights (4,) of standardised signs, by logistic regression on texts in and out of scope; none below 0."""
    from sklearn.linear_model import LogisticRegression

    x = np.concatenate([inside, outside])
    y = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    model = LogisticRegression(class_weight="balanced", C=0.1).fit(x, y)
    weights = np.maximum(model.coef_[0], 0).astype(np.float32)
    total = float(weights.sum())
    return weights / total if total > 0 else np.full(len(SIGNS), 1 / len(SIGNS), np.float32)


def pack_scope(scope: Scope) -> bytes:
    """A detector as the content of a safetensors file; prototypes in half precision."""
    from safetensors.numpy import save

    arrays: dict[str, Any] = {name: getattr(scope, name) for name in _ARRAYS}
    arrays["prototypes"] = scope.prototypes.astype(np.float16)
    names = {"encoder": scope.encoder, "intents": scope.intents}
    return bytes(save({k: np.ascontiguousarray(v) for k, v in arrays.items()}, {"names": json.dumps(names)}))


def save_scope(scope: Scope, path: Path) -> None:
    """Write a detector beside the model it belongs to, and its sha256 into the ``model.json`` there."""
    path.write_bytes(pack_scope(scope))
    record_head(path.parent, path.name)


def unpack_scope(content: bytes, encoder: str, intents: str = "") -> Scope:
    """What ``pack_scope`` made, of models whose ids are known."""
    from safetensors.numpy import load

    return _scope(load(content), encoder, intents)


def load_scope(path: Path) -> Scope | None:
    """The detector in ``path``; None when there is none.

    Raises:
        VocError: the file is damaged, or not the one that ``model.json`` beside it lists.
    """
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        check_head(path)
        with safe_open(path, "np") as file:
            names = json.loads((file.metadata() or {})["names"])
            arrays = {name: file.get_tensor(name) for name in _ARRAYS}
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise VocError(
            f"{path} is damaged ({type(error).__name__})", "Install voc, or train the intents, again."
        ) from error
    return _scope(arrays, str(names.get("encoder", "")), str(names.get("intents", "")))


def _scope(arrays: dict[str, Any], encoder: str, intents: str) -> Scope:
    arrays["prototypes"] = arrays["prototypes"].astype(np.float32)
    return Scope(**arrays, encoder=encoder, intents=intents)
