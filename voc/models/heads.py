"""Small classifiers on an encoder's features: a safetensors file, read and run with numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.models.sums import check_head, record_head

Floats = NDArray[np.float32]
CHUNK = 1024


@dataclass(frozen=True)
class Head:
    """One hidden layer (or none) and a calibrated softmax.

    ``weights`` are pairs of a (in, out) matrix and an (out,) bias; between two of them stands a GELU.
    Probabilities are ``softmax(logits / temperature)``, the temperature fitted on held-out texts
    (Guo et al. 2017), so that of the answers given with 0.8, about 80 % are right.
    """

    labels: tuple[str, ...]
    weights: tuple[tuple[Floats, Floats], ...]
    temperature: float
    digest: str = ""

    def predict(self, features: Floats) -> Floats:
        """Probabilities (n, labels) of features (n, f); every row sums to 1.

        Raises:
            VocError: the features are not those that the head was trained on.
        """
        width = self.weights[0][0].shape[0]
        if features.shape[1] != width:
            raise VocError(
                f"This head reads {width} features, the encoder gives {features.shape[1]}",
                "Use the embedded encoder with the embedded heads, or name a model of your own for the task.",
            )
        out = np.zeros((len(features), len(self.labels)), np.float32)
        for start in range(0, len(features), CHUNK):
            out[start : start + CHUNK] = softmax(
                self.logits(features[start : start + CHUNK]) / self.temperature
            )
        return out

    def logits(self, features: Floats) -> NDArray[np.float64]:
        """Scores (n, labels) before the softmax.

        In double precision: a product of singles depends, in its last digit, on the rows beside it, and
        such a digit is enough for other issues when the same rows come in another order.
        """
        x = features.astype(np.float64)
        for i, (weight, bias) in enumerate(self.weights):
            x = (gelu(x) if i else x) @ weight.astype(np.float64) + bias
        return x


def softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Row-wise softmax."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def gelu(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """GELU by its usual tanh approximation (Hendrycks & Gimpel 2016)."""
    result: NDArray[np.float64] = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))
    return result


def load_head(path: Path) -> Head:
    """Read a head that ``save_head`` wrote.

    Raises:
        VocError: there is no such file, it is no head, or not the one that ``model.json`` beside it lists.
    """
    from safetensors import SafetensorError, safe_open

    try:
        digest = check_head(path)
        with safe_open(path, "np") as file:
            meta = file.metadata() or {}
            names = sorted(file.keys())  # bias.0, bias.1, weight.0, weight.1
            tensors = {name: file.get_tensor(name).astype(np.float32) for name in names}
        labels, temperature = tuple(json.loads(meta["labels"])), float(meta["temperature"])
        depth = sum(name.startswith("weight.") for name in names)
        pairs = tuple((tensors[f"weight.{i}"], tensors[f"bias.{i}"]) for i in range(depth))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise VocError(
            f"{path} is not a classifier head: {type(error).__name__}", "Install voc again."
        ) from error
    return Head(labels, pairs, temperature, digest[:12])


def save_head(head: Head, path: Path) -> None:
    """Write a head: half-precision weights, labels and temperature in one safetensors file.

    A ``model.json`` beside it gets its sha256.
    """
    from safetensors.numpy import save_file

    tensors = {}
    for i, (weight, bias) in enumerate(head.weights):
        tensors[f"weight.{i}"] = np.ascontiguousarray(weight.astype(np.float16))
        tensors[f"bias.{i}"] = bias.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(
        tensors, path, {"labels": json.dumps(head.labels), "temperature": repr(float(head.temperature))}
    )
    record_head(path.parent, path.name)
