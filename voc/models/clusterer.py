"""The clusterer that BERTopic is given: groups of a sample (``seeds``), then centroids for everyone.

A few rounds of spherical k-means (Dhillon and Modha, 2001) from the groups' centroids place every row,
near ones only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from voc.models.seeds import group_means, seed_centroids, unit
from voc.models.threads import one_thread
from voc.models.warm_start import Frame, language_means

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

UNCLUSTERED = -1
LOOSE = 0.55
"""Cosine to the nearest earlier centroid below which a row may be of a new group. Average linkage, which groups
few rows, joins those of a mean cosine of .32, which is a cosine of .57 with their centroid."""


class VoiceSpace:
    """The space in which voices are grouped; it stands where BERTopic expects its UMAP.

    Rows are centred per language (encoders put the languages in different corners; without
    centring, clusters are languages), blended with the mean of the record they are from (a
    fragment such as "twice in one week" has no subject of its own), reduced by principal
    components, and get hints appended (the sentiment score keeps "fast delivery" apart from "late
    delivery", which encoders hold for near synonyms).

    Args:
        languages: (n,) language of each row.
        hints: (n, h) columns appended to the unit-length reduced vectors.
        owners: (n,) number of the record that each row is from; ``None`` when rows are records.
        weights: (n,) length of each row's text.
        context: share of the record's mean in each row, 0..1.
        components: number of principal components; ``None`` chooses by the number of rows.
        frame: an earlier run's space, to stay in it; ``None`` fits one to the rows.

    Attributes:
        frame_: the space that ``transform`` fitted, or that it stayed in.
        rows_: what it returned last.
    """

    def __init__(
        self,
        languages: NDArray[Any],
        hints: Vectors,
        owners: NDArray[np.int64] | None = None,
        weights: NDArray[np.float64] | None = None,
        context: float = 0.5,
        components: int | None = None,
        frame: Frame | None = None,
    ) -> None:
        self.languages = languages
        self.hints = hints
        self.owners = owners
        self.weights = weights
        self.context = context
        self.components = components
        self.frame = frame

    def fit(self, vectors: Vectors, y: Any = None) -> VoiceSpace:
        """Do nothing: the space is a function of the rows themselves."""
        return self

    def transform(self, vectors: Vectors) -> Vectors:
        """Return (n, components + h) rows of unit length."""
        import numpy as np

        vectors = np.asarray(vectors, dtype=np.float32)
        with one_thread():
            reduced = self._fit_reduce(vectors) if self.frame is None else self._reduce(vectors, self.frame)
        self.rows_ = np.ascontiguousarray(unit(np.hstack([unit(reduced), self.hints])), dtype=np.float32)
        return self.rows_

    def _fit_reduce(self, vectors: Vectors) -> Vectors:
        from sklearn.decomposition import PCA

        spoken, means = language_means(vectors, self.languages)
        bare = Frame(spoken, means, means[-1], means[:0])
        centred = self._in_context(unit(vectors - bare.origins(self.languages)))
        wanted = self.components or (60 if len(centred) < 2500 else 100)
        size = min(wanted, *centred.shape)
        solver = "covariance_eigh" if len(centred) > centred.shape[1] else "full"
        pca = PCA(size, svd_solver=solver)
        reduced: Vectors = pca.fit_transform(centred)
        self.frame_ = Frame(spoken, means, pca.mean_, pca.components_)
        return reduced

    def _reduce(self, vectors: Vectors, frame: Frame) -> Vectors:
        import numpy as np

        self.frame_ = frame.with_languages_of(vectors, self.languages)
        centred = self._in_context(unit(vectors - self.frame_.origins(self.languages)))
        return np.asarray((centred - self.frame_.centre) @ self.frame_.components.T, dtype=np.float32)

    def _in_context(self, rows: Vectors) -> Vectors:
        import numpy as np

        if self.owners is None:
            return rows
        weights = np.ones(len(rows)) if self.weights is None else self.weights
        return unit(in_context(rows, self.owners, weights, self.context))


class VoiceClusterer:
    """Groups rows of unit length; follows scikit-learn, so BERTopic takes it as ``hdbscan_model``.

    Args:
        min_size: the smallest group that counts; that of ``smallest_group`` when ``None``.
        threshold: cosine distance at which average linkage stops joining; few rows are grouped by it.
        floor: cosine similarity to a centroid below which a row stays unclustered.
        max_groups: more groups than this are merged, nearest first.
        seed: chooses the sample in which the first groups are found.
        start: (groups, d) centroids of an earlier run in the same space: its groups stay where they were.
        unseen: (n,) rows that the earlier run did not have; a new group needs one of them.

    Attributes:
        labels_: (n,) group of each row, -1 for unclustered; 0 is the largest group.
        centroids_: (groups, d) of unit length.
    """

    def __init__(
        self,
        min_size: int | None = None,
        threshold: float = 0.68,
        floor: float = 0.42,
        max_groups: int = 200,
        seed: int = 42,
        start: Vectors | None = None,
        unseen: NDArray[np.bool_] | None = None,
    ) -> None:
        self.min_size = min_size
        self.threshold = threshold
        self.floor = floor
        self.max_groups = max_groups
        self.seed = seed
        self.start = start
        self.unseen = unseen

    def fit(self, vectors: Vectors, y: Any = None) -> VoiceClusterer:
        """Find the groups of (n, d) rows of unit length."""
        minimum = self.min_size or smallest_group(len(vectors))
        with one_thread():
            if self.start is None or not len(self.start):
                seeds = seed_centroids(vectors, minimum, self.threshold, self.seed)
                centroids = self._refine(vectors, seeds, minimum)
            else:
                centroids = self._go_on(vectors, self.start, minimum)
            self.labels_, self.centroids_ = _by_size(self._assign(vectors, centroids), centroids)
        return self

    def fit_predict(self, vectors: Vectors, y: Any = None) -> Labels:
        """Find the groups and return each row's."""
        return self.fit(vectors).labels_

    def predict(self, vectors: Vectors) -> Labels:
        """Place new rows of the same space by their nearest centroid."""
        return self._assign(vectors, self.centroids_)

    def _refine(self, rows: Vectors, centroids: Vectors, minimum: int, rounds: int = 4) -> Vectors:
        import numpy as np

        for _ in range(rounds):
            centroids = self._merge(centroids)
            labels = self._assign(rows, centroids)
            sizes = np.bincount(labels[labels >= 0], minlength=len(centroids))
            centroids = group_means(rows, labels, np.flatnonzero(sizes >= minimum))
        return centroids

    def _go_on(self, rows: Vectors, start: Vectors, minimum: int, rounds: int = 2) -> Vectors:
        """Keep the earlier groups where they were, and group anew what is near none of them.

        An earlier centroid doesn't move, so a row that was there stays in its group, unless a new one is
        nearer. A group lives on with half of the size that a new one needs, as that grows with n; with
        ``min_size``, which doesn't grow, it needs as many. Of too many new groups the largest are kept.
        """
        import numpy as np

        _, similarity = _nearest(rows, start)
        new = seed_centroids(rows[similarity < LOOSE], minimum, self.threshold, self.seed)
        unseen = np.ones(len(rows), dtype=bool) if self.unseen is None else self.unseen
        for _ in range(rounds):
            labels = self._assign(rows, np.vstack([start, new]))
            groups = np.arange(len(start), len(start) + len(new))
            good = [g for g in groups if _is_new(labels == g, unseen, minimum)]
            good.sort(key=lambda g: -np.count_nonzero(labels == g))
            new = group_means(rows, labels, good[: max(0, self.max_groups - len(start))])
        labels = self._assign(rows, np.vstack([start, new]))
        sizes = np.bincount(labels[labels >= 0], minlength=len(start) + len(new))
        least = self.min_size or max(2, minimum // 2)
        return np.vstack([start, new])[sizes >= least]

    def _merge(self, centroids: Vectors) -> Vectors:
        from sklearn.cluster import AgglomerativeClustering

        if len(centroids) <= self.max_groups:
            return centroids
        merged = AgglomerativeClustering(n_clusters=self.max_groups, metric="cosine", linkage="average")
        return group_means(centroids, merged.fit_predict(centroids), range(self.max_groups))

    def _assign(self, rows: Vectors, centroids: Vectors) -> Labels:
        import numpy as np

        labels, similarity = _nearest(rows, centroids)
        return np.where(similarity >= self.floor, labels, UNCLUSTERED)


def smallest_group(rows: int) -> int:
    """Return how many of ``rows`` make a group that counts: 3, growing with the square root to 20; slower from there."""
    root = math.sqrt(rows)
    return max(3, round(max(min(20.0, root / 3.5), root / 7)))


def in_context(
    rows: Vectors, owners: NDArray[np.int64], weights: NDArray[np.float64], context: float
) -> Vectors:
    """Blend each row with the weighted mean of its owner's rows; ``context`` is the mean's share, 0..1."""
    import numpy as np
    from scipy.sparse import csr_array

    count = int(owners.max(initial=-1)) + 1
    total = np.bincount(owners, weights, minlength=count).clip(1e-9)
    shares = csr_array((weights, (owners, np.arange(len(owners)))), shape=(count, len(owners)))
    mean = (shares @ rows.astype(np.float64)) / total[:, None]
    return np.asarray((1 - context) * rows + context * mean[owners], dtype=np.float32)


def _nearest(rows: Vectors, centroids: Vectors, chunk: int = 20_000) -> tuple[Labels, Vectors]:
    """Return each row's nearest centroid and its cosine; -1 and -1 where there is none."""
    import numpy as np

    labels = np.full(len(rows), UNCLUSTERED, dtype=np.int64)
    similarity = np.full(len(rows), -1, dtype=np.float32)
    for start in range(0, len(rows) if len(centroids) else 0, chunk):
        cosines = rows[start : start + chunk] @ centroids.T
        labels[start : start + chunk] = cosines.argmax(axis=1)
        similarity[start : start + chunk] = cosines.max(axis=1)
    return labels, similarity


def _is_new(mine: NDArray[np.bool_], unseen: NDArray[np.bool_], minimum: int) -> bool:
    """Say whether a group is large enough and has a row that was not there before."""
    return bool(mine.sum() >= minimum and (mine & unseen).any())


def _by_size(labels: Labels, centroids: Vectors) -> tuple[Labels, Vectors]:
    import numpy as np

    sizes = np.bincount(labels[labels >= 0], minlength=len(centroids))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = UNCLUSTERED  # labels of -1 pick this last entry
    return rank[labels], centroids[order]
