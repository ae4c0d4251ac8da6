"""How a run follows on an earlier one: issues keep their ids and names, and what changed is said."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.config import HistorySettings, Resolved, TopicSettings
    from voc.insight.compare import Comparison
    from voc.insight.matching import Profile
    from voc.insight.snapshot import Snapshot, Standing
    from voc.models.topics import Topics
    from voc.models.warm_start import Start
    from voc.result import Result
    from voc.types import Corpus, Issue, Record, Segment

log = logging.getLogger(__name__)

MOST_UNSEEN = 0.3
"""From this share of records that the clustering was not fitted on, a run clusters afresh."""


@dataclass(frozen=True)
class Past:
    """The run before this one: ``snapshot`` is ``None`` for the first run of a workspace."""

    snapshot: Snapshot | None = None
    issues: frozenset[str] = frozenset()
    """Every id that is taken."""
    names: Mapping[str, str] = field(default_factory=dict)
    run_id: str | None = None


def run_id(corpus: Corpus, resolved: Resolved) -> str:
    """Name a run by its input and its settings: the same again is the same run.

    Where it is written, and what it is compared with, don't count; of people's edits, what they say.

    Raises:
        VocError: the file of edits can't be used.
    """
    import hashlib

    import orjson

    settings = resolved.settings.model_dump(exclude={"report", "history"})
    if resolved.settings.topics.edits:
        from voc.models.topic_edits import load_edits

        settings["topics"]["edits"] = load_edits(resolved.settings.topics.edits).model_dump()
    content = orjson.dumps(
        [[source.sha256 for source in corpus.sources], settings], option=orjson.OPT_SORT_KEYS
    )
    return "r-" + hashlib.blake2b(content, digest_size=6).hexdigest()


def recall(settings: HistorySettings, run: str | None = None) -> Past:
    """Open the run that this one follows.

    Raises:
        VocError: the folder is no run, or the workspace can't be used.
    """
    if settings.workspace:
        from voc.store.workspace import Workspace

        workspace = Workspace(settings.workspace)
        workspace.check()
        found = workspace.recall(run)
        if found is not None and not settings.previous:
            return Past(found.snapshot, found.issues, found.names, found.run_id)
        if found is not None:
            given = _open_run(settings.previous or "")
            return replace(given, issues=given.issues | found.issues, names={**found.names, **given.names})
    return _open_run(settings.previous) if settings.previous else Past()


def _open_run(folder: str) -> Past:
    from voc.result import load_run

    result = load_run(folder)
    seen = snapshot_of(result, Path(folder).name)
    ids = {item.issue_id for item in seen.standings} | set(seen.profile.issues if seen.profile else ())
    return Past(seen, frozenset(ids), dict(result.run.get("names") or {}), result.run.get("run_id"))


def starting_point(
    past: Past, kept: Sequence[Record], models: Mapping[str, str], settings: TopicSettings
) -> Start:
    """Say what this run's clustering starts from: that of the run before, where it is still right.

    It is not with other models or settings, nor when ``MOST_UNSEEN`` of the records have come since it was
    fitted: groups that old records made fit new ones less well, and new themes would be squeezed into them.

    Args:
        past: the run before.
        kept: this run's records.
        models: name -> id of all that shape the clustering space.
        settings: those of this run.
    """
    from voc import plugins
    from voc.models.warm_start import Start

    made_by = _made_by(models, settings)
    before = past.snapshot
    fitted = before.profile.fitted if before and before.profile else None
    if before is None or fitted is None or fitted.made_by != made_by or not kept:
        return Start(made_by)
    known = before.keys
    unseen = {record.id for record, key in zip(kept, _keys(kept), strict=True) if key not in known}
    share = fitted.share * (1 - len(unseen) / len(kept))
    if share <= 1 - MOST_UNSEEN or settings.clusterer != plugins.BUILT_IN:
        return Start(made_by)
    return Start(made_by, fitted, share, frozenset(unseen))


def _made_by(models: Mapping[str, str], settings: TopicSettings) -> str:
    import hashlib

    import orjson

    chosen = settings.model_dump(exclude={"names", "edits"})
    content = orjson.dumps([dict(models), chosen], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def follow(
    topics: Topics,
    segments: Sequence[Segment],
    kept: Sequence[Record],
    vectors: NDArray[np.float32],
    encoder: str,
    past: Past,
    names: Mapping[str, str],
) -> tuple[Topics, Profile]:
    """Give the topics the ids of the issues they continue, and the names people gave those.

    Args:
        topics: as the model found them.
        segments: n segments.
        kept: the records they are from.
        vectors: (n, d) of the segments.
        encoder: name and hash of what made the vectors.
        past: the run before.
        names: issue id -> name, from the settings; these win over remembered ones.

    Returns:
        The topics under their final ids, and the profile for the next run.
    """
    from voc.insight import matching

    issues = [
        topics.info[int(topic)].issue_id if int(topic) in topics.info else None for topic in topics.assigned
    ]
    profile = matching.profile_of(vectors, [segment.language for segment in segments], issues, encoder)
    final = {name: name for name in profile.issues}
    if past.snapshot is not None:
        keys = dict(zip((record.id for record in kept), _keys(kept), strict=True))
        members: dict[str, set[str]] = {}
        for segment, name in zip(segments, issues, strict=True):
            if name is not None:
                members.setdefault(name, set()).add(keys[segment.record_id])
        final = _settle(profile, members, frozenset(keys.values()), past)
    profile = matching.renamed(profile, final)
    chosen = {**past.names, **names}
    info = {
        topic: replace(
            item,
            issue_id=final[item.issue_id],
            label=item.label if item.named else chosen.get(final[item.issue_id]) or item.label,
        )
        if item.issue_id in final
        else item
        for topic, item in topics.info.items()
    }
    profile = replace(profile, fitted=topics.fitted)
    before = past.snapshot.profile if past.snapshot else None
    return replace(topics, info=info), matching.with_retired(profile, before)


def _settle(
    profile: Profile, members: Mapping[str, set[str]], keys: frozenset[str], past: Past
) -> dict[str, str]:
    from voc.insight import matching

    assert past.snapshot is not None
    before = past.snapshot
    old = before.profile or _faceless([item.issue_id for item in before.standings], profile)
    inherited = matching.inherit(profile, old, members, before.members, keys & before.keys)
    return matching.settle_ids(profile.issues, inherited, past.issues)


def _faceless(issues: Sequence[str], like: Profile) -> Profile:
    """Stand for the issues of a run that kept no centroids: only shared records can match them."""
    import numpy as np

    count = len(issues)
    return replace(
        like,
        encoder="",
        issues=tuple(issues),
        means=np.zeros((count, like.means.shape[1]), dtype=np.float32),
        shares=np.zeros((count, like.shares.shape[1]), dtype=np.float32),
    )


def _keys(kept: Sequence[Record]) -> list[str]:
    import pandas as pd

    from voc.insight.snapshot import record_keys

    columns = {name: [getattr(record, name) for record in kept] for name in ("author", "created_at", "text")}
    table = pd.DataFrame(columns, dtype="object")
    table["created_at"] = pd.to_datetime(table["created_at"]).astype("datetime64[us]")
    return record_keys(table)


def standings(issues: Sequence[Issue]) -> list[Standing]:
    """Return how the issues stand, for a snapshot."""
    from voc.insight.snapshot import Standing
    from voc.report.issue_view import is_liked

    return [
        Standing(issue.issue_id, issue.label, issue.rank, issue.priority, is_liked(issue)) for issue in issues
    ]


def snapshot_of(result: Result, name: str = "") -> Snapshot:
    """Return what of a result another is compared with."""
    from voc.insight.snapshot import snapshot

    return snapshot(result.feedback, result.segments, standings(result.ranked), result.profile, name)


def compare_runs(before: Result, after: Result, names: tuple[str, str], fdr: float = 0.05) -> Comparison:
    """Say what changed from one run to another.

    Raises:
        VocError: different encoders made them, and they share too few records.
    """
    from voc.insight.compare import compare

    return compare(snapshot_of(before, names[0]), snapshot_of(after, names[1]), fdr)


def since(result: Result, past: Past, fdr: float, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what the run's ``run.json`` says of its past: names given, and what changed."""
    from voc.insight.compare import compare

    living = {issue.issue_id for issue in result.ranked}
    kept = {
        name: text for name, text in {**past.names, **names}.items() if name in living or name in past.names
    }
    about: dict[str, Any] = {"previous": past.run_id, "names": kept}
    if past.snapshot is not None:
        try:
            about["comparison"] = compare(past.snapshot, snapshot_of(result, "this run"), fdr).to_dict()
        except VocError as error:
            log.warning("not compared with the run before: %s", error.message)
    return about


def remember(result: Result, workspace: str | Path, name: str) -> None:
    """Add a run to a workspace, under a name for people (its folder's).

    Raises:
        VocError: the workspace can't be used; the run folder itself is complete.
    """
    import orjson

    from voc.store.workspace import METRICS, Entry, Workspace

    if "run_id" not in result.run:
        raise VocError(
            "this run was made by an older voc and can't be remembered", "Run `voc run` again.", USAGE
        )
    metrics = {issue.issue_id: _metrics(issue, METRICS) for issue in result.ranked}
    comparison = result.run.get("comparison")
    entry = Entry(
        result.run["run_id"],
        snapshot_of(result, name),
        metrics,
        result.run.get("previous"),
        orjson.dumps(comparison).decode() if comparison else None,
    )
    Workspace(workspace).save(entry, result.run.get("names") or {})


def _metrics(issue: Issue, wanted: Sequence[str]) -> dict[str, Any]:
    share, negative = issue.share, issue.negative_share
    found = {
        "volume": issue.volume,
        "authors": issue.authors,
        **dict(zip(("share", "share_low", "share_high"), share, strict=True)),
        **dict(zip(("negative", "negative_low", "negative_high"), negative, strict=True)),
        "trend_flag": issue.trend_flag,
        "trend_ratio": issue.trend_ratio.estimate if issue.trend_ratio else None,
        "trend_p": issue.trend_p,
        "rating_impact": issue.rating_impact.estimate if issue.rating_impact else None,
    }
    return {name: found[name] for name in wanted}
