"""The tables of a large run, column by column: no object for a record or a segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.engine import Engine
from voc.engine.work import META, Understood, WithoutVectors
from voc.large.reading import Ready

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from voc.models.topics import Topics


@dataclass(frozen=True)
class Answers:
    """Answers for all k records that are no duplicates, and their m segments.

    ``records``: k rows, sentiment and intent. ``segments``: m rows, all but the topic. ``owners``: (m,)
    the record of each segment, 0..k-1. ``record_sizes`` and ``segment_sizes``: how many a block has.
    """

    records: pa.Table
    segments: pa.Table
    owners: NDArray[np.int64]
    record_sizes: tuple[int, ...]
    segment_sizes: tuple[int, ...]


def all_answers(blocks: Iterable[Understood], engine: Engine) -> Answers:
    """Gather the blocks' answers, without their vectors."""
    import numpy as np
    import pyarrow as pa

    light = list(engine.map(WithoutVectors(), blocks))
    sizes = tuple(len(block.answers) for block in light)
    starts = np.cumsum((0, *sizes))
    return Answers(
        pa.concat_tables([block.answers for block in light]),
        pa.concat_tables([block.segments for block in light]),
        np.concatenate([block.owners + start for block, start in zip(light, starts, strict=False)]),
        sizes,
        tuple(len(block.segments) for block in light),
    )


def segment_table(answers: Answers, topics: Topics) -> pd.DataFrame:
    """Return the content of ``segments.parquet``."""
    import numpy as np
    import pandas as pd

    names = {topic: item.issue_id for topic, item in topics.info.items()}
    spoken, codes = np.unique(topics.assigned, return_inverse=True)
    issues = np.array([names.get(int(topic)) for topic in spoken], dtype="object")[codes]
    table: pd.DataFrame = answers.segments.to_pandas()
    table["topic"] = topics.assigned
    table["issue_id"] = pd.Series(issues, dtype="object")
    return table


def feedback_table(ready: Ready, answers: Answers, segments: pd.DataFrame) -> pd.DataFrame:
    """Return the content of ``feedback.parquet``: a duplicate repeats its original's answers."""
    import pandas as pd

    from voc.insight.tables import FEEDBACK_COLUMNS, free_names

    place = ready.is_first.cumsum() - 1
    rows = place[ready.firsts]
    own = ready.table.select([name for name in ready.table.column_names if not name.startswith(META)])
    table = own.to_pandas().join(answers.records.to_pandas().take(rows).reset_index(drop=True))
    table["duplicate_of"] = table["id"].take(ready.firsts).reset_index(drop=True).mask(ready.is_first)
    table["nps"] = own["nps"].to_pandas(types_mapper={own["nps"].type: pd.Int64Dtype()}.get)
    issues = _issues(answers, segments)
    table["issue_ids"] = pd.Series([issues[row] for row in rows], dtype="object")
    more = [name for name in ready.table.column_names if name.startswith(META)]
    columns = free_names([name.removeprefix(META) for name in more], FEEDBACK_COLUMNS)
    meta = ready.table.select(more).rename_columns(list(columns.values())).to_pandas()
    found: pd.DataFrame = pd.concat([table[list(FEEDBACK_COLUMNS)], meta], axis=1)
    return found


def _issues(answers: Answers, segments: pd.DataFrame) -> list[list[str]]:
    """Return the issues of each record that is no duplicate, in the order in which it speaks of them."""
    found: list[list[str]] = [[] for _ in range(len(answers.records))]
    known = segments["issue_id"].notna().to_numpy()
    owners = answers.owners[known].tolist()
    for owner, issue in zip(owners, segments["issue_id"].to_numpy()[known], strict=True):
        if issue not in found[owner]:
            found[owner].append(issue)
    return found
