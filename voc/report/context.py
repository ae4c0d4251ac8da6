"""Build the one context that every format is written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from voc.insight.calendar import Calendar, calendar
from voc.insight.impact import nps_points
from voc.insight.mentions import kept_records
from voc.insight.related import related_issues
from voc.report import quality, where
from voc.report.changes import since
from voc.report.critical import critical_quotes
from voc.report.evidence_view import answers, mismatch_sentence
from voc.report.issue_view import Scene, anchor, slices, tell, to_act_on
from voc.report.plain import plain
from voc.report.view import Axis, Change, IssueView, Related, Report, Slice
from voc.report.words import Words, load_words
from voc.types import SENTIMENTS, Issue

if TYPE_CHECKING:
    import pandas as pd

TOP = 5
"""Issues on the first screen."""
CHANGES = ("new", "rising", "falling", "gone")


def build_report(
    issues: Sequence[Issue], feedback: pd.DataFrame, segments: pd.DataFrame, run: Mapping[str, Any]
) -> tuple[Report, Words]:
    """Decide everything that the report says.

    Args:
        issues: in rank order.
        feedback: one row a record.
        segments: one row a segment.
        run: the content of ``run.json``; missing keys are left out of the report.

    Returns:
        The report, and the words of its language for the headings.
    """
    words = load_words(str(run.get("report_language") or "en"))
    kept = kept_records(feedback)
    periods = _calendar(issues, kept, run)
    labels = {issue.issue_id: (anchor(issue), plain(issue.label)) for issue in issues}
    by_nps = "nps" in kept and 0 < kept["rating"].notna().sum() <= kept["nps"].notna().sum()
    related = related_issues(segments) if len(issues) else {}
    places = where.with_channels(where.places(kept, segments, where.columns(run, kept)), run)
    critical = critical_quotes(issues, kept, segments)
    scene = Scene(words, periods, labels, related, places, critical, bool(by_nps))
    told = [tell(issue, scene) for issue in issues]
    problems = tuple(view for view in told if not view.liked)
    moods, period = _moods(kept, words), _range(kept, periods, words)
    report = Report(
        title=plain(run.get("title") or "") or words("title"),
        dek=_dek(kept, period, words),
        period=period,
        facts=_facts(kept, len(problems), scene),
        sentiments=moods,
        mood=", ".join(f"{mood.text} {mood.name}" for mood in moods),
        top=tuple(view for issue, view in zip(issues, told, strict=True) if to_act_on(issue))[:TOP],
        message=words("top.empty" if kept.empty else "top.none" if issues else "top.ungrouped"),
        changes=_changes(problems, words),
        changes_note=_changes_note(scene),
        groups=_groups(problems),
        problems=problems,
        likes=_likes(issues, told),
        axis=_axis(scene),
        cost_head=words("table.cost_nps" if scene.by_nps else "table.cost"),
        quality=(*quality.sentences(run, segments, words), *mismatch_sentence(run, words)),
        tables=quality.tables(run, kept, words),
        settings=quality.settings_table(run, words),
        models=quality.models_table(run, words),
        pipeline=quality.pipeline_yaml(run),
        version=plain(run.get("voc") or ""),
        as_of=words("data_to", date=words.day(end)) if (end := _last(kept)) else "",
        notes=tuple(plain(note) for note in run.get("notes") or ()),
        since=since(run.get("comparison"), words, labels),
        answers=answers(issues, words),
    )
    return report, words


def _calendar(issues: Sequence[Issue], kept: pd.DataFrame, run: Mapping[str, Any]) -> Calendar | None:
    """Return the periods that the timelines have; ``None`` when they don't fit (another ``as_of``)."""
    unit = (run.get("settings") or {}).get("trends.period", {}).get("value") or "auto"
    as_of = datetime.fromisoformat(run["as_of"]) if run.get("as_of") else None
    found = calendar(kept["created_at"], unit, as_of)
    starts = [start.isoformat() for start in found.starts] if found else []
    fits = all([period[0] for period in issue.timeline] == starts for issue in issues)
    return found if fits else None


def _moods(kept: pd.DataFrame, words: Words) -> tuple[Slice, ...]:
    found = kept["sentiment"].value_counts()
    return slices({name: int(found.get(name, 0)) for name in SENTIMENTS}, "sentiments", words)


def _voices(kept: pd.DataFrame) -> int | None:
    """Return how many distinct people wrote; ``None`` where no author is known."""
    return int(kept["voice"].nunique()) if kept["author"].notna().any() else None


def _last(kept: pd.DataFrame) -> datetime | None:
    dates = kept["created_at"].dropna()
    return None if dates.empty else dates.max().to_pydatetime()


def _range(kept: pd.DataFrame, periods: Calendar | None, words: Words) -> str:
    """Name the first and last day; the few stray dates that the calendar leaves out don't count."""
    last = _last(kept)
    if last is None:
        return ""
    dates = kept["created_at"].dropna()
    first = (
        dates[dates >= datetime.combine(periods.starts[0], datetime.min.time())].min()
        if periods
        else dates.min()
    )
    ends = words.day(first), words.day(last)
    return ends[0] if ends[0] == ends[1] else words("date.range", first=ends[0], last=ends[1])


def _dek(kept: pd.DataFrame, period: str, words: Words) -> str:
    """Say in one sentence what the report is about."""
    if kept.empty:
        return ""
    voices = _voices(kept)
    pieces = [
        words("dek.feedback", n=len(kept)),
        *([words("dek.voices", n=voices)] if voices else []),
        words("dek.languages", n=int(kept["language"].nunique())),
    ]
    text = words("dek.join").join(pieces)
    return words("dek.dated", text=text, range=period) if period else words("dek.undated", text=text)


def _facts(kept: pd.DataFrame, problems: int, scene: Scene) -> tuple[tuple[str, str], ...]:
    words = scene.words
    if kept.empty:
        return ()
    facts = [
        (len(kept), "facts.feedback"),
        (kept["language"].nunique(), "facts.languages"),
        (problems, "facts.issues"),
    ]
    if voices := _voices(kept):
        facts.insert(0, (voices, "facts.voices"))
    shown = [(words.number(int(count)), words(key, n=int(count))) for count, key in facts]
    scores, digits, key = kept["rating"].dropna(), 2, "facts.rating"
    if scene.by_nps:
        scores, digits, key = kept["nps"].dropna(), 0, "facts.nps"
        return (*shown, (words.signed(float(nps_points(scores).mean()), digits), words(key)))
    return (*shown, (words.number(float(scores.mean()), digits), words(key))) if len(scores) else tuple(shown)


def _changes(views: Sequence[IssueView], words: Words) -> tuple[Change, ...]:
    groups = {flag: [view for view in views if view.flag == flag] for flag in CHANGES}
    return tuple(
        Change(
            flag,
            words(f"changes.{flag}"),
            tuple(Related(view.anchor, view.label, view.negative) for view in members),
        )
        for flag, members in groups.items()
        if members
    )


def _likes(issues: Sequence[Issue], views: Sequence[IssueView]) -> tuple[IssueView, ...]:
    """Return what is liked, most praised first: the rank asks what to act on, so praise has the last ones."""
    praise = {anchor(issue): -issue.sentiments.get("positive", 0) for issue in issues}
    return tuple(sorted((view for view in views if view.liked), key=lambda view: praise[view.anchor]))


def _groups(views: Sequence[IssueView]) -> tuple[Change, ...]:
    names = dict.fromkeys(view.group for view in views if view.group)
    return tuple(
        Change(
            "",
            name,
            tuple(Related(view.anchor, view.label, view.customers) for view in views if view.group == name),
        )
        for name in names
    )


def _changes_note(scene: Scene) -> str:
    words, periods = scene.words, scene.periods
    if periods is None or not periods.recent:
        return words("changes.unknown")
    before = words(f"baseline.{periods.unit}", n=len(periods.baseline))
    return words("changes.compared", window=scene.window, baseline=before)


def _axis(scene: Scene) -> Axis | None:
    words, periods = scene.words, scene.periods
    if periods is None:
        return None
    first, last = (words.period(periods.starts[end], periods.unit) for end in (0, -1))
    return Axis(
        title=words(f"chart.{periods.unit}"),
        first=first,
        last=last,
        recent=words("chart.recent", window=scene.window) if periods.recent else "",
        has_partial=periods.complete < len(periods.starts),
        has_baseline=bool(periods.recent and periods.baseline),
    )
