"""Which rows train the heads, and their features, computed once and kept."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from common import MODEL, ROOT, WORK, rows
from numpy.typing import NDArray
from respace import respaced

sys.path.insert(0, str(ROOT))
from voc.models.embedded_runtime import EmbeddedEncoder
from voc.models.encoder import CachedEncoder
from voc.store.cache import VectorStore
from voc.types import SENTIMENTS

HERE = Path(__file__).parent
CLASSES = (*SENTIMENTS, "mixed")
"""What the sentiment head tells apart; users see *mixed* as neutral (voc.models.sentiment)."""
STAR_NEUTRAL = {"nsmc", "norec", "womens-clothing"}
"""Sources whose "neutral" is three stars: good and bad in one text, not a text without an opinion."""
PER_CELL = 4000
"""Training rows of one language and source with one label: Korean is half of the data, and must not be."""
MAX_CHARS = 1000
"""Training texts are cut here; segments, which the heads will read, are shorter still."""


@dataclass(frozen=True)
class Labelled:
    """n texts, their labels' positions, languages, sources, and a weight each."""

    texts: list[str]
    labels: NDArray[np.int64]
    languages: list[str]
    sources: list[str]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)


def features(texts: Sequence[str]) -> NDArray[np.float32]:
    """Features (n, f) of the shipped model; kept in WORK, so an interrupted run goes on where it was."""
    encoder = CachedEncoder(EmbeddedEncoder(MODEL), VectorStore(WORK / "features.sqlite"), chunk=1024)
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        before, done = done, done + more
        if done // 1024 > before // 1024:
            print(f"  {done}/{len(texts)}", file=sys.stderr, flush=True)

    return encoder.encode(texts, tell).features


def read_sentiment(name: str, per_cell: int | None = None) -> Labelled:
    """Rows of a sentiment file, at most ``per_cell`` of one (language, source, label), in a fixed mixed order."""
    cells: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows(f"sentiment/{name}"):
        cells[row["lang"], row["source"], row["label"]].append(row)
    rng = random.Random(11)
    chosen = []
    for _cell, found in sorted(cells.items()):
        chosen += found if per_cell is None or len(found) <= per_cell else rng.sample(found, per_cell)
    rng.shuffle(chosen)
    return Labelled(
        [
            respaced(row["text"]) if row["source"].startswith("uci-") else row["text"][:MAX_CHARS]
            for row in chosen
        ],
        np.array([SENTIMENTS.index(row["label"]) for row in chosen]),
        [row["lang"] for row in chosen],
        [row["source"] for row in chosen],
        np.ones(len(chosen), np.float32),
    )


def own_sentences() -> Labelled:
    """Our own sentences and phrases, as written and, the phrases, with a capital and a mark."""
    found = set()
    for path in [
        HERE / "sentiment_sentences.yaml",
        HERE / "short_phrases.yaml",
        *sorted((HERE / "written").glob("*.yaml")),
    ]:
        for language, by_sentiment in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for sentiment, texts in by_sentiment.items():
                for text in map(str, texts):
                    forms = {text, text.capitalize(), f"{text}!"} if path.stem == "short_phrases" else {text}
                    found |= {(form, CLASSES.index(sentiment), language) for form in forms}
    texts, labels, languages = zip(*sorted(found), strict=True)
    n = len(found)
    return Labelled(list(texts), np.array(labels), list(languages), ["own"] * n, np.ones(n, np.float32))
