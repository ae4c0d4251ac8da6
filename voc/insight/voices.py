"""Distinct people: the unit in which rates are counted, so that one loud voice stays one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def issue_codes(pairs: pd.DataFrame, issues: list[str]) -> NDArray[np.int64]:
    """Return for each mention the position of its issue in ``issues``."""
    import numpy as np

    place = {issue: row for row, issue in enumerate(issues)}
    return np.asarray(pairs["issue_id"].map(place), dtype=np.int64)


def voices_where(
    inside: NDArray[np.bool_], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str]
) -> tuple[NDArray[np.int64], int]:
    """Count distinct voices among some of the records: (issues,) by issue, and in all.

    Args:
        inside: (records,) which records to look at.
        voices: (records,) codes of the authors.
        pairs: the mentions table (``issue_id``, ``record``).
        issues: the ids, in the order wanted.
    """
    import numpy as np

    records: NDArray[np.int64] = pairs["record"].to_numpy(dtype=np.int64)
    mine = inside[records]
    both = np.unique(np.stack([issue_codes(pairs, issues)[mine], voices[records[mine]]]), axis=1)
    return np.bincount(both[0], minlength=len(issues)).astype(np.int64), len(np.unique(voices[inside]))


def split_voices(
    groups: NDArray[np.int64],
    voices: NDArray[np.int64],
    periods: NDArray[np.int64],
    recent: range,
    base: range,
    count: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide each group's voices between two windows: (groups,) recent and base; their sum is exact.

    A voice who wrote in both is divided by its periods in each. Counted whole in both, those who
    write often would make the longer window look empty (they can't be counted there more than
    once), and every issue with faithful writers would seem to grow.

    Args:
        groups: (n,) codes below ``count``.
        voices: (n,) codes of the authors.
        periods: (n,) positions of periods.
        recent: positions of the recent window; ``base`` of the baseline.
        count: number of groups.
    """
    import numpy as np

    late = (periods >= recent.start) & (periods < recent.stop)
    known = late | ((periods >= base.start) & (periods < base.stop))
    rows = np.unique(np.stack([groups, voices, periods])[:, known], axis=1)
    pairs, place, size = np.unique(rows[:2], axis=1, return_inverse=True, return_counts=True)
    lately = np.bincount(place.ravel(), weights=rows[2] >= recent.start, minlength=len(size)) / size
    total = np.bincount(pairs[0], minlength=count)
    mine = np.rint(np.bincount(pairs[0], weights=lately, minlength=count)).astype(np.int64)
    return mine, total - mine
