"""Measure the shipped model and write its card: ``python training/measure.py [geometry|heads|speed|card ...]``.

Each part keeps its numbers in WORK/measured.json; ``card`` renders them into voc/models/embedded/README.md
through model_card.md, so no number is typed by hand. The evaluation-only sets are read here and nowhere else.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from common import MODEL, TEACHER, WORK, rows
from data import features, own_sentences, read_sentiment
from metrics import binary_accuracy, expected_calibration_error, macro_f1

from voc.models.embedded_runtime import EmbeddedEncoder
from voc.models.sentiment import EmbeddedSentiment

HERE = MODEL.parent.parent.parent / "training"
KEPT = WORK / "measured.json"
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

    export = importlib.import_module("03_export")
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


def geometry() -> dict[str, Any]:
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
    return {"geometry": table}


def heads() -> dict[str, Any]:
    """Sentiment on dev and, once a version, on the evaluation-only sets."""
    head, found = EmbeddedSentiment(MODEL).head, {}
    for name, cap in (("dev", 300), ("umsab_test", None), ("eval_reviews", None)):
        data = read_sentiment(name, cap)
        p = head.predict(features(data.texts))
        groups = [
            f"{language} {source}" for language, source in zip(data.languages, data.sources, strict=True)
        ]
        table = {}
        for group in sorted(set(groups)):
            at = np.array([g == group for g in groups])
            y = data.labels[at]
            table[group] = {
                "n": int(at.sum()),
                "macro_f1": macro_f1(y, p[at].argmax(1)) if len(set(y.tolist())) == 3 else None,
                "binary": binary_accuracy(p[at], y),
                "ece": expected_calibration_error(p[at], y),
            }
        found[name] = table
    return {"heads": found, "intent": json.loads((WORK / "intent_report.json").read_text(encoding="utf-8"))}


def speed() -> dict[str, Any]:
    """Texts per second of CPU time with one thread each, same texts: the shipped model, the teacher in float32.

    CPU time of one thread says the same on a busy machine as on an idle one; wall time doesn't.
    """
    import torch

    torch.set_num_threads(1)
    texts = sorted((row["text"][:600] for row in list(rows("sentiment/dev"))[:300]), key=len)
    encoder = EmbeddedEncoder(MODEL, threads=1)
    runs: dict[str, Callable[[], Any]] = {
        "voc": lambda: encoder.encode(texts),
        "teacher": lambda: teacher_vectors(texts),
    }
    best = dict.fromkeys(runs, float("inf"))
    for turn in range(4):  # the first turn loads the models
        for name, run in runs.items():
            start = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - start) if turn else best[name]
    found = {name: len(texts) / seconds for name, seconds in best.items()}
    return {"speed": found | {"chars": sum(map(len, texts)) / len(texts)}}


def card() -> dict[str, Any]:
    """Render the model card."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    size = sum(
        path.stat().st_size for path in MODEL.rglob("*") if path.is_file() and path.name != "README.md"
    )
    manifest = json.loads((MODEL / "model.json").read_text(encoding="utf-8"))
    texts = {
        "version": manifest["version"],
        "size": f"{size / 1e6:.1f}",
        "geometry": geometry_rows(kept["geometry"]),
        "intent": intent_rows(kept["intent"]),
        "speed": speed_line(kept["speed"]),
    }
    texts |= {name: sentiment_rows(table) for name, table in kept["heads"].items()}
    page = (HERE / "model_card.md").read_text(encoding="utf-8")
    for key, text in texts.items():
        page = page.replace("{{" + key + "}}", text)
    (MODEL / "README.md").write_text(page, encoding="utf-8")
    return {}


def geometry_rows(table: dict[str, Any]) -> str:
    """Markdown rows: language, n, cosine, tokens, coverage."""
    return "\n".join(
        f"| {k} | {v['n']} | {v['cosine']:.3f} | {v['cosine_p5']:.3f} | {v['more_tokens']:.2f} | {100 * v['known']:.2f} |"
        for k, v in table.items()
    )


def sentiment_rows(table: dict[str, Any]) -> str:
    """Markdown rows: set, n, macro-F1, binary accuracy, ECE; the mean last."""
    lines = []
    for group, v in table.items():
        f1 = "-" if v["macro_f1"] is None else f"{v['macro_f1']:.3f}"
        lines.append(f"| {group} | {v['n']} | {f1} | {v['binary']:.3f} | {v['ece']:.3f} |")
    f1s = [v["macro_f1"] for v in table.values() if v["macro_f1"] is not None]
    mean = np.mean([v["binary"] for v in table.values()])
    total = sum(v["n"] for v in table.values())
    return "\n".join([*lines, f"| **mean** | {total} | **{np.mean(f1s):.3f}** | **{mean:.3f}** | |"])


def intent_rows(found: dict[str, Any]) -> str:
    """One line of totals and a row a language."""
    head = f"All: {found['n']} examples, accuracy **{found['accuracy']:.3f}**, right among the first two "
    head += f"{found['top2']:.3f}, ECE {found['ece']:.3f}.\n\n| language | n | accuracy |\n|---|---|---|\n"
    return head + "\n".join(f"| {k} | {n} | {right:.2f} |" for k, (n, right) in found["by_language"].items())


def speed_line(found: dict[str, float]) -> str:
    """One sentence."""
    return (
        f"{found['voc']:.0f} texts per second of one core's time against {found['teacher']:.0f} of the teacher in "
        f"torch float32 (**{found['voc'] / found['teacher']:.1f}x**; {found['chars']:.0f} characters a text on average)"
    )


def main() -> None:
    """Run the named parts, all by default."""
    parts = {"geometry": geometry, "heads": heads, "speed": speed, "card": card}
    for name in sys.argv[1:] or parts:
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
        KEPT.write_text(json.dumps(kept | parts[name](), indent=1), encoding="utf-8")
        print(f"{name}: done", flush=True)


if __name__ == "__main__":
    main()
