"""How fast this machine multiplies matrices of the model's own shapes, and how much multiplying a text needs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from voc.models.embedded_runtime import TOKEN_BUDGET

SECONDS = 0.3
"""Spent on each shape; the best pass counts."""

Shapes = Mapping[tuple[int, int], int]
"""(inputs, outputs) of the weight matrices -> how often each occurs: k * n multiply-adds a token."""


def products(graph: Any) -> tuple[Shapes, int]:
    """The weight products of an ONNX graph, and the summed output width of its attention layers.

    Both of attention's products cost a text of t tokens ``t * t`` multiply-adds for each column.
    """
    dims = {weight.name: tuple(weight.dims) for weight in graph.initializer}
    found: Counter[tuple[int, int]] = Counter()
    columns = 0
    for node in graph.node:
        if "MatMul" in node.op_type or node.op_type == "Gemm":
            found.update(dims[name] for name in node.input if len(dims.get(name, ())) == 2)
        if "Attention" in node.op_type:
            columns += _value_width(graph, node)
    return found, columns


def _value_width(graph: Any, attention: Any) -> int:
    """Columns of an attention's output: the inputs of the product that reads it."""
    dims = {weight.name: tuple(weight.dims) for weight in graph.initializer}
    reached, stack = set(), [attention.output[0]]
    while stack:
        name = stack.pop()
        for node in (n for n in graph.node if name in n.input and n.output[0] not in reached):
            widths = [dims[i][0] for i in node.input if len(dims.get(i, ())) == 2]
            if widths:
                return int(widths[0])
            reached.add(node.output[0])
            stack.extend(node.output)
    return 0


def multiply_adds(folder: Path, lengths: list[int]) -> tuple[Shapes, float]:
    """Weight shapes of a model folder's graph, and its multiply-adds for texts of these lengths in tokens."""
    import onnx

    shapes, columns = products(onnx.load(str(folder / "onnx" / "model.onnx")).graph)
    per_token = sum(k * n * times for (k, n), times in shapes.items())
    return shapes, float(sum(t * per_token + 2 * t * t * columns for t in lengths))


def rate(shapes: Shapes, product: Callable[[int, int], Callable[[], Any]]) -> float:
    """Multiply-adds a second over these shapes, mixed as the model mixes them, ``TOKEN_BUDGET`` rows at a time."""
    work = spent = 0.0
    for (k, n), times in shapes.items():
        work += times * TOKEN_BUDGET * k * n
        spent += times * best_time(product(k, n))
    return work / spent


def best_time(run: Callable[[], Any]) -> float:
    """Seconds of the fastest of many passes."""
    best, until = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def int8_product(threads: int) -> Callable[[int, int], Callable[[], Any]]:
    """ONNX Runtime's ``MatMulInteger``: unsigned rows, signed weights, 32-bit sums."""

    def build(k: int, n: int) -> Callable[[], Any]:
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper

        rng = np.random.default_rng(0)
        weight = numpy_helper.from_array(rng.integers(-127, 127, (k, n)).astype(np.int8), "w")
        node = helper.make_node("MatMulInteger", ["x", "w"], ["y"])
        given = helper.make_tensor_value_info("x", TensorProto.UINT8, [TOKEN_BUDGET, k])
        got = helper.make_tensor_value_info("y", TensorProto.INT32, [TOKEN_BUDGET, n])
        graph = helper.make_graph([node], "product", [given], [got], [weight])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
        )
        x = rng.integers(0, 255, (TOKEN_BUDGET, k)).astype(np.uint8)
        return lambda: session.run(None, {"x": x})

    return build


def float_product(k: int, n: int) -> Callable[[], Any]:
    """numpy's single-precision product, with the threads that the process was started with."""
    rng = np.random.default_rng(0)
    x, weight = (rng.standard_normal(shape).astype(np.float32) for shape in ((TOKEN_BUDGET, k), (k, n)))
    out = np.empty((TOKEN_BUDGET, n), np.float32)
    return lambda: np.matmul(x, weight, out=out)
