"""Talks inside a row: the customer's turns of a ticket or a conversation, and lists of turns as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from voc.io import shapes
from voc.io.json_tables import flatten
from voc.io.shapes import Shape, Turns
from voc.io.table import Table
from voc.types import Rejected, Row


class Talk(NamedTuple):
    """What the customer said in order, what others said first, and how many turns there were of each."""

    said: list[str]
    others: list[str]
    unknown: int


def read_talk(values: Mapping[str, Any], turns: Turns) -> Talk:
    """The turns in a row's values."""
    said: list[str] = []
    others: list[str] = []
    unknown = 0
    for turn in [*_opening(values, turns.opening), *_listed(values, turns.lists)]:
        text = _first(turn, turns.text)
        if not text or any(turn.get(name) == value for name, value in turns.hidden.items()):
            continue
        other = _is_other(turn, values, turns)
        if other is None:
            unknown += 1
        else:
            (others if other else said).append(str(text).strip())
    return Talk(said, others, unknown)


def _opening(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    start = f"{name}."
    found = {key[len(start) :]: value for key, value in values.items() if name and key.startswith(start)}
    return [found] if found else []


def _listed(values: Mapping[str, Any], wanted: Sequence[str]) -> list[dict[str, Any]]:
    for name in wanted:
        found = values.get(name)
        if isinstance(found, list):
            return [flatten(turn) for turn in found if isinstance(turn, dict)]
    return []


def _first(turn: Mapping[str, Any], wanted: Sequence[str]) -> Any:
    return next((turn[name] for name in wanted if turn.get(name)), None)


def _is_other(turn: Mapping[str, Any], values: Mapping[str, Any], turns: Turns) -> bool | None:
    role = _first(turn, turns.role)
    if role is not None:
        found = shapes.is_other(role, turns.customer, turns.other)
        if found is not None:
            return found
    for mine, theirs in turns.same.items():
        if turn.get(mine) is not None and values.get(theirs) is not None:
            return bool(turn[mine] != values[theirs])
    return None


def without_turns(values: Mapping[str, Any], turns: Turns, talk: Talk) -> dict[str, Any]:
    """The row with its list of turns (agents' words, names, addresses) replaced by two counts."""
    heads = {name.split(".", 1)[0] for name in turns.lists}
    said = {f"{turns.opening}.{name}" for name in turns.text}
    kept = {
        name: value
        for name, value in values.items()
        if name.split(".", 1)[0] not in heads and name not in said
    }
    return {**kept, "turns_customer": len(talk.said), "turns_other": len(talk.others)}


def exploded(table: Table, shape: Shape, column: str) -> Table:
    """The table with a row for each turn in ``column``; the talk's own fields are repeated in each."""

    def rows() -> Iterator[Row | Rejected]:
        number = 0
        for item in table.rows():
            for row in _turn_rows(item, column):
                number += 1
                yield replace(row, source_row=number)

    names: dict[str, None] = {}
    for at, row in enumerate(rows()):
        if at == 200:
            break
        if isinstance(row, Row):
            names.update(dict.fromkeys(row.values))
    found = replace(table, columns=tuple(names), rows=rows)
    found.note(f"Each turn in {column!r} was read as a row.")
    return found


def _turn_rows(item: Row | Rejected, column: str) -> Iterator[Row | Rejected]:
    turns = item.values.get(column) if isinstance(item, Row) else None
    if not isinstance(item, Row) or not isinstance(turns, list) or not turns:
        yield item
        return
    talk = {name: value for name, value in item.values.items() if name != column}
    for turn in turns:
        if not isinstance(turn, dict):
            yield Rejected(item.source_file, 0, "malformed", "The turn is not a JSON object.", turn)
            continue
        said = flatten(turn)
        own = {f"talk.{name}" if name in said else name: value for name, value in talk.items()}
        yield Row(item.source_file, 0, {**said, **own})
