"""A test that hears the whole history of an issue, not its last weeks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voc.insight.voices import issue_codes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_EXACT = 1 << 18  # length of the exact law of a sum; beyond it the normal law is as good, and fast


def when_heard(
    where: NDArray[np.int64], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str], complete: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add up when each issue's voices spoke of it: (issues,) sums of positions, and voices counted.

    A voice counts once, at the middle (median) of the periods in which it mentions the issue: the
    first or the last would make an issue with faithful writers seem to fall or to rise.

    Args:
        where: (records,) position of each record's period; -1 where it has none.
        voices: (records,) codes of the authors.
        pairs: the mentions table (``issue_id``, ``record``).
        issues: the ids, in the order wanted.
        complete: only periods before this position count.
    """
    import numpy as np

    records = pairs["record"].to_numpy(dtype=np.int64)
    rows = np.stack([issue_codes(pairs, issues), voices[records], where[records]])
    rows = np.unique(rows[:, (rows[2] >= 0) & (rows[2] < complete)], axis=1)
    _, start, size = np.unique(rows[:2], axis=1, return_index=True, return_counts=True)
    middle = (rows[2, start + (size - 1) // 2] + rows[2, start + size // 2]) / 2
    own = rows[0, start]
    return (
        np.bincount(own, weights=middle, minlength=len(issues)).astype(np.float64),
        np.bincount(own, minlength=len(issues)).astype(np.int64),
    )


def volume(where: NDArray[np.int64], voices: NDArray[np.int64], complete: int) -> NDArray[np.float64]:
    """Count the distinct voices heard in each complete period."""
    import numpy as np

    known = (where >= 0) & (where < complete)
    both = np.unique(np.stack([where[known], voices[known]]), axis=1)
    return np.bincount(both[0], minlength=complete).astype(np.float64)


def by_period(
    where: NDArray[np.int64], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str], complete: int
) -> NDArray[np.int64]:
    """Count each issue's distinct voices in each complete period: (issues, complete); see ``when_heard``."""
    import numpy as np

    records = pairs["record"].to_numpy(dtype=np.int64)
    rows = np.stack([issue_codes(pairs, issues), voices[records], where[records]])
    rows = np.unique(rows[:, (rows[2] >= 0) & (rows[2] < complete)], axis=1)
    table = np.zeros((len(issues), complete), dtype=np.int64)
    np.add.at(table, (rows[0], rows[2]), 1)
    return table


def history_test(
    sums: NDArray[np.float64], counts: NDArray[np.int64], exposure: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Test whether an issue's voices come earlier or later than volume alone would have them.

    With no trend, each of an issue's n voices falls into a period with a chance proportional to
    the period's exposure; the sum of their positions then has a law that is found exactly (the
    n-fold convolution, by Fourier transform). This is the exact conditional form of the score test
    for a log-linear trend in Poisson rates (Cochran-Armitage), with mid-p: it uses every voice, and
    sees a step in the middle of the history as well as a slope.

    Args:
        sums: (issues,) what ``when_heard`` returns.
        counts: (issues,) likewise.
        exposure: (periods,) voices heard, or time.

    Returns:
        (issues,) two-sided p-values, and the mean position less the expected one (positive: later).

    Sources: Armitage (1955), Biometrics 11, 375-386; Cox and Lewis (1966), The statistical analysis
    of series of events, 3.3; mid-p: Lancaster (1961), JASA 56, 223-234.
    """
    import numpy as np

    weight = exposure / exposure.sum()
    expected = float(weight @ np.arange(len(weight)))
    p = np.ones(len(counts))
    for count in np.unique(counts[counts > 0]):
        mine = counts == count
        law = _exact if count * len(weight) <= _EXACT else _normal
        p[mine] = law(sums[mine], int(count), weight)
    return p, sums / np.maximum(counts, 1) - np.where(counts > 0, expected, 0.0)


def _exact(sums: NDArray[np.float64], count: int, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np
    from scipy.fft import irfft, next_fast_len, rfft

    size = next_fast_len(count * (len(weight) - 1) + 1, real=True)
    mass = np.clip(irfft(rfft(weight, size) ** count, size), 0.0, None)
    below = np.concatenate([[0.0], np.cumsum(mass)])
    above = np.concatenate([np.cumsum(mass[::-1])[::-1], [0.0]])
    floor, ceiling = np.floor(sums).astype(np.int64), np.ceil(sums).astype(np.int64)
    tie = np.where(floor == ceiling, mass[floor] / 2, 0.0)
    tails = np.minimum(below[floor + 1], above[ceiling]) - tie
    p: NDArray[np.float64] = np.clip(2 * tails, 0.0, 1.0)
    return p


def _normal(sums: NDArray[np.float64], count: int, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np
    from scipy.stats import norm

    place = np.arange(len(weight))
    mean = float(weight @ place)
    spread = float(weight @ (place - mean) ** 2) * count
    found: NDArray[np.float64] = 2 * norm.sf(np.abs(sums - count * mean) / max(spread, 1e-12) ** 0.5)
    return found
