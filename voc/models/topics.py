"""BERTopic over our vectors, tokens and clusterer: topics with ids, labels and central segments."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.models.clusterer import UNCLUSTERED, VoiceClusterer, VoiceSpace, in_context
from voc.types import Segment, TopicInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.config import TopicSettings
    from voc.models.understand import Understanding

FEWEST = 5
"""Distinct texts below which nothing is grouped."""
LABEL_WORDS = 3
_CENTRAL = 40


@dataclass(frozen=True)
class Topics:
    """``assigned``: (segments,) topic of each, -1 for unclustered; ``model``: the BERTopic model."""

    assigned: NDArray[np.int64]
    info: Mapping[int, TopicInfo]
    model: Any = None


def fit_topics(segments: Sequence[Segment], answers: Understanding, settings: TopicSettings) -> Topics:
    """Group segments into topics.

    Equal short texts are one row for the model, and all get its topic.

    Args:
        segments: n segments.
        answers: their vectors (n, d), sentiment (n, 3) and intents.
        settings: sizes and weights.
    """
    import numpy as np

    first, back = _distinct(segments)
    chosen = [segments[index] for index in first]
    tokens = _tokens(chosen)
    if len(first) < FEWEST or not any(tokens):
        return Topics(np.full(len(segments), UNCLUSTERED, dtype=np.int64), {})
    vectors = answers.vectors[first]
    space = _space(chosen, answers.segment_sentiment[first], answers.segment_intent[first], settings)
    clusterer = _clusterer(settings)
    model = _bertopic(space, clusterer)
    assigned, _ = model.fit_transform([" ".join(words) for words in tokens], embeddings=vectors)
    distinct = np.asarray(assigned, dtype=np.int64)
    similarity = _centrality(space.transform(vectors), distinct)
    every = distinct[back]
    weight = similarity[back]
    main = Counter(segment.language for segment in segments).most_common(1)[0][0]
    info = {
        topic: _describe(topic, np.flatnonzero(every == topic), weight, segments, model, tokens, back, main)
        for topic in sorted(set(distinct.tolist()) - {UNCLUSTERED})
    }
    return Topics(every, info, model)


def save_topics(model: Any, folder: Path) -> None:
    """Save the BERTopic model as safetensors and JSON (no pickle)."""
    import logging

    logging.getLogger("BERTopic").setLevel(logging.ERROR)  # it warns that our encoder has no hub name
    model.save(str(folder), serialization="safetensors", save_ctfidf=True, save_embedding_model=False)


def _space(
    segments: Sequence[Segment],
    sentiment: NDArray[np.float32],
    intent: NDArray[np.float32],
    settings: TopicSettings,
) -> VoiceSpace:
    import numpy as np

    number = {name: index for index, name in enumerate(dict.fromkeys(s.record_id for s in segments))}
    owners = np.array([number[segment.record_id] for segment in segments])
    weights = np.array([float(len(segment.text)) for segment in segments])
    wanted = in_context(intent, owners, weights, settings.context)
    score = (sentiment[:, 2] - sentiment[:, 0])[:, None]
    return VoiceSpace(
        languages=np.array([segment.language for segment in segments]),
        # Square roots of probabilities have unit length, as the vectors they stand beside.
        hints=np.hstack([settings.polarity * score, settings.intent * np.sqrt(wanted)]).astype(np.float32),
        owners=owners,
        weights=weights,
        context=settings.context,
    )


def _clusterer(settings: TopicSettings) -> VoiceClusterer:
    clusterer = VoiceClusterer(settings.min_size, max_groups=settings.max_issues, seed=settings.seed)
    if settings.similarity_floor is not None:
        clusterer.floor = settings.similarity_floor
    return clusterer


def _bertopic(space: VoiceSpace, clusterer: VoiceClusterer) -> Any:
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        language="multilingual",  # with precomputed vectors, any other value strips non-ASCII text
        umap_model=space,
        hdbscan_model=clusterer,
        vectorizer_model=CountVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False),
        top_n_words=60,
    )


def _distinct(segments: Sequence[Segment]) -> tuple[list[int], NDArray[np.intp]]:
    """Return a position of each distinct text, and for each segment its distinct text's number.

    A segment of a longer record is read in that record's context, so it is distinct. The texts stand in an order that depends on their content alone, so that the same
    voices in another order give the same topics.
    """
    import numpy as np

    several = {segment.record_id for segment in segments if segment.index > 0}
    keys = [
        f"{s.language}\n{s.text.casefold()}\n{s.record_id if s.record_id in several else ''}"
        for s in segments
    ]
    position = {key: index for index, key in reversed(list(enumerate(keys)))}
    ordered = sorted(position, key=lambda key: hashlib.blake2b(key.encode("utf-8", "replace")).digest())
    number = {key: index for index, key in enumerate(ordered)}
    return [position[key] for key in ordered], np.array([number[key] for key in keys], dtype=np.intp)


def _tokens(segments: Sequence[Segment]) -> list[list[str]]:
    from voc.text.tokenize import tokenize

    return tokenize([segment.text for segment in segments], [segment.language for segment in segments])


def _centrality(rows: NDArray[np.float32], assigned: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    similarity = np.zeros(len(rows))
    for topic in np.unique(assigned[assigned >= 0]):
        mine = assigned == topic
        centre = rows[mine].mean(axis=0)
        similarity[mine] = rows[mine] @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
    return similarity


def _describe(
    topic: int,
    members: NDArray[np.intp],
    weight: NDArray[np.float64],
    segments: Sequence[Segment],
    model: Any,
    tokens: Sequence[Sequence[str]],
    back: NDArray[np.intp],
    main: str,
) -> TopicInfo:
    import numpy as np

    order = members[np.lexsort((members, -weight[members].round(5)))]
    central = segments[int(order[0])]
    language = _label_language(Counter(segments[int(index)].language for index in members), main)
    spoken = _spoken(members, segments, tokens, back)
    words = _often_first(
        [word for word, score in model.get_topic(topic) if word and score > 0], spoken, len(members)
    )
    mine = [word for word in words if spoken[word][language] > 1]
    name = hashlib.blake2b(central.text.encode(), digest_size=4).hexdigest()
    label = (
        " · ".join(distinct_stems([*mine, *words] if len(mine) > 1 else words, LABEL_WORDS))
        or central.text[:40]
    )
    return TopicInfo(
        topic, f"i-{name}", label, tuple(words[:10]), tuple(int(index) for index in order[:_CENTRAL])
    )


def _often_first(words: Sequence[str], spoken: Mapping[str, Counter[str]], members: int) -> list[str]:
    """Put the words that a fair part of the topic uses before those that only a few use.

    c-TF-IDF favours words that stand in one topic only, which in a small topic may be one person's.
    """
    often = max(2, 0.04 * members)
    known = [word for word in words if word in spoken]
    return sorted(known, key=lambda word: (spoken[word].total() < often, spoken[word].total() < 2))


def _label_language(languages: Counter[str], main: str) -> str:
    """Return the corpus's main language where the topic speaks it enough, else the topic's own."""
    enough = languages[main] >= max(3, 0.15 * languages.total())
    return main if enough else languages.most_common(1)[0][0]


def _spoken(
    members: NDArray[np.intp],
    segments: Sequence[Segment],
    tokens: Sequence[Sequence[str]],
    back: NDArray[np.intp],
) -> dict[str, Counter[str]]:
    """Count, for each word of a topic, the languages of the segments it stands in."""
    found: dict[str, Counter[str]] = {}
    for index in members:
        for word in set(tokens[int(back[index])]):
            found.setdefault(word, Counter())[segments[int(index)].language] += 1
    return found


def distinct_stems(words: Sequence[str], count: int) -> list[str]:
    """Return the first ``count`` words, leaving out those that share a stem with an earlier one.

    Two words share a stem when one begins with the first five letters (all but one, for shorter
    words) of the other, or one contains the other.

    >>> distinct_stems(["crash", "crashes", "app", "update"], 3)
    ['crash', 'app', 'update']
    """
    kept: list[str] = []
    for word in words:
        if len(kept) == count:
            break
        if not any(_same_stem(word, other) for other in kept):
            kept.append(word)
    return kept


def _same_stem(a: str, b: str) -> bool:
    short, long = sorted((a.casefold(), b.casefold()), key=len)
    if short in long:
        return True
    stem = short[: max(4, min(5, len(short) - 1))]
    return len(short) > 4 and long.startswith(stem)
