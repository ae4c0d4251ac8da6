"""Signs that an issue wears customers out: they write again, they leave, stars and words disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voc.insight.intervals import wilson
from voc.insight.voices import issue_codes, voices_where
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

FIVE_STARS, ONE_STAR = 4.5, 1.5
"""From here up a rating of 1..5 is five stars, from here down one star."""
SURE = 0.5
"""A text contradicts its rating when the model gives the opposite sentiment more than this."""
CHURN = "churn_risk"


def mismatches(kept: pd.DataFrame) -> NDArray[np.int8]:
    """Compare stars with words: (records,) 1 for five stars but a negative text, -1 for the reverse, else 0.

    A mismatch is a slip of the stars, irony, or an error of the sentiment model: a record to read,
    not to count as a complaint.
    """
    import numpy as np

    if "p_negative" not in kept:
        return np.zeros(len(kept), dtype=np.int8)
    stars = kept["rating"].to_numpy(dtype=np.float64, na_value=np.nan)
    high = (stars >= FIVE_STARS) & (kept["p_negative"].to_numpy(dtype=np.float64) > SURE)
    low = (stars <= ONE_STAR) & (kept["p_positive"].to_numpy(dtype=np.float64) > SURE)
    return high.astype(np.int8) - low.astype(np.int8)


def mismatch_counts(kept: pd.DataFrame) -> dict[str, int]:
    """Count them for the whole run: ``rated``, ``five_stars_negative``, ``one_star_positive``."""
    found = mismatches(kept)
    return {
        "rated": int(kept["rating"].notna().sum()),
        "five_stars_negative": int((found > 0).sum()),
        "one_star_positive": int((found < 0).sum()),
    }


def mismatches_by_issue(kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str]) -> list[int]:
    """Count each issue's records whose stars and words disagree."""
    import numpy as np

    wrong = mismatches(kept)[pairs["record"].to_numpy(dtype=np.int64)] != 0
    found = np.bincount(issue_codes(pairs, issues)[wrong], minlength=len(issues))
    return [int(count) for count in found]


def repeat_contacts(kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], days: int) -> list[int]:
    """Count the records whose author wrote about the same issue within so many days before.

    Records without an author or a date can't be told to be repeats; duplicates are no contacts.
    """
    import numpy as np
    import pandas as pd

    named = kept["author"].notna().to_numpy()[pairs["record"].to_numpy(dtype=np.int64)]
    mine = pairs.assign(code=issue_codes(pairs, issues))[named].dropna(subset=["created_at"])
    mine = mine.sort_values(["code", "voice", "created_at", "record"], kind="stable")
    gap = mine.groupby(["code", "voice"], sort=False)["created_at"].diff()
    again = mine["code"][gap <= pd.Timedelta(days=days)].to_numpy(dtype=np.int64)
    return [int(count) for count in np.bincount(again, minlength=len(issues))]


def churn_shares(
    kept: pd.DataFrame, segments: pd.DataFrame, pairs: pd.DataFrame, issues: list[str]
) -> list[Interval]:
    """Measure the share of each issue's voices who say that they leave, in any part of those records.

    The threat often stands in a sentence of its own ("the zip broke. I'm off to another shop"), so
    the whole record counts, not the issue's own sentences. Wilson's interval.
    """
    import numpy as np

    leaving = kept["id"].isin(segments.loc[segments["intent"] == CHURN, "record_id"]).to_numpy()
    voices = kept["voice"].to_numpy(dtype=np.int64)
    gone, _ = voices_where(leaving, voices, pairs, issues)
    everybody, _ = voices_where(np.ones(len(kept), dtype=bool), voices, pairs, issues)
    return [Interval(*map(float, row)) for row in wilson(gone, everybody)]
