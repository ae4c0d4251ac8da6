"""Which issue of an earlier run is this one? Centroids and shared records decide, one to one.

Two runs cluster anew, so an issue's words and members shift a little each time. Its *profile* is
what can be compared: the mean of its segments' own vectors (as the encoder gave them, not the
run's clustering space, which no other run shares), and who is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.models.warm_start import Fitted

    Matrix = NDArray[np.float32]

FLOOR = 0.5
"""Least likeness of the same issue. As a cosine it is 60 degrees, as overlap half of the members."""
ENOUGH_SHARED = 5
"""Records that both runs know and one of two issues holds, from which overlap has a say."""
FEWEST_OF_LANGUAGE = 15
"""Segments of a language below which its own mean is too uncertain to subtract."""
RETIRED_KEPT = 1000


@dataclass(frozen=True)
class Profile:
    """What is kept of n issues so that a later run can know them again; vectors have d dimensions.

    ``means``: (n, d) mean of the unit-length segment vectors of each. ``shares``: (n, languages)
    share of each language in them. ``language_means``: (languages, d) over *all* segments of the
    run, and ``language_counts``: (languages,) how many. ``retired``: issues that this run didn't
    find again but an earlier one had; they come back under their old id.
    ``fitted``: the clustering itself, for the next run to start from.
    """

    encoder: str
    issues: tuple[str, ...]
    languages: tuple[str, ...]
    means: Matrix
    shares: Matrix
    language_means: Matrix
    language_counts: Matrix
    retired: frozenset[str] = frozenset()
    fitted: Fitted | None = None

    def only(self, wanted: Set[str]) -> Profile:
        """Return the profile of some of the issues."""
        rows = [row for row, name in enumerate(self.issues) if name in wanted]
        names = tuple(self.issues[row] for row in rows)
        return replace(
            self,
            issues=names,
            means=self.means[rows],
            shares=self.shares[rows],
            retired=self.retired & set(names),
        )

    @property
    def live(self) -> Profile:
        """The issues of the run itself."""
        return self.only(set(self.issues) - self.retired)


def profile_of(
    vectors: Matrix, languages: Sequence[str], issues: Sequence[str | None], encoder: str
) -> Profile:
    """Describe the issues of a run.

    Args:
        vectors: (n, d) unit-length rows, as the encoder gave them.
        languages: n codes.
        issues: n ids; ``None`` where a segment is unclustered.
        encoder: name and hash of the encoder: vectors of another can't be compared with these.
    """
    import numpy as np

    spoken, spoken_rows = _codes(languages)
    names, rows = _codes([name for name in issues if name is not None])
    mine = np.array([name is not None for name in issues], dtype=bool)
    cells = np.zeros((len(names), len(spoken)), dtype=np.float32)
    np.add.at(cells, (rows, spoken_rows[mine]), 1)
    counts = np.bincount(spoken_rows, minlength=len(spoken)).astype(np.float32)
    return Profile(
        encoder=encoder,
        issues=names,
        languages=spoken,
        means=_means(vectors, rows, len(names), np.flatnonzero(mine)),
        shares=cells / np.maximum(cells.sum(axis=1, keepdims=True), 1),
        language_means=_means(vectors, spoken_rows, len(spoken)),
        language_counts=counts,
    )


def closeness(new: Profile, old: Profile) -> NDArray[np.float64] | None:
    """Return (new, old) cosines of the issues' centroids; ``None`` with different encoders.

    Encoders put every language in a corner of its own, and all texts in one half of the space. So
    from each centroid the mean that its languages have *over both runs together* is subtracted, in
    the proportions in which it speaks them: the same point for both, as any shift of only one
    would move them apart.
    """
    import numpy as np

    if new.encoder != old.encoder or new.means.shape[1] != old.means.shape[1]:
        return None
    origin = _pooled(new, old)
    cosines: NDArray[np.float64] = (_centred(new, origin) @ _centred(old, origin).T).astype(np.float64)
    return cosines


def likeness(
    cosines: NDArray[np.float64] | None, shared: NDArray[np.int64], unions: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Join both kinds of evidence into one number a pair, at most 1.

    Overlap is the Jaccard similarity of two issues' members among the records that both runs
    know. Where those are fewer than ``ENOUGH_SHARED`` the cosine alone counts; else the mean of
    both; without comparable vectors the overlap alone.

    Args:
        cosines: (new, old); ``None`` where vectors can't be compared.
        shared: (new, old) records in both issues.
        unions: (new, old) records in either, of those that both runs know.
    """
    import numpy as np

    enough = unions >= ENOUGH_SHARED
    overlap = np.where(enough, shared / np.maximum(unions, 1), 0.0)
    if cosines is None:
        return overlap
    return np.where(enough, (cosines + overlap) / 2, cosines)


def pair(alike: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pair rows with columns so that the sum of likeness is greatest; pairs under ``FLOOR`` are none.

    Source: the Hungarian method (Kuhn 1955, Naval Research Logistics Quarterly 2, 83-97), in
    scipy's ``linear_sum_assignment``.
    """
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not alike.size:
        return []
    worth = np.where(alike >= FLOOR, alike, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if worth[row, column]]


def overlaps(
    new: Sequence[Set[str]], old: Sequence[Set[str]], both: Set[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count common members and all members of each pair of issues: two (new, old) arrays.

    Args:
        new: keys of the records in each issue of the new run.
        old: the same of the old run.
        both: keys that both runs know; others can't speak for or against a pair.
    """
    place = {key: column for column, key in enumerate(sorted(both))}
    ours, theirs = _incidence(new, place), _incidence(old, place)
    shared: NDArray[np.int64] = (ours @ theirs.T).toarray()
    sizes = ours.sum(axis=1), theirs.sum(axis=1)
    return shared, sizes[0][:, None] + sizes[1][None, :] - shared


def _incidence(issues: Sequence[Set[str]], place: Mapping[str, int]) -> Any:
    """Return (issues, keys), sparse: 1 where the issue holds the record."""
    import numpy as np
    from scipy.sparse import csr_array

    cells = [(row, place[key]) for row, keys in enumerate(issues) for key in keys if key in place]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    shape = (len(issues), len(place))
    return csr_array((np.ones(len(cells), dtype=np.int64), (rows, columns)), shape=shape)


def inherit(
    new: Profile,
    old: Profile,
    members: Mapping[str, Set[str]],
    former: Mapping[str, Set[str]],
    both: Set[str],
) -> dict[str, str]:
    """Return the new run's ids -> the ids of the same issues in the old one, where there is one.

    The old run's own issues come first; what is left over may be the return of a retired one,
    which by then has no known members, so its centroid alone decides.
    """
    found = _inherit(new, old.live, members, former, both)
    rest = new.only(set(new.issues) - set(found))
    return found | _inherit(rest, old.only(old.retired), members, {}, frozenset())


def _inherit(
    new: Profile,
    old: Profile,
    members: Mapping[str, Set[str]],
    former: Mapping[str, Set[str]],
    both: Set[str],
) -> dict[str, str]:
    counts = overlaps(
        [members.get(name, frozenset()) for name in new.issues],
        [former.get(name, frozenset()) for name in old.issues],
        both,
    )
    alike = likeness(closeness(new, old), *counts)
    return {new.issues[row]: old.issues[column] for row, column in pair(alike)}


def settle_ids(found: Iterable[str], inherited: Mapping[str, str], taken: Set[str]) -> dict[str, str]:
    """Return found id -> final id: inherited, else its own; one that means another issue gets a suffix.

    Args:
        found: the ids the new run made, in its order.
        inherited: what ``inherit`` returned.
        taken: every id that an earlier run has used.
    """
    final = dict(inherited)
    used = set(taken) | set(inherited.values())
    for name in found:
        if name in final:
            continue
        candidate, number = name, 2
        while candidate in used:
            candidate, number = f"{name}-{number}", number + 1
        final[name] = candidate
        used.add(candidate)
    return final


def renamed(profile: Profile, final: Mapping[str, str]) -> Profile:
    """Return the profile under its final ids."""
    return replace(profile, issues=tuple(final.get(name, name) for name in profile.issues))


def with_retired(new: Profile, old: Profile | None) -> Profile:
    """Add the old run's issues that the new one doesn't have, as retired; the latest 1,000 stay."""
    import numpy as np

    if old is None or old.encoder != new.encoder or old.means.shape[1] != new.means.shape[1]:
        return new
    names = [*(n for n in old.issues if n not in old.retired), *(n for n in old.issues if n in old.retired)]
    gone = old.only(set([name for name in names if name not in new.issues][:RETIRED_KEPT]))
    languages, both = _aligned(new, gone)
    return replace(
        new,
        issues=(*new.issues, *gone.issues),
        languages=languages,
        means=np.vstack([new.means, gone.means]),
        shares=np.vstack([item.shares for item in both]),
        language_means=both[0].language_means,
        language_counts=both[0].language_counts,
        retired=frozenset(gone.issues),
    )


def _codes(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Number the distinct values in their own order."""
    import numpy as np

    names = tuple(sorted(set(values)))
    place = {name: row for row, name in enumerate(names)}
    return names, np.array([place[value] for value in values], dtype=np.int64)


def _means(
    rows: Matrix, groups: NDArray[np.int64], count: int, chosen: NDArray[np.intp] | None = None
) -> Matrix:
    """Return each group's mean row; ``groups`` are those of the chosen rows (of all, by default)."""
    import numpy as np

    means = np.zeros((count, rows.shape[1]), dtype=np.float32)
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=count))
    for group, members in enumerate(np.split(order, ends[:-1]) if count else []):
        picked = members if chosen is None else chosen[members]
        means[group] = rows[picked].mean(axis=0, dtype=np.float64) if len(picked) else 0
    return means


def _aligned(a: Profile, b: Profile) -> tuple[tuple[str, ...], tuple[Profile, Profile]]:
    """Give both profiles the same languages; an unspoken one has a count of 0."""
    languages = tuple(sorted({*a.languages, *b.languages}))
    return languages, (_spread(a, languages), _spread(b, languages))


def _spread(profile: Profile, languages: tuple[str, ...]) -> Profile:
    import numpy as np

    columns = [languages.index(name) for name in profile.languages]
    shares = np.zeros((len(profile.issues), len(languages)), dtype=np.float32)
    means = np.zeros((len(languages), profile.means.shape[1]), dtype=np.float32)
    counts = np.zeros(len(languages), dtype=np.float32)
    shares[:, columns], means[columns], counts[columns] = (
        profile.shares, profile.language_means, profile.language_counts,
    )  # fmt: skip
    return replace(profile, languages=languages, shares=shares, language_means=means, language_counts=counts)


def _pooled(a: Profile, b: Profile) -> dict[str, NDArray[np.float32]]:
    """Return each language's mean over both runs; a rare language has the mean of everything."""
    import numpy as np

    languages, (one, two) = _aligned(a, b)
    counts = one.language_counts + two.language_counts
    total = (
        one.language_means * one.language_counts[:, None] + two.language_means * two.language_counts[:, None]
    )
    everything = total.sum(axis=0) / max(float(counts.sum()), 1.0)
    own = total / np.maximum(counts, 1)[:, None]
    means = np.where((counts >= FEWEST_OF_LANGUAGE)[:, None], own, everything)
    return dict(zip(languages, means.astype(np.float32), strict=True))


def _centred(profile: Profile, origin: Mapping[str, NDArray[np.float32]]) -> Matrix:
    import numpy as np

    if not profile.issues:
        return profile.means
    rows = profile.means - profile.shares @ np.stack([origin[name] for name in profile.languages])
    centred: Matrix = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(
        np.float32
    )
    return centred
