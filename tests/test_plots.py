"""The charts of ``result.plot`` show what the issues say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
import run_samples as samples

from voc.errors import VocError
from voc.result import Result

matplotlib = pytest.importorskip("matplotlib", reason="charts are NOT tested: pip install 'voc[notebook]'")
matplotlib.use("agg")
import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def run() -> Result:
    return samples.run()


def widths(container: object) -> list[float]:
    return [round(bar.get_width(), 1) for bar in container]  # type: ignore[attr-defined]


def tick_labels(axes: object) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]  # type: ignore[attr-defined]


def test_priorities_are_bars_from_the_sure_to_the_possible_end_the_first_on_top(run: Result) -> None:
    axes = run.plot.priorities()
    possible, sure = axes.containers
    assert widths(possible) == [80.0, 80.0]
    assert widths(sure) == [59.0, 58.0]
    assert tick_labels(axes) == ["1. app crashes at start", "2. parcel late"]
    low, high = axes.get_ylim()
    assert low > high
    assert len(run.plot.priorities(top=1).containers[0]) == 1


def test_sentiment_bars_add_up_to_the_whole(run: Result) -> None:
    negative, neutral, positive = (widths(container) for container in run.plot.sentiment().containers)
    assert (negative[0], neutral[0], positive[0]) == (75.0, 0.0, 25.0)


def test_trends_are_shares_of_all_records_by_period(run: Result) -> None:
    axes = run.plot.trends()
    assert [list(line.get_ydata()) for line in axes.lines] == [[10, 20, 40, 80], [80, 40, 20, 10]]
    styles = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in axes.lines}
    assert len(styles) == 2
    (line,) = run.plot.trends("late").lines
    assert line.get_label() == "2. parcel late"


def test_a_period_that_is_not_over_is_left_out(run: Result) -> None:
    run.feedback.loc[run.feedback["created_at"].dt.month == 4, "created_at"] = samples.datetime(2026, 4, 9)
    run.run.update({"settings": {"trends.period": {"value": "month"}}})  # type: ignore[attr-defined]
    assert len(run.plot.trends().lines[0].get_ydata()) == 3


def test_charts_are_drawn_where_they_are_asked_to(run: Result) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    assert run.plot.priorities(ax=left) is left
    assert run.plot.trends(ax=right) is right
    figure.canvas.draw()


def test_a_price_in_a_label_is_no_formula() -> None:
    axes = samples.run(hostile=True).plot.trends()
    axes.figure.canvas.draw()
    assert axes.get_legend().get_texts()[0].get_text() == r"1. <script>alert(1)</script> \$x_1\$"


@pytest.mark.parametrize("draw", ["priorities", "sentiment", "trends"])
def test_nothing_to_draw_is_said(draw: str) -> None:
    with pytest.raises(VocError, match="no issues"):
        getattr(samples.run(empty=True).plot, draw)()
    with pytest.raises(VocError, match="at least one"):
        getattr(samples.run().plot, draw)(top=0)


def test_records_without_dates_have_no_trend() -> None:
    with pytest.raises(VocError, match="no dates"):
        samples.run(dated=False).plot.trends()


def test_without_matplotlib_the_message_says_what_to_install(
    run: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(VocError) as error:
        run.plot.priorities()
    assert "matplotlib" in error.value.message
    assert "pip install" in error.value.hint


def test_matplotlib_is_imported_only_to_draw() -> None:
    code = "import sys, voc.plots, voc.result, voc.display; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
