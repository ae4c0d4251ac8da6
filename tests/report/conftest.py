import pytest
import report_samples as samples

from voc.report.context import build_report
from voc.report.html import render_html
from voc.report.markdown import render_markdown


class Page:
    """A report of the sample company, in every format."""

    def __init__(self, language="en", themes=samples.THEMES, run=None, **options):
        self.feedback, self.segments = samples.tables(themes=themes, **options)
        self.issues = samples.ranked(self.feedback, self.segments, themes)
        self.run = samples.run_json(self.feedback, self.segments, language) | (run or {})
        self.report, self.words = build_report(self.issues, self.feedback, self.segments, self.run)

    @property
    def html(self):
        return render_html(self.report, self.words)

    @property
    def markdown(self):
        return render_markdown(self.report, self.words)


@pytest.fixture(scope="session")
def page():
    return Page(count=700)


@pytest.fixture(scope="session")
def korean():
    return Page("ko", count=700)


@pytest.fixture(scope="session")
def make_page():
    return Page
