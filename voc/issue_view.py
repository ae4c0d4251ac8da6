"""One issue of a run as people look at it in a notebook: its numbers, its quotes, its records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voc.errors import USAGE, VocError
from voc.types import SENTIMENTS, Issue, Quote

if TYPE_CHECKING:
    import pandas as pd

    from voc.result import Result


class Quotes(tuple[Quote, ...]):
    """Quotes, most representative first: a tuple that shows itself as people's words."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(f"“{quote.text}” ({', '.join(about(quote))})" for quote in self) or "no quotes"

    def _repr_html_(self) -> str:
        from voc.display import quotes_html

        return quotes_html(self)


def about(quote: Quote) -> list[str]:
    """What is known of a quote beside its words: sentiment, stars, day, language, record."""
    stars = f"{quote.rating:g} of 5" if quote.rating is not None else ""
    day = f"{quote.created_at:%Y-%m-%d}" if quote.created_at is not None else ""
    return [item for item in (quote.sentiment, stars, day, quote.language, quote.record_id) if item]


@dataclass(frozen=True)
class IssueView:
    """An issue within its run: everything that ``voc.Issue`` has, and the words and records behind it.

    ``view.volume``, ``view.parts``, ``view.negative_share`` ... are those of ``view.issue``.
    """

    issue: Issue
    result: Result = field(repr=False, compare=False)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"issue", "result"}:  # not there yet while it is being copied
            raise AttributeError(name)
        return getattr(self.issue, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *Issue.__slots__})

    def __repr__(self) -> str:
        issue = self.issue
        return (
            f"#{issue.rank} {issue.label} ({issue.issue_id}): priority {issue.priority:.0f}, "
            f"{issue.volume:,} records, {issue.negative_share.estimate:.0%} negative, trend {issue.trend_flag}"
        )

    def quotes(self, n: int = 5, sentiment: str | None = None) -> Quotes:
        """Up to ``n`` quotes, each of another record; the report's own first.

        Beyond the report's, they are chosen from 60 segments in the order of the files: those of the issue's
        commonest sentiment first, readable length first, every widely spoken language heard early.

        >>> len(result.issue(1).quotes(3))
        3
        >>> {quote.sentiment for quote in result.issue(1).quotes(2, "negative")}
        {'negative'}

        Args:
            n: how many.
            sentiment: only ``negative``, ``neutral`` or ``positive`` ones.

        Raises:
            VocError: there is no such sentiment, or ``n`` is less than 1.
        """
        if n < 1:
            raise VocError(f"quotes({n}): at least 1 quote must be asked for", "Try quotes(5).", USAGE)
        if sentiment not in (None, *SENTIMENTS):
            raise VocError(
                f"There is no sentiment {sentiment!r}", f"Sentiments: {', '.join(SENTIMENTS)}.", USAGE
            )
        found = [quote for quote in self.issue.quotes if sentiment in (None, quote.sentiment)]
        if len(found) < n:
            known = {quote.record_id for quote in found}
            found += [quote for quote in self._more(n, sentiment) if quote.record_id not in known]
        return Quotes(found[:n])

    @property
    def segments(self) -> pd.DataFrame:
        """The sentences and clauses that speak of this issue: rows of ``result.segments``."""
        table = self.result.segments
        return table[table["issue_id"] == self.issue.issue_id]

    @property
    def feedback(self) -> pd.DataFrame:
        """The records that speak of this issue, duplicates included: rows of ``result.feedback``."""
        table = self.result.feedback
        return table[[self.issue.issue_id in ids for ids in table["issue_ids"]]]

    def _more(self, n: int, sentiment: str | None) -> tuple[Quote, ...]:
        from voc.insight.mentions import kept_records
        from voc.insight.quotes import choose_quotes

        mine, name = self.segments, self.issue.issue_id
        if sentiment:
            mine = mine[mine["sentiment"] == sentiment]
        if mine.empty:
            return ()
        kept = kept_records(self.result.feedback)
        commonest = sentiment or max(self.issue.sentiments, key=lambda one: self.issue.sentiments[one])
        most = n + len(self.issue.quotes)
        return choose_quotes(kept, mine, {}, {name: commonest}, {name: self.issue.languages}, most)[name]

    def _repr_html_(self) -> str:
        from voc.display import issue_html

        return issue_html(self)
