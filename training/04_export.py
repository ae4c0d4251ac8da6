"""Export the fine-tuned student as the package's model folder: ``python training/04_export.py``.

Writes voc/models/embedded/: a sentence-transformers folder (onnx/model.onnx int8, tokenizer, pooling,
normalisation) and our own model.json. Heads and the model card are written by the later scripts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from calibrate import choose, inputs, sample
from common import MODEL, PRUNED, ROOT, WORK
from onnx_graph import Range, build
from student import read_layers

MAX_TOKENS = 512


def torch_encode(folder: Path, prefix: str) -> Any:
    """A function texts -> (ids, mask) as torch tensors, with the folder's tokenizer."""
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    tokenizer.enable_truncation(MAX_TOKENS)

    def encode(texts: list[str]) -> tuple[Any, Any]:
        found = tokenizer.encode_batch([prefix + text for text in texts])
        return torch.tensor([e.ids for e in found]), torch.tensor([e.attention_mask for e in found])

    return encode


def ranges(model: Any, encode: Any, state: dict[str, Any], alpha: float) -> dict[str, Range]:
    """Activation ranges of every matrix product (see calibrate.choose)."""
    found = {}
    for name, x in inputs(model, encode, sample()).items():
        i, kind = name.split(".")
        p = f"encoder.layer.{i}."
        theirs = {
            "qkv": [f"attention.self.{k}" for k in ("query", "key", "value")],
            "out": ["attention.output.dense"],
            "up": ["intermediate.dense"],
            "down": ["output.dense"],
        }[kind]
        weight = np.concatenate([state[f"{p}{t}.weight"].T for t in theirs], 1)
        found[name] = choose(x, weight, None if kind == "out" else alpha)
    return found


def sentence_transformers_files(folder: Path, config: Any, prefix: str) -> None:
    """Everything but the graph that SentenceTransformer(folder, backend="onnx") reads."""
    modules = (
        ("transformer.Transformer", ""),
        ("pooling.Pooling", "1_Pooling"),
        ("normalize.Normalize", "2_Normalize"),
    )
    files: dict[str, Any] = {
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind.split('.')[1]}"}
            for i, (kind, path) in enumerate(modules)
        ],
        "config_sentence_transformers.json": {
            "prompts": {"query": prefix},
            "default_prompt_name": "query",
            "similarity_fn_name": "cosine",
        },
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": config.hidden_size, "pooling_mode_mean_tokens": True},
        "2_Normalize/config.json": {},
        "config.json": config.to_diff_dict() | {"architectures": ["BertModel"]},
        "special_tokens_map.json": {
            "bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
            "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>",
        },
    }  # fmt: skip
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    # a student's own folder carries the truncation that it was trained with
    shutil.copy(PRUNED / "tokenizer.json", folder)
    tokenizer = json.loads((PRUNED / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer |= {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS}
    tokenizer.pop("backend", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2) + "\n", encoding="utf-8")


def write_manifest(folder: Path, version: str, prefix: str, width: int, layers: tuple[int, ...]) -> None:
    """model.json: what the runtime needs to know, and the sha256 of every file that decides a vector.

    ``layers`` are those that the heads read; the last one's share of the features, made unit length, is the vector.
    """
    hashed = ["onnx/model.onnx", "tokenizer.json"]
    manifest = {
        "name": "voc-embedded",
        "version": version,
        "prefix": prefix,
        "layers": layers,
        "dim": width,
        "max_tokens": MAX_TOKENS,
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in hashed},
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def add_probe(folder: Path) -> None:
    """Keep one text's vector in model.json, so that another machine can check its arithmetic."""
    import sys

    sys.path.insert(0, str(ROOT))
    from voc.models.embedded_runtime import EmbeddedEncoder
    from voc.models.sums import write_json

    path, text = folder / "model.json", "The delivery was fast, but the zip broke. 배송은 빨랐어요."
    vector = EmbeddedEncoder(folder).encode([text]).vectors[0]
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["probe"] = {"text": text, "vector": [round(float(v), 4) for v in vector]}
    write_json(path, manifest)


def main() -> None:
    """Calibrate, build the graph, write the folder."""
    from transformers import AutoModel

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, default=WORK / "student")
    parser.add_argument("--layers", type=int, help="keep only so many from the bottom")
    parser.add_argument("--prefix", default="", help="what every text begins with; the student needs none")
    parser.add_argument("--read", type=int, nargs="*", help="layers that heads read [default: thirds]")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--alpha", type=float, default=0.8, help="SmoothQuant's share of the activations")
    parser.add_argument("--version", default="2")
    options = parser.parse_args()
    depth = {} if options.layers is None else {"num_hidden_layers": options.layers}
    model = AutoModel.from_pretrained(options.source, add_pooling_layer=False, **depth).eval()
    layers = tuple(options.read or read_layers(model.config.num_hidden_layers))
    state = {k: v.float().numpy() for k, v in model.state_dict().items()}
    found = ranges(model, torch_encode(options.source, options.prefix), state, options.alpha)
    graph = build(state, model.config, found, layers)
    onnx.checker.check_model(graph)
    (options.out / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(graph, options.out / "onnx" / "model.onnx")
    sentence_transformers_files(options.out, model.config, options.prefix)
    write_manifest(options.out, options.version, options.prefix, model.config.hidden_size, layers)
    add_probe(options.out)
    size = sum(f.stat().st_size for f in options.out.rglob("*") if f.is_file())
    print(f"{options.out}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
