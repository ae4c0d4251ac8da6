"""Quality and time of our clusterer against BERTopic's defaults (UMAP + HDBSCAN) on the same vectors.

usage: python benchmarks/clustering.py [--quick]      (needs ../shared/data and the embedded model)

For BANKING77 and CLINC150 (train, validation and test texts together) it prints AMI with
unclustered as a class of its own, coverage, topics found / gold, and seconds of clustering. The
defaults run twice in one process, so that the second time is without compilation.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from voc.models.clusterer import VoiceClusterer, VoiceSpace
from voc.models.encoder import CachedEncoder, load_encoder
from voc.store.cache import VectorStore

DATA = Path(os.environ.get("VOC_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "intent"
SETS = {
    "BANKING77": ("banking77_train", "banking77_test"),
    "CLINC150": ("clinc150_train", "clinc150_val", "clinc150_test"),
}


def load(names: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """Return texts and their intents; out-of-scope rows are left out."""
    rows: list[dict[str, Any]] = []
    for name in names:
        with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    rows = [row for row in rows if row["intent"] != "oos"]
    return [row["text"] for row in rows], np.array([row["intent"] for row in rows])


def ours(vectors: np.ndarray) -> np.ndarray:
    """Cluster as a run does, without the sentiment hint."""
    space = VoiceSpace(np.array(["en"] * len(vectors)), np.zeros((len(vectors), 1), np.float32))
    return VoiceClusterer().fit_predict(space.transform(vectors))


def defaults(vectors: np.ndarray) -> np.ndarray:
    """Cluster as BERTopic does by default."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    reduced = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42
    ).fit_transform(vectors)
    labels = HDBSCAN(min_cluster_size=10, metric="euclidean", cluster_selection_method="eom").fit_predict(
        reduced
    )
    return np.asarray(labels)


def report(name: str, method: str, found: np.ndarray, gold: np.ndarray, seconds: float) -> None:
    """Print one line of the table."""
    from sklearn.metrics import adjusted_mutual_info_score

    topics = len(set(found.tolist()) - {-1})
    print(
        f"{name:10s} {method:22s} AMI {adjusted_mutual_info_score(gold, found):.3f}  coverage {np.mean(found >= 0):.3f}  "
        f"topics {topics:4d} / {len(set(gold.tolist()))}  {seconds:7.2f} s",
        flush=True,
    )


def main() -> None:
    """Run every set and method."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    options = parser.parse_args()
    encoder = CachedEncoder(load_encoder(), VectorStore())
    for name, files in SETS.items():
        texts, gold = load(files)
        if options.quick:
            texts, gold = texts[::10], gold[::10]
        vectors = encoder.encode(texts).vectors
        for method, cluster in (
            ("voc", ours),
            ("UMAP+HDBSCAN cold", defaults),
            ("UMAP+HDBSCAN warm", defaults),
            ("voc again", ours),
        ):
            start = time.perf_counter()
            found = cluster(vectors)
            report(name, method, found, gold, time.perf_counter() - start)


if __name__ == "__main__":
    main()
