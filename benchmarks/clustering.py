"""Quality and time of our clusterer against BERTopic's defaults (UMAP + HDBSCAN) on the same vectors.

usage: python benchmarks/clustering.py [SET ...] [--seed N] [--quick] [--json FILE]

SET is one or more of BANKING77, CLINC150 (train, validation and test texts together, without out-of-scope rows),
petitions (titles, against their 17 categories) and airline (complaints, against their reason); all by default. It
prints AMI with unclustered as a class of its own (adjusted for chance: Vinh et al. 2010, JMLR 11, 2837-2854),
coverage, topics found / gold, and seconds of clustering; then what the bars say. Both sides get the same vectors of
the embedded model, and neither sentiment nor intents. Each method runs twice, so that the second time is without
compilation. Needs ../shared/data; vectors are kept in voc's cache, so that a second run encodes nothing.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from voc.models.clusterer import VoiceClusterer, VoiceSpace
from voc.models.encoder import CachedEncoder, load_encoder
from voc.store.cache import VectorStore

DATA = Path(os.environ.get("VOC_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
NO_REASON = "Can't Tell"
"""The airline tweets' class for "none of the reasons": texts of any subject, so that no topic can fit it."""
UNCLUSTERED = -1
SEED = 42
"""Of both methods, as each begins by chance; voc's own default."""
Array = np.ndarray


@dataclass(frozen=True)
class Labelled:
    """Texts of one language, each with its class, and the bars (``None`` where there is none but the defaults)."""

    name: str
    language: str
    texts: list[str]
    gold: Array
    aim: float | None = None


def intents(name: str, aim: float, *files: str) -> Labelled:
    """Read an intent set; out-of-scope rows are left out."""
    rows = []
    for file in files:
        with gzip.open(DATA / "intent" / f"{file}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows += [row for line in lines if (row := json.loads(line))["intent"] != "oos"]
    return Labelled(name, "en", [row["text"] for row in rows], np.array([row["intent"] for row in rows]), aim)


def banking() -> Labelled:
    """Questions to a bank, 77 intents."""
    return intents("BANKING77", 0.76, "banking77_train", "banking77_test")


def clinc() -> Labelled:
    """Requests to an assistant, 150 intents."""
    return intents("CLINC150", 0.88, "clinc150_train", "clinc150_val", "clinc150_test")


def petitions() -> Labelled:
    """Titles of petitions, in the 17 categories that their writers chose."""
    rows = list(_table("petition_titles.csv"))
    return Labelled(
        "petitions", "ko", [row["title"] for row in rows], np.array([r["category"] for r in rows])
    )


def airline() -> Labelled:
    """Complaints to airlines, by the reason that annotators gave."""
    rows = [
        row
        for row in _table("airline_tweets.csv")
        if row["airline_sentiment"] == "negative" and row["negativereason"] not in ("", NO_REASON)
    ]
    return Labelled("airline", "en", [r["text"] for r in rows], np.array([r["negativereason"] for r in rows]))


SETS: dict[str, Callable[[], Labelled]] = {
    "BANKING77": banking,
    "CLINC150": clinc,
    "petitions": petitions,
    "airline": airline,
}


def _table(name: str) -> Iterator[dict[str, str]]:
    with (DATA / "raw" / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def grouped(vectors: Array, languages: Array, seed: int) -> Array:
    """Cluster as a run does, without the hints of sentiment and intent."""
    space = VoiceSpace(languages, np.zeros((len(vectors), 1), np.float32))
    return VoiceClusterer(seed=seed).fit_predict(space.transform(vectors))


def ours(vectors: Array, language: str, seed: int) -> Array:
    """Cluster texts of one language."""
    return grouped(vectors, np.array([language] * len(vectors)), seed)


def defaults(vectors: Array, language: str, seed: int) -> Array:
    """Cluster as BERTopic does by default (0.17: ``BERTopic.__init__``), with a fixed seed."""
    from hdbscan import HDBSCAN
    from umap import UMAP

    umap = UMAP(
        n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=seed
    )
    hdbscan = HDBSCAN(
        min_cluster_size=10, metric="euclidean", cluster_selection_method="eom", prediction_data=True
    )
    return np.asarray(hdbscan.fit_predict(umap.fit_transform(vectors)))


METHODS = {"voc": ours, "UMAP+HDBSCAN": defaults}


@dataclass(frozen=True)
class Score:
    """One method on one set; ``seconds`` of the first time and of the second."""

    set: str
    method: str
    texts: int
    ami: float
    coverage: float
    topics: int
    gold: int
    seconds: tuple[float, float]

    def __str__(self) -> str:
        return (
            f"{self.set:10s} {self.method:13s} AMI {self.ami:.3f}  coverage {self.coverage:.3f}  "
            f"topics {self.topics:4d} / {self.gold:<3d}  {self.seconds[0]:7.2f} s, again {self.seconds[1]:7.2f} s"
        )


def measure(data: Labelled, vectors: Array, method: str, seed: int = SEED) -> Score:
    """Run a method twice and score what it found."""
    from sklearn.metrics import adjusted_mutual_info_score

    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        found = METHODS[method](vectors, data.language, seed)
        seconds.append(round(time.perf_counter() - start, 3))
    return Score(
        data.name,
        method,
        len(found),
        round(float(adjusted_mutual_info_score(data.gold, found)), 4),
        round(float(np.mean(found != UNCLUSTERED)), 4),
        len(set(found.tolist()) - {UNCLUSTERED}),
        len(set(data.gold.tolist())),
        (seconds[0], seconds[1]),
    )


def verdicts(data: Labelled, mine: Score, theirs: Score) -> Iterator[tuple[str, bool]]:
    """Say which bars our score passes."""
    yield f"AMI >= UMAP+HDBSCAN's ({mine.ami - theirs.ami:+.3f})", mine.ami >= theirs.ami
    if data.aim is not None:
        yield f"AMI >= {data.aim} (aim)", mine.ami >= data.aim
        yield "coverage >= .90", mine.coverage >= 0.9
        yield "topics / gold within 0.6-1.6", 0.6 <= mine.topics / mine.gold <= 1.6
    ratio = mine.seconds[1] / max(theirs.seconds[1], 1e-9)
    yield f"time <= 0.3 of UMAP+HDBSCAN's ({ratio:.2f})", ratio <= 0.3


def main(arguments: list[str] | None = None) -> list[Score]:
    """Run the sets asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--seed", type=int, default=SEED, help="of both methods")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores here, too")
    options = parser.parse_args(arguments)
    if unknown := set(options.sets) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    encoder = CachedEncoder(load_encoder(), VectorStore())
    scores: list[Score] = []
    for name in options.sets or SETS:
        data = SETS[name]()
        if options.quick:
            data = Labelled(data.name, data.language, data.texts[::10], data.gold[::10], data.aim)
        vectors = encoder.encode(data.texts).vectors
        mine, theirs = (measure(data, vectors, method, options.seed) for method in METHODS)
        print(mine, theirs, sep="\n")
        print(
            *(f"    {'yes' if met else 'NO ':3s} {bar}" for bar, met in verdicts(data, mine, theirs)),
            sep="\n",
        )
        scores += [mine, theirs]
    if options.json:
        options.json.write_text(json.dumps([asdict(score) for score in scores], indent=1) + "\n")
    return scores


if __name__ == "__main__":
    main()
