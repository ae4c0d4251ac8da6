"""Which issues come together in the same records."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARED = 3
"""Records that must mention both issues before they are called related."""


def related_issues(segments: pd.DataFrame, count: int = 3) -> dict[str, tuple[tuple[str, int], ...]]:
    """Find, for each issue, those most often mentioned in the same record.

    Pairs are ordered by Jaccard's index (records with both / records with either), which doesn't
    favour what everybody mentions.

    Returns:
        issue id -> ((other issue id, records with both), ...), closest first.
    """
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array

    pairs = segments.loc[segments["issue_id"].notna(), ["issue_id", "record_id"]].drop_duplicates()
    if pairs.empty:
        return {}
    rows, names = pd.factorize(pairs["issue_id"], sort=True)
    columns, records = pd.factorize(pairs["record_id"])
    table = coo_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(records))).tocsr()
    both = (table @ table.T).toarray()
    sizes = np.diag(both).copy()
    np.fill_diagonal(both, 0)
    jaccard = both / (sizes[:, None] + sizes[None, :] - both)
    found = {}
    for row, name in enumerate(names):
        order = np.argsort(-jaccard[row], kind="stable")[:count]
        found[str(name)] = tuple(
            (str(names[i]), int(both[row, i])) for i in order if both[row, i] >= LEAST_SHARED
        )
    return found
