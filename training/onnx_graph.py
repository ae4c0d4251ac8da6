"""Build the encoder's ONNX graph straight from a BERT state dict: int8 weights, fused operators.

Why not an exporter: the graph below is a dozen node kinds, and writing it lets us choose what matters on
a CPU. Activations are quantised with *fixed* scales found on class-A text (not per batch), so a text's
vector doesn't depend on its neighbours; channels with outliers are first levelled as in SmoothQuant
(Xiao et al. 2023). Weights are int8 per output column; embeddings int8 per row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]
MS = "com.microsoft"


@dataclass(frozen=True)
class Range:
    """Fixed range of one activation: ``smooth`` divides its channels before ``low..high`` is cut in 256."""

    low: float
    high: float
    smooth: Array | None = None


@dataclass
class Graph:
    """Nodes and weights under construction."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, Array] = field(default_factory=dict)

    def weight(self, name: str, value: Array) -> str:
        """Add a constant and return its name."""
        self.weights[name] = value
        return name

    def op(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output


def int8_columns(weight: Array) -> tuple[Array, Array]:
    """(int8 (k, n), float32 scales (n,)) of a (k, n) matrix, symmetric, one scale a column."""
    scale = np.maximum(np.abs(weight).max(0), 1e-9).astype(np.float32) / 127
    return np.rint(weight / scale).astype(np.int8), scale


def linear(g: Graph, name: str, x: str, weight: Array, bias: Array, range_: Range) -> str:
    """``x @ weight + bias`` in int8. ``weight`` is (in, out)."""
    if range_.smooth is not None:
        x = g.op(
            "Mul", [x, g.weight(f"{name}.levels", (1 / range_.smooth).astype(np.float32))], f"{name}.level"
        )
        weight = weight * range_.smooth[:, None]
    quantised, scale = int8_columns(weight)
    step = np.float32((range_.high - range_.low) / 255)
    zero = np.uint8(np.clip(round(-range_.low / step), 0, 255))
    a_scale = g.weight(f"{name}.x_scale", np.asarray(step))
    a_zero = g.weight(f"{name}.x_zero", np.asarray(zero))
    q = g.op("QuantizeLinear", [x, a_scale, a_zero], f"{name}.x_int8")
    columns = (
        g.weight(f"{name}.int8", quantised),
        g.weight(f"{name}.scale", scale),
        g.weight(f"{name}.bias", bias),
    )
    return g.op(
        "MatMulIntegerToFloat",
        [q, columns[0], a_scale, columns[1], a_zero, "", columns[2]],
        f"{name}.out",
        MS,
    )


def embed(g: Graph, state: Mapping[str, Array], epsilon: float) -> str:
    """Word + position + type embeddings and their layer norm: (batch, tokens, d)."""
    words = state["embeddings.word_embeddings.weight"]
    quantised, scale = int8_columns(words.T)
    positions = (
        state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
    )
    table = g.weight("words.int8", np.ascontiguousarray(quantised.T))
    rows = g.op("Gather", [table, "input_ids"], "words.row")
    rows = g.op("Cast", [rows], "words.float", to=TensorProto.FLOAT)
    scales = g.op("Gather", [g.weight("words.scale", scale[:, None]), "input_ids"], "words.row_scale")
    rows = g.op("Mul", [rows, scales], "words.out")
    shape = g.op("Shape", ["input_ids"], "tokens", start=1, end=2)
    zero = g.weight("zero", np.zeros(1, np.int64))
    places = g.op(
        "Slice",
        [g.weight("positions.half", positions.astype(np.float16)), zero, shape, zero],
        "positions.cut",
    )
    places = g.op("Cast", [places], "positions.out", to=TensorProto.FLOAT)
    total = g.op("Add", [rows, places], "embeddings.sum")
    norm = [g.weight(f"embeddings.{k}", state[f"embeddings.LayerNorm.{k}"]) for k in ("weight", "bias")]
    return g.op("LayerNormalization", [total, *norm], "hidden.0", axis=-1, epsilon=epsilon)


def layer(
    g: Graph, state: Mapping[str, Array], i: int, x: str, ranges: Mapping[str, Range], heads: int, eps: float
) -> str:
    """One transformer layer on ``x``: self-attention, then the feed-forward block, each with its norm."""
    p = f"encoder.layer.{i}."

    def wb(name: str) -> tuple[Array, Array]:
        return state[f"{p}{name}.weight"].T, state[f"{p}{name}.bias"]

    def residual(name: str, y: str, skip: str, output: str) -> str:
        # not SkipLayerNormalization: its CPU kernel is several times slower than these two together
        total = g.op("Add", [y, skip], f"{i}.{name}.sum")
        norm = [g.weight(f"{i}.{name}.{k}", state[f"{p}{name}.LayerNorm.{k}"]) for k in ("weight", "bias")]
        return g.op("LayerNormalization", [total, *norm], output, axis=-1, epsilon=eps)

    parts = [wb(f"attention.self.{k}") for k in ("query", "key", "value")]
    qkv = linear(g, f"{i}.qkv", x, np.concatenate([w for w, _ in parts], 1),
                 np.concatenate([b for _, b in parts]), ranges[f"{i}.qkv"])  # fmt: skip
    names = [f"{i}.{k}" for k in "qkv"]
    g.nodes.append(helper.make_node("Split", [qkv], names, f"{i}.split", axis=-1, num_outputs=3))
    mixed = g.op("MultiHeadAttention", [*names, "", "mask"], f"{i}.attention", MS, num_heads=heads)
    out = linear(g, f"{i}.out", mixed, *wb("attention.output.dense"), ranges[f"{i}.out"])
    y = residual("attention.output", out, x, f"{i}.mid")
    up = linear(g, f"{i}.up", y, *wb("intermediate.dense"), ranges[f"{i}.up"])
    inner = g.op("Gelu", [up], f"{i}.gelu", MS)
    down = linear(g, f"{i}.down", inner, *wb("output.dense"), ranges[f"{i}.down"])
    return residual("output", down, y, f"hidden.{i + 1}")


def build(
    state: Mapping[str, Array], config: Any, ranges: Mapping[str, Range], read: tuple[int, ...]
) -> onnx.ModelProto:
    """The whole graph. Outputs: ``last_hidden_state`` (batch, tokens, d) and ``features`` (batch, len(read) * d),
    the mean-pooled states of the layers in ``read`` side by side.
    """
    g = Graph()
    eps, depth, width = config.layer_norm_eps, config.num_hidden_layers, config.hidden_size
    g.op("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    share = g.op("Cast", ["attention_mask"], "mask.float", to=TensorProto.FLOAT)
    axis = g.weight("one", np.ones(1, np.int64))
    count = g.op("ReduceSum", [share, axis], "mask.count", keepdims=1)
    share = g.op("Unsqueeze", [g.op("Div", [share, count], "mask.share"), axis], "mask.row")
    x, pooled = embed(g, state, eps), []
    for i in range(depth):
        x = layer(g, state, i, x, ranges, config.num_attention_heads, eps)
        if i + 1 in read:
            pooled.append(g.op("MatMul", [share, x], f"pooled.{i + 1}"))
    g.op("Identity", [x], "last_hidden_state")
    joined = g.op("Concat", pooled, "pooled", axis=-1)
    g.op("Squeeze", [joined, axis], "features")
    ids, mask = (
        helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"])
        for n in ("input_ids", "attention_mask")
    )
    outputs = [
        helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", width]),
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", width * len(pooled)]),
    ]
    weights = [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in g.weights.items()]
    graph = helper.make_graph(g.nodes, "voc-encoder", [ids, mask], outputs, weights)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MS, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="voc")
