"""Measure the shipped model and write its card: ``python training/measure.py [closeness|sentiment|...|card]``.

The pages of the benchmarks and the numbers found here are kept in WORK/measured.json; ``card`` renders them into
voc/models/embedded/README.md through model_card.md, so no number is typed by hand.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from common import MODEL, ROOT, TEACHER, WORK, rows
from data import own_sentences

from voc.models.embedded_runtime import EmbeddedEncoder

HERE = ROOT / "training"
KEPT = WORK / "measured.json"
PAGES: dict[str, tuple[str, ...]] = {
    "sentiment": (),
    "intents": ("--teacher",),
    "transfer": ("--teacher",),
    "geometry": ("--teacher",),
    "speed": (),
    "model_profile": (),
    "bias": (),
}
"""Benchmark -> its options: what they print is part of the card."""
PER_LANGUAGE = 40


def sample() -> dict[str, list[str]]:
    """Texts that had no part in choosing the vocabulary: our own sentences, then class-A dev rows."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    own = own_sentences()
    for language, text in zip(own.languages, own.texts, strict=True):
        if len(text) > 12:
            found[language].append(text)
    for row in rows("sentiment/dev"):
        if len(found[row["lang"]]) < 200:
            found[row["lang"]].append(row["text"][:300])
    return {k: v[:: max(1, len(v) // PER_LANGUAGE)][:PER_LANGUAGE] for k, v in sorted(found.items())}


@cache
def teacher() -> tuple[Any, Any]:
    """Its tokenising function and the unpruned model in float32 (torch)."""
    from transformers import AutoModel

    export = importlib.import_module("04_export")
    return export.torch_encode(TEACHER, "query: "), AutoModel.from_pretrained(TEACHER).eval()


def teacher_vectors(texts: list[str], batch: int = 16) -> np.ndarray[Any, Any]:
    """The teacher's vectors."""
    import torch

    (encode, model), out = teacher(), []
    for start in range(0, len(texts), batch):
        ids, mask = encode(texts[start : start + batch])
        with torch.inference_mode():
            states = model(input_ids=ids, attention_mask=mask).last_hidden_state
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        out.append(torch.nn.functional.normalize(mean, dim=1).numpy())
    return np.concatenate(out)


def closeness() -> dict[str, Any]:
    """Cosine to the teacher and what pruning did to tokenisation, per language."""
    from tokenizers import Tokenizer

    before, after = (Tokenizer.from_file(str(f / "tokenizer.json")) for f in (TEACHER, MODEL))
    unknown = after.token_to_id("<unk>")
    table = {}
    for language, texts in sample().items():
        old = [before.encode(t, add_special_tokens=False).ids for t in texts]
        new = [after.encode(t, add_special_tokens=False).ids for t in texts]
        cosine = (teacher_vectors(texts) * EmbeddedEncoder(MODEL).encode(texts).vectors).sum(1)
        table[language] = {
            "n": len(texts),
            "cosine": float(cosine.mean()),
            "cosine_p5": float(np.quantile(cosine, 0.05)),
            "more_tokens": sum(map(len, new)) / sum(map(len, old)),
            "known": 1 - sum(ids.count(unknown) for ids in new) / sum(map(len, new)),
        }
        print(language, table[language], flush=True)
    return {"closeness": table}


def benchmark(name: str, *options: str) -> Callable[[], dict[str, Any]]:
    """Run a benchmark and keep the page that it prints."""

    def run() -> dict[str, Any]:
        command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *options]
        return {name: subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout}

    return run


def card() -> dict[str, Any]:
    """Render the model card."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    size = sum(
        path.stat().st_size for path in MODEL.rglob("*") if path.is_file() and path.name != "README.md"
    )
    manifest = json.loads((MODEL / "model.json").read_text(encoding="utf-8"))
    texts = {
        name: re.sub(r"^# .*\n+", "", kept.get(name, "Not measured for this version.").strip())
        for name in PAGES
    }
    texts |= {
        "version": manifest["version"],
        "size": f"{size / 1e6:.1f}",
        "closeness": closeness_rows(kept["closeness"]),
        "intent": intent_rows(json.loads((WORK / "intent_report.json").read_text(encoding="utf-8"))),
    }
    page = (HERE / "model_card.md").read_text(encoding="utf-8")
    for key, text in texts.items():
        page = page.replace("{{" + key + "}}", text)
    (MODEL / "README.md").write_text(page, encoding="utf-8")
    return {}


def closeness_rows(table: dict[str, Any]) -> str:
    """Markdown rows: language, n, cosine, tokens, coverage."""
    return "\n".join(
        f"| {k} | {v['n']} | {v['cosine']:.3f} | {v['cosine_p5']:.3f} | {v['more_tokens']:.2f} | {100 * v['known']:.2f} |"
        for k, v in table.items()
    )


def intent_rows(found: dict[str, Any]) -> str:
    """One line of totals and a row a language."""
    head = f"All: {found['n']} examples, accuracy **{found['accuracy']:.3f}**, right among the first two "
    head += f"{found['top2']:.3f}, ECE {found['ece']:.3f}.\n\n| language | n | accuracy |\n|---|---|---|\n"
    return head + "\n".join(f"| {k} | {n} | {right:.2f} |" for k, (n, right) in found["by_language"].items())


def main() -> None:
    """Run the named parts, all by default."""
    parts = {"closeness": closeness, **{k: benchmark(k, *v) for k, v in PAGES.items()}, "card": card}
    for name in sys.argv[1:] or parts:
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
        KEPT.write_text(json.dumps(kept | parts[name](), indent=1), encoding="utf-8")
        print(f"{name}: done", flush=True)


if __name__ == "__main__":
    main()
