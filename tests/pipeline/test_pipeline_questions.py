"""``--event`` and ``--by``: what was planted is found, and what is too little to tell is called so."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import voc
from voc.cli import cli
from voc.cli.console import guarded

SAID = {
    "late": ["My parcel came {n} days late", "The delivery took {n} days, far too late", "Courier was late again, {n} days this time",
             "Still waiting for the parcel, it is {n} days late", "Late delivery: {n} days after the promised date"],
    "zip": ["The zip broke after {n} days", "Zip got stuck and broke on day {n}", "After {n} days the zip is broken",
            "Broken zip, it lasted {n} days", "The zip came off on day {n}"],
    "code": ["The login code never arrives, tried {n} times", "No login code by text, {n} attempts", "I can't log in, {n} codes and none came",
             "Waiting for a login code since {n} minutes", "Login code missing for the {n}th time"],
    "bill": ["I was charged twice, {n} dollars gone", "Double charge of {n} dollars on my card", "My card was charged twice: {n} dollars",
             "Billed twice for {n} dollars", "You took {n} dollars from my card two times"],
}  # fmt: skip
START, EVENT = date(2026, 1, 1), date(2026, 4, 1)
DAYS, BEFORE = 180, 90
PRODUCTS = ["Coat", "Hat", "Jacket"]


def planted() -> Iterator[tuple[str, dict[str, str]]]:
    """Late parcels stop at the event; zips break on jackets. ``Rare`` is sold to 12, and every zip of it broke."""
    plan: list[tuple[str, int, str]] = []
    plan += [("late", i * BEFORE // 60, PRODUCTS[i % 3]) for i in range(60)]
    plan += [("late", BEFORE + 10 + i * 20, PRODUCTS[i % 3]) for i in range(4)]
    plan += [("zip", i * DAYS // 48, "Jacket") for i in range(48)]
    plan += [("zip", 15 + i * DAYS // 12, "Rare") for i in range(12)]
    plan += [(theme, i * DAYS // 60, PRODUCTS[i % 3]) for theme in ("code", "bill") for i in range(60)]
    for number, (theme, day, product) in enumerate(plan):
        texts = SAID[theme]
        yield (
            theme,
            {
                "date": (START + timedelta(days=min(day, DAYS - 1))).isoformat(),
                "author": f"customer {number}",
                "product": product,
                "review": texts[number % len(texts)].format(n=number + 3),
            },
        )


THEMES = [theme for theme, _ in planted()]


def command(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        return guarded(cli)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "reviews.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["date", "author", "product", "review"])
        writer.writeheader()
        writer.writerows(row for _, row in planted())
    return path


@pytest.fixture(scope="module")
def out(export: Path) -> Path:
    asked = ["--event", f"{EVENT.isoformat()}:new courier", "--by", "product"]
    assert command("run", export, "-o", export.parent / "out", "-q", *asked) == 0
    return export.parent / "out"


@pytest.fixture(scope="module")
def result(out: Path) -> voc.Result:
    return voc.load_run(out)


def main_issue(result: voc.Result, theme: str) -> Any:
    """The issue that holds most of a theme's records."""
    rows = result.feedback.sort_values("source_row")
    held = Counter(
        name for mine, names in zip(THEMES, rows["issue_ids"], strict=True) if mine == theme for name in names
    )
    name, count = held.most_common(1)[0]
    assert count >= 15, f"{theme} is scattered: {held}"
    return next(issue for issue in result.ranked if issue.issue_id == name)


def test_the_fix_shows_in_the_issue_it_fixed(result: voc.Result) -> None:
    (effect,) = main_issue(result, "late").events
    assert (effect.day, effect.name, effect.verdict) == (EVENT.isoformat(), "new courier", "fewer")
    assert effect.ratio.high < 1
    assert effect.before.estimate > 3 * effect.after.estimate


def test_an_issue_that_went_on_shows_no_change_or_is_called_too_small(result: voc.Result) -> None:
    # The others keep their numbers; of all voices their share grows by a third, since late parcels stop.
    for theme in ("code", "bill"):
        (effect,) = main_issue(result, theme).events
        assert effect.verdict in {"no_clear_change", "too_few", "more"}
        if effect.ratio is not None:
            assert effect.ratio.low < 1.6


def test_the_product_that_breaks_is_named_and_no_other(result: voc.Result) -> None:
    drivers = {driver.value: driver for driver in main_issue(result, "zip").drivers}
    jacket = drivers["Jacket"]
    assert (jacket.column, jacket.verdict) == ("product", "more")
    assert jacket.ratio.low > 1
    assert jacket.rate.estimate > jacket.rest_rate.estimate
    assert not {value for value, driver in drivers.items() if driver.verdict == "more"} - {"Jacket"}


def test_a_segment_of_twelve_is_named_too_small_and_never_judged(result: voc.Result) -> None:
    rare = [driver for issue in result.ranked for driver in issue.drivers if driver.value == "Rare"]
    assert {driver.verdict for driver in rare} == {"small_segment"}
    assert all(driver.ratio is None and driver.p is None for driver in rare)
    assert all(5 <= driver.voices <= driver.of <= 12 for driver in rare)


def test_an_issue_everybody_has_is_driven_by_no_product(result: voc.Result) -> None:
    for theme in ("code", "bill"):
        verdicts = {driver.value: driver.verdict for driver in main_issue(result, theme).drivers}
        assert verdicts.get("Coat") != "fewer"
        assert verdicts.get("Hat") != "fewer"
        assert verdicts.get("Jacket") != "more"


def test_every_file_tells_the_same(out: Path, result: voc.Result) -> None:
    late, torn = main_issue(result, "late"), main_issue(result, "zip")
    listed = {issue["issue_id"]: issue for issue in json.loads((out / "issues.json").read_text())}
    assert listed[late.issue_id]["events"][0]["verdict"] == "fewer"
    table = pd.read_csv(out / "drivers.csv")
    mine = table[(table["issue_id"] == torn.issue_id) & (table["value"] == "Jacket")]
    assert mine["verdict"].tolist() == ["more"]
    book = openpyxl.load_workbook(out / "issues.xlsx")
    assert "new courier" in {row[1] for row in book["Before and after"].iter_rows(values_only=True)}
    assert "Jacket" in {row[3] for row in book["Who says it"].iter_rows(values_only=True)}
    for name in ("report.html", "report.md"):
        text = (out / name).read_text(encoding="utf-8")
        assert "new courier" in text
        assert "product: Jacket" in text


def test_without_questions_there_are_no_answers(export: Path, tmp_path: Path) -> None:
    assert command("run", export, "-o", tmp_path / "plain", "-q") == 0
    assert not (tmp_path / "plain" / "drivers.csv").exists()
    loaded = voc.load_run(tmp_path / "plain")
    assert not any(issue.events or issue.drivers for issue in loaded.ranked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--by", "colour"], "no such column"),
        (["--event", "1 April: new courier"], "YYYY-MM-DD"),
        (["--event", "2026-04-31:new courier"], "YYYY-MM-DD"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_anything_is_written(
    asked: list[str], said: str, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("run", export, "-o", tmp_path / "none", "-q", *asked) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
