"""Rows below the header that belong to it, as survey tools write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from voc.io.table import Table, unique_names
from voc.types import Rejected, Row

_IMPORT_ID = "ImportId"
_PLAIN = ("", "response", "open-ended response")


def merged(table: Table, head: Sequence[Row | Rejected], count: int) -> Table | None:
    """``table`` with its first ``count`` rows taken into the header; None when they are rows like others.

    One row holds the options of the question above it (SurveyMonkey); two hold the question's words and
    an import id (Qualtrics).
    """
    extra = [item.values for item in head[:count] if isinstance(item, Row)]
    if len(extra) < count:
        return None
    if count == 1 and extra[0].get(table.columns[0]) in (None, ""):
        names = _with_options(table.columns, extra[0])
    elif count == 2 and any(_IMPORT_ID in str(value) for value in extra[1].values()):
        names = [str(extra[0].get(name) or name).strip() for name in table.columns]
    else:
        return None
    columns, _ = unique_names(names, "The table")
    renamed = dict(zip(table.columns, columns, strict=True))

    def rows() -> Iterator[Row | Rejected]:
        for item in islice(table.rows(), count, None):
            if isinstance(item, Row):
                values = {renamed.get(name, name): value for name, value in item.values.items()}
                yield Row(item.source_file, item.source_row - count, values)
            else:
                yield replace(item, source_row=item.source_row - count)

    found = replace(table, columns=columns, rows=rows)
    found.note(f"Rows below the header taken into it: {count}.")
    return found


def _with_options(columns: Sequence[str], options: Mapping[str, Any]) -> list[str]:
    """``question / option``; columns without a name go on with the question before them."""
    found = []
    question = ""
    for name in columns:
        unnamed = name.startswith("column_")
        question = question if unnamed else name
        option = str(options.get(name) or "").strip()
        plain = option.casefold() in _PLAIN and not unnamed
        found.append(question if plain else f"{question} / {option or name}")
    return found
