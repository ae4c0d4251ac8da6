"""Which column is the text, the date, the rating ...: by what the user says, by name, then by content."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voc.errors import USAGE, VocError
from voc.io import dates, locales, names, ratings, text_columns
from voc.io.content import Profile, profile
from voc.io.options import ReadOptions

_CELLS = 200_000
"""Cells profiled at most, so that a table of thousands of columns is looked at quickly too."""
_BY_NAME = ("id", "author", "language", "product", "version", "country", "channel")
_BY_CONTENT_ROWS = 5
"""Rows needed before a column with an unknown name is taken for a rating."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as `voc inspect` shows it: its role, and why."""

    name: str
    role: str | None
    why: str
    kind: str
    filled: int
    distinct: int


@dataclass(slots=True)
class ColumnMap:
    """Roles of the columns of one table. ``text`` columns are joined in order."""

    text: tuple[str, ...]
    roles: dict[str, str] = field(default_factory=dict)
    """``date``, ``rating``, ``nps``, ``author``, ``id``, ``language``, ``product`` ... -> column."""
    why: dict[str, str] = field(default_factory=dict)
    """Column -> why it has its role."""
    language: str | None = None
    channel: str = "review"
    notes: list[str] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether a name, a known export or the user says which columns are the text, not the content alone."""
        return not any(self.why.get(name, "") in text_columns.GUESSED for name in self.text)

    def as_mapping(self) -> dict[str, str]:
        """Role -> column for `voc.types.Source`."""
        return {"text": " + ".join(self.text), **self.roles}


@dataclass(slots=True)
class Sample:
    """The first rows of a table, by column."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    profiles: dict[str, Profile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        few = self.rows[: max(20, _CELLS // max(1, len(self.columns)))]
        self.profiles = {name: profile(name, [row.get(name) for row in few]) for name in self.columns}

    def values(self, column: str) -> list[Any]:
        """The column's values, blanks among them."""
        return [row.get(column) for row in self.rows]


def infer(
    sample: Sample,
    options: ReadOptions,
    known: Mapping[str, Any] | None = None,
    file: str = "The file",
    turns: bool = False,
) -> ColumnMap:
    """Map columns to roles. ``known`` holds what a shape says: role -> column, ``text`` -> columns.

    With ``turns`` the text may be in turns alone, and no column need hold any.

    Raises:
        VocError: the text column can't be told (exit 3), or an option names no column (exit 2).
    """
    given = _given(sample, options, file)
    known = {**(known or {}), **given}
    text = tuple(known.get("text") or ())
    found = ColumnMap(text)
    if text or turns:
        found.why = dict.fromkeys(text, "--text-column" if "text" in given else "known export")
    else:
        chosen = text_columns.choose(sample.profiles, taken=set(_flat(known)))
        if not chosen.columns:
            raise _undecided(sample, chosen.rivals, file)
        found.text, found.why, found.channel = chosen.columns, dict(chosen.why), chosen.channel
        found.notes.extend(chosen.notes)
    found.language = locales.guess(
        str(value) for name in found.text for value in sample.values(name) if value
    )
    for role, column in known.items():
        if role != "text" and column:
            found.roles[role] = column
            found.why[column] = f"--{role}-column" if role in given else "known export"
    _fill(found, sample, {role for role, column in known.items() if column is None})
    return found


def _flat(known: Mapping[str, Any]) -> list[str]:
    return [column for role, column in known.items() if role != "text" and column]


def _given(sample: Sample, options: ReadOptions, file: str) -> dict[str, Any]:
    """Columns that options name, as the file spells them."""
    given: dict[str, Any] = {}
    for role in ("id", "date", "rating", "author", "language"):
        name = getattr(options, f"{role}_column")
        if name is not None:
            given[role] = find_column(name, sample.columns, role, file)
    if options.text_column is not None:
        whole = options.text_column
        parts = [whole] if whole in sample.columns else [part.strip() for part in whole.split(" + ")]
        given["text"] = tuple(find_column(part, sample.columns, "text", file) for part in parts)
    return given


def find_column(name: str, columns: Sequence[str], role: str, file: str) -> str:
    """The column that a user's ``name`` means: exactly, or but for case, spaces and accents.

    Raises:
        VocError: there is none; the nearest name is suggested.
    """
    if name in columns:
        return name
    same = [column for column in columns if names.key(column) == names.key(name)]
    if same:
        return same[0]
    near = difflib.get_close_matches(
        name, [column for column in columns if names.shown(column) == column], n=1
    )
    hint = f"Did you mean {near[0]!r}?" if near else f"Its columns: {_listed(columns)}."
    raise VocError(f"{file} has no column {name!r} (--{role}-column).", hint, USAGE)


def _undecided(sample: Sample, rivals: Sequence[str], file: str) -> VocError:
    if rivals:
        message = f"{file}: several columns may be the text: {_listed(rivals)}."
    else:
        message = f"{file}: no column holds text that customers wrote. Columns: {_listed(sample.columns)}."
    return VocError(message, "Name it with --text-column NAME; two are joined with --text-column 'a + b'.")


def _listed(columns: Sequence[str]) -> str:
    listed = ", ".join(names.shown(column) for column in columns[:30])
    return f"{listed} and {len(columns) - 30:,} more" if len(columns) > 30 else listed


def _fill(found: ColumnMap, sample: Sample, without: set[str]) -> None:
    """Find the roles that are still open, each column having one role at most."""
    finders: dict[str, Callable[[Sample, list[str]], tuple[str, str] | None]] = {
        "nps": _nps,
        "date": _date,
        "rating": _rating,
    }
    for role in _BY_NAME:
        finders[role] = lambda sample, free, role=role: _by_name(role, sample, free)  # type: ignore[misc]
    for role, finder in finders.items():
        if role in found.roles or role in without:
            continue
        taken = {*found.text, *found.roles.values()}
        chosen = finder(sample, [name for name in sample.columns if name not in taken])
        if chosen:
            found.roles[role], found.why[chosen[0]] = chosen
            if role == "date" and _means(chosen[0], "later_date"):
                found.notes.append(f"Dates are those of {chosen[0]!r}, which may be later than the feedback.")
    if "nps" in found.roles and found.channel == "review":
        found.channel = "survey"


def _ranked(role: str, free: Sequence[str], against: tuple[str, ...] = (), exact: bool = False) -> list[str]:
    """Columns whose name means ``role``, best first: whole names, more words, then place."""
    ranked = []
    for place, column in enumerate(free):
        matches = {match.role: match for match in names.matches(column)}
        match = matches.get(role)
        if match is None or (exact and match.strength < names.EXACT):
            continue
        ruled_out = any(name in matches for name in against)
        if ruled_out and match.strength < names.EXACT:
            continue
        later = "later_date" in matches and role == "date"
        ranked.append((later, -match.strength, -match.words, place, column))
    return [entry[-1] for entry in sorted(ranked)]


def _named(column: str) -> tuple[str, str]:
    return column, "by its name"


def _by_name(role: str, sample: Sample, free: list[str]) -> tuple[str, str] | None:
    for column in _ranked(role, free, exact=True):
        found = sample.profiles[column]
        if found.kind in ("empty", "list"):
            continue
        if role == "id" and (found.kind == "date" or found.varied < 0.95):
            continue
        if role == "language" and not _are_languages(sample.values(column)):
            continue
        return _named(column)
    return None


def _are_languages(values: Sequence[Any]) -> bool:
    filled = [value for value in values if value]
    return sum(locales.code(value) is not None for value in filled) >= 0.8 * len(filled)


def _date(sample: Sample, free: list[str]) -> tuple[str, str] | None:
    for column in _ranked("date", free, ("not_date",)):
        if _readable_dates([value for value in sample.values(column) if value not in (None, "")]):
            return _named(column)
    dated = [
        name
        for name in free
        if sample.profiles[name].kind == "date"
        and not _means(name, "not_date")
        and not _means(name, "version")
    ]
    best = [name for name in dated if not _means(name, "later_date")] or dated
    return (best[0], "by its content: dates") if best else None


def _readable_dates(values: Sequence[Any]) -> bool:
    """Whether most of some of the values are dates; the slow parser is asked few times."""
    some = values[:: max(1, len(values) // 40)]
    column = dates.fit(some, base=dates.MIDDAY)
    return bool(some) and sum(column.parse(value) is not None for value in some) * 2 >= len(some)


def _means(column: str, role: str) -> bool:
    return any(match.role == role for match in names.matches(column))


def _nps(sample: Sample, free: list[str]) -> tuple[str, str] | None:
    for column in _ranked("nps", free, ("not_rating",)):
        filled = [value for value in sample.values(column) if not ratings.is_missing(value)]
        scores = [score for value in filled if (score := ratings.nps(value)) is not None]
        # A recommendation on five points is a rating, not a likelihood from 0 to 10.
        wide = max(scores, default=0) > 5 or len(scores) < 30 or "nps" in names.words(column)
        if scores and len(scores) >= 0.9 * len(filled) and wide:
            return _named(column)
    return None


def _rating(sample: Sample, free: list[str]) -> tuple[str, str] | None:
    for column in _ranked("rating", free, ("not_rating",)):
        if not _means(column, "not_rating") and ratings.is_rating(sample.values(column)):
            return _named(column)
    likely = [name for name in free if _looks_rated(sample, name)]
    return (likely[0], "by its content: whole numbers on a small scale") if len(likely) == 1 else None


def _looks_rated(sample: Sample, column: str) -> bool:
    found = sample.profiles[column]
    if found.kind not in ("number", "code", "text") or not 2 <= found.distinct <= 11:
        return False
    known = {
        match.role for match in names.matches(column) if match.strength == names.EXACT or "not_" in match.role
    }
    if found.filled < _BY_CONTENT_ROWS or known - {"text", "text_weak", "title", "rating", "nps"}:
        return False
    values = sample.values(column)
    different = {str(value): value for value in values if value not in (None, "")}
    scores = [ratings.parse(value) for value in different.values()]
    on_scale = [score for score in scores if score and score.value.is_integer() and 0 <= score.value <= 10]
    high = max((score.value for score in on_scale), default=0)
    low = min((score.value for score in on_scale), default=0)
    return len(on_scale) == len(scores) and ((low >= 1 and high == 5) or (high > 7))
