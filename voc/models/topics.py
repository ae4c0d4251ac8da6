"""BERTopic over our vectors, tokens and clusterer: topics with ids, labels and central segments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc import plugins
from voc.models.clusterer import UNCLUSTERED, VoiceClusterer, VoiceSpace, in_context
from voc.models.hierarchy import group_topics
from voc.models.interpret import Interpreter
from voc.models.labels import (
    Spoken,
    count_words,
    distinct_stems,
    label_and_keywords,
    tell_apart,
    telling_words,
)
from voc.models.warm_start import Fitted, Frame, Start
from voc.types import Segment, TopicInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.config import TopicSettings
    from voc.models.plugged import PluggedClusterer
    from voc.models.topic_plan import Outcome, Plan
    from voc.models.understand import Understanding

FEWEST = 5
"""Distinct texts below which nothing is grouped."""
_CENTRAL = 40
_FIRST = 3
"""Keywords that most labels are made of."""
_WORDS = 60
_READ = 500
"""Texts of a topic and language that are looked into for its label."""


@dataclass(frozen=True)
class Topics:
    """``assigned``: (segments,) topic of each, -1 for unclustered; ``model``: the BERTopic model.

    ``notes``: sentences on people's edits that could not be done, or that took texts out. ``fitted``:
    what the next run can start from; it knows nothing of people's edits, which are applied anew each time.
    """

    assigned: NDArray[np.int64]
    info: Mapping[int, TopicInfo]
    model: Any = None
    notes: tuple[str, ...] = ()
    fitted: Fitted | None = None


def fit_topics(
    segments: Sequence[Segment],
    answers: Understanding,
    settings: TopicSettings,
    plan: Plan | None = None,
    start: Start | None = None,
) -> Topics:
    """Group segments into topics.

    Equal short texts are one row for the model, and all get its topic.

    Args:
        segments: n segments.
        answers: their vectors (n, d), sentiment (n, 3) and intents.
        settings: sizes and weights.
        plan: people's edits, applied to what was found.
        start: what the run before left; without it, everything is grouped afresh.
    """
    import numpy as np

    start = start or Start()
    first, back = _distinct(segments)
    chosen = [segments[index] for index in first]
    tokens = _tokens(chosen)
    if len(first) < FEWEST or not any(tokens):
        late = ("topics: too few texts to group, so no edit was applied.",) if plan else ()
        return Topics(np.full(len(segments), UNCLUSTERED, dtype=np.int64), {}, notes=late)
    vectors = answers.vectors[first]
    frame = start.fitted.frame if start.fitted else None
    space = _space(chosen, answers.segment_sentiment[first], answers.segment_intent[first], settings, frame)
    clusterer = _clusterer(settings, start, _unseen(segments, back, start))
    model = _bertopic(space, clusterer)
    documents = [" ".join(words) for words in tokens]
    found, _ = model.fit_transform(documents, embeddings=vectors)
    assigned = np.asarray(found, dtype=np.int64)
    teller = _Teller(segments, [tokens[int(row)] for row in back], back, space.rows_)
    info = teller.tell(assigned)
    notes: tuple[str, ...] = ()
    if plan is not None:
        outcome = _edit(plan, model, documents, vectors, chosen, assigned, info)
        assigned, notes = outcome.assigned, tuple(outcome.notes)
        info = teller.tell(assigned, outcome.names)
    if info:
        model.set_topic_labels({topic: item.label for topic, item in info.items()})
    fitted = Fitted(space.frame_, clusterer.centroids_, start.made_by, start.share)
    return Topics(assigned[back], info, model, notes, fitted)


def _edit(
    plan: Plan,
    model: Any,
    documents: list[str],
    vectors: NDArray[np.float32],
    segments: Sequence[Segment],
    assigned: NDArray[np.int64],
    info: Mapping[int, TopicInfo],
) -> Outcome:
    """Apply the edits to the model, too: BERTopic merges, and recounts the words of what else changed."""
    import numpy as np

    from voc.models.topic_plan import Grouped, apply_plan

    def merge(before: NDArray[np.int64], groups: list[list[int]]) -> NDArray[np.int64]:
        model.merge_topics(documents, groups)
        return np.asarray(model.topics_, dtype=np.int64)

    languages = np.array([segment.language for segment in segments])
    outcome = apply_plan(plan, Grouped(assigned, vectors, languages, info), merge)
    if (outcome.assigned != np.asarray(model.topics_)).any():
        numbers, outcome.assigned = _renumbered(outcome.assigned)
        outcome.names = {numbers[topic]: name for topic, name in outcome.names.items() if topic in numbers}
        _update(model, documents, vectors, outcome.assigned)
    return outcome


def _renumbered(assigned: NDArray[np.int64]) -> tuple[dict[int, int], NDArray[np.int64]]:
    """Number topics from 0 without gaps, as BERTopic expects; return old -> new, and the new assignment."""
    import numpy as np

    numbers = {UNCLUSTERED: UNCLUSTERED}
    for topic in sorted(set(assigned.tolist()) - {UNCLUSTERED}):
        numbers[topic] = len(numbers) - 1
    return numbers, np.array([numbers[topic] for topic in assigned.tolist()], dtype=np.int64)


def _update(
    model: Any, documents: list[str], vectors: NDArray[np.float32], assigned: NDArray[np.int64]
) -> None:
    import logging

    import numpy as np

    logging.getLogger("BERTopic").setLevel(logging.ERROR)  # it warns that topics are set by hand
    model.update_topics(
        documents, topics=assigned.tolist(), vectorizer_model=model.vectorizer_model, top_n_words=_WORDS
    )
    # Without an encoder of its own, BERTopic would keep the centroids of the topics before the edits.
    topics = sorted(set(assigned.tolist()))
    model.topic_embeddings_ = np.stack([vectors[assigned == topic].mean(axis=0) for topic in topics])


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
    frame: Frame | None = None,
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
        frame=frame,
    )


def _unseen(segments: Sequence[Segment], back: NDArray[np.intp], start: Start) -> NDArray[np.bool_]:
    """Say of each distinct text whether only records say it that the run before did not have."""
    import numpy as np

    unseen = np.ones(int(back.max()) + 1, dtype=bool)
    unseen[back[[segment.record_id not in start.unseen for segment in segments]]] = False
    return unseen


def _clusterer(
    settings: TopicSettings, start: Start, unseen: NDArray[np.bool_]
) -> VoiceClusterer | PluggedClusterer:
    if settings.clusterer != plugins.BUILT_IN:
        from voc.models.plugged import PluggedClusterer

        return PluggedClusterer(plugins.named(plugins.CLUSTERERS, settings.clusterer), settings)
    clusterer = VoiceClusterer(settings.min_size, max_groups=settings.max_issues, seed=settings.seed)
    if settings.similarity_floor is not None:
        clusterer.floor = settings.similarity_floor
    if start.fitted is not None:
        clusterer.start, clusterer.unseen = start.fitted.centroids, unseen
    return clusterer


def _bertopic(space: VoiceSpace, clusterer: VoiceClusterer | PluggedClusterer) -> Any:
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    return BERTopic(
        language="multilingual",  # with precomputed vectors, any other value strips non-ASCII text
        umap_model=space,
        hdbscan_model=clusterer,
        vectorizer_model=CountVectorizer(tokenizer=str.split, token_pattern=None, lowercase=False),
        top_n_words=_WORDS,
    )


def _distinct(segments: Sequence[Segment]) -> tuple[list[int], NDArray[np.intp]]:
    """Return a position of each distinct text, and for each segment its distinct text's number.

    A segment of a longer record is read in that record's context, so the context is part of what makes it distinct.
    The texts stand in an order that depends on their content alone, so that the same voices in another order, or
    on another machine, give the same topics.
    """
    import numpy as np

    context: dict[str, str] = {}
    for s in sorted(segments, key=lambda s: s.index):
        context[s.record_id] = f"{context.get(s.record_id, '')}\n{s.text.casefold()}"
    keys = [f"{s.language}\n{s.text.casefold()}\n{context[s.record_id]}" for s in segments]
    last_first = sorted(range(len(keys)), key=lambda index: (segments[index].text, index), reverse=True)
    position = {keys[index]: index for index in last_first}  # of texts that differ in case, the same one
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


class _Teller:
    """Tells topics: id, label, keywords, central segments and group.

    Args:
        segments: n segments.
        tokens: their content words.
        back: (n,) each one's distinct text.
        rows: (distinct, d) distinct texts in the clustering space, of unit length.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        tokens: Sequence[Sequence[str]],
        back: NDArray[np.intp],
        rows: NDArray[np.float32],
    ) -> None:
        import numpy as np

        self.segments, self.tokens, self.back, self.rows = segments, tokens, back, rows
        self.every = count_words(tokens, (segment.language for segment in segments))
        self.main = self.every.sizes.most_common(1)[0][0]
        self.interpreter = Interpreter(
            rows,
            back,
            np.array([segment.language for segment in segments]),
            tokens,
            [segment.text for segment in segments],
            self.every,
            self.main,
        )

    def tell(
        self, assigned: NDArray[np.int64], names: Mapping[int, str] | None = None
    ) -> dict[int, TopicInfo]:
        """Describe each topic of the (distinct,) assignment; ``names`` are people's and win over labels."""
        import numpy as np

        weight = _centrality(self.rows, assigned)[self.back]
        every = assigned[self.back]
        topics = sorted(set(assigned.tolist()) - {UNCLUSTERED})
        members = {topic: np.flatnonzero(every == topic) for topic in topics}
        info = {topic: self._topic(topic, members[topic], weight) for topic in topics}
        order = sorted(info, key=lambda topic: (-len(members[topic]), topic))
        labels = tell_apart(
            {topic: info[topic].label for topic in order},
            {topic: item.keywords for topic, item in info.items()},
        )
        info = {topic: replace(item, label=labels[topic]) for topic, item in info.items()}
        for topic, name in (names or {}).items():
            if topic in info:
                info[topic] = replace(info[topic], label=name, named=True)
        return self._grouped(info, members, assigned)

    def _topic(self, topic: int, members: NDArray[np.intp], weight: NDArray[np.float64]) -> TopicInfo:
        import numpy as np

        order = members[np.lexsort((members, -weight[members].round(5)))]
        central = self.segments[int(order[0])].text
        texts: dict[str, list[str]] = {}
        for index in order[:_READ]:
            texts.setdefault(self.segments[int(index)].language, []).append(self.segments[int(index)].text)
        heard = self.interpreter.hear(order)
        label, keywords = label_and_keywords(
            self._counts(members), self.every, self.main, texts, central, heard
        )
        name = hashlib.blake2b(central.encode(), digest_size=4).hexdigest()
        return TopicInfo(topic, f"i-{name}", label, keywords, self._telling(order, keywords))

    def _telling(self, order: NDArray[np.intp], keywords: Sequence[str]) -> tuple[int, ...]:
        """Return central segments: those that say one of the first keywords, then those that say another, then the rest.

        A segment is placed in the context of its record, so it may be central without a word of what it is about.
        """
        first, words = set(keywords[:_FIRST]), set(keywords)
        near = [int(index) for index in order[: 2 * _CENTRAL]]
        near.sort(key=lambda i: first.isdisjoint(self.tokens[i]) + words.isdisjoint(self.tokens[i]))
        return tuple(near[:_CENTRAL])

    def _counts(self, members: NDArray[np.intp]) -> Spoken:
        return count_words(
            (self.tokens[int(index)] for index in members),
            (self.segments[int(index)].language for index in members),
        )

    def _grouped(
        self,
        info: dict[int, TopicInfo],
        members: Mapping[int, NDArray[np.intp]],
        assigned: NDArray[np.int64],
    ) -> dict[int, TopicInfo]:
        """Name the groups of many topics by the words that tell them from the other groups."""
        import numpy as np

        topics = list(info)
        centres = [self.rows[assigned == topic].mean(axis=0) for topic in topics]
        groups = group_topics(np.stack(centres)) if centres else []
        taken: set[str] = set()
        for group in dict.fromkeys(groups):
            mine = [topic for topic, other in zip(topics, groups, strict=True) if other == group]
            name = self._group_name(
                [info[topic] for topic in mine], [members[topic] for topic in mine], taken
            )
            taken.add(name)
            for topic in mine:
                info[topic] = replace(info[topic], group=name)
        return info

    def _group_name(
        self, mine: Sequence[TopicInfo], members: Sequence[NDArray[np.intp]], taken: set[str]
    ) -> str:
        import numpy as np

        if len(mine) == 1:
            return mine[0].label
        everyone = np.concatenate(list(members))
        spoken = self._counts(everyone)
        language = self.main if spoken.sizes[self.main] else spoken.sizes.most_common(1)[0][0]
        own = (self.segments[int(index)] for index in everyone)
        texts = [segment.text for segment in own if segment.language == language][:_READ]
        words = distinct_stems(telling_words(spoken, self.every, language, texts), 6)
        names = [" · ".join(words[:count]) for count in range(2, len(words) + 1)]
        return next((name for name in names if name not in taken), mine[0].label)
