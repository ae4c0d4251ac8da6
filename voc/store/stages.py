"""The stages of a run that are kept in its work folder: what the models answered, and the topics."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import voc
from voc.store.work import Work, key_of
from voc.types import Record, Segment, TopicInfo

if TYPE_CHECKING:
    from voc.config import TopicSettings
    from voc.models.topics import Topics
    from voc.models.understand import Models, Understanding
    from voc.models.warm_start import Start

_ARRAYS = ("vectors", "segment_sentiment", "segment_intent", "record_sentiment", "record_intent")


def understood(
    work: Work,
    records: Sequence[Record],
    segments: Sequence[Segment],
    models: Models,
    make: Callable[[], Understanding],
) -> Understanding:
    """What the models say of these texts, from the interrupted run if it got that far."""
    texts = ((record.id, record.text, record.language) for record in records)
    key = key_of([hash_of(models), *texts, *segments])
    return work.shelf.stage("answers", key, make, _save_answers, _load_answers)


def hash_of(models: Models) -> str:
    """Hash of all models that answer, and of voc's version."""
    return key_of([*sorted(models.ids.items()), models.heads.id, voc.__version__])


def grouped(
    work: Work,
    segments: Sequence[Segment],
    answers: Understanding,
    settings: TopicSettings,
    start: Start,
    make: Callable[[], Topics],
) -> Topics:
    """The topics of these answers, from the interrupted run if it got that far."""
    import hashlib

    arrays = [hashlib.sha256(getattr(answers, name).tobytes()).hexdigest() for name in _ARRAYS]
    edits = Path(settings.edits).read_bytes() if settings.edits else b""
    parts = [voc.__version__, settings.model_dump(mode="json"), edits, start.key, arrays, *segments]
    return work.shelf.stage("topics", key_of(parts), make, _save_topics, _load_topics)


def _save_answers(answers: Understanding, folder: Path) -> None:
    import orjson
    from safetensors.numpy import save_file

    save_file({name: getattr(answers, name) for name in _ARRAYS}, folder / "answers.safetensors")
    (folder / "intents.json").write_bytes(orjson.dumps(answers.intents))


def _load_answers(folder: Path) -> Understanding:
    import orjson
    from safetensors.numpy import load_file

    from voc.models.understand import Understanding

    arrays: dict[str, Any] = load_file(folder / "answers.safetensors")
    return Understanding(**arrays, intents=tuple(orjson.loads((folder / "intents.json").read_bytes())))


def _save_topics(topics: Topics, folder: Path) -> None:
    import numpy as np
    import orjson
    from safetensors.numpy import save_file

    from voc.models.topics import save_topics
    from voc.store.centroids import pack

    save_file({"assigned": topics.assigned}, folder / "assigned.safetensors")
    about: dict[str, Any] = {"info": [asdict(item) for item in topics.info.values()], "notes": topics.notes}
    if topics.fitted is not None:
        about["fitted"], arrays = pack(topics.fitted)
        save_file(
            {name: np.ascontiguousarray(rows, np.float32) for name, rows in arrays.items()},
            folder / "fitted.safetensors",
        )
    (folder / "info.json").write_bytes(orjson.dumps(about))
    if topics.model is not None:
        save_topics(topics.model, folder / "model")


def _load_topics(folder: Path) -> Topics:
    import orjson
    from safetensors.numpy import load_file

    from voc.models.topics import Topics
    from voc.store.centroids import unpack

    about = orjson.loads((folder / "info.json").read_bytes())
    info = [
        TopicInfo(**{**item, "keywords": tuple(item["keywords"]), "central": tuple(item["central"])})
        for item in about["info"]
    ]
    model = SavedModel(folder / "model") if (folder / "model").is_dir() else None
    assigned = load_file(folder / "assigned.safetensors")["assigned"]
    fitted = None
    if "fitted" in about:
        fitted = unpack(about["fitted"], load_file(folder / "fitted.safetensors"))
    return Topics(assigned, {item.topic: item for item in info}, model, tuple(about["notes"]), fitted)


class SavedModel:
    """A BERTopic model that was saved before: it can only be saved again, which copies its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, path: str, **_options: Any) -> None:
        """Copy the files, as ``BERTopic.save`` would write them."""
        shutil.copytree(self.folder, path)
