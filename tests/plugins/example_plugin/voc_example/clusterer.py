from typing import Any


def kmeans(settings: Any) -> Any:
    """k-means with as many groups as the settings allow, eight at most."""
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=min(8, settings.max_issues), random_state=settings.seed, n_init=3)
