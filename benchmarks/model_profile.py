"""Where the encoder's time goes: tokenising, batching, each kind of graph node, both heads; one thread.

usage: python benchmarks/model_profile.py [--model FOLDER] [--quick] [--json FILE]      (needs ../shared/data)

The 300 texts of speed.py. ONNX Runtime's own profiler says what each node took; what a pass takes beyond its
nodes is called *between nodes*. Matrix products are what can't be saved; the rest is what a better runtime would remove.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from model_common import Row, finish, options, rows, sample, texts

from voc.models.embedded_runtime import EmbeddedEncoder, batches

TEXTS, QUICK, ROUNDS = 300, 16, 3
KINDS = {
    "MatMulIntegerToFloat": "int8 products",
    "MultiHeadAttention": "attention",
    "Gelu": "GELU",
    "LayerNormalization": "layer norm",
    "QuantizeLinear": "levelling and quantising",
    "Mul": "levelling and quantising",
    "MatMul": "pooling",
}
"""Graph node -> what it is called here; *other nodes* where unnamed."""


def node_seconds(folder: Path, text: list[str]) -> tuple[Counter[str], float, float]:
    """Seconds of each kind of node over all batches, of tokenising, and of all passes; best of some rounds."""
    import onnxruntime

    encoder = EmbeddedEncoder(folder, threads=1)
    encoder.encode(text)  # loads and warms up
    start = time.perf_counter()
    windows = encoder._windows(text)
    tokenising, planned = time.perf_counter() - start, list(batches(windows))
    with TemporaryDirectory() as kept:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads, settings.log_severity_level = 1, 3
        settings.enable_profiling, settings.profile_file_prefix = True, str(Path(kept) / "nodes")
        encoder._session = onnxruntime.InferenceSession(
            folder / "onnx" / "model.onnx",
            settings,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        best = float("inf")
        for _round in range(ROUNDS):
            start = time.perf_counter()
            for batch in planned:
                encoder._run(batch)
            best = min(best, time.perf_counter() - start)
        events = json.loads(Path(encoder._session.end_profiling()).read_text(encoding="utf-8"))
    spent: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("kernel_time"):
            spent[KINDS.get(event["args"]["op_name"], "other nodes")] += event["dur"] / 1e6 / ROUNDS
    return spent, tokenising, best


def head_seconds(folder: Path, text: list[str]) -> float:
    """Seconds that both heads take for texts already encoded."""
    from voc.models.intent import EmbeddedIntent
    from voc.models.sentiment import EmbeddedSentiment

    found = EmbeddedEncoder(folder, threads=1).encode(text)
    heads = EmbeddedSentiment(folder), EmbeddedIntent(folder=folder)
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        for head in heads:
            head.predict(text, found)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the table."""
    chosen = options(__doc__, teacher=False).parse_args()
    text = texts(sample(rows("sentiment/eval_reviews"), QUICK if chosen.quick else TEXTS))
    nodes, tokenising, passes = node_seconds(chosen.model, text)
    parts = {
        "tokenising": tokenising,
        **dict(nodes.most_common()),
        "both heads": head_seconds(chosen.model, text),
    }
    parts["between nodes"] = max(0.0, passes - nodes.total())
    whole = sum(parts.values())
    table: list[Row] = [
        {"part": name, "ms a text": 1000 * seconds / len(text), "share": seconds / whole}
        for name, seconds in parts.items()
    ]
    finish(chosen, table)


if __name__ == "__main__":
    main()
