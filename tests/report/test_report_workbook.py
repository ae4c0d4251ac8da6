"""The workbook has all that is known of an issue, as numbers an analyst can filter, and nothing that runs."""

import zipfile
from dataclasses import replace

import openpyxl
import pytest

from voc.report import write_reports
from voc.report.xlsx import sheet_name
from voc.types import Driver, EventEffect, Interval

GROUPS = ["Money / refunds", "=cmd|' /C calc'!A0 and much more than a sheet may be called"]


def evidence(issue, place):
    """An issue with everything that may be known of one."""
    before, after = Interval(0.2, 0.15, 0.26), Interval(0.05, 0.02, 0.1)
    return replace(
        issue,
        group=GROUPS[place % 2],
        recent_authors=7 + place,
        trend_p=0.0123,
        churn_share=Interval(0.1, 0.04, 0.2),
        repeat_contacts=3,
        mismatches=2,
        rating_impact_shared=Interval(-0.2, -0.3, -0.1),
        events=(
            EventEffect("2026-04-01", "=1+1", after, before, None, None, "too_few"),
            EventEffect(
                "2026-03-01", "new courier", before, after, Interval(0.25, 0.1, 0.6), 0.004, "fewer"
            ),
        ),
        drivers=(
            Driver(
                "product", "@SUM(1)", issue.issue_id, 30, 100, 6, 200, before, after,
                Interval(10.0, 4.0, 25.0), 0.001, "more",
            ),
            Driver(
                "language", "de", issue.issue_id, 6, 12, 30, 280, before, after, None, None, "small_segment"
            ),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def known(page):
    return tuple(evidence(issue, place) for place, issue in enumerate(page.issues))


@pytest.fixture(scope="module")
def path(tmp_path_factory, page, known):
    folder = tmp_path_factory.mktemp("workbook")
    write_reports(folder, known, page.feedback, page.segments, page.run)
    return folder / "issues.xlsx"


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def rows(sheet):
    heads, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]


def test_events_and_segments_get_a_sheet_when_asked_for_and_groups_one_each(book):
    assert book.sheetnames[:5] == ["Summary", "Issues", "Quotes", "Before and after", "Who says it"]
    assert book.sheetnames[5] == "Data quality"
    assert len(book.sheetnames) == 6 + len(GROUPS)
    for name in book.sheetnames:
        if name not in ("Summary", "Data quality"):
            assert book[name].freeze_panes == "C2"
            assert book[name].auto_filter.ref == book[name].dimensions


def test_every_issue_is_on_the_sheet_of_its_group_and_on_no_other(book, known):
    ranks = [[row["#"] for row in rows(book[name])] for name in book.sheetnames[6:]]
    assert sorted(rank for mine in ranks for rank in mine) == [issue.rank for issue in known]
    for name, mine in zip(book.sheetnames[6:], ranks, strict=True):
        groups = {row["Group of issues"] for row in rows(book[name])}
        assert groups == {issue.group for issue in known if issue.rank in mine}
        assert len(groups) == 1


def test_the_issues_sheet_has_the_facts_of_the_json(book, known):
    for row, issue in zip(rows(book["Issues"]), known, strict=True):
        assert row["Issue id"] == issue.issue_id
        assert row["Customers lately"] == issue.recent_authors
        assert row["Trend, p"] == issue.trend_p
        assert (row["Say they leave"], row["Say they leave, low"], row["Say they leave, high"]) == (
            0.1,
            0.04,
            0.2,
        )
        assert (row["Repeat contacts"], row["Stars against text"]) == (3, 2)
        assert row["Effect on rating, shared among issues"] == -0.2
        assert row["Effect on NPS, shared among issues"] is None  # not known is empty, not nought


def test_before_and_after_has_every_issue_and_event_by_day(book, known):
    found = rows(book["Before and after"])
    assert len(found) == 2 * len(known)
    assert [row["Event"] for row in found[: len(known)]] == ["new courier"] * len(known)
    first = found[0]
    assert first["Date"].date().isoformat() == "2026-03-01"
    assert (first["Before"], first["After"], first["Times"], first["Change"]) == (0.2, 0.05, 0.25, "fewer")
    assert first["p, adjusted"] == 0.004
    guarded = found[-1]
    assert (guarded["Times"], guarded["Change"]) == (None, "too few customers to compare")


def test_segments_say_who_speaks_of_an_issue_and_which_are_too_small(book, known):
    found = rows(book["Who says it"])
    assert len(found) == 2 * len(known)
    assert (found[0]["Column"], found[0]["Value"], found[0]["Change"]) == ("product", "@SUM(1)", "more often")
    assert (found[0]["Of them speak of it"], found[0]["All of them"]) == (30, 100)
    assert (found[0]["Of the others speak of it"], found[0]["All others"]) == (6, 200)
    assert (found[1]["Value"], found[1]["Change"]) == ("German", "too few customers with this value")
    assert found[1]["Times"] is None


def test_no_cell_of_any_sheet_is_a_formula_or_a_link(path):
    with zipfile.ZipFile(path) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 8
        for name in sheets:
            content = packed.read(name)
            assert b"<f>" not in content
            assert b"<hyperlink" not in content


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Refund: [late]?", [], "Refund late"),
        ("issues", ["Issues"], "issues 2"),
        ("a" * 40, ["a" * 31], "a" * 27 + " 2"),
        ("'quoted'", [], "quoted"),
        ("History", [], "History 1"),
        ("///", [], "1"),
    ],
)
def test_sheet_names_are_ones_that_excel_takes(name, taken, expected):
    assert sheet_name(name, taken) == expected
