import dataclasses

import pytest
import report_samples as samples

from voc.report.context import build_report
from voc.report.plain import plain


def test_the_top_issues_are_the_first_that_nobody_likes(page):
    report = page.report
    assert [view.rank for view in report.top] == [issue.rank for issue in page.issues][:5]
    assert not any(view.liked for view in report.top)
    assert report.top[0].label == "app crash map"


def test_what_is_gone_is_none_to_act_on_and_keeps_its_rank(page):
    first, *rest = page.issues
    gone = dataclasses.replace(first, trend_flag="gone")
    report, _ = build_report((gone, *rest), page.feedback, page.segments, page.run)
    assert first.rank not in [view.rank for view in report.top]
    assert report.top[0].rank == rest[0].rank
    assert report.problems[0].rank == first.rank


def test_every_issue_is_told_once(page):
    told = sorted(view.rank for view in (*page.report.problems, *page.report.likes))
    assert told == [issue.rank for issue in page.issues]


def test_what_is_praised_stands_apart(page):
    assert {view.label for view in page.report.likes} == {
        "cleans well corners", "fast delivery packaging", "quiet lamp design",
    }  # fmt: skip
    assert all("positive" in view.reason for view in page.report.likes)


def test_the_most_praised_is_liked_first(page):
    praise = {issue.rank: issue.sentiments["positive"] for issue in page.issues}
    liked = [praise[view.rank] for view in page.report.likes]
    assert liked == sorted(liked, reverse=True)


def test_critical_quotes_are_negative_and_were_not_quoted_already(page):
    told = [view for view in page.report.problems if view.critical]
    assert told
    for view in told:
        assert {quote.sentiment for quote in view.critical} == {"negative"}
        assert not {quote.text for quote in view.critical} & {quote.text for quote in view.quotes}
        assert not {quote.record_id for quote in view.critical} & {quote.record_id for quote in view.quotes}


def test_a_reason_says_what_the_numbers_say(page):
    issue, view = page.issues[0], page.report.top[0]
    assert view.reason.startswith(f"{issue.authors} customers (")
    assert f"{issue.negative_share.estimate:.0%} negative" in view.reason
    assert "its earlier rate in the last 6 weeks" in view.reason
    assert f"costs {-issue.rating_impact.estimate:.2f} stars" in view.reason


def test_a_wish_is_told_by_what_is_wanted(page):
    wish = next(view for view in page.report.problems if view.label.startswith("room"))
    assert "mostly feature request" in wish.reason
    assert "negative" not in wish.reason


def test_changes_name_the_issues_that_changed(page):
    groups = {change.flag: {issue.label for issue in change.issues} for change in page.report.changes}
    assert "app crash map" in groups["rising"]
    assert "wifi pairing fails" in groups.get("falling", set()) | groups.get("gone", set())
    assert page.report.changes_note == "Comparing the last 6 weeks with the 17 weeks before."


def test_the_parts_are_explained_and_ordered(page):
    for view in page.report.problems:
        assert [part.key for part in view.parts] == ["reach", "severity", "momentum", "impact", "intent"]
        assert all(0 <= part.low <= part.estimate <= part.high <= 1 for part in view.parts)
        assert all(part.text for part in view.parts)


def test_the_account_holds_the_conservation_law(page):
    counts = page.run["counts"]
    assert page.report.quality[0] == (
        f"{counts['rows_read']:,} rows read = {counts['records_kept']:,} kept + {counts['duplicates']} folded + 12 rejected."
    )
    rejected = next(table for table in page.report.tables if table.caption == "Rejected rows")
    assert rejected.rows == (("the row is malformed", "3"), ("it has no text", "9"))


def test_a_korean_report_speaks_korean(korean):
    report = korean.report
    assert report.title == "고객이 들려준 이야기"
    assert report.top[0].reason.startswith(f"고객 {korean.issues[0].authors}명")
    assert (report.axis.first, report.axis.last) == ("1월 5일", "6월 29일")
    assert report.top[0].quotes[0].about.startswith("영어")


@pytest.mark.parametrize(("count", "problems"), [(0, 0), (1, 1), (5, 4)])
def test_a_handful_of_records_is_told_too(make_page, count, problems):
    page = make_page(count=count)
    assert len(page.report.problems) == problems
    assert page.report.message
    assert "What customers are telling us" in page.html
    assert page.markdown.startswith("# What customers are telling us\n")


def test_without_dates_nothing_is_said_about_change(make_page):
    report = make_page(count=200, dated=False).report
    assert report.axis is None
    assert report.changes == ()
    assert report.changes_note.startswith("Without dates")
    assert report.problems[0].chart_summary == "No dates, so no chart."
    assert report.as_of == ""


def test_feedback_without_authors_claims_no_customers_in_its_facts(make_page):
    page = make_page(count=40)
    assert page.report.facts[0][1] == "customers heard"
    page.feedback["author"] = None
    from voc.report.context import build_report

    report, _ = build_report(page.issues, page.feedback, page.segments, page.run)
    assert report.facts[0][1] == "pieces of feedback"


def test_run_json_may_lack_anything(make_page):
    page = make_page(count=20)
    from voc.report.context import build_report

    report, _ = build_report(page.issues, page.feedback, page.segments, {})
    assert report.pipeline == ""
    assert report.settings.rows == ()


def test_the_settings_make_a_pipeline_that_loads(page, tmp_path):
    from voc.config import resolve

    path = tmp_path / "pipeline.yaml"
    path.write_text(page.report.pipeline, encoding="utf-8")
    settings = resolve(str(path), environ={}).settings
    assert settings.report.language == "en"
    assert settings.trends.fdr == 0.05


def test_an_as_of_that_does_not_fit_the_timelines_draws_no_windows(make_page):
    page = make_page(count=60, run={"as_of": "2026-12-31T00:00:00"})
    assert page.report.axis is None
    assert all(dataclasses.asdict(view)["label"] for view in page.report.problems)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand   spaces", "two lines and spaces"),
        ("bell\x07 and null\x00", "bell and null"),
        ("safe \u202eexe.fdp", "safe exe.fdp"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        (
            "family 👨‍👩‍👧 and 🏴\U000e0067\U000e0062\U000e007f",
            "family 👨‍👩‍👧 and 🏴\U000e0067\U000e0062\U000e007f",
        ),
        ("میخواهم\u200cها", "میخواهم\u200cها"),
    ],
)
def test_plain_text_has_no_controls_and_no_direction_overrides(text, shown):
    assert plain(text) == shown


def test_a_survey_is_told_in_nps(make_page):
    from voc.report.context import build_report

    page = make_page(count=500)
    page.feedback["nps"] = ((page.feedback["rating"] - 1) * 2.5).round().astype("Int64")
    issues = samples.ranked(page.feedback, page.segments)
    report, _ = build_report(issues, page.feedback, page.segments, page.run)
    assert report.facts[-1][1] == "Net Promoter Score"
    assert report.cost_head == "Effect on NPS"
    assert "NPS points" in report.top[0].reason
    assert "points of NPS" in next(part.text for part in report.top[0].parts if part.key == "impact")
