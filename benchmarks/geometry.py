"""Do texts of one intent lie together? k-means with the true number of intents, against the intents.

usage: python benchmarks/geometry.py [--model FOLDER] [--teacher] [--quick] [--json FILE]   (needs ../shared/data)

All rows of BANKING77 and CLINC150 (train, validation and test; without out-of-scope rows) as vectors; k-means with
n_init 5 from three fixed seeds. AMI is adjusted for chance (Vinh et al. 2010): 0 for a random grouping, 1 for the
intents themselves. The bar is the teacher's AMI less .01, the aim .03 more than it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from model_common import Bar, Row, finish, options, ours, rows, texts
from numpy.typing import NDArray

from voc.models.encoder import CachedEncoder

SETS = {
    "BANKING77": ("banking77_train", "banking77_test"),
    "CLINC150": ("clinc150_train", "clinc150_val", "clinc150_test"),
}
SEEDS = (0, 1, 2)
BELOW, ABOVE = 0.01, 0.03
QUICK = 10
"""A quick run takes every tenth row."""


def load(names: Sequence[str], quick: bool) -> list[Row]:
    """The rows of some splits, in scope."""
    found = [row for name in names for row in rows(f"intent/{name}") if row["intent"] != "oos"]
    return found[::QUICK] if quick else found


def agreement(vectors: NDArray[Any], gold: NDArray[Any], seed: int) -> float:
    """AMI of k-means groups with ``gold``, as many groups as it has classes."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score

    groups = KMeans(len(np.unique(gold)), n_init=5, random_state=seed).fit_predict(vectors)
    return float(adjusted_mutual_info_score(gold, groups))


def row_of(name: str, model: str, encoder: CachedEncoder, quick: bool) -> Row:
    """A line of the table: mean and range over seeds."""
    found = load(SETS[name], quick)
    vectors, gold = encoder.encode(texts(found)).vectors, np.array([row["intent"] for row in found])
    values = [agreement(vectors, gold, seed) for seed in SEEDS]
    return {
        "set": name,
        "vectors of": model,
        "n": len(gold),
        "k": len(np.unique(gold)),
        "AMI": float(np.mean(values)),
        "lowest": min(values),
        "highest": max(values),
    }


def main() -> None:
    """Group, compare and print the table."""
    chosen = options(__doc__).parse_args()
    encoders = {}
    if chosen.teacher:
        from model_teacher import teacher

        encoders["teacher"] = teacher()
    encoders["ours"] = ours(chosen.model)
    table, known = [], {}
    for name in SETS:
        for model, encoder in encoders.items():
            row = row_of(name, model, encoder, chosen.quick)
            known[name, model] = row["AMI"]
            table.append(row)
        rival = known.get((name, "teacher"))
        bar = Bar(f"{name} AMI", round(rival - BELOW, 4), round(rival + ABOVE, 4)) if rival else None
        table[-1]["answers"] = bar.judge(table[-1]["AMI"], chosen.quick) if bar else "give --teacher"
    finish(chosen, table)


if __name__ == "__main__":
    main()
