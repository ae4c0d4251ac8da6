"""The shipped model back as a Hugging Face folder: ``python training/unpack.py [--model FOLDER] [--out FOLDER]``.

Fine-tuning and distilling go on from what ships, wherever its training state is gone. Weights are those that the
int8 graph computes with (codes times scales, the levelling of outlier channels undone); embeddings are the pruned
teacher's, which no training changes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from common import MODEL, PRUNED, WORK
from numpy.typing import NDArray
from onnx import numpy_helper

Array = NDArray[Any]
PARTS = {
    "qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
    "out": ("attention.output.dense",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
}
"""Matrix product of the graph -> the linear layers that it holds side by side."""


def linear(weights: dict[str, Array], name: str) -> tuple[Array, Array]:
    """(weight (in, out), bias) of one product of the graph."""
    weight = weights[f"{name}.int8"].astype(np.float32) * weights[f"{name}.scale"]
    if f"{name}.levels" in weights:
        weight = weight * weights[f"{name}.levels"][:, None]
    return weight, weights[f"{name}.bias"]


def state_of(weights: dict[str, Array], layers: int) -> dict[str, Array]:
    """The encoder layers of a Hugging Face state dict."""
    state = {}
    for i in range(layers):
        p = f"encoder.layer.{i}."
        for part, names in PARTS.items():
            weight, bias = linear(weights, f"{i}.{part}")
            cut = zip(np.split(weight, len(names), 1), np.split(bias, len(names)), strict=True)
            for name, (w, b) in zip(names, cut, strict=True):
                state[f"{p}{name}.weight"], state[f"{p}{name}.bias"] = np.ascontiguousarray(w.T), b
        for name in ("attention.output", "output"):
            for kind in ("weight", "bias"):
                state[f"{p}{name}.LayerNorm.{kind}"] = weights[f"{i}.{name}.{kind}"]
    return state


def main() -> None:
    """Read the graph, fill a model, save it."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=WORK / "shipped")
    chosen = parser.parse_args()
    if (chosen.model / "tokenizer.json").read_bytes() != (PRUNED / "tokenizer.json").read_bytes():
        raise SystemExit(f"{chosen.model} and {PRUNED} have different vocabularies")
    graph = onnx.load(str(chosen.model / "onnx" / "model.onnx")).graph
    weights = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    layers = sum(name.endswith(".qkv.int8") for name in weights)
    model = AutoModel.from_pretrained(PRUNED, num_hidden_layers=layers, add_pooling_layer=False)
    state = {key: torch.from_numpy(value.copy()) for key, value in state_of(weights, layers).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or not all(key.startswith("embeddings.") for key in missing):
        raise SystemExit(f"the graph and the model differ: {missing}, {unexpected}")
    model.save_pretrained(chosen.out)
    AutoTokenizer.from_pretrained(PRUNED).save_pretrained(chosen.out)
    print(f"{chosen.out}: {layers} layers")


if __name__ == "__main__":
    main()
