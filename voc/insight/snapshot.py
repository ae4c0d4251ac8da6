"""What a later run needs to know of a run, and which issues of two runs are the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voc.insight import matching
from voc.insight.mentions import kept_records, mentions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Standing:
    """How one issue stood in a run."""

    issue_id: str
    label: str
    rank: int
    priority: float
    liked: bool
    """Most of its records praise it: more of it is better."""


@dataclass(frozen=True)
class Snapshot:
    """What of a run another is compared with.

    ``records``: columns ``key`` (the record, in any run: see ``record_keys``) and ``voice`` (code of
    the author), one row a record that is no duplicate. ``mentions``: ``issue_id``, ``key``,
    ``voice``, ``negative``. ``profile``: ``None`` when the run kept none.
    """

    records: pd.DataFrame
    mentions: pd.DataFrame
    standings: tuple[Standing, ...]
    profile: matching.Profile | None = None
    name: str = ""
    last_day: str = ""
    """ISO date of the last record; empty without dates."""

    @property
    def keys(self) -> frozenset[str]:
        """The records' keys."""
        return frozenset(self.records["key"])

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """Issue id -> keys of its records."""
        return {str(name): frozenset(rows) for name, rows in self.mentions.groupby("issue_id")["key"]}


def record_keys(kept: pd.DataFrame) -> list[str]:
    """Name each record by what it says, by whom and when, so that another run knows it again.

    Row numbers move when an export grows, and many exports have no id; so neither counts. The
    second record of the same author, moment and text gets the number 2, and so on.
    """
    seen: Counter[str] = Counter()
    found = []
    moments = kept["created_at"].astype("datetime64[s]").astype("str")
    authors = kept["author"].astype("object").where(kept["author"].notna(), "")
    for author, moment, text in zip(authors, moments, kept["text"], strict=True):
        name = hashlib.blake2b(
            f"{author}\n{moment}\n{text}".encode("utf-8", "replace"), digest_size=9
        ).hexdigest()
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found


def snapshot(
    feedback: pd.DataFrame,
    segments: pd.DataFrame,
    standings: Sequence[Standing],
    profile: matching.Profile | None = None,
    name: str = "",
) -> Snapshot:
    """Take from a run's tables what a comparison needs; no text among it."""
    kept = kept_records(feedback)
    kept = kept.assign(key=record_keys(kept))
    pairs = mentions(kept, segments, {})
    keys = kept["key"].astype("object").to_numpy()[pairs["record"].to_numpy(dtype="int64")]
    pairs = pairs.assign(key=keys, negative=(pairs["sentiment"] == "negative").astype("bool"))
    dates = kept["created_at"].dropna()
    return Snapshot(
        kept[["key", "voice"]],
        pairs[["issue_id", "key", "voice", "negative"]],
        tuple(standings),
        profile,
        name,
        "" if dates.empty else dates.max().date().isoformat(),
    )


def same_issues(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Return the later run's ids -> the earlier run's: equal ids first, then ``matching.inherit``."""
    former, ours = {item.issue_id for item in before.standings}, {item.issue_id for item in after.standings}
    equal = {name: name for name in ours & former}
    both = before.keys & after.keys
    if same_space(before, after):
        assert before.profile is not None
        assert after.profile is not None
        new, old = after.profile.only(ours - set(equal)), before.profile.only(former - set(equal))
        found = matching.inherit(new, replace(old, retired=frozenset()), after.members, before.members, both)
    else:
        new_ids, old_ids = sorted(ours - set(equal)), sorted(former - set(equal))
        alike = matching.likeness(None, *_overlaps(new_ids, old_ids, before, after, both))
        found = {new_ids[row]: old_ids[column] for row, column in matching.pair(alike)}
    return equal | found


def same_space(before: Snapshot, after: Snapshot) -> bool:
    """Say whether the centroids of both runs come from one encoder."""
    one, two = before.profile, after.profile
    return one is not None and two is not None and one.encoder == two.encoder


def _overlaps(
    new: Sequence[str], old: Sequence[str], before: Snapshot, after: Snapshot, both: Set[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ours, theirs = after.members, before.members
    return matching.overlaps(
        [ours.get(name, frozenset()) for name in new], [theirs.get(name, frozenset()) for name in old], both
    )


def kin_of(one: Snapshot, two: Snapshot, both: Set[str]) -> dict[str, str]:
    """Return for each issue of ``two`` the most alike one of ``one``, when it is alike enough."""
    olds, news = (
        sorted(item.issue_id for item in one.standings),
        sorted(item.issue_id for item in two.standings),
    )
    cosines = None
    if same_space(one, two):
        assert one.profile is not None
        assert two.profile is not None
        new, old = two.profile.only(set(news)), one.profile.only(set(olds))
        news, olds, cosines = list(new.issues), list(old.issues), matching.closeness(new, old)
    alike = matching.likeness(cosines, *_overlaps(news, olds, one, two, both))
    if not alike.size:
        return {}
    return {
        name: olds[int(row.argmax())]
        for name, row in zip(news, alike, strict=True)
        if row.max() >= matching.FLOOR
    }
