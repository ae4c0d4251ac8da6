"""What an issue costs when the effect is shared out among all issues of the same records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voc.insight.impact import SEED, bootstrap_interval
from voc.insight.voices import issue_codes
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

REPLICATES = 200
_PENALTIES = (-2.0, 4.0, 37)  # powers of ten, and how many between


def shared_effects(
    scores: NDArray[np.float64], voices: NDArray[np.int64], pairs: pd.DataFrame, issues: list[str]
) -> list[Interval | None]:
    """Regress the score on all issues at once; return each issue's share of the mean score.

    With x_ij = 1 where record i mentions issue j, ridge regression minimises
    ``sum_i (y_i - a - sum_j b_j x_ij)² + penalty * sum_j b_j²``, and issue j's share is
    ``b_j * mean(x_j)``: the shares and the intercept a add up to the mean score. A record that
    mentions two issues is shared between them, where ``leave_out_change`` counts it for both. The
    penalty minimises generalised cross-validation; it shrinks what few records support towards
    none. It is still an association. The interval is a percentile bootstrap over voices (Poisson
    weights, seeded) at that penalty.

    Args:
        scores: (records,) a rating or NPS points; NaN where there is none.
        voices: (records,) codes of the authors.
        pairs: the mentions table (``issue_id``, ``record``).
        issues: the ids, in the order wanted.

    Returns:
        One interval an issue; ``None`` where no scored record is in it, or none is out of it.

    Sources: Hoerl and Kennard (1970), Technometrics 12, 55-67; Golub, Heath and Wahba (1979),
    Generalized cross-validation, Technometrics 21, 215-223.
    """
    import numpy as np

    scored = ~np.isnan(scores)
    if not scored.any() or not issues:
        return [None] * len(issues)
    data = _Data.of(scores, scored, pairs, issues)
    inside = np.asarray(data.mentions.sum(axis=0)).ravel()
    known = (inside > 0) & (inside < len(data.scores))
    moments = data.moments(np.ones(len(data.scores)))
    penalty = moments.best_penalty()
    estimates = moments.shares(penalty)
    random, people = np.random.default_rng(SEED), voices[scored]
    draws = (random.poisson(1.0, int(voices.max()) + 1)[people] for _ in range(REPLICATES))
    replicates = np.stack(
        [data.moments(draw).shares(penalty) for draw in draws if draw.any()] or [estimates], axis=1
    )
    return [bootstrap_interval(estimates[i], replicates[i]) if known[i] else None for i in range(len(issues))]


@dataclass(frozen=True)
class _Data:
    """The scored records: who mentions what (sparse, records x issues), and the scores."""

    mentions: Any
    scores: NDArray[np.float64]

    @classmethod
    def of(
        cls, scores: NDArray[np.float64], scored: NDArray[np.bool_], pairs: pd.DataFrame, issues: list[str]
    ) -> _Data:
        import numpy as np
        from scipy.sparse import csr_array

        row = np.cumsum(scored) - 1
        records = pairs["record"].to_numpy(dtype=np.int64)
        mine = scored[records]
        cells = row[records[mine]], issue_codes(pairs, issues)[mine]
        shape = (int(scored.sum()), len(issues))
        return cls(csr_array((np.ones(int(mine.sum())), cells), shape=shape), scores[scored])

    def moments(self, weights: NDArray[Any]) -> _Moments:
        """Return the weighted, centred moments that the regression needs."""
        import numpy as np

        weights = weights.astype(np.float64)
        total = float(weights.sum())
        means = self.mentions.T @ weights / total
        mean = float(weights @ self.scores / total)
        centred = self.scores - mean
        weighted = self.mentions.multiply(weights[:, None]).tocsr()
        gram = (self.mentions.T @ weighted).toarray() - total * np.outer(means, means)
        return _Moments(
            gram, self.mentions.T @ (weights * centred), float(weights @ centred**2), means, total
        )


@dataclass(frozen=True)
class _Moments:
    gram: NDArray[np.float64]
    """(issues, issues) of the centred indicators."""
    cross: NDArray[np.float64]
    """(issues,) of the indicators with the centred scores."""
    square: float
    means: NDArray[np.float64]
    total: float

    def shares(self, penalty: float) -> NDArray[np.float64]:
        import numpy as np

        slopes = np.linalg.solve(self.gram + penalty * np.eye(len(self.gram)), self.cross)
        shares: NDArray[np.float64] = slopes * self.means
        return shares

    def best_penalty(self) -> float:
        """Minimise ``n * rss / (n - df)²`` over a grid of penalties, by one eigendecomposition."""
        import numpy as np

        values, vectors = np.linalg.eigh(self.gram)
        values, turned = np.clip(values, 0.0, None), vectors.T @ self.cross
        penalties = np.logspace(*_PENALTIES)[:, None]
        slopes = turned / (values + penalties)
        rss = np.clip(self.square - 2 * slopes @ turned + (slopes**2) @ values, 0.0, None)
        freedom = 1 + (values / (values + penalties)).sum(axis=1)
        loose = np.maximum(self.total - freedom, 1e-9)
        return float(penalties[np.argmin(rss / loose**2), 0])
