"""Each text is asked of the models once, and everyone who said it gets the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from voc.models.understand import Models, texts_to_encode, understand
from voc.types import Encoded, Record, Segment


class Lengths:
    """Encodes a text as its length, and reads the same off it; remembers what it was asked."""

    id, dim, labels = "lengths", 1, ("bug_report",)

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], progress: Any = None) -> Encoded:
        self.encoded += texts
        if progress:
            progress(len(texts))
        rows = np.array([[len(text)] for text in texts], dtype=np.float32)
        return Encoded(rows, rows)

    def predict(self, texts: Sequence[str], encoded: Encoded) -> np.ndarray:
        self.read += texts
        return encoded.features


def test_equal_texts_are_asked_once_and_all_get_the_answer() -> None:
    said = {"a": ["late", "It broke."], "b": ["late"], "c": ["late", "It broke."], "d": ["fine"]}
    records = [Record(name, "f.csv", row, " ".join(texts)) for row, (name, texts) in enumerate(said.items())]
    parts = [
        Segment(name, index, 0, len(text), text, "en")
        for name, texts in said.items()
        for index, text in enumerate(texts)
    ]
    model, steps = Lengths(), list[int]()
    found = understand(records, parts, Models(model, model, model, model), steps.append)  # type: ignore[arg-type]
    once = ["late", "It broke.", "fine", "late It broke."]
    assert model.encoded == once
    assert model.read == [*once, *once]  # for sentiment and for intent
    assert found.vectors[:, 0].tolist() == [len(part.text) for part in parts]
    assert found.segment_sentiment[:, 0].tolist() == [len(part.text) for part in parts]
    assert found.record_intent[:, 0].tolist() == [len(record.text) for record in records]
    assert sum(steps) == texts_to_encode(records, parts) == 8
