"""Two levels: many topics gathered into a few groups.

Ward's linkage over the topics' centroids in the clustering space. BERTopic's ``hierarchical_topics``
links c-TF-IDF rows or raw embeddings, both of which gather by language where several are spoken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MANY = 12
"""Up to so many topics are one list that is read at a glance: no groups."""
MOST_GROUPS = 12


def group_topics(centroids: NDArray[np.float32]) -> list[int]:
    """Return the group of each topic, numbered from 0 in the order of the topics; empty up to ``MANY``.

    Args:
        centroids: (topics, d) of unit length.
    """
    if len(centroids) <= MANY:
        return []
    from sklearn.cluster import AgglomerativeClustering

    count = min(MOST_GROUPS, round(len(centroids) ** 0.5) + 1)
    found = AgglomerativeClustering(count, linkage="ward").fit_predict(centroids).tolist()
    number = {group: place for place, group in enumerate(dict.fromkeys(found))}
    return [number[group] for group in found]
