"""Topics of a large run: found in a sample of records, given to all by the nearest centroid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from voc.config import Settings, TopicSettings
from voc.engine import Engine
from voc.engine.work import Place, Sample, Understood
from voc.large.reading import Ready
from voc.large.tables import Answers
from voc.types import Record, Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.insight.matching import Profile
    from voc.lineage import Past
    from voc.models.placement import Voices
    from voc.models.topics import Topics
    from voc.models.understand import Models
    from voc.store.work import Work

SAMPLED = 100_000
"""Segments, about, in which topics are found."""
LEAST = 200
"""Records of a language and sentiment that are sampled, if there are so many: small groups have topics, too."""


def group(
    blocks: Iterable[Understood],
    engine: Engine,
    answers: Answers,
    ready: Ready,
    models: Models,
    settings: Settings,
    past: Past,
    work: Work,
) -> tuple[Topics, Profile]:
    """Find topics in a sample (or take them from an interrupted run), give them the ids of the issues they continue, and place every segment.

    Returns:
        The topics, ``assigned`` and ``central`` for all segments; and the issues' profile, of the sample.
    """
    import numpy as np

    from voc.lineage import follow, starting_point
    from voc.models.topic_plan import read_plan
    from voc.models.topics import fit_topics
    from voc.models.understand import Understanding
    from voc.store.stages import grouped

    chosen = sampled_records(answers, ready)
    mine = np.flatnonzero(np.isin(answers.owners, chosen))
    voices = _voices(engine, blocks, answers, chosen)
    segments = _segments(answers, mine)
    records, none = _records(ready, chosen), voices.sentiment[:0]  # topics read nothing of whole records
    heard = Understanding(voices.vectors, voices.sentiment, voices.intent, none, none, ())
    plan = read_plan(settings.topics.edits, models.encoder)
    start = starting_point(past, records, models.ids, settings.topics)
    topics = grouped(
        work,
        segments,
        heard,
        settings.topics,
        start,
        lambda: fit_topics(segments, heard, settings.topics, plan, start),
    )
    topics, profile = follow(
        topics, segments, records, voices.vectors, models.ids["encoder"], past, settings.topics.names
    )
    assigned = _everywhere(engine, blocks, answers, voices, topics, mine, settings.topics)
    info = {
        topic: replace(item, central=tuple(mine[list(item.central)].tolist()))
        for topic, item in topics.info.items()
    }
    return replace(topics, assigned=assigned, info=info), profile


def sampled_records(answers: Answers, ready: Ready, wanted: int = SAMPLED) -> NDArray[np.int64]:
    """Choose records, in order: of each language and sentiment its share, and ``LEAST`` at least.

    A record is chosen by the hash of its id, so that the same input has the same sample.
    """
    import numpy as np
    import pandas as pd

    ids = ready.table["id"].filter(ready.is_first)
    languages = ready.table["language"].filter(ready.is_first)
    table = pd.DataFrame({
        "language": languages.to_pandas(), "sentiment": answers.records["sentiment"].to_pandas(),
        "order": pd.util.hash_array(ids.to_numpy(zero_copy_only=False), categorize=False),
    })  # fmt: skip
    share = min(1.0, wanted / max(1, len(answers.owners)))
    strata = table.groupby(["language", "sentiment"], sort=False)["order"]
    size = strata.transform("size").to_numpy()
    rank = strata.rank(method="first").to_numpy()
    return np.flatnonzero(rank <= np.maximum(np.ceil(size * share), LEAST))


def _voices(
    engine: Engine, blocks: Iterable[Understood], answers: Answers, chosen: NDArray[np.int64]
) -> Voices:
    """Take the sampled records' voices out of the blocks."""
    import numpy as np

    from voc.models.placement import Voices

    starts = np.cumsum((0, *answers.record_sizes))
    cuts = np.split(chosen, np.searchsorted(chosen, starts[1:-1]))
    rows = [cut - start for cut, start in zip(cuts, starts[:-1], strict=True)]
    parts = list(engine.map(Sample(rows), blocks))
    counts = np.cumsum([0, *(int(part.owners.max(initial=-1)) + 1 for part in parts)])
    owners = [part.owners + count for part, count in zip(parts, counts, strict=False)]
    names = ("vectors", "sentiment", "intent", "weights", "languages")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Voices(**arrays, owners=np.concatenate(owners))


def _segments(answers: Answers, mine: NDArray[np.intp]) -> list[Segment]:
    rows = answers.segments.select(["record_id", "start", "end", "text", "language", "segment_id"])
    return [
        Segment(
            row["record_id"], int(row["segment_id"].rpartition("#")[2]), row["start"], row["end"],
            row["text"], row["language"],
        )
        for row in rows.take(mine).to_pylist()
    ]  # fmt: skip


def _records(ready: Ready, chosen: NDArray[np.int64]) -> list[Record]:
    """Return the sampled records with what a later run knows them by."""
    rows = ready.table.select(["id", "text", "author", "created_at"]).filter(ready.is_first).take(chosen)
    return [
        Record(row["id"], "", 0, row["text"], created_at=row["created_at"], author=row["author"])
        for row in rows.to_pylist()
    ]


def _everywhere(
    engine: Engine,
    blocks: Iterable[Understood],
    answers: Answers,
    voices: Voices,
    topics: Topics,
    mine: NDArray[np.intp],
    settings: TopicSettings,
) -> NDArray[np.int64]:
    """Return the topic of every segment; those of the sample stay as they were found."""
    import numpy as np

    from voc.models.placement import fit_placement

    if len(mine) == len(answers.owners) or not topics.info:
        assigned = np.full(len(answers.owners), -1, dtype=np.int64)
    else:
        placement = fit_placement(voices, topics, settings)
        assigned = np.concatenate(list(engine.map(Place(placement), blocks)))
    assigned[mine] = topics.assigned
    return assigned
