"""The clusterer that BERTopic is given: average linkage on a sample, then centroids for everyone.

Average linkage on cosine distance finds groups of unequal size without knowing their number, needs
no compilation, and is exact on a sample that fits in memory; a few rounds of spherical k-means
(Dhillon and Modha, 2001) from its centroids then place every row, near ones only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Labels = NDArray[np.int64]

UNCLUSTERED = -1


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
    """

    def __init__(
        self,
        languages: NDArray[Any],
        hints: Vectors,
        owners: NDArray[np.int64] | None = None,
        weights: NDArray[np.float64] | None = None,
        context: float = 0.5,
        components: int | None = None,
    ) -> None:
        self.languages = languages
        self.hints = hints
        self.owners = owners
        self.weights = weights
        self.context = context
        self.components = components

    def fit(self, vectors: Vectors, y: Any = None) -> VoiceSpace:
        """Do nothing: the space is a function of the rows themselves."""
        return self

    def transform(self, vectors: Vectors) -> Vectors:
        """Return (n, components + h) rows of unit length."""
        import numpy as np
        from sklearn.decomposition import PCA

        centred = self._in_context(_centre(np.asarray(vectors, dtype=np.float32), self.languages))
        wanted = self.components or (60 if len(centred) < 2500 else 100)
        size = min(wanted, *centred.shape)
        solver = "covariance_eigh" if len(centred) > centred.shape[1] else "full"
        reduced = _unit(PCA(size, svd_solver=solver).fit_transform(centred))
        return np.ascontiguousarray(_unit(np.hstack([reduced, self.hints])), dtype=np.float32)

    def _in_context(self, rows: Vectors) -> Vectors:
        import numpy as np

        if self.owners is None:
            return rows
        weights = np.ones(len(rows)) if self.weights is None else self.weights
        return _unit(in_context(rows, self.owners, weights, self.context))


class VoiceClusterer:
    """Groups rows of unit length; follows scikit-learn, so BERTopic takes it as ``hdbscan_model``.

    Args:
        min_size: the smallest group that counts; ``None`` grows it with the square root of n.
        threshold: cosine distance at which average linkage stops joining.
        floor: cosine similarity to a centroid below which a row stays unclustered.
        max_groups: more groups than this are merged, nearest first.
        sample: rows that average linkage sees.
        seed: chooses the sample.

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
        sample: int = 5000,
        seed: int = 42,
    ) -> None:
        self.min_size = min_size
        self.threshold = threshold
        self.floor = floor
        self.max_groups = max_groups
        self.sample = sample
        self.seed = seed

    def fit(self, vectors: Vectors, y: Any = None) -> VoiceClusterer:
        """Find the groups of (n, d) rows of unit length."""
        minimum = self.min_size or max(3, round(len(vectors) ** 0.5 / 3.5))
        centroids = self._refine(vectors, self._seeds(vectors, minimum), minimum)
        self.labels_, self.centroids_ = _by_size(self._assign(vectors, centroids), centroids)
        return self

    def fit_predict(self, vectors: Vectors, y: Any = None) -> Labels:
        """Find the groups and return each row's."""
        return self.fit(vectors).labels_

    def predict(self, vectors: Vectors) -> Labels:
        """Place new rows of the same space by their nearest centroid."""
        return self._assign(vectors, self.centroids_)

    def _seeds(self, rows: Vectors, minimum: int) -> Vectors:
        import numpy as np
        from sklearn.cluster import AgglomerativeClustering

        sample = rows
        if len(rows) > self.sample:
            chosen = np.random.default_rng(self.seed).choice(len(rows), self.sample, replace=False)
            sample = rows[np.sort(chosen)]
        if len(sample) < max(2, minimum):
            return np.zeros((0, rows.shape[1]), dtype=np.float32)
        linkage = AgglomerativeClustering(
            n_clusters=None, distance_threshold=self.threshold, metric="cosine", linkage="average"
        )
        labels = linkage.fit_predict(sample)
        least = max(2, min(minimum, round(minimum * len(sample) / len(rows))))
        sizes = np.bincount(labels)
        return _means(sample, labels, np.flatnonzero(sizes >= least))

    def _refine(self, rows: Vectors, centroids: Vectors, minimum: int, rounds: int = 4) -> Vectors:
        import numpy as np

        for _ in range(rounds):
            centroids = self._merge(centroids)
            labels = self._assign(rows, centroids)
            sizes = np.bincount(labels[labels >= 0], minlength=len(centroids))
            centroids = _means(rows, labels, np.flatnonzero(sizes >= minimum))
        return centroids

    def _merge(self, centroids: Vectors) -> Vectors:
        from sklearn.cluster import AgglomerativeClustering

        if len(centroids) <= self.max_groups:
            return centroids
        merged = AgglomerativeClustering(n_clusters=self.max_groups, metric="cosine", linkage="average")
        return _means(centroids, merged.fit_predict(centroids), range(self.max_groups))

    def _assign(self, rows: Vectors, centroids: Vectors, chunk: int = 20_000) -> Labels:
        import numpy as np

        labels = np.full(len(rows), UNCLUSTERED, dtype=np.int64)
        for start in range(0, len(rows) if len(centroids) else 0, chunk):
            similarity = rows[start : start + chunk] @ centroids.T
            near = similarity.max(axis=1) >= self.floor
            labels[start : start + chunk] = np.where(near, similarity.argmax(axis=1), UNCLUSTERED)
        return labels


def in_context(
    rows: Vectors, owners: NDArray[np.int64], weights: NDArray[np.float64], context: float
) -> Vectors:
    """Blend each row with the weighted mean of its owner's rows; ``context`` is the mean's share, 0..1."""
    import numpy as np

    count = int(owners.max(initial=-1)) + 1
    total = np.bincount(owners, weights, minlength=count).clip(1e-9)
    mean = np.zeros((count, rows.shape[1]))
    np.add.at(mean, owners, rows * weights[:, None])
    mean /= total[:, None]
    return np.asarray((1 - context) * rows + context * mean[owners], dtype=np.float32)


def _by_size(labels: Labels, centroids: Vectors) -> tuple[Labels, Vectors]:
    import numpy as np

    sizes = np.bincount(labels[labels >= 0], minlength=len(centroids))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = UNCLUSTERED  # labels of -1 pick this last entry
    return rank[labels], centroids[order]


def _means(rows: Vectors, labels: Any, groups: Any) -> Vectors:
    import numpy as np

    means = [rows[labels == group].mean(axis=0) for group in groups]
    return _unit(np.stack(means)) if means else np.zeros((0, rows.shape[1]), dtype=np.float32)


def _centre(vectors: Vectors, languages: NDArray[Any], least: int = 15) -> Vectors:
    """Subtract each language's mean; a language with few rows is centred on all rows."""
    import numpy as np

    centred = vectors - vectors.mean(axis=0)
    for language in np.unique(languages):
        mine = languages == language
        if mine.sum() >= least:
            centred[mine] = vectors[mine] - vectors[mine].mean(axis=0)
    return _unit(centred)


def _unit(rows: Vectors) -> Vectors:
    import numpy as np

    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norm, 1e-12), dtype=np.float32)
