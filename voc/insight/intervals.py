"""Intervals and tests that stay right for small counts: vectorised over issues, no pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
"""Coverage of every interval in voc."""
Z = 1.959963984540054
"""Normal quantile of ``LEVEL``, two-sided."""
RATIO_CAP = 1000.0
"""Stands for "no upper limit": a rate ratio whose baseline saw no event has none."""


def wilson(successes: ArrayLike, trials: ArrayLike) -> NDArray[np.float64]:
    """Return (n, 3): estimate, low and high of a share, by the Wilson score interval.

    ``(p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`` with ``p = successes / trials``.
    ``successes`` may be fractional: a sum of n values between 0 and 1. Their variance is at most
    p(1-p), so that the interval is then on the safe side. No trials give (0, 0, 1).

    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical
    inference, JASA 22, 209-212.
    """
    import numpy as np

    n = np.asarray(trials, dtype=np.float64)
    k = np.asarray(successes, dtype=np.float64)
    safe = np.maximum(n, 1e-9)
    p = np.clip(k / safe, 0.0, 1.0)
    middle = (p + Z**2 / (2 * safe)) / (1 + Z**2 / safe)
    half = Z * np.sqrt(p * (1 - p) / safe + Z**2 / (4 * safe**2)) / (1 + Z**2 / safe)
    bounds = np.stack([p, np.clip(middle - half, 0.0, p), np.clip(middle + half, p, 1.0)], axis=-1)
    return np.where((n > 0)[..., None], bounds, [0.0, 0.0, 1.0])


def rate_ratio(
    events: ArrayLike, exposure: ArrayLike, base_events: ArrayLike, base_exposure: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare two rates exactly: (n, 3) ratio with its interval, and (n,) two-sided p-values.

    Given the total of both counts, the events of the first are binomial with share
    ``exposure / (exposure + base_exposure)`` when the rates are equal. The interval is
    Clopper-Pearson's for that share, turned into a ratio; the p-value doubles the smaller exact
    tail, so that p < 0.05 just when the interval leaves 1 out. Where a count is 0, half an event
    is added to both for the estimate alone. Both counts 0 give a ratio of 1 and p = 1. Counts may be
    effective ones, between whole numbers (Korn and Graubard 1998, Survey Methodology 24, 193-201).

    Sources: Clopper and Pearson (1934), Biometrika 26, 404-413; Przyborowski and Wilenski (1940),
    Biometrika 31, 313-323 (the conditional test of two Poisson rates).
    """
    import numpy as np
    from scipy.stats import beta

    k, base = np.asarray(events, dtype=np.float64), np.asarray(base_events, dtype=np.float64)
    time, base_time = np.asarray(exposure, dtype=np.float64), np.asarray(base_exposure, dtype=np.float64)
    total = k + base
    null = time / (time + base_time)
    tails = np.minimum(_at_most(k, total, null), _at_most(base, total, 1 - null))
    p = np.where(total > 0, np.minimum(1.0, 2 * tails), 1.0)
    tail = (1 - LEVEL) / 2
    low = np.where(k > 0, beta.ppf(tail, np.where(k > 0, k, 1), base + 1), 0.0)
    high = np.where(base > 0, beta.ppf(1 - tail, k + 1, np.where(base > 0, base, 1)), 1.0)
    half = np.where((k == 0) | (base == 0), 0.5, 0.0)
    scale = base_time / time
    with np.errstate(divide="ignore"):
        ends = [np.minimum(RATIO_CAP, end / (1 - end) * scale) for end in (low, high)]
    estimate = np.where(total > 0, (k + half) / (base + half) * scale, 1.0)
    return np.stack([np.clip(estimate, *ends), *ends], axis=-1), p


def mid_p(
    events: ArrayLike, exposure: ArrayLike, base_events: ArrayLike, base_exposure: ArrayLike
) -> NDArray[np.float64]:
    """Test two rates like ``rate_ratio``, with half the chance of the count itself: (n,) p-values.

    The exact test of small counts keeps far below its level, since few p-values can occur; with the
    mid-p a test comes close to it. Corrected for many looks it keeps the false discovery rate.

    Sources: Lancaster (1961), JASA 56, 223-234; Heller and Gur (2011), False discovery rate
    controlling procedures for discrete tests, arXiv:1112.4627.
    """
    import numpy as np

    k, base = np.asarray(events, dtype=np.float64), np.asarray(base_events, dtype=np.float64)
    time, base_time = np.asarray(exposure, dtype=np.float64), np.asarray(base_exposure, dtype=np.float64)
    null, total = time / (time + base_time), k + base
    few = _at_most(k, total, null) + _at_most(k - 1, total, null)
    many = _at_most(base, total, 1 - null) + _at_most(base - 1, total, 1 - null)
    p: NDArray[np.float64] = np.minimum(1.0, np.minimum(few, many))
    return p


def _at_most(
    count: NDArray[np.float64], total: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the chance of at most ``count`` of ``total``: binomial, by the incomplete beta function.

    So it holds between whole numbers, too, where counts are effective ones.
    """
    import numpy as np
    from scipy.special import betainc

    inside = (count > -1) & (count < total)
    chance = betainc(np.where(inside, total - count, 1.0), np.where(inside, count + 1, 1.0), 1 - share)
    found: NDArray[np.float64] = np.where(inside, chance, np.where(count < total, 0.0, 1.0))
    return found


def adjust(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values for looking at many issues at once: reject where the result is <= the FDR.

    Source: Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289-300.
    """
    from scipy.stats import false_discovery_control

    adjusted: Any = false_discovery_control(p_values, method="bh") if len(p_values) else p_values
    return adjusted  # type: ignore[no-any-return]
