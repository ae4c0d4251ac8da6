"""Apply people's edits to freshly found topics: find each topic they mean, then change the assignment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.models.clusterer import UNCLUSTERED
from voc.models.seeds import unit
from voc.models.topic_edits import Edits, Known, centred, load_edits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.models.encoder import Encoder
    from voc.types import TopicInfo

    Matrix = NDArray[np.float32]
    Numbers = NDArray[np.int64]

ALIKE = 0.5
"""Least cosine of the centroids of one topic in two runs: 60 degrees."""
SHARED_WORDS = 0.4
"""Least share of common keywords, where centroids can't be compared (hand-written, or another encoder)."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Plan:
    """Edits, and what applying them needs: the encoder's id and a (phrases, d) array for each pin."""

    edits: Edits
    encoder: str
    seeds: Sequence[Matrix] = ()
    languages: Sequence[Sequence[str]] = ()
    """The language of each phrase."""


@dataclass(frozen=True)
class Grouped:
    """Distinct segments: ``assigned`` (n,) topics, ``vectors`` (n, d), ``languages`` (n,)."""

    assigned: Numbers
    vectors: Matrix
    languages: NDArray[Any]
    info: Mapping[int, TopicInfo]


@dataclass
class Outcome:
    """``assigned`` (n,) after the edits, the names people gave, and what could not be done."""

    assigned: Numbers
    names: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_plan(path: str | Path | None, encoder: Encoder) -> Plan | None:
    """Read a file of edits and encode the phrases of its pins; ``None`` without a file.

    Raises:
        VocError: the file can't be used.
    """
    if path is None:
        return None
    from voc.text.language import identify

    edits = load_edits(path)
    seeds = [unit(encoder.encode(pin.phrases).vectors) for pin in edits.pin]
    return Plan(edits, encoder.id, seeds, [[identify(text)[0] for text in pin.phrases] for pin in edits.pin])


def apply_plan(plan: Plan, grouped: Grouped, merge: Callable[[Numbers, list[list[int]]], Numbers]) -> Outcome:
    """Merge, pin, drop, then rename.

    A topic is found by its id, else by its stored centroid (cosine of ``ALIKE`` or more, both less
    their languages' means), else by shared words. An edit that finds none is noted.

    Args:
        plan: the edits.
        grouped: the topics as found.
        merge: joins groups of topics and returns the new assignment (BERTopic's ``merge_topics``).
    """
    space = _Space.of(grouped)
    finder = _Finder(plan, grouped, space)
    out = Outcome(grouped.assigned.copy())
    targets = {name: finder.find(name) for name in _named(plan.edits)}
    names: dict[int, str] = {}
    place = _merge(plan.edits, targets, out, names, merge)
    out.names = {place.get(topic, topic): name for topic, name in names.items()}
    _pin(plan, space, out)
    for name in plan.edits.drop:
        _drop(name, targets[name], place, out)
    for name, new in plan.edits.rename.items():
        if (topic := finder.edited(name, targets[name], place, out.assigned)) is None:
            out.notes.append(
                f"topics: rename {name!r}: no topic of this run is like it; nothing was renamed."
            )
        else:
            out.names[topic] = new
    return out


def _named(edits: Edits) -> list[str]:
    return [*(name for group in edits.merge for name in group.topics), *edits.drop, *edits.rename]


def _merge(
    edits: Edits,
    targets: Mapping[str, int | None],
    out: Outcome,
    names: dict[int, str],
    merge: Callable[[Numbers, list[list[int]]], Numbers],
) -> dict[int, int]:
    """Merge what the edits say; return where each old topic went."""
    groups: list[list[int]] = []
    for group in edits.merge:
        found = sorted({topic for name in group.topics if (topic := targets[name]) is not None})
        missing = [name for name in group.topics if targets[name] is None]
        out.notes += [f"topics: merge: no topic of this run is like {name!r}." for name in missing]
        if found and group.name:
            names[found[0]] = group.name
        _join(groups, found)
    before = out.assigned
    if groups := [group for group in groups if len(group) > 1]:
        out.assigned = merge(before, groups)
    return {int(topic): int(out.assigned[before == topic][0]) for topic in set(before.tolist())}


def _join(groups: list[list[int]], found: list[int]) -> None:
    """Add a group; those that have a topic in common become one."""
    near = [group for group in groups if set(group) & set(found)]
    for group in near:
        groups.remove(group)
    groups.append(sorted({topic for group in [*near, found] for topic in group}))


def _pin(plan: Plan, space: _Space, out: Outcome) -> None:
    """Give each pinned topic the rows that are near an example of it, and nearer than to their own topic."""
    import numpy as np

    own = space.own_similarity(out.assigned)
    number = int(out.assigned.max(initial=-1)) + 1
    for pin, seeds, languages in zip(plan.edits.pin, plan.seeds, plan.languages, strict=True):
        near = (space.rows @ space.place(seeds, languages).T).max(axis=1)
        mine = (near >= pin.min_similarity) & (near > own)
        if not mine.any():
            out.notes.append(
                f"topics: pin {pin.name!r}: no text is near it (min_similarity {pin.min_similarity}); "
                "there is no such issue in this run."
            )
            continue
        out.assigned = np.where(mine, number, out.assigned)
        own = np.where(mine, near, own)
        out.names[number] = pin.name
        number += 1


def _drop(name: str, topic: int | None, place: Mapping[int, int], out: Outcome) -> None:
    if topic is None:
        out.notes.append(f"topics: drop {name!r}: no topic of this run is like it; nothing was dropped.")
        return
    mine = out.assigned == place.get(topic, topic)
    out.assigned[mine] = UNCLUSTERED
    out.notes.append(f"topics: {name!r} was dropped by your edits; its texts are unclustered.")


@dataclass(frozen=True)
class _Space:
    """Rows less the mean of their language, of unit length."""

    rows: Matrix
    vectors: Matrix
    codes: Numbers
    spoken: Sequence[str]
    means: Matrix
    counts: Matrix

    @classmethod
    def of(cls, grouped: Grouped) -> _Space:
        import numpy as np

        spoken, codes = np.unique(grouped.languages.astype(str), return_inverse=True)
        counts = np.bincount(codes, minlength=len(spoken)).astype(np.float32)
        means = np.stack([grouped.vectors[codes == code].mean(axis=0) for code in range(len(spoken))])
        one_hot = np.eye(len(spoken), dtype=np.float32)[codes]
        rows = centred(grouped.vectors, one_hot, means, counts)
        return cls(rows, grouped.vectors, codes, spoken.tolist(), means, counts)

    def centroid(self, mine: NDArray[np.bool_]) -> Matrix:
        """Return the (d,) centroid of some rows, as ``known`` keeps it."""
        import numpy as np

        shares = np.bincount(self.codes[mine], minlength=len(self.spoken)) / max(1, mine.sum())
        means = self.vectors[mine].mean(axis=0)[None]
        found: Matrix = centred(means, shares[None].astype(np.float32), self.means, self.counts)[0]
        return found

    def place(self, vectors: Matrix, languages: Sequence[str]) -> Matrix:
        """Return phrases in this space; one in a language that nobody here speaks is centred on all."""
        import numpy as np

        everyone = self.counts / self.counts.sum()
        known = dict(zip(self.spoken, np.eye(len(self.spoken)), strict=True))
        shares = np.stack([known.get(code, everyone) for code in languages]).astype(np.float32)
        return centred(vectors, shares, self.means, self.counts)

    def own_similarity(self, assigned: Numbers) -> NDArray[np.float64]:
        """Return (n,) cosines of rows with their topic's centroid; -1 for unclustered rows."""
        import numpy as np

        own = np.full(len(assigned), -1.0)
        for topic in set(assigned.tolist()) - {UNCLUSTERED}:
            mine = assigned == topic
            own[mine] = self.rows[mine] @ self.centroid(mine)
        return own


@dataclass
class _Finder:
    """Finds the topic that a name in the file means."""

    plan: Plan
    grouped: Grouped
    space: _Space

    def find(self, name: str) -> int | None:
        """Return its topic as first found, or ``None``."""
        info = self.grouped.info
        exact = [
            topic for topic, item in info.items() if name.casefold() in (item.issue_id, item.label.casefold())
        ]
        if exact:
            return exact[0]
        known = self.plan.edits.known.get(name)
        if known is not None and self._comparable(known):
            return self._nearest(known, self.grouped.assigned)
        words = [*known.keywords, *_words(known.label)] if known else _words(name)
        scores = {
            topic: _overlap(words, [*item.keywords, *_words(item.label)]) for topic, item in info.items()
        }
        best = max(scores, key=lambda topic: (scores[topic], -topic), default=None)
        return best if best is not None and scores[best] >= SHARED_WORDS else None

    def edited(self, name: str, found: int | None, place: Mapping[int, int], assigned: Numbers) -> int | None:
        """Return its topic as edited so far: merged and pinned topics exist only now."""
        known = self.plan.edits.known.get(name)
        unsure = found is None or self.grouped.info[found].issue_id != name
        if known is not None and unsure and self._comparable(known):
            return self._nearest(known, assigned)
        return None if found is None else place.get(found, found)

    def _comparable(self, known: Known) -> bool:
        same = known.encoder == self.plan.encoder and bool(known.centroid)
        return same and len(known.vector()) == self.space.rows.shape[1]

    def _nearest(self, known: Known, assigned: Numbers) -> int | None:
        wanted = known.vector()
        topics = sorted(set(assigned.tolist()) - {UNCLUSTERED})
        alike = {topic: float(self.space.centroid(assigned == topic) @ wanted) for topic in topics}
        best = max(alike, key=lambda topic: (alike[topic], -topic), default=None)
        return best if best is not None and alike[best] >= ALIKE else None


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 1 or not word.isascii()]


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    """Return the share of ``a``'s words that ``b`` has."""
    one, two = {word.casefold() for word in a}, {word.casefold() for word in b}
    return len(one & two) / len(one) if one else 0.0
