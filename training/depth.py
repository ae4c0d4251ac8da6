"""What depth costs and buys: ``python training/depth.py [--also FOLDER ...]``.

The pruned teacher cut to its bottom 12, 8, 6, 4 and 3 layers, each exported to int8 and read at a third, two thirds
and the whole of its depth; then any other model folders, such as a fine-tuned one. For each: macro-F1 on a class-A dev
sample of the same small sentiment head, AMI of k-means with CLINC150's validation intents, and texts per second of one
core. All are chosen by class-A data.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from common import PRUNED, ROOT, WORK, rows
from data import CLASSES, STAR_NEUTRAL, read_sentiment
from mlp import Options, fit

from voc.insight.metrics import binary_accuracy, macro_f1
from voc.models.embedded_runtime import EmbeddedEncoder
from voc.models.heads import Head
from voc.models.sentiment import three_classes

DEPTHS = (12, 8, 6, 4, 3)
TRAIN_CELL, DEV_CELL = 250, 100
ROUNDS = 3


def exported(layers: int) -> Path:
    """Model folder of the pruned teacher's bottom ``layers``."""
    folder = WORK / "depth" / str(layers)
    if not (folder / "model.json").exists():
        export = [sys.executable, str(ROOT / "training" / "04_export.py"), "--source", str(PRUNED)]
        subprocess.run(
            [*export, "--layers", str(layers), "--out", str(folder), "--version", "frozen"], check=True
        )
    return folder


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
    parser.add_argument("--also", type=Path, nargs="*", default=[], metavar="FOLDER")
    also = parser.parse_args().also
    folders = [exported(layers) for layers in DEPTHS] + also
    names = [f"teacher's bottom {layers}" for layers in DEPTHS] + [folder.name for folder in also]
    print("| model | dev macro-F1 | dev binary | CLINC150 AMI | texts/s a core |\n|---|---|---|---|---|")
    for name, folder, speed in zip(names, folders, texts_per_second(folders), strict=True):
        encoder = EmbeddedEncoder(folder)
        f1, binary = sentiment(encoder)
        print(f"| {name} | {f1:.3f} | {binary:.3f} | {clusters(encoder):.3f} | {speed:.0f} |", flush=True)


if __name__ == "__main__":
    main()
