"""What an issue costs: the change in the mean score when its records are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

REPLICATES = 400
SEED = 42
_CHUNK = 50  # replicates drawn at once: bounds memory at voices x 50 numbers


def nps_points(nps: pd.Series) -> NDArray[np.float64]:
    """Turn answers 0..10 into 100 (promoter, 9-10), 0 or -100 (detractor, 0-6); their mean is the NPS.

    Source: Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12).
    """
    import numpy as np

    answer = nps.astype("float64").to_numpy()
    points = np.where(answer >= 9, 100.0, np.where(answer <= 6, -100.0, 0.0))
    return np.where(np.isnan(answer), np.nan, points)


def leave_out_change(
    scores: NDArray[np.float64], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str]
) -> list[Interval | None]:
    """Measure, for each issue, ``mean(all) - mean(all but the issue's records)``.

    Negative: the issue drags the mean down by so much. This is an association: whoever mentions
    two issues counts for both. The interval is a percentile bootstrap over voices (Poisson
    weights, seeded, so that one author's many records stand or fall together).

    Args:
        scores: (records,) a rating or NPS points; NaN where there is none.
        voices: (records,) codes of the authors.
        pairs: the mentions table (``issue_id``, ``record``).
        issues: the ids, in the order wanted.

    Returns:
        One interval an issue; ``None`` where no scored record is in it, or none is out of it.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; Poisson
    weights: Hanley and MacGibbon (2006), Computer Methods and Programs in Biomedicine 83, 57-62.
    """
    import numpy as np

    scored = ~np.isnan(scores)
    if not scored.any():
        return [None] * len(issues)
    sums = _Sums.of(scored, np.where(scored, scores, 0.0), voices, pairs, issues)
    size = len(sums.counts)
    random = np.random.default_rng(SEED)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimates = sums.change(np.ones((size, 1)))[:, 0]
        chunks = [sums.change(random.poisson(1.0, (size, _CHUNK))) for _ in range(REPLICATES // _CHUNK)]
    replicates = np.concatenate(chunks, axis=1)
    known = (np.asarray(sums.inside_counts.sum(axis=1)).ravel() > 0) & np.isfinite(estimates)
    return [bootstrap_interval(estimates[i], replicates[i]) if known[i] else None for i in range(len(issues))]


def surest_loss(stars: Interval | None, nps: Interval | None) -> tuple[float, str] | None:
    """Return what an issue surely costs: (change, ``stars`` or ``nps``), else ``None``.

    A loss is sure when its interval leaves no room for none, and it is worth a word when it isn't
    written as 0. Where both are, NPS is named: a survey has it, and its stars are made from it.
    """
    for change, unit, least in ((nps, "nps", 0.05), (stars, "stars", 0.005)):
        if change is not None and change.high < 0 and -change.estimate >= least:
            return change.estimate, unit
    return None


@dataclass(frozen=True)
class _Sums:
    """How many scored records each voice has and what they add up to: in all, and in each issue."""

    counts: NDArray[np.float64]
    totals: NDArray[np.float64]
    inside_counts: Any
    """Sparse (issues, voices), like ``inside_totals``."""
    inside_totals: Any

    @classmethod
    def of(
        cls,
        scored: NDArray[np.bool_],
        values: NDArray[np.float64],
        voices: NDArray[np.int64],
        pairs: pd.DataFrame,
        issues: list[str],
    ) -> _Sums:
        import numpy as np
        from scipy.sparse import csr_array

        size = int(voices.max()) + 1
        place = {issue: row for row, issue in enumerate(issues)}
        rows = pairs["issue_id"].map(place).to_numpy(dtype=np.int64)
        records = pairs["record"].to_numpy(dtype=np.int64)
        shape, cells = (len(issues), size), (rows, voices[records])
        return cls(
            np.bincount(voices, weights=scored, minlength=size).astype(np.float64),
            np.bincount(voices, weights=values, minlength=size).astype(np.float64),
            csr_array((scored[records].astype(np.float64), cells), shape=shape),
            csr_array((values[records], cells), shape=shape),
        )

    def change(self, weights: NDArray[Any]) -> NDArray[np.float64]:
        """Return (issues, replicates) for (voices, replicates) weights; NaN where nothing is left."""
        count, total = self.counts @ weights, self.totals @ weights
        rest = count - self.inside_counts @ weights
        changes: NDArray[np.float64] = total / count - (total - self.inside_totals @ weights) / rest
        return changes


def bootstrap_interval(estimate: float, replicates: NDArray[np.float64]) -> Interval:
    """Return the percentiles 2.5 and 97.5 of the replicates, widened to hold the estimate."""
    import numpy as np

    finite = replicates[np.isfinite(replicates)]
    low, high = np.percentile(finite, [2.5, 97.5]) if len(finite) else (estimate, estimate)
    return Interval(float(estimate), float(min(low, estimate)), float(max(high, estimate)))
