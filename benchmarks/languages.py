"""Is one complaint one issue, whatever language it is said in? Topics of parallel texts against their language.

usage: python benchmarks/languages.py [--seed N]   (needs ../shared/data)

xSID's test texts are translations of the same sentences (some 445 of 500 in each of twelve languages, 192 in Japanese), so what
topics know of a text's language they should not know. Printed are NMI(topic, language): 0 when topics say nothing of it, 1 when they are the languages (unclustered rows left out;
Strehl and Ghosh 2002, JMLR 3, 583-617, with the arithmetic mean); AMI with the 15 intents, unclustered as a class of its own;
and the share of the placed texts whose topic is spoken by at least half of the languages. Rows: voc as in a run; voc with
all texts said to be of one language, so that nothing is centred; BERTopic's defaults. All get the same vectors.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from clustering import SEED, UNCLUSTERED, Array, defaults, grouped
from model_common import rows, texts

from voc.models.encoder import CachedEncoder, load_encoder
from voc.store.cache import VectorStore

Method = Callable[[Array, Array, int], Array]


METHODS: dict[str, Method] = {
    "voc": grouped,
    "voc, not centred": lambda vectors, languages, seed: grouped(
        vectors, np.full_like(languages, "en"), seed
    ),
    "UMAP+HDBSCAN": lambda vectors, languages, seed: defaults(vectors, "", seed),
}


def shared(topics: Array, languages: Array) -> float:
    """Share of texts whose topic at least half of the languages speak."""
    half = len(set(languages.tolist())) / 2
    wide = [topic for topic in set(topics.tolist()) if len(set(languages[topics == topic].tolist())) >= half]
    return float(np.isin(topics, wide).mean())


def measure(topics: Array, languages: Array, intents: Array) -> dict[str, float]:
    """NMI with the language, AMI with the intent, and what else is printed of (n,) topics."""
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    placed = topics != UNCLUSTERED
    return {
        "NMI(topic, language)": float(normalized_mutual_info_score(languages[placed], topics[placed])),
        "AMI(topic, intent)": float(adjusted_mutual_info_score(intents, topics)),
        "in shared topics": shared(topics[placed], languages[placed]),
        "coverage": float(placed.mean()),
        "topics": len(set(topics[placed].tolist())),
    }


def main() -> None:
    """Cluster with each method and print a line for it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=SEED, help="of all methods")
    options = parser.parse_args()
    found = rows("intent/xsid_test")
    vectors = CachedEncoder(load_encoder(), VectorStore()).encode(texts(found)).vectors
    languages, intents = (np.array([row[name] for row in found]) for name in ("lang", "intent"))
    print(
        f"{len(found):,} texts, {len(set(languages.tolist()))} languages, {len(set(intents.tolist()))} intents"
    )
    for name, method in METHODS.items():
        scores = measure(method(vectors, languages, options.seed), languages, intents)
        print(f"{name:18s}" + "".join(f"  {what} {score:.3g}" for what, score in scores.items()), flush=True)


if __name__ == "__main__":
    main()
