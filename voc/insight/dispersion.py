"""Feedback comes in bursts: how much more counts vary than chance alone would have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHANCE = 6.0
"""Variance of an issue's estimate times its scale where counts are Poisson (neighbours overlap)."""
_BETWEEN = 0.25**2
"""Variance of dispersion between issues, assumed: beyond this an issue's size gives it no more say."""


def dispersion(counts: NDArray[np.int64], exposure: NDArray[np.float64]) -> float:
    """Estimate how strongly rates vary from period to period: a of ``variance = mean + a * mean²``.

    That is the variance of a negative binomial count, whose rate is drawn anew in each period
    with the squared coefficient of variation a; a = 0 is Poisson. Estimated from neighbouring
    periods alone, so that a step or a slope (the change that is looked for) hardly counts as
    dispersion (the idea of von Neumann's ratio): with counts x, y and exposures u, v of neighbours,
    ``(xv - yu)² - (xv² + yu²)`` has the mean ``a * 2uv * E[x]E[y]``, and xy estimates ``E[x]E[y]``.
    Each issue gives one estimate. Their weighted median is that of the corpus, so that one issue with
    a single flood doesn't make all others uncertain; weights are inverse variances, that of chance
    and one between issues together, as in a random-effects mean (DerSimonian and Laird 1986).

    Args:
        counts: (issues, periods) voices.
        exposure: (periods,) voices heard, or time.

    Returns:
        a >= 0; the median makes it somewhat low (.07 where .10 is true).

    Sources: Lawless (1987), Canadian Journal of Statistics 15, 209-225 (the negative binomial model);
    von Neumann (1941), Annals of Mathematical Statistics 12, 367-395.
    """
    import numpy as np

    weight = exposure / max(float(exposure.mean()), 1e-12)
    (x, y), (u, v) = (counts[:, :-1], counts[:, 1:]), (weight[:-1], weight[1:])
    excess = ((x * v - y * u) ** 2 - (x * v**2 + y * u**2)).sum(axis=1)
    scale = (2 * u * v * x * y).sum(axis=1)
    told = scale > 0
    if not told.any():
        return 0.0
    found = excess[told] / scale[told]
    order = np.argsort(found, kind="stable")
    weight = 1 / (_CHANCE / scale[told] + _BETWEEN)
    trust = np.cumsum(weight[order])
    return max(0.0, float(found[order][np.searchsorted(trust, trust[-1] / 2)]))


def design_effect(
    totals: NDArray[np.int64], spread: float, exposure: NDArray[np.float64], score: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Say how many voices that come in bursts tell as much as one that comes by itself.

    For the mean score of an issue's n voices, each with the score of its period: its variance under
    ``dispersion`` over that under chance alone, ``1 + (n - 1) a Σp²s² / Σps²`` with p the periods'
    shares of exposure and s their scores less the mean. n divided by it is the effective number.

    Args:
        totals: (issues,) voices.
        spread: what ``dispersion`` returns.
        exposure: (periods,).
        score: (periods,) what is compared: 1 for recent periods and 0 for others, or positions.

    Source: Kish (1965), Survey Sampling, 8.2 (design effects and effective sample sizes).
    """
    import numpy as np

    share = exposure / max(float(exposure.sum()), 1e-12)
    off = score - share @ score
    ratio = float(((share * off) ** 2).sum()) / max(float((share * off**2).sum()), 1e-12)
    effect: NDArray[np.float64] = 1 + np.maximum(totals - 1, 0) * spread * ratio
    return effect
