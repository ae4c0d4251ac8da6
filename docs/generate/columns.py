"""The columns of the tables in a run folder, from the code that makes them."""

from __future__ import annotations

from docs.generate import markdown
from docs.generate.markdown import code, meaning, table


def page() -> str:
    """A section a table; every column is described."""
    from voc.insight.drivers import COLUMNS as DRIVERS
    from voc.insight.issues import COLUMNS
    from voc.insight.tables import FEEDBACK_COLUMNS
    from voc.router import COLUMNS as ROUTED

    return markdown.page(
        "Columns",
        "voc/insight/tables.py, voc/insight/issues.py, voc/insight/drivers.py and voc/router.py",
        "Columns are only ever added, at the end. Shares are 0..1, ranges are 95 % intervals, and times are UTC.",
        "## feedback.parquet",
        "One row a record, duplicates included. Every other column of the export follows as text, under its own name "
        "(with `_source` added where that name is taken). `voc classify` writes the same columns without `issue_ids` and "
        "`duplicate_of`, and at the end `error`: why a row can't be read.",
        _table("feedback", FEEDBACK_COLUMNS),
        "## segments.parquet",
        "One row a sentence or clause of a record that is no duplicate.",
        _table("segments", segment_columns()),
        "## issues.csv",
        "One row an issue, the most urgent first. `issues.json` holds the same and more: all quotes, the parts of the "
        "priority with their intervals, the timeline, events and drivers.",
        _table("issues", COLUMNS),
        "## drivers.csv",
        "With `--by`: one row a pair of segment (a value of a column) and issue.",
        _table("drivers", DRIVERS),
        "## What voc route writes",
        "One row a ticket, in the order of the input.",
        _table("routed", ROUTED),
    )


def _table(section: str, columns: tuple[str, ...]) -> str:
    return table(["column", "holds"], [[code(name), meaning(section, name)] for name in columns])


def segment_columns() -> tuple[str, ...]:
    """The columns of an empty segments table."""
    import numpy as np

    from voc.insight.tables import segment_table

    none = np.zeros((0, 3), np.float32)
    return tuple(segment_table([], none, none, ["a", "b", "c"], np.zeros(0, np.int64), {}).columns)
