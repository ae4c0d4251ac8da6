"""What depth costs and buys: ``python training/depth.py [--start FOLDER] [--also FOLDER ...]``.

Students of 12, 8, 6, 4 and 3 layers, spread over those of ``--start`` with the last one among them, are each given the
same few hundred steps and exported to int8; then any other model folders. For each: macro-F1 on a class-A dev
sample of the same small sentiment head, AMI of k-means with CLINC150's validation intents, and texts per second of one
core. All are chosen by class-A data.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from common import ROOT, WORK, rows
from data import CLASSES, STAR_NEUTRAL, read_sentiment
from mlp import Options, fit

from voc.insight.metrics import binary_accuracy, macro_f1
from voc.models.embedded_runtime import EmbeddedEncoder
from voc.models.heads import Head
from voc.models.sentiment import three_classes

DEPTHS = (12, 8, 6, 4, 3)
STEPS = 300
TRAIN_CELL, DEV_CELL = 250, 100
ROUNDS = 3


def spread(layers: int, depth: int) -> list[int]:
    """``layers`` numbers from 1 to ``depth``, evenly apart."""
    return np.linspace(1, depth, layers).round().astype(int).tolist()


def student(layers: int, start: Path) -> Path:
    """Model folder of a student of ``layers`` layers after STEPS steps."""
    trained, folder = WORK / "depth" / f"{layers}-trained", WORK / "depth" / str(layers)
    if not (folder / "model.json").exists():
        depth = json.loads((start / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
        kept = map(str, spread(layers, depth))
        run(
            "03_finetune.py",
            "--start",
            str(start),
            "--steps",
            str(STEPS),
            "--out",
            str(trained),
            "--keep",
            *kept,
        )
        run("04_export.py", "--source", str(trained), "--out", str(folder), "--version", f"depth-{layers}")
    return folder


def run(script: str, *options: str) -> None:
    """One of the steps before, in a process of its own."""
    subprocess.run([sys.executable, str(ROOT / "training" / script), *options], check=True, stdout=sys.stderr)


def sentiment(encoder: EmbeddedEncoder) -> tuple[float, float]:
    """(macro-F1, binary accuracy) on dev of a head trained on a small sample, three stars left out of both."""
    sets = []
    for name, cell in (("train", TRAIN_CELL), ("dev", DEV_CELL)):
        found = read_sentiment(name, cell)
        keep = [i for i, s in enumerate(found.sources) if not (s in STAR_NEUTRAL and found.labels[i] == 1)]
        sets.append((encoder.encode([found.texts[i] for i in keep]).features, found.labels[keep]))
    (x, y), (x_dev, y_dev) = sets
    layers = fit(x, np.eye(len(CLASSES), dtype=np.float32)[y], np.ones(len(y), np.float32), Options())
    p = three_classes(Head(CLASSES, layers, 1.0).predict(x_dev), CLASSES)
    return macro_f1(y_dev, p.argmax(1)), binary_accuracy(p, y_dev)


def clusters(encoder: EmbeddedEncoder) -> float:
    """AMI of k-means (true k) with the intents of CLINC150's validation rows."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score

    data = [row for row in rows("intent/clinc150_val") if row["intent"] != "oos"]
    labels = [row["intent"] for row in data]
    vectors = encoder.encode([row["text"] for row in data]).vectors
    found = KMeans(len(set(labels)), n_init=3, random_state=0).fit_predict(vectors)
    return float(adjusted_mutual_info_score(labels, found))


def texts_per_second(folders: list[Path]) -> list[float]:
    """Texts per second of CPU time of each model, one thread, best of some rounds taken in turns."""
    texts = [row["text"][:600] for row in list(rows("sentiment/dev"))[:300]]
    encoders = [EmbeddedEncoder(folder, threads=1) for folder in folders]
    best = [float("inf")] * len(encoders)
    for turn in range(ROUNDS + 1):  # the first loads the models
        for i, encoder in enumerate(encoders):
            start = time.process_time()
            encoder.encode(texts)
            best[i] = min(best[i], time.process_time() - start) if turn else best[i]
    return [len(texts) / seconds for seconds in best]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--start", type=Path, default=WORK / "shipped", help="folder of unpack.py or 03_finetune.py"
    )
    parser.add_argument("--also", type=Path, nargs="*", default=[], metavar="FOLDER")
    chosen = parser.parse_args()
    folders = [student(layers, chosen.start) for layers in DEPTHS] + chosen.also
    names = [f"{layers} layers, {STEPS} steps" for layers in DEPTHS] + [folder.name for folder in chosen.also]
    print("| model | dev macro-F1 | dev binary | CLINC150 AMI | texts/s a core |\n|---|---|---|---|---|")
    for name, folder, speed in zip(names, folders, texts_per_second(folders), strict=True):
        encoder = EmbeddedEncoder(folder)
        f1, binary = sentiment(encoder)
        print(f"| {name} | {f1:.3f} | {binary:.3f} | {clusters(encoder):.3f} | {speed:.0f} |", flush=True)


if __name__ == "__main__":
    main()
