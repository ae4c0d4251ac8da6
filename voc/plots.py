"""``result.plot``: charts of a run for notebooks and slides, drawn with matplotlib.

Every method draws on ``ax`` (or on a new figure) and returns the axes, so that titles, limits and sizes can be
changed as usual. Colours are those of the report: readable in greyscale and by the colour-blind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from voc.errors import USAGE, VocError
from voc.types import SENTIMENTS, Issue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from voc.result import Result

COLOURS = {"negative": "#a8401f", "neutral": "#ddd8cb", "positive": "#7fb0c8"}
SURE, POSSIBLE = "#a23b1d", "#e6c3b3"
LINES = (
    ("#0072b2", "-", "o"), ("#d55e00", "--", "s"), ("#009e73", "-.", "^"), ("#cc79a7", ":", "D"),
    ("#555555", "-", "v"), ("#e69f00", "--", "P"), ("#56b4e9", "-.", "X"),
)  # fmt: skip
"""Colour (Okabe & Ito 2008, jfly.uni-koeln.de/color), dash and marker of each line, taken in turn."""
FONTS = ("Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans CJK SC", "Apple SD Gothic Neo", "Malgun Gothic",
         "Hiragino Sans", "Yu Gothic", "Microsoft YaHei", "NanumGothic", "Arial Unicode MS")  # fmt: skip
"""Fonts that have the letters of East Asia; those installed help out where the usual one has none."""
LONGEST = 40
"""Letters of a label; the rest is cut."""


@dataclass(frozen=True, repr=False)
class Plots:
    """The charts of a run: ``priorities()``, ``trends()`` and ``sentiment()``."""

    result: Result

    def __repr__(self) -> str:
        return "charts of a run: .priorities(), .trends(), .sentiment()"

    def priorities(self, top: int = 10, *, ax: Axes | None = None) -> Axes:
        """The ``top`` issues by priority, 0..100: dark up to the sure end of the interval, light to the other.

        Raises:
            VocError: there are no issues, or no matplotlib.
        """
        issues = self._first(top)
        with _axes(ax, len(issues)) as axes:
            highs = [max(issue.priority, *(issue.priority_interval or ())) for issue in issues]
            _bars(axes, issues, highs, color=POSSIBLE, label="possible")
            _bars(axes, issues, [issue.priority for issue in issues], color=SURE, label="sure")
            axes.set(xlabel="priority (0-100)", xlim=(0, 100))
            axes.set_title("What to act on first", loc="left")
            _legend_above(axes)
        return axes

    def sentiment(self, top: int = 10, *, ax: Axes | None = None) -> Axes:
        """How people feel who speak of each of the ``top`` issues: shares of its records, in percent.

        Raises:
            VocError: there are no issues, or no matplotlib.
        """
        issues = self._first(top)
        with _axes(ax, len(issues)) as axes:
            left = [0.0] * len(issues)
            for name in SENTIMENTS:
                shares = [_share(issue, name) for issue in issues]
                _bars(axes, issues, shares, left=left, color=COLOURS[name], edgecolor="white", label=name)
                left = [done + share for done, share in zip(left, shares, strict=True)]
            axes.set(xlabel="% of the issue's records", xlim=(0, 100))
            axes.set_title("How they feel", loc="left")
            _legend_above(axes)
        return axes

    def trends(self, *names: str | int, top: int = 5, ax: Axes | None = None) -> Axes:
        """The share of all records that speaks of each issue, in percent, by period.

        The last period is left out while less than 90 % of it has passed: its share would not be comparable.

        >>> result.plot.trends(top=3).get_ylabel()
        '% of all records'

        Args:
            names: issues as for ``result.issue``; by default the ``top`` ones.
            top: how many, when none is named.
            ax: where to draw.

        Raises:
            VocError: there are no issues, no dates, an issue is not found, or there is no matplotlib.
        """
        issues = [self.result.issue(name).issue for name in names] or self._first(top)
        periods = self._complete(len(issues[0].timeline))
        if periods < 2:
            raise VocError(
                "There is no trend to draw: the records have no dates, or all lie in one period",
                "Name the column with --date-column, or date_column= of voc.read.",
                USAGE,
            )
        with _axes(ax, 7) as axes:
            for number, issue in enumerate(issues):
                colour, dash, marker = LINES[number % len(LINES)]
                days = [date.fromisoformat(day) for day, _, _ in issue.timeline[:periods]]
                shares = [100 * mine / every if every else 0.0 for _, mine, every in issue.timeline[:periods]]
                axes.plot(days, shares, dash, color=colour, marker=marker, markersize=4, label=_label(issue))  # type: ignore[arg-type]
            axes.set(ylabel="% of all records")
            axes.set_title("How often they are raised", loc="left")
            axes.set_ylim(bottom=0)
            axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
            _short_dates(axes)
        return axes

    def _first(self, top: int) -> Sequence[Issue]:
        if not self.result.ranked:
            raise VocError(
                "There is nothing to draw: the run found no issues", "Try a smaller topics.min_size."
            )
        if top < 1:
            raise VocError(f"top={top}: at least one issue must be drawn", "Try top=5.", USAGE)
        return self.result.ranked[:top]

    def _complete(self, periods: int) -> int:
        """How many of the periods on the timelines have passed in full."""
        from datetime import datetime

        from voc.insight.calendar import calendar

        run = self.result.run
        unit = (run.get("settings") or {}).get("trends.period", {}).get("value") or "auto"
        as_of = run.get("as_of")
        dates = self.result.feedback.loc[self.result.feedback["duplicate_of"].isna(), "created_at"]
        found = calendar(dates, unit, datetime.fromisoformat(as_of) if as_of else None)
        return found.complete if found and len(found.starts) == periods else periods


@contextmanager
def _axes(ax: Axes | None, bars: int) -> Iterator[Axes]:
    """Axes to draw on, without a frame; new ones are high enough for so many bars."""
    plt = _pyplot()
    with plt.rc_context({"font.family": [*plt.rcParams["font.family"], *_installed_fonts()]}):
        axes: Axes = (
            ax if ax is not None else plt.subplots(figsize=(7.5, 1.2 + 0.36 * bars), layout="constrained")[1]
        )
        axes.spines[["top", "right"]].set_visible(False)
        yield axes


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise VocError(
            "Charts need matplotlib, which is not installed",
            "pip install matplotlib, or voc[notebook].",
            USAGE,
        ) from None
    return plt


def _installed_fonts() -> list[str]:
    from matplotlib.font_manager import fontManager

    return [name for name in FONTS if name in fontManager.get_font_names()]


def _bars(axes: Axes, issues: Sequence[Issue], widths: Sequence[float], **look: Any) -> None:
    """Horizontal bars, the first issue on top."""
    rows = list(range(len(issues)))
    axes.barh(rows, widths, height=0.62, **look)
    axes.set_yticks(rows, [_label(issue) for issue in issues])
    axes.set_ylim(len(issues) - 0.5, -0.5)


def _legend_above(axes: Axes) -> None:
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(SENTIMENTS), frameon=False)


def _short_dates(axes: Axes) -> None:
    """Dates that fit: the year is said once."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _share(issue: Issue, sentiment: str) -> float:
    return 100 * issue.sentiments.get(sentiment, 0) / max(1, sum(issue.sentiments.values()))


def _label(issue: Issue) -> str:
    """Rank and label; a ``$`` is a dollar, not the start of a formula."""
    label = issue.label if len(issue.label) <= LONGEST else issue.label[: LONGEST - 1].rstrip() + "…"
    return f"{issue.rank}. {label}".replace("$", r"\$")
