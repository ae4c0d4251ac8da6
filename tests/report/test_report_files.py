import openpyxl
import pytest

from voc.report import write_reports


@pytest.fixture(scope="module")
def folder(tmp_path_factory, page):
    folder = tmp_path_factory.mktemp("run")
    write_reports(folder, page.issues, page.feedback, page.segments, page.run)
    return folder


@pytest.fixture(scope="module")
def book(folder):
    return openpyxl.load_workbook(folder / "issues.xlsx")


def test_three_files_are_written_and_stay_the_same(folder, page, tmp_path):
    write_reports(tmp_path, page.issues, page.feedback, page.segments, page.run)
    assert sorted(path.name for path in folder.iterdir()) == ["issues.xlsx", "report.html", "report.md"]
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_the_workbook_has_its_sheets(book):
    assert book.sheetnames == ["Summary", "Issues", "Quotes", "Data quality"]
    for name in ("Issues", "Quotes"):
        assert book[name].freeze_panes == "C2"
        assert book[name].auto_filter.ref.startswith("A1:")


def test_numbers_are_numbers_with_a_format(book, page):
    rows = list(book["Issues"].iter_rows())
    heads = [cell.value for cell in rows[0]]
    first = dict(zip(heads, rows[1], strict=True))
    issue = page.issues[0]
    assert first["Priority"].value == issue.priority
    assert first["Share"].value == pytest.approx(issue.share.estimate)
    assert first["Share"].number_format == "0.0%"
    assert first["First heard"].is_date
    assert first["Group"].value == "to act on"
    assert len(rows) == len(page.issues) + 1


def test_quotes_know_their_issue_and_record(book, page):
    quotes = list(book["Quotes"].iter_rows(min_row=2, values_only=True))
    assert len(quotes) == sum(len(issue.quotes) for issue in page.issues)
    assert {row[7] for row in quotes} <= set(page.feedback["id"])


def test_markdown_tells_the_same_as_the_page(folder, page):
    text = (folder / "report.md").read_text(encoding="utf-8")
    for view in page.report.top:
        assert f"**{view.rank} · {view.label}** ({view.priority_text})" in text
    assert text.count("\n### ") == 10
    assert text.count("\n| ") >= len(page.report.problems)
    assert page.report.quality[0] in text


def test_a_korean_workbook_has_korean_sheets(korean, tmp_path):
    write_reports(tmp_path, korean.issues, korean.feedback, korean.segments, korean.run)
    assert openpyxl.load_workbook(tmp_path / "issues.xlsx").sheetnames == [
        "요약",
        "이슈",
        "고객의 말",
        "데이터 품질",
    ]


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_say_is_said_in_all_formats(make_page, tmp_path, count):
    page = make_page(count=count)
    write_reports(tmp_path, page.issues, page.feedback, page.segments, page.run)
    assert openpyxl.load_workbook(tmp_path / "issues.xlsx").sheetnames[0] == "Summary"
    assert (tmp_path / "report.md").read_text(encoding="utf-8").count("## ") >= 3
