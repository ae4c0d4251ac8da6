"""Topics found in a sample -> the topic of every other segment: that of the nearest centroid.

A corpus too large to cluster whole is clustered by a sample; the rest is placed in the space that was fitted to
the sample (``clusterer.VoiceSpace``). As in the clusterer, what is near no centroid stays unclustered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voc.models.clusterer import UNCLUSTERED, VoiceClusterer, VoiceSpace, in_context
from voc.models.warm_start import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.config import TopicSettings
    from voc.models.topics import Topics

    Matrix = NDArray[np.float32]
    Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Voices:
    """n segments of whole records: what placing them needs.

    ``vectors``: (n, d) of unit length. ``sentiment``: (n, 3), ``intent``: (n, intents) probabilities.
    ``owners``: (n,) number of the record each is from, from 0. ``weights``: (n,) length of each text.
    ``languages``: (n,) codes.
    """

    vectors: Matrix
    sentiment: Matrix
    intent: Matrix
    owners: Numbers
    weights: NDArray[np.float64]
    languages: NDArray[Any]


@dataclass(frozen=True)
class Placement:
    """Where the topics of a sample lie: ``anchors`` (k, c + hints) of unit length, ``topics`` (k,) of each."""

    frame: Frame
    anchors: Matrix
    topics: Numbers
    settings: TopicSettings

    def place(self, voices: Voices) -> Numbers:
        """Return (n,) topics, -1 for unclustered."""
        import numpy as np

        if not len(self.anchors) or not len(voices.owners):
            return np.full(len(voices.owners), UNCLUSTERED, dtype=np.int64)
        nearest, alike = _nearest(rows_in(self.frame, voices, self.settings), self.anchors)
        floor = self.settings.similarity_floor
        near = alike >= (VoiceClusterer().floor if floor is None else floor)
        return np.where(near, self.topics[nearest], UNCLUSTERED)


def fit_placement(sample: Voices, topics: Topics, settings: TopicSettings) -> Placement:
    """Learn where topics lie from the sample in which they were found.

    A group of the clusterer stands for what most of it became after people's edits: what is near a topic
    that was dropped stays out, too. Topics that people pinned are added.

    Args:
        sample: n segments.
        topics: as found in them; ``assigned`` after the edits.
        settings: those with which they were found.
    """
    import numpy as np

    assert topics.fitted is not None
    frame, groups = topics.fitted.frame, topics.fitted.centroids
    rows = rows_in(frame, sample, settings)
    found, _ = _nearest(rows, groups)
    became = [_most(topics.assigned[found == group]) for group in range(len(groups))]
    pinned = sorted(set(topics.assigned.tolist()) - {UNCLUSTERED, *became})
    means = [rows[topics.assigned == topic].mean(axis=0) for topic in pinned]
    anchors = np.vstack([groups, *(mean / np.linalg.norm(mean) for mean in means)])
    return Placement(frame, anchors, np.array([*became, *pinned], dtype=np.int64), settings)


def rows_in(frame: Frame, voices: Voices, settings: TopicSettings) -> Matrix:
    """Return (n, c + hints) of unit length: the segments in the space of the topics."""
    import numpy as np

    wanted = in_context(voices.intent, voices.owners, voices.weights, settings.context)
    score = (voices.sentiment[:, 2] - voices.sentiment[:, 0])[:, None]
    hints = np.hstack([settings.polarity * score, settings.intent * np.sqrt(wanted)]).astype(np.float32)
    languages = voices.languages.astype(str)
    space = VoiceSpace(languages, hints, voices.owners, voices.weights, settings.context, frame=frame)
    return space.transform(voices.vectors)


def _nearest(rows: Matrix, anchors: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """Return (n,) the nearest anchor of each, and (n,) its cosine."""
    alike = rows @ anchors.T
    return alike.argmax(axis=1), alike.max(axis=1)


def _most(topics: Numbers) -> int:
    """Return the most common topic; of none, unclustered."""
    import numpy as np

    found, counts = np.unique(topics, return_counts=True)
    return int(found[counts.argmax()]) if len(found) else UNCLUSTERED
