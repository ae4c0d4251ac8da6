"""What changed between two runs: new, worse, better, gone, and what is only noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from voc.errors import VocError
from voc.insight.intervals import adjust, rate_ratio, wilson
from voc.insight.snapshot import Snapshot, Standing, kin_of, same_issues, same_space
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TOO_FEW = 5
"""Fewer voices than this before and after together say nothing about a change."""
JOINT = 0.5
"""From this share of the smaller run's records in the other one, one clustering counts both sides."""
MARGIN = 1.25
"""Clustered apart, an issue's borders move: a rate must surely change by more than this factor."""
VERDICTS = ("new", "worse", "mixed", "better", "gone", "no_clear_change", "regrouped", "too_few")
"""In the order of a report. The first five are significant."""


@dataclass(frozen=True)
class Change:
    """One issue before and after. Rates are shares of the voices heard on each side."""

    issue_id: str
    label: str
    verdict: str
    """One of ``VERDICTS``."""
    because: tuple[str, ...] = ()
    """What changed for sure: ``rate``, ``mood``."""
    liked: bool = False
    former_id: str | None = None
    """Its id in the run before; ``None`` when that run had no such issue."""
    rank: int | None = None
    former_rank: int | None = None
    voices: int = 0
    former_voices: int = 0
    rate: Interval | None = None
    former_rate: Interval | None = None
    ratio: Interval | None = None
    rate_p: float | None = None
    """Adjusted for all tests of the comparison, as ``mood_p``."""
    negative: Interval | None = None
    former_negative: Interval | None = None
    mood: Interval | None = None
    """Change of the negative share, -1..1."""
    mood_p: float | None = None
    kin: str | None = None
    """Of a regrouped issue: the other run's issue that it was split from, or merged into."""


@dataclass(frozen=True)
class Comparison:
    """Two runs, set side by side; ``changes`` are in the order of ``VERDICTS``, the surest first."""

    before: str
    after: str
    method: str
    """``joint``: the later run has the earlier one's records too, and its clustering counts both
    sides; ``separate``: each run counts its own."""
    matched_by: str
    """``centroids and records``, ``centroids`` or ``records``."""
    records: int
    former_records: int
    fresh: int
    """Records of the later run that the earlier one didn't have; only they are the "after"."""
    voices: int
    former_voices: int
    fdr: float
    changes: tuple[Change, ...] = field(default=())
    backwards: bool = False
    """The later run's last day is before the earlier one's: were they swapped?"""

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, fit for JSON; intervals are lists of three."""
        plain = asdict(self)
        for change in plain["changes"]:
            change.update({key: list(value) for key, value in change.items() if isinstance(value, tuple)})
        return plain | {"changes": list(plain["changes"])}

    def those(self, verdict: str) -> tuple[Change, ...]:
        """Return the changes with this verdict."""
        return tuple(change for change in self.changes if change.verdict == verdict)


def compare(before: Snapshot, after: Snapshot, fdr: float = 0.05) -> Comparison:
    """Set two runs side by side, issue by issue.

    Counted are voices who mention an issue, as a share of all voices heard. The "after" is only
    what the earlier run had not heard: a record that is in both can't show a change. Where the
    later run holds most of the earlier one's records, its own clustering counts both sides, so that
    nothing but the feedback differs; else each run counts its own, an issue's borders may have
    moved, and a rate has to change by more than ``MARGIN`` for sure.

    Two questions are asked of each issue: is it more or less common (exact conditional test of two
    rates), and are those who mention it more or less negative (Fisher's exact test; the interval of
    the difference is Newcombe's, from Wilson's). All p-values together are adjusted
    (Benjamini-Hochberg).

    Issues are the same when they have the same id, or by ``matching.inherit``. One that only one
    run has, but that is like an issue of the other, was split or merged: ``regrouped``, not new.

    Raises:
        VocError: centroids can't be compared, and the runs share too few records to match by these.

    Sources: Fisher (1935), JRSS 98, 39-82; Newcombe (1998), Statistics in Medicine 17, 873-890
    (method 10); and those of ``intervals``.
    """
    both = before.keys & after.keys
    joint = len(both) >= JOINT * max(1, min(len(before.records), len(after.records)))
    centroids = same_space(before, after)
    if not (centroids or joint):
        raise _incomparable(before, after, len(both))
    former = same_issues(before, after)
    old = _side(after if joint else before, both if joint else before.keys)
    new = _side(after, after.keys - both)
    rows = _joint(before, after, former, both) if joint else _separate(before, after, former, both)
    changes = _judge(rows, old, new, fdr, 1.0 if joint else MARGIN)
    return Comparison(
        before=before.name,
        after=after.name,
        method="joint" if joint else "separate",
        matched_by="centroids" + (" and records" if both else "") if centroids else "records",
        records=len(after.records),
        former_records=len(before.records),
        fresh=new.records,
        voices=new.heard,
        former_voices=old.heard,
        fdr=fdr,
        changes=tuple(sorted(changes, key=_order)),
        backwards=bool(before.last_day and after.last_day and after.last_day < before.last_day),
    )


def _incomparable(before: Snapshot, after: Snapshot, shared: int) -> VocError:
    reason = "different encoders made their vectors"
    if before.profile is None or after.profile is None:
        reason = "one was made by an older voc and has no issues.safetensors"
    return VocError(
        f"{before.name} and {after.name} can't be compared: {reason}, and they share only {shared} records",
        "Run one of them again with the encoder of the other, or on an export that holds the other's rows.",
    )


@dataclass(frozen=True)
class _Side:
    """Voices before or after: ``counts`` has ``voices`` and ``negative`` (voices) by issue id."""

    counts: pd.DataFrame
    heard: int
    records: int

    def of(self, name: str | None) -> tuple[int, int]:
        if name is None or name not in self.counts.index:
            return 0, 0
        row: Any = self.counts.loc[name]
        return int(row["voices"]), int(row["negative"])


def _side(run: Snapshot, keys: Set[str]) -> _Side:
    """Count some of a run's records; a voice is negative when at least half of its mentions are."""
    records = run.records[run.records["key"].isin(keys)]
    own = run.mentions[run.mentions["key"].isin(keys)]
    voices = (
        own.assign(negative=own["negative"].astype("float64"))
        .groupby(["issue_id", "voice"])["negative"]
        .mean()
    )
    grouped = (voices >= 0.5).groupby(level="issue_id")
    counts = grouped.sum().to_frame("negative").assign(voices=grouped.size())
    return _Side(counts, int(records["voice"].nunique()), len(records))


@dataclass(frozen=True)
class _Row:
    """An issue to judge: ``old`` and ``new`` are its ids on the two sides, where it has one."""

    change: Change
    old: str | None
    new: str | None


def _joint(before: Snapshot, after: Snapshot, former: Mapping[str, str], both: Set[str]) -> list[_Row]:
    """One clustering: every issue of the later run on both sides; lost ones were regrouped."""
    ranks = {item.issue_id: item.rank for item in before.standings}
    rows = [
        _Row(_draft(item, former.get(item.issue_id), ranks), item.issue_id, item.issue_id)
        for item in after.standings
    ]
    return rows + _lost(before, after, former, both, "regrouped")


def _separate(before: Snapshot, after: Snapshot, former: Mapping[str, str], both: Set[str]) -> list[_Row]:
    """Two clusterings: pairs, and the issues that only one run has."""
    ranks = {item.issue_id: item.rank for item in before.standings}
    kin = kin_of(before, after, both)
    rows = []
    for item in after.standings:
        own = former.get(item.issue_id)
        draft = _draft(item, own, ranks)
        if own is None and item.issue_id in kin:
            draft = replace(draft, verdict="regrouped", kin=kin[item.issue_id])
        rows.append(_Row(draft, own, item.issue_id))
    return rows + _lost(before, after, former, both, "")


def _draft(item: Standing, former: str | None, ranks: Mapping[str, int]) -> Change:
    return Change(
        item.issue_id, item.label, "", liked=item.liked, former_id=former, rank=item.rank,
        former_rank=ranks.get(former) if former else None,
    )  # fmt: skip


def _lost(
    before: Snapshot, after: Snapshot, former: Mapping[str, str], both: Set[str], verdict: str
) -> list[_Row]:
    """Return the earlier run's issues that the later one has no counterpart of."""
    kept, kin = set(former.values()), kin_of(after, before, both)
    return [
        _Row(
            Change(
                item.issue_id, item.label, "regrouped" if item.issue_id in kin else verdict, liked=item.liked,
                former_id=item.issue_id, former_rank=item.rank, kin=kin.get(item.issue_id),
            ),
            item.issue_id,
            None,
        )
        for item in before.standings
        if item.issue_id not in kept
    ]  # fmt: skip


def _judge(rows: Sequence[_Row], old: _Side, new: _Side, fdr: float, margin: float) -> list[Change]:
    """Measure every issue, adjust all p-values together, and say what is sure."""
    import numpy as np

    if not rows:
        return []
    k0, bad0 = np.array([old.of(row.old) for row in rows], dtype=np.int64).T
    k1, bad1 = np.array([new.of(row.new) for row in rows], dtype=np.int64).T
    heard0, heard1 = old.heard, new.heard
    ratios, rate_p = _rates(k1, heard1, k0, heard0, margin)
    moods, mood_p = _moods(bad1, k1, bad0, k0)
    usable = (k0 + k1 >= TOO_FEW) & bool(heard0 and heard1)
    usable &= np.array([row.change.verdict != "regrouped" for row in rows])
    both = usable & (k0 > 0) & (k1 > 0)
    adjusted = adjust(np.concatenate([rate_p[usable], mood_p[both]]))
    rate_p[usable], mood_p[both] = adjusted[: usable.sum()], adjusted[usable.sum() :]
    return [
        _verdict(
            replace(
                row.change,
                voices=int(k1[i]), former_voices=int(k0[i]),
                rate=_interval(wilson(k1[i], heard1)), former_rate=_interval(wilson(k0[i], heard0)),
                negative=_interval(wilson(bad1[i], k1[i])) if k1[i] else None,
                former_negative=_interval(wilson(bad0[i], k0[i])) if k0[i] else None,
                ratio=_interval(ratios[i]) if usable[i] else None,
                rate_p=float(rate_p[i]) if usable[i] else None,
                mood=_interval(moods[i]) if both[i] else None,
                mood_p=float(mood_p[i]) if both[i] else None,
            ),
            fdr,
        )
        for i, row in enumerate(rows)
    ]  # fmt: skip


def _rates(
    k: NDArray[np.int64], heard: int, base: NDArray[np.int64], base_heard: int, margin: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare rates; p is for the nearer end of the ratios 1/margin..margin, and 1 between them."""
    import numpy as np

    time, base_time = max(1, heard), max(1, base_heard)
    ratios, p = rate_ratio(k, time, base, base_time)
    if margin == 1.0:
        return ratios, p
    above, below = ratios[:, 0] > margin, ratios[:, 0] < 1 / margin
    _, p_above = rate_ratio(k, time * margin, base, base_time)
    _, p_below = rate_ratio(k, time / margin, base, base_time)
    return ratios, np.where(above, p_above, np.where(below, p_below, 1.0))


def _moods(
    bad: NDArray[np.int64], k: NDArray[np.int64], base_bad: NDArray[np.int64], base: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare negative shares: (n, 3) difference with its interval, and (n,) exact p-values."""
    import numpy as np
    from scipy.stats import fisher_exact

    one, two = wilson(bad, k), wilson(base_bad, base)
    change = one[:, 0] - two[:, 0]
    down = np.hypot(one[:, 0] - one[:, 1], two[:, 2] - two[:, 0])
    up = np.hypot(one[:, 2] - one[:, 0], two[:, 0] - two[:, 1])
    cells = zip(bad, k - bad, base_bad, base - base_bad, strict=True)
    p = [float(fisher_exact([[a, b], [c, d]]).pvalue) for a, b, c, d in cells]
    return np.stack([change, np.maximum(change - down, -1), np.minimum(change + up, 1)], axis=-1), np.array(p)


def _verdict(change: Change, fdr: float) -> Change:
    if change.verdict == "regrouped":
        return change
    if change.ratio is None or change.rate_p is None:
        return replace(change, verdict="too_few")
    signs = []
    if change.rate_p <= fdr:
        if change.former_voices == 0 or change.voices == 0:
            return replace(change, verdict="gone" if change.voices == 0 else "new", because=("rate",))
        signs.append(("rate", (change.ratio.estimate > 1) != change.liked))
    if change.mood is not None and change.mood_p is not None and change.mood_p <= fdr:
        signs.append(("mood", change.mood.estimate > 0))
    worse = {sign for _, sign in signs}
    if not worse:
        verdict = "no_clear_change"
    elif len(worse) == 2:
        verdict = "mixed"
    else:
        verdict = "worse" if True in worse else "better"
    return replace(change, verdict=verdict, because=tuple(name for name, _ in signs))


def _order(change: Change) -> tuple[int, bool, float, int, str]:
    surest = min(p for p in (change.rate_p, change.mood_p, 1.0) if p is not None)
    return VERDICTS.index(change.verdict), change.liked, surest, change.rank or 10**6, change.issue_id


def _interval(values: NDArray[np.float64]) -> Interval:
    return Interval(*(round(float(value), 6) for value in values))
