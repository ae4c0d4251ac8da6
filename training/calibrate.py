"""Fixed activation ranges for int8: watch every matrix product's input on a few class-A texts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from common import CLASS_A, rows
from numpy.typing import NDArray
from onnx_graph import Range

INPUT_OF = {
    "attention.self.query": "qkv",
    "attention.output.dense": "out",
    "intermediate.dense": "up",
    "output.dense": "down",
}
"""Linear layer of the Hugging Face model -> the matrix product of our graph that reads the same input."""


def sample(per_language: int = 20) -> list[str]:
    """A few class-A texts of every language, spread over the files."""
    by_language: defaultdict[str, list[str]] = defaultdict(list)
    for name in CLASS_A:
        for row in rows(name):
            by_language[row.get("lang", "en")].append(row["text"][:300])
    texts = []
    for _language, found in sorted(by_language.items()):
        texts += found[:: max(1, len(found) // per_language)][:per_language]
    return texts


def inputs(model: Any, encode: Any, texts: list[str]) -> dict[str, NDArray[np.float32]]:
    """Input rows of every matrix product: name -> (tokens, width), padding left out."""
    import torch

    seen: defaultdict[str, list[NDArray[np.float32]]] = defaultdict(list)
    mask: Any = None

    def watch(name: str) -> Any:
        return lambda _module, args, _out: seen[name].append(args[0][mask.bool()].numpy())

    hooks = [
        model.get_submodule(f"encoder.layer.{i}.{theirs}").register_forward_hook(watch(f"{i}.{ours}"))
        for i in range(model.config.num_hidden_layers)
        for theirs, ours in INPUT_OF.items()
    ]
    for start in range(0, len(texts), 16):
        ids, mask = encode(texts[start : start + 16])
        with torch.no_grad():
            model(input_ids=ids, attention_mask=mask)
    for hook in hooks:
        hook.remove()
    return {name: np.concatenate(found) for name, found in seen.items()}


def choose(x: NDArray[np.float32], weight: NDArray[np.float32], alpha: float | None) -> Range:
    """The range with the least squared error of ``x @ weight``'s input, weighted by what each channel feeds.

    ``alpha`` levels channels as SmoothQuant does (None: not at all).
    """
    smooth = None
    if alpha is not None:
        top, strength = np.abs(x).max(0), np.abs(weight).max(1)
        smooth = np.maximum(top, 1e-4) ** alpha / np.maximum(strength, 1e-4) ** (1 - alpha)
        smooth = (smooth / np.exp(np.log(smooth).mean())).astype(np.float32)
        x, weight = x / smooth, weight * smooth[:, None]
    x = x[:: max(1, len(x) // 4000)]
    power = (weight**2).sum(1)
    best = None
    for cut in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3):
        low, high = min(float(x.min()) * cut, 0.0), float(x.max()) * cut
        step = (high - low) / 255
        zero = round(-low / step)
        back = (np.clip(np.rint(x / step) + zero, 0, 255) - zero) * step
        error = float((((back - x) ** 2) * power).sum())
        if best is None or error < best[0]:
            best = (error, Range(low, high, smooth))
    assert best is not None
    return best[1]
