import numpy as np
import pandas as pd
import pytest
from insight_samples import issues, record

from voc.config import InsightSettings
from voc.insight.drivers import COLUMNS, drivers_table

BY_PRODUCT = InsightSettings(by=["product"])


def shop(product, voices, zips, start, issue="zip", **fields):
    return [
        record(start + i, (issue if i < zips else None, "negative"), product=product, **fields)
        for i in range(voices)
    ]


def found(*records, issue="zip"):
    ranked = issues([row for rows in records for row in rows], insight=BY_PRODUCT)
    return {driver.value: driver for driver in ranked[issue].drivers}


def test_the_product_that_drives_an_issue_is_named():
    drivers = found(shop("jacket", 100, 30, 0), shop("coat", 100, 3, 200), shop("hat", 100, 3, 400))
    jacket = drivers["jacket"]
    assert (jacket.verdict, jacket.voices, jacket.of, jacket.rest_voices, jacket.rest_of) == (
        "more", 30, 100, 6, 200,
    )  # fmt: skip
    assert jacket.ratio.estimate == pytest.approx(10)
    assert jacket.ratio.low > 3
    assert jacket.rate.estimate == 0.3
    assert drivers["coat"].verdict == drivers["hat"].verdict == "fewer"
    assert next(iter(drivers)) == "jacket"


def test_equal_rates_are_no_difference():
    drivers = found(shop("jacket", 100, 10, 0), shop("coat", 200, 21, 200))
    assert {driver.verdict for driver in drivers.values()} == {"no_clear_difference"}


def test_guards_have_names():
    small = found(shop("rare", 19, 19, 0), shop("coat", 200, 5, 200))
    assert small["rare"].verdict == "small_segment"
    assert (small["rare"].ratio, small["rare"].p) == (None, None)
    assert small["coat"].verdict == "small_rest"
    few = found(shop("jacket", 100, 4, 0), shop("coat", 100, 0, 200), shop("hat", 100, 40, 400, issue="brim"))
    assert few == {}  # four voices in all: nothing to list


def test_a_column_of_order_numbers_gives_no_rows():
    rows = [record(i, ("zip", "negative"), product=f"order {i}") for i in range(300)]
    assert found(rows) == {}


def test_one_author_is_one_voice_and_missing_values_are_left_out():
    loud = [record(i, ("zip", "negative"), product="jacket", author="a_1") for i in range(50)]
    drivers = found(loud, shop("jacket", 40, 4, 100), shop("coat", 60, 6, 200), shop(None, 500, 400, 1000))
    assert (drivers["jacket"].voices, drivers["jacket"].of) == (5, 41)
    assert (drivers["jacket"].rest_voices, drivers["jacket"].rest_of) == (6, 60)


def test_a_voice_in_two_segments_counts_in_each():
    both = [record(i, ("zip", "negative"), product="jacket", author=f"a_{i}") for i in range(10)]
    both += [record(50 + i, ("zip", "negative"), product="coat", author=f"a_{i}") for i in range(10)]
    drivers = found(both, shop("jacket", 30, 0, 100), shop("coat", 30, 0, 200))
    assert (drivers["jacket"].voices, drivers["jacket"].of) == (10, 40)
    assert (drivers["jacket"].rest_voices, drivers["jacket"].rest_of) == (10, 40)


def test_random_segments_raise_few_alarms():
    random = np.random.default_rng(3)
    alarms = 0
    for _ in range(5):
        rows = [
            record(n, (f"issue {random.integers(15)}", "negative"), product=f"p{random.integers(6)}")
            for n in range(900)
        ]
        ranked = issues(rows, insight=BY_PRODUCT).values()
        alarms += any(d.verdict in {"more", "fewer"} for issue in ranked for d in issue.drivers)
    assert alarms <= 1  # each run alarms with a chance under 5 %


def test_the_table_has_its_columns_in_rank_order():
    rows = shop("jacket", 100, 30, 0) + shop("coat", 100, 5, 200) + shop("rare", 8, 6, 400)
    ranked = issues(rows, insight=BY_PRODUCT)
    table = drivers_table(tuple(ranked.values()))
    assert list(table.columns) == list(COLUMNS)
    assert set(table["value"]) == {"jacket", "coat", "rare"}
    assert table["verdict"].iloc[2] == "small_segment"
    assert pd.isna(table["ratio"].iloc[2])
    assert table["label"].tolist() == ["Zip"] * 3
    assert list(drivers_table(()).columns) == list(COLUMNS)
