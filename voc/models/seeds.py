"""First centroids, without knowing how many groups there are: what the clusterer starts from.

While it can see all rows: average linkage on cosine distance, which needs no compilation. Beyond: EVoC (McInnes; a
neighbour graph, its embedding and the density tree of HDBSCAN), which finds finer groups than average linkage
does, and more than there are: its finest layer is taken, and groups whose centroids are close are joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

MANY = 5000
"""Most rows that average linkage looks at, and distinct rows from which density is used: below, linkage sees them
all, and the same rows but for rounding give the same groups, where EVoC's chance would show. EVoC's first call on
a machine compiles for 20 s, until numba's cache is cleared."""
_DENSE_SAMPLE = 20_000
_LEAST_COLUMNS = 16
"""EVoC reduces its rows to fewer columns than these."""
_LEAST_GROUP = 5
_CLOSE = 0.4
"""Mean cosine distance of centroids below which EVoC's groups are joined. Chosen among .3, .35, .4 and .45, with five
rules for the smallest group, by the mean AMI on train and validation rows of BANKING77, CLINC150 and Bitext, among
those with no more than 1.5 groups for each class of the first two (docs/decisions.md)."""


def seed_centroids(rows: Vectors, minimum: int, threshold: float, seed: int) -> Vectors:
    """Return (groups, d) centroids of unit length of the groups in (n, d) rows of unit length, or in a sample.

    Args:
        rows: what is grouped; with more than 5,000 different ones, their order doesn't matter within the sample.
        minimum: the smallest group that counts, were all rows looked at.
        threshold: cosine distance at which average linkage stops joining.
        seed: chooses the sample, and makes EVoC's random steps the same every time.
    """
    import numpy as np

    if len(rows) < max(2, minimum):
        return np.zeros((0, rows.shape[1]), dtype=np.float32)
    # Identical rows would be a density of their own, cut by chance.
    sample = np.unique(_sample(rows, _DENSE_SAMPLE, seed), axis=0) if len(rows) >= MANY else rows[:0]
    dense = len(sample) >= MANY and rows.shape[1] >= _LEAST_COLUMNS
    if not dense:
        sample = _sample(rows, MANY, seed)
    least = max(2, min(minimum, round(minimum * len(sample) / len(rows))))
    labels = _dense(sample, least, seed) if dense else _linked(sample, threshold)
    sizes = np.bincount(labels[labels >= 0])
    return group_means(sample, labels, np.flatnonzero(sizes >= least))


def group_means(rows: Vectors, labels: Any, groups: Any) -> Vectors:
    """Return the mean of each group's rows, at unit length."""
    import numpy as np

    found = [rows[labels == group].mean(axis=0) for group in groups]
    return unit(np.stack(found)) if found else np.zeros((0, rows.shape[1]), dtype=np.float32)


def unit(rows: Vectors) -> Vectors:
    """Return rows of unit length, or one row; zeros stay."""
    import numpy as np

    norm = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norm, 1e-12), dtype=np.float32)


def _sample(rows: Vectors, count: int, seed: int) -> Vectors:
    import numpy as np

    if len(rows) <= count:
        return rows
    return rows[np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False))]


def _linked(rows: Vectors, threshold: float) -> Labels:
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    linkage = AgglomerativeClustering(
        n_clusters=None, distance_threshold=threshold, metric="cosine", linkage="average"
    )
    return np.asarray(linkage.fit_predict(rows), dtype=np.int64)


def _dense(rows: Vectors, least: int, seed: int) -> Labels:
    """Group distinct rows; -1 is a row that no group is dense around."""
    import numba
    from evoc import EVoC

    threads = numba.get_num_threads()
    # EVoC draws random numbers by thread: one gives the same groups on every machine.
    numba.set_num_threads(1)
    try:
        found = EVoC(base_min_cluster_size=max(_LEAST_GROUP, least), random_state=seed).fit(rows)
    finally:
        numba.set_num_threads(threads)
    return _joined(rows, found.cluster_layers_[0])


def _joined(rows: Vectors, labels: Labels) -> Labels:
    """Join groups with close centroids; -1 stays."""
    import numpy as np

    count = int(labels.max(initial=-1)) + 1
    if count < 2:
        return labels
    joined = _linked(group_means(rows, labels, range(count)), _CLOSE)
    return np.append(joined, -1)[labels]  # labels of -1 pick this last entry
