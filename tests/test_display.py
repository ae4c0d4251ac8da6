"""What Jupyter shows is small, and safe whatever customers write."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
import run_samples as samples

from voc.evaluation import Evaluation, GroupScore
from voc.insight.calibration import calibrate
from voc.insight.metrics import score


class Reader(HTMLParser):
    """Collects tags and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def evaluation(label: str = "negative") -> Evaluation:
    import numpy as np

    truth, guess = np.array([0, 1] * 20), np.array([0, 1, 0, 0] * 10)
    scores = score(truth, guess, [label, "positive"], draws=50)
    found = GroupScore(scores, None, calibrate(np.full(40, 0.8), truth == guess, draws=50))
    return Evaluation(
        "sentiment", "embedded", ("a.csv",), "text", "label", 41, 40, {"no_text": 1}, {}, {}, found, ()
    )


def pages(hostile: bool) -> dict[str, str]:
    run = samples.run(hostile=hostile)
    return {
        "result": run._repr_html_(),
        "issue": run.issue(1)._repr_html_(),
        "quotes": run.issue(1).quotes(2)._repr_html_(),
        "evaluation": evaluation(samples.HOSTILE if hostile else "negative")._repr_html_(),
    }


@pytest.mark.parametrize("kind", ["result", "issue", "quotes", "evaluation"])
def test_words_stay_words(kind: str) -> None:
    page = pages(hostile=True)[kind]
    read = Reader(page)
    assert "script" not in read.tags
    assert samples.HOSTILE in read.text
    assert "mathjax_ignore" in page
    assert len(page) < 5000


def test_a_run_shows_its_voices_and_its_first_issues() -> None:
    text = Reader(pages(False)["result"]).text
    assert "2 issues in 24 voices" in text
    assert "75 % negative" in text
    assert "app crashes at start" in text
    assert "50% [30%, 70%]" in text
    assert "0 issues" in samples.run(empty=True)._repr_html_()
    assert repr(samples.run()) == "Result(2 issues in 25 records)"


def test_an_issue_shows_why_it_ranks_and_what_people_wrote() -> None:
    read = Reader(pages(False)["issue"])
    assert "app crashes at start: 12 customers" in read.text
    assert "0.50 [0.30, 0.70]" in read.text
    assert read.tags.count("blockquote") == 3


def test_an_evaluation_shows_every_class_and_the_intervals() -> None:
    found = evaluation()
    text = Reader(found._repr_html_()).text
    accuracy = found.overall.scores.accuracy
    assert "40 of 41 rows used" in text
    assert f"{accuracy.estimate:.2f} [{accuracy.low:.2f}, {accuracy.high:.2f}]" in text
    assert "negative" in text
    assert "positive" in text
