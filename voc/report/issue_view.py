"""Tell one issue in words and shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from voc.insight.calendar import Calendar
from voc.insight.impact import surest_loss
from voc.report import charts
from voc.report.evidence_view import facts, times
from voc.report.highlight import pieces
from voc.report.plain import plain
from voc.report.view import IssueView, Part, QuoteView, Related, Slice, Where
from voc.report.where import CHANNEL, FILE, Places
from voc.report.words import Words
from voc.types import SENTIMENTS, Interval, Issue, Quote

LIKED = 0.5
"""An issue is liked when more than this share of its records is positive."""
_SHOWN = 4
_MOOD_SAID, _MOOD_RULES = 0.1, 0.5  # below these, what people want says more than how they feel


@dataclass(frozen=True)
class Scene:
    """What the issues of a report share."""

    words: Words
    periods: Calendar | None
    labels: Mapping[str, tuple[str, str]]
    """issue id -> (anchor, label)."""
    related: Mapping[str, Sequence[tuple[str, int]]]
    places: Mapping[str, Places]
    """issue id -> where it is heard."""
    critical: Mapping[str, Sequence[Quote]]
    """issue id -> the hardest words about it."""
    by_nps: bool = False
    """Effects are told in NPS points, not in stars: more records have an NPS answer."""

    def effect(self, issue: Issue) -> Interval | None:
        """Return an issue's effect on the score that this report speaks of."""
        return issue.nps_impact if self.by_nps else issue.rating_impact

    @property
    def window(self) -> str:
        """Name the recent window: "the last 4 weeks"."""
        if self.periods is None or not self.periods.recent:
            return ""
        return self.words(f"window.{self.periods.unit}", n=self.periods.recent)


def is_liked(issue: Issue) -> bool:
    """Say whether most of an issue's records praise it."""
    return issue.sentiments.get("positive", 0) > LIKED * max(1, issue.volume)


def to_act_on(issue: Issue) -> bool:
    """Say whether there is something to do: nobody likes it, it weighs something, and it isn't gone."""
    return not is_liked(issue) and issue.priority > 0 and issue.trend_flag != "gone"


def anchor(issue: Issue) -> str:
    """Return the id of the issue's panel; made of the rank, so that no label gets into markup."""
    return f"issue-{issue.rank}"


def tell(issue: Issue, scene: Scene) -> IssueView:
    """Put one issue into words."""
    words = scene.words
    high = issue.priority_interval.high if issue.priority_interval else issue.priority
    cost = scene.effect(issue)
    return IssueView(
        anchor=anchor(issue),
        rank=issue.rank,
        label=plain(issue.label),
        keywords=", ".join(plain(word) for word in issue.keywords),
        liked=is_liked(issue),
        reason=_liked_reason(issue, words) if is_liked(issue) else reason(issue, scene),
        priority=issue.priority,
        priority_text=words.number(issue.priority),
        priority_line=f"{words('issue.priority', value=words.number(issue.priority))} "
        f"({words('issue.priority_note', high=words.number(high))})",
        customers=words.number(issue.authors),
        authors=issue.authors,
        volume=words("issue.records", n=issue.volume),
        share=words.percent(issue.share.estimate),
        negative=words.percent(issue.negative_share.estimate),
        negative_range=issue.negative_share,
        negative_text=_range(issue.negative_share, words.percent, words),
        flag=issue.trend_flag,
        flag_name=words.name("flags", issue.trend_flag),
        cost=cost.estimate if cost else None,
        cost_text=words.signed(cost.estimate, 1 if scene.by_nps else 2) if cost else "",
        intent=issue.top_intent,
        intent_name=plain(words.name("intents", issue.top_intent)),
        parts=parts(issue, scene),
        bars=charts.bars(issue.timeline, scene.periods),
        spark=charts.spark(issue.timeline, scene.periods),
        chart_summary=_summary(issue, scene),
        seen=_seen(issue, words),
        sentiments=slices({name: issue.sentiments.get(name, 0) for name in SENTIMENTS}, "sentiments", words),
        languages=_few(slices(issue.languages, "languages", words), words),
        language_codes=tuple(issue.languages),
        intents=_few(slices(issue.intents, "intents", words), words),
        quotes=tuple(_quote(quote, issue.keywords, words) for quote in issue.quotes),
        critical=tuple(
            _quote(quote, issue.keywords, words) for quote in scene.critical.get(issue.issue_id, ())
        ),
        related=tuple(
            Related(*scene.labels[name], words("issue.shared", n=count))
            for name, count in scene.related.get(issue.issue_id, ())
            if name in scene.labels
        ),
        group=plain(issue.group),
        mood=max(SENTIMENTS, key=lambda name: issue.sentiments.get(name, 0)),
        **_places(scene.places.get(issue.issue_id, {}), words),
        facts=facts(issue, words),
    )


def reason(issue: Issue, scene: Scene) -> str:
    """Say in one line why an issue ranks where it does; only what its numbers support."""
    words = scene.words
    pieces = [words("reason.customers", n=issue.authors, share=words.percent(issue.share.estimate))]
    if issue.negative_share.estimate >= _MOOD_SAID:
        pieces.append(words("reason.negative", share=words.percent(issue.negative_share.estimate)))
    if issue.negative_share.estimate < _MOOD_RULES:
        pieces.append(words("reason.intent", intent=plain(words.name("intents", issue.top_intent))))
    if issue.trend_ratio is not None and issue.trend_flag in {"new", "rising", "falling", "gone"}:
        falling = issue.trend_flag == "falling"
        ratio = (
            words.percent(issue.trend_ratio.estimate) if falling else times(issue.trend_ratio.estimate, words)
        )
        pieces.append(
            words(f"reason.{issue.trend_flag}", ratio=ratio, window=scene.window, recent=issue.recent_authors)
        )
    pieces.extend(_loss(issue, words))
    return words.join(pieces)


def _loss(issue: Issue, words: Words) -> list[str]:
    loss = surest_loss(issue.rating_impact, issue.nps_impact)
    if loss is None:
        return []
    change, unit = loss
    return [words(f"reason.{unit}", value=words.number(-change, 1 if unit == "nps" else 2))]


def parts(issue: Issue, scene: Scene) -> tuple[Part, ...]:
    """Explain each part of the priority by the numbers behind it."""
    words, percent = scene.words, scene.words.percent
    people = {
        "n": issue.authors,
        "share": percent(issue.share.estimate),
        "range": _ends(issue.share, percent, words),
    }
    texts = {
        "reach": words("explain.reach", **people),
        "severity": words(
            "explain.severity",
            share=percent(issue.negative_share.estimate),
            range=_ends(issue.negative_share, percent, words),
        ),
        "momentum": _momentum(issue.trend_ratio, words),
        "impact": _impact(issue, scene),
        "intent": words(
            "explain.intent",
            intent=plain(words.name("intents", issue.top_intent)),
            share=percent(issue.intents.get(issue.top_intent, 0) / max(1, issue.volume)),
        ),
    }
    known = {
        "momentum": issue.trend_ratio is not None,
        "impact": bool(issue.nps_impact or issue.rating_impact),
    }
    return tuple(
        Part(
            key,
            words(f"parts.{key}"),
            texts[key],
            value.low,
            value.estimate,
            value.high,
            known.get(key, True),
        )
        for key, value in issue.parts.items()
        if key in texts
    )


def _momentum(ratio: Interval | None, words: Words) -> str:
    if ratio is None:
        return words("explain.momentum_unknown")
    ends = words.interval(times(ratio.low, words), times(ratio.high, words))
    return words("explain.momentum", ratio=times(ratio.estimate, words), range=ends)


def _impact(issue: Issue, scene: Scene) -> str:
    words, change = scene.words, scene.effect(issue)
    if change is None:
        return words("explain.impact_unknown")
    key, digits = ("impact_nps", 1) if scene.by_nps else ("impact", 2)
    ends = words("date.range", first=words.signed(change.low, digits), last=words.signed(change.high, digits))
    text = words(f"explain.{key}", change=words.signed(change.estimate, digits), range=ends)
    shared = issue.nps_impact_shared if scene.by_nps else issue.rating_impact_shared
    if shared is None:
        return text
    return words("explain.impact_shared", text=text, change=words.signed(shared.estimate, digits))


def _liked_reason(issue: Issue, words: Words) -> str:
    people = words("reason.customers", n=issue.authors, share=words.percent(issue.share.estimate))
    return words(
        "likes.reason", customers=people, share=words.percent(issue.sentiments["positive"] / issue.volume)
    )


def _summary(issue: Issue, scene: Scene) -> str:
    if not issue.timeline or scene.periods is None:
        return scene.words("chart.undated")
    if len(issue.timeline) < charts.LEAST_PERIODS:
        return scene.words("chart.short")
    counts = [mine for _, mine, _ in issue.timeline]
    first, last = (
        scene.words.period(date.fromisoformat(issue.timeline[end][0]), scene.periods.unit) for end in (0, -1)
    )
    unit, flag = scene.words(f"chart.{scene.periods.unit}"), scene.words.name("flags", issue.trend_flag)
    return scene.words(
        "chart.summary", unit=unit, first=first, last=last, low=min(counts), high=max(counts), flag=flag
    )


def _seen(issue: Issue, words: Words) -> str:
    if issue.first_seen is None or issue.last_seen is None:
        return ""
    return words("issue.seen", first=words.day(issue.first_seen), last=words.day(issue.last_seen))


def _places(places: Places, words: Words) -> dict[str, Any]:
    """Put into words where an issue is heard: for its panel, and for the filter of the list."""
    titles = {FILE: words("issue.file"), CHANNEL: words("issue.channel")}
    named = [
        (
            titles.get(column, plain(column)),
            found,
            {value: words.name("channels", value) if column == CHANNEL else plain(value) for value in found},
        )
        for column, found in places.items()
    ]
    return {
        "where": tuple(
            Where(title, _few(_slices(found, names, words), words)) for title, found, names in named
        ),
        "segments": tuple(f"{title}: {name}" for title, _, names in named for name in names.values()),
    }


def _quote(quote: Quote, keywords: Sequence[str], words: Words) -> QuoteView:
    about = [words.name("languages", quote.language)]
    if quote.created_at is not None:
        about.append(words.day(quote.created_at))
    if quote.rating is not None:
        about.append(
            words("issue.rating", value=words.number(quote.rating, 0 if quote.rating.is_integer() else 1))
        )
    return QuoteView(
        text=plain(quote.text),
        language=quote.language if quote.language.replace("-", "").isalnum() else "und",
        sentiment=quote.sentiment,
        sentiment_name=words.name("sentiments", quote.sentiment),
        about=" · ".join(plain(piece) for piece in about),
        record_id=plain(quote.record_id),
        pieces=pieces(plain(quote.text), keywords),
    )


def slices(counts: Mapping[str, int], group: str, words: Words) -> tuple[Slice, ...]:
    """Turn counts into named shares."""
    return _slices(counts, {key: plain(words.name(group, key)) for key in counts}, words)


def _slices(counts: Mapping[str, int], names: Mapping[str, str], words: Words) -> tuple[Slice, ...]:
    total = max(1, sum(counts.values()))
    return tuple(
        Slice(key, names[key], count, count / total, words.percent(count / total))
        for key, count in counts.items()
    )


def _few(whole: tuple[Slice, ...], words: Words) -> tuple[Slice, ...]:
    """Keep the largest; sum up the rest."""
    if len(whole) <= _SHOWN + 1:
        return whole
    rest = whole[_SHOWN:]
    count, share = sum(item.count for item in rest), sum(item.share for item in rest)
    more = Slice("", words("issue.more", n=len(rest)), count, share, words.percent(share))
    return (*whole[:_SHOWN], more)


def _ends(value: Interval, write: Callable[[float], str], words: Words) -> str:
    return words.interval(write(value.low), write(value.high))


def _range(value: Interval, write: Callable[[float], str], words: Words) -> str:
    return f"{write(value.estimate)} ({_ends(value, write, words)})"
