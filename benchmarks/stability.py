"""How far issues stay what they were: the same rows shuffled, and 5 % more rows.

usage: python benchmarks/stability.py [INPUT] [--seeds N] [--share S] [--alone]

INPUT is a file or folder, sample_reviews/ by default. Printed are

- under shuffled rows: the adjusted Rand index (ARI) of the segments' issues with those of the rows as they came;
- for each seed, a share S (.05) of the rows is left out, the rest is run, and then all rows are run, following
  that run in a workspace: the share of issue ids that are still there (unweighted, and weighted by volume), the
  ARI of the segments that both runs have, and issues before and after; and how far the following run's
  issues are from those of a fresh run on all rows (ARI and AMI), beside how far two fresh runs are apart.

Unclustered counts as an issue of its own. With ``--alone`` the second run follows nothing, but its ids are
matched by centroids and shared records afterwards: what following has to beat.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

import voc
from voc.lineage import remember
from voc.models.warm_start import Start
from voc.types import Corpus

ROOT = Path(__file__).resolve().parent.parent


def ordered(corpus: Corpus, places: Sequence[int]) -> Corpus:
    """Return the corpus with the records at these places, in this order."""
    return replace(corpus, records=tuple(corpus.records[place] for place in places))


def paired(one: voc.Result, two: voc.Result) -> tuple[list[str], list[str]]:
    """Return the issues of the segments that both have; unclustered is the issue ``-``."""
    columns = ["segment_id", "text", "issue_id"]
    both = pd.merge(one.segments[columns], two.segments[columns], on=["segment_id", "text"])
    return both["issue_id_x"].fillna("-").tolist(), both["issue_id_y"].fillna("-").tolist()


def ari(one: voc.Result, two: voc.Result) -> float:
    """Return the adjusted Rand index on the segments that both have."""
    return float(adjusted_rand_score(*paired(one, two)))


def ami(one: voc.Result, two: voc.Result) -> float:
    """Return the adjusted mutual information on the segments that both have."""
    return float(adjusted_mutual_info_score(*paired(one, two)))


def kept(before: voc.Result, after: voc.Result) -> tuple[float, float]:
    """Return the share of the earlier issues' ids that are still there, unweighted and by volume."""
    living = {issue.issue_id for issue in after.ranked}
    stay = np.array([issue.issue_id in living for issue in before.ranked], dtype=float)
    return float(stay.mean()), float(np.average(stay, weights=[issue.volume for issue in before.ranked]))


def grown(corpus: Corpus, seed: int, share: float, alone: bool) -> tuple[voc.Result, voc.Result]:
    """Run without a random share of the rows, then with all of them."""
    count = len(corpus.records)
    dropped = np.random.default_rng(seed).choice(count, round(share * count), replace=False)
    fewer = ordered(corpus, np.setdiff1d(np.arange(count), dropped).tolist())
    # A workspace knows a run by its files, and these are other ones.
    fewer = replace(fewer, sources=tuple(replace(item, sha256=f"less {seed}") for item in corpus.sources))
    before = voc.analyze(fewer)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "voc.duckdb")
        remember(before, path, "before")
        if not alone:
            return before, voc.analyze(corpus, history__workspace=path)
        with patch("voc.lineage.starting_point", lambda *_: Start()):
            return before, voc.analyze(corpus, history__workspace=path)


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("input", nargs="?", type=Path, default=ROOT / "sample_reviews")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for benchmarks only")
    corpus = voc.read(options.input)
    fresh = voc.analyze(corpus)
    order = np.random.default_rng(0).permutation(len(corpus.records)).tolist()
    print(f"{len(fresh.ranked)} issues of {len(corpus.records)} rows", flush=True)
    print(f"shuffled rows: ARI {ari(fresh, voc.analyze(ordered(corpus, order))):.3f}", flush=True)
    for seed in range(options.seeds):
        before, after = grown(corpus, seed, options.share, options.alone)
        ids, weighted = kept(before, after)
        print(
            f"+{options.share:.0%} rows, seed {seed}: ids kept {ids:.3f} ({weighted:.3f} by volume), "
            f"ARI before/after {ari(before, after):.3f}, issues {len(before.ranked)} -> {len(after.ranked)}; "
            f"after/fresh ARI {ari(after, fresh):.3f} AMI {ami(after, fresh):.3f}, "
            f"before/fresh ARI {ari(before, fresh):.3f} AMI {ami(before, fresh):.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
