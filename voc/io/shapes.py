"""Known exports, described in ``shapes/*.yaml``: recognised by their columns, mapped as the file says.

A shape has these keys (all but ``name`` and ``recognise`` may be left out)::

    name: zendesk-tickets            # for --shape
    title: Zendesk tickets           # for people
    recognise: [id, [subject, raw_subject], comments]   # all needed; a list: any one of them
    path: tickets                    # where the rows are in a JSON document
    channel: email
    columns: {text: [subject, description], date: created_at, rating: null, ...}
    repeats: 1                       # rows below the header that belong to it: 1 (options), 2 (labels, import ids)
    speaker:                         # each row is one turn of a talk
      column: [speaker, role]
      customer: [customer, user]
      other: [agent, bot]
    turns:                           # each row holds a list of turns; the customer's are joined to the text
      list: [comments]
      text: [plain_body, body]
      role: [author.role]
      customer: [end-user]
      other: [agent]
      same: {author_id: requester_id}   # the turn's field equals the row's: it is the customer's
      hidden: {public: false}           # turns that are not part of the talk
      opening: source                   # a nested object that is the first turn
    explode: [messages, turns]       # each turn of this list becomes a row of its own
    questions: true                  # at least one column's name is a question

Where a column has several names, the first that the file has is taken. ``null`` means that there is none.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from voc import plugins
from voc.errors import USAGE, VocError
from voc.io import data as data_files
from voc.io import names
from voc.io.text_columns import is_question
from voc.plugins import Plugin

Names = str | list[str]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in a row: ``column`` is any of these names; the values are compared without case."""

    column: list[str]
    customer: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class Turns:
    """How the turns inside one row are read; every name may be a dotted path."""

    lists: list[str]
    text: list[str]
    role: list[str]
    customer: frozenset[str]
    other: frozenset[str]
    same: Mapping[str, str]
    hidden: Mapping[str, Any]
    opening: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One known export; see the module's text for the fields."""

    name: str
    title: str
    recognise: list[Names]
    path: str | None = None
    channel: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    repeats: int = 0
    speaker: Speaker | None = None
    turns: Turns | None = None
    explode: Names = ""
    questions: bool = False


@cache
def all_shapes() -> tuple[Shape, ...]:
    """The shapes in the order they are tried: with turns, then by how much they ask for.

    First voc's own, then those of installed plug-ins (``voc.shapes``), which are data: nothing of theirs is run.

    Raises:
        VocError: a plug-in's shape can't be used.
    """
    own = own_shapes()
    shapes = [*own, *_plugged({shape.name for shape in own})]
    return tuple(sorted(shapes, key=lambda shape: (shape.turns is None, -len(shape.recognise))))


def own_shapes() -> list[Shape]:
    """The shapes that come with voc, by name of their files."""
    folder = files("voc.io").joinpath("shapes")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return [
        _shape(data_files.parse(entry.read_text("utf-8"))) for entry in sorted(found, key=lambda e: e.name)
    ]


def _plugged(taken: Collection[str]) -> Iterator[Shape]:
    installed = plugins.found(plugins.SHAPES)
    for plugin in installed:
        if why := plugins.problem(plugin, installed, taken):
            raise plugins.refused(plugin, why)
        yield plugged_shape(plugin)


def plugged_shape(plugin: Plugin) -> Shape:
    """The shape of a plug-in, whose name is the plug-in's.

    Raises:
        VocError: its file is missing or is not a shape.
    """
    path = plugin.file()
    try:
        shape = _shape(data_files.parse(path.read_text("utf-8")))
    except Exception as error:  # whatever a file of other people's may hold
        raise plugin.unfit(f"{path.name} is not a shape ({type(error).__name__})") from error
    if shape.name != plugin.name:
        raise plugin.unfit(f"{path.name} calls itself {shape.name!r}")
    return shape


def _shape(data: dict[str, Any]) -> Shape:
    fields = dict(data)
    if "speaker" in fields:
        speaker = fields["speaker"]
        fields["speaker"] = Speaker(
            _list(speaker["column"]), _folded(speaker["customer"]), _folded(speaker["other"])
        )
    if "turns" in fields:
        turns = fields["turns"]
        fields["turns"] = Turns(
            lists=_list(turns["list"]),
            text=_list(turns["text"]),
            role=_list(turns["role"]),
            customer=_folded(turns["customer"]),
            other=_folded(turns.get("other", ())),
            same=turns.get("same", {}),
            hidden=turns.get("hidden", {}),
            opening=turns.get("opening", ""),
        )
    return Shape(**fields)


def _list(value: Names) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _folded(values: Sequence[str]) -> frozenset[str]:
    return frozenset(fold(value) for value in values)


def fold(value: object) -> str:
    """A role's name without case, spaces or punctuation."""
    return names.key(str(value))


def by_name(name: str) -> Shape:
    """The shape that ``--shape`` names: one of voc's, or a YAML file of the user's own.

    Raises:
        VocError: there is none of that name, or the file is not a shape.
    """
    if name.endswith((".yaml", ".yml")):
        return _from_file(Path(name))
    known = {shape.name: shape for shape in all_shapes()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    raise VocError(
        f"There is no shape {name!r}.",
        f"Did you mean {near[0]!r}?" if near else f"Shapes: {', '.join(sorted(known))}.",
        USAGE,
    )


def _from_file(path: Path) -> Shape:
    try:
        return _shape(data_files.parse(path.read_text("utf-8")))
    except OSError as error:
        raise VocError(
            f"Cannot read the shape {path}: {error.strerror}.", "Check the path.", USAGE
        ) from error
    except Exception as error:  # whatever a file of the user's may hold
        raise VocError(
            f"{path} is not a shape ({type(error).__name__}).",
            "It needs `name`, `title` and `recognise`; see the files in voc/io/shapes.",
            USAGE,
        ) from error


def missing(shape: Shape, columns: Sequence[str]) -> list[str]:
    """What ``columns`` lacks to be this shape."""
    have = _keys(columns)
    wanted = [_list(entry) for entry in shape.recognise]
    return [" or ".join(entry) for entry in wanted if not any(names.key(name) in have for name in entry)]


def recognise(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], path: str) -> Shape | None:
    """The shape that a table has, told by its columns, its place in a JSON document and its speakers."""
    for shape in all_shapes():
        if missing(shape, columns) or (shape.path is not None and path not in ("", shape.path)):
            continue
        if shape.questions and not any(map(is_question, columns)):
            continue
        if shape.explode and not list_column(shape, columns, rows):
            continue
        if shape.speaker is None or _speaks(shape.speaker, columns, rows):
            return shape
    return None


def list_column(shape: Shape, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The column whose lists of turns a shape explodes."""
    column = pick(shape.explode, columns)
    if column and any(isinstance(row.get(column), list) and row[column] for row in rows):
        return column
    return None


def is_other(value: object, customer: frozenset[str], other: frozenset[str]) -> bool | None:
    """Whether a speaker is not the customer; None when the name says neither. ``Agent Kim`` is an agent."""
    split = names.words(str(value))
    for name in ("".join(split), split[0] if split else ""):
        if name in customer or name in other:
            return name in other
    return None


def _speaks(speaker: Speaker, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the speakers are customers and others; what is rated is a review, whatever its author's role."""
    if any(
        match.role == "rating"
        for name in columns
        for match in names.matches(name)
        if match.strength == names.EXACT
    ):
        return False
    column = pick(speaker.column, columns)
    values = [row[column] for row in rows if row.get(column)] if column else []
    others = [is_other(value, speaker.customer, speaker.other) for value in values]
    return False in others and others.count(None) <= 0.1 * len(others)


def pick(wanted: Names, columns: Sequence[str]) -> str | None:
    """The first of the ``wanted`` names that ``columns`` has, as spelled there."""
    have = _keys(columns)
    return next((have[names.key(name)] for name in _list(wanted) if names.key(name) in have), None)


def _keys(columns: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in columns:
        found.setdefault(names.key(column), column)
        # A nested object may be present or empty (and then have no dotted names).
        found.setdefault(names.key(column.split(".", 1)[0]), column.split(".", 1)[0])
    return found


def columns_of(shape: Shape, columns: Sequence[str]) -> dict[str, Any]:
    """Role -> column (``text`` -> columns) as the shape says; roles it doesn't have in the file are left open."""
    found: dict[str, Any] = {}
    for role, wanted in shape.columns.items():
        if role == "text":
            parts = [pick(part, columns) for part in wanted]
            found["text"] = tuple(part for part in parts if part)
        elif wanted is None:
            found[role] = None
        elif column := pick(wanted, columns):
            found[role] = column
    return found
