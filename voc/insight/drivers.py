"""Which segment drives which issue: a product, a country, an app version against all the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from voc.insight.intervals import adjust, rate_ratio, wilson
from voc.types import Driver, Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from voc.types import Issue

SMALL = 20
"""Fewer voices than this in a segment, or in all others, are too few to compare."""
TOO_FEW = 5
"""An issue needs so many voices, in the segment and the others together."""
MOST_SEGMENTS = 50
"""Of a column with more values the most common are looked at."""
COLUMNS = (
    "column", "value", "issue_id", "label", "verdict", "voices", "of", "rate", "rate_low", "rate_high",
    "rest_voices", "rest_of", "rest_rate", "ratio", "ratio_low", "ratio_high", "p",
)  # fmt: skip
"""Columns of ``drivers.csv``."""


def find_drivers(
    kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], by: Sequence[str], fdr: float
) -> dict[str, tuple[Driver, ...]]:
    """Compare each issue's rate in each segment with its rate among everybody else.

    A rate is the share of the segment's voices who mention the issue; the rest are the voices heard
    with another value of the same column (records without a value are left out). The ratio has the
    exact conditional interval, and p is corrected for all pairs (Benjamini-Hochberg): see
    ``intervals``. A voice heard in several segments counts in each.

    Guards, named as the verdict instead of a comparison: ``small_segment`` and ``small_rest``
    (under ``SMALL`` voices), ``few_mentions`` (under ``TOO_FEW`` voices mention the issue). Guarded
    pairs are listed only where the segment has ``TOO_FEW`` voices on the issue, so that a column
    of order numbers doesn't flood the table.

    Returns:
        issue id -> its segments: those surely different first, by p, then the others.
    """
    import numpy as np

    tables = [_count(kept, pairs, issues, column) for column in by]
    rows = [row for table in tables for row in table]
    found: dict[str, list[Driver]] = {issue: [] for issue in issues}
    if rows:
        k, n, rest, rest_n = (np.array([row[place] for row in rows]) for place in (3, 4, 5, 6))
        guards = [_guard(*row[3:]) for row in rows]
        tested = np.array([not guard for guard in guards])
        ratios, p = rate_ratio(k, np.maximum(1, n), rest, np.maximum(1, rest_n))
        p[tested] = adjust(p[tested])
        rates, rest_rates = wilson(k, n), wilson(rest, rest_n)
        for place, (row, guard) in enumerate(zip(rows, guards, strict=True)):
            bounds = (rates[place], rest_rates[place], ratios[place])
            found[row[2]].append(_driver(row, guard, *bounds, float(p[place]), fdr))
    return {issue: tuple(sorted(mine, key=_strength)) for issue, mine in found.items()}


_Row = tuple[str, str, str, int, int, int, int]
"""Column, value, issue; voices who mention it and all voices: in the segment, and in the rest."""


def _count(kept: pd.DataFrame, pairs: pd.DataFrame, issues: list[str], column: str) -> list[_Row]:
    import pandas as pd

    values = kept[column].astype("object")
    known = values.dropna().astype(str)
    people = pd.DataFrame({"voice": kept["voice"][known.index], "value": known}).drop_duplicates()
    of, rest_of = _inside_and_rest(people, ["voice"], [])
    said = pairs[["issue_id", "record", "voice"]].assign(value=pairs["record"].map(known)).dropna()
    said = said[["issue_id", "voice", "value"]].drop_duplicates()
    said_in, said_out = _inside_and_rest(said, ["issue_id", "voice"], ["issue_id"])
    here, elsewhere = said_in.to_dict(), said_out.to_dict()
    order = sorted(of.index, key=lambda value: (-of[value], value))[:MOST_SEGMENTS]
    rows = []
    for value in order:
        for issue in issues:
            k, rest = int(here.get((issue, value), 0)), int(elsewhere.get((issue, value), 0))
            row = (column, value, issue, k, int(of[value]), rest, int(rest_of[value]))
            if k >= TOO_FEW or not _guard(*row[3:]):
                rows.append(row)
    return rows


def _inside_and_rest(
    table: pd.DataFrame, person: list[str], keys: list[str]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Count the persons of each value, and those who are found outside of it."""
    import pandas as pd

    inside = table.groupby([*keys, "value"], sort=True).size()
    alone = table[table.groupby(person)["value"].transform("size") == 1]
    only = alone.groupby([*keys, "value"], sort=True).size().reindex(inside.index, fill_value=0)
    if not keys:
        return inside, table["voice"].nunique() - only
    people = table.groupby("issue_id")["voice"].nunique()
    cells = pd.MultiIndex.from_product([people.index, sorted(table["value"].unique())])
    everybody = people.reindex(cells.get_level_values(0)).to_numpy()
    return inside, pd.Series(everybody, index=cells) - only.reindex(cells, fill_value=0)


def _guard(k: int, n: int, rest: int, rest_n: int) -> str:
    if n < SMALL:
        return "small_segment"
    if rest_n < SMALL:
        return "small_rest"
    return "few_mentions" if k + rest < TOO_FEW else ""


def _driver(
    row: _Row,
    guard: str,
    rate: NDArray[np.float64],
    rest_rate: NDArray[np.float64],
    ratio: NDArray[np.float64],
    p: float,
    fdr: float,
) -> Driver:
    verdict = "no_clear_difference" if p > fdr else "more" if ratio[0] > 1 else "fewer"
    return Driver(
        *row,
        rate=Interval(*map(float, rate)),
        rest_rate=Interval(*map(float, rest_rate)),
        ratio=None if guard else Interval(*map(float, ratio)),
        p=None if guard else p,
        verdict=guard or verdict,
    )


def _strength(driver: Driver) -> tuple[float, float, str, str]:
    p = 2.0 if driver.p is None else driver.p
    return p, -driver.rate.estimate, driver.column, driver.value


def drivers_table(issues: Sequence[Issue]) -> pd.DataFrame:
    """Lay all segments of all issues out as ``drivers.csv`` has them, in the issues' rank order."""
    import pandas as pd

    rows = [_table_row(issue, driver) for issue in issues for driver in issue.drivers]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _table_row(issue: Issue, driver: Driver) -> dict[str, Any]:
    plain = {name: getattr(driver, name) for name in ("column", "value", "issue_id", "verdict")}
    counts = {name: getattr(driver, name) for name in ("voices", "of", "rest_voices", "rest_of")}
    ratio = driver.ratio or (None, None, None)
    return (
        plain
        | counts
        | {"label": issue.label, "rest_rate": round(driver.rest_rate.estimate, 4)}
        | dict(zip(("rate", "rate_low", "rate_high"), (round(x, 4) for x in driver.rate), strict=True))
        | dict(zip(("ratio", "ratio_low", "ratio_high"), (x and round(x, 4) for x in ratio), strict=True))
        | {"p": driver.p}
    )
