"""Plug-ins of the models' room, checked at every call: rows that don't match their texts would be silent lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc.models.encoder import Progress, encoded
from voc.models.seeds import group_means
from voc.plugins import Plugin
from voc.types import SENTIMENTS, Encoded

if TYPE_CHECKING:
    from voc.config import TopicSettings

BATCH = 512
"""Texts a call of an encoder."""
_ROUNDING = 0.01


class PluggedEncoder:
    """An encoder of another package; follows ``voc.models.encoder.Encoder``.

    Args:
        plugin: a function or class: ``(device: str | None) -> object`` with ``id``, ``dim`` and
            ``encode(texts) -> (n, dim) array``; an ``Encoded`` will do, too.
        device: where it shall run; None leaves the choice to it.

    Raises:
        VocError: it can't be made, or does not fit.
    """

    def __init__(self, plugin: Plugin, device: str | None = None) -> None:
        self.plugin = plugin
        self.model = plugin.create(device, needs=("id", "dim", "encode"))
        self.id = model_id(plugin, self.model)
        self.dim = self.model.dim
        if isinstance(self.dim, bool) or not isinstance(self.dim, int | np.integer) or self.dim < 1:
            raise plugin.unfit(f"its dim is {self.dim!r}, not a positive whole number")

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """As ``Encoder.encode``; each distinct text is encoded once."""
        unique = list(dict.fromkeys(texts))
        at = {text: row for row, text in enumerate(unique)}
        if progress:
            progress(len(texts) - len(unique))
        parts = [np.zeros((0, self.dim), np.float16)]
        for start in range(0, len(unique), BATCH):
            part = unique[start : start + BATCH]
            with self.plugin.at_work("failed to encode texts"):
                found = self.model.encode(part)
                rows = np.asarray(getattr(found, "features", found), np.float16)
            check(self.plugin, rows, (len(part), self.dim))
            parts.append(rows)
            if progress:
                progress(len(part))
        return encoded(np.concatenate(parts)[[at[text] for text in texts]], self.dim)


class _PluggedClassifier:
    """What sentiment and intent models have in common."""

    def __init__(self, plugin: Plugin, device: str | None, needs: tuple[str, ...]) -> None:
        self.plugin = plugin
        self.model = plugin.create(device, needs=needs)
        self.id = model_id(plugin, self.model)
        self.labels: tuple[str, ...] = SENTIMENTS

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, len(labels)); rows sum to 1."""
        with self.plugin.at_work("failed to classify texts"):
            rows = np.asarray(self.model.predict(texts, encoded), np.float32)
        check(self.plugin, rows, (len(texts), len(self.labels)))
        if len(rows) and (rows.min() < -_ROUNDING or np.abs(rows.sum(axis=1) - 1).max() > _ROUNDING):
            raise self.plugin.unfit("its predict gives rows that are no probabilities, which sum to 1")
        return rows


class PluggedSentiment(_PluggedClassifier):
    """A sentiment model of another package; follows ``voc.models.sentiment.SentimentModel``.

    Args:
        plugin: a function or class: ``(device: str | None) -> object`` with ``id`` and
            ``predict(texts, encoded) -> (n, 3) array``; ``encoded`` is what the embedded encoder made of the
            texts, or None.
        device: where it shall run; None leaves the choice to it.

    Raises:
        VocError: it can't be made, or does not fit.
    """

    def __init__(self, plugin: Plugin, device: str | None = None) -> None:
        super().__init__(plugin, device, ("id", "predict"))


class PluggedIntent(_PluggedClassifier):
    """An intent model of another package; follows ``voc.models.intent.IntentModel``.

    Args:
        plugin: as for ``PluggedSentiment``; the object has ``labels``, too, one a column.
        device: where it shall run; None leaves the choice to it.

    Raises:
        VocError: it can't be made, or does not fit.
    """

    def __init__(self, plugin: Plugin, device: str | None = None) -> None:
        super().__init__(plugin, device, ("id", "labels", "predict"))
        given = self.model.labels
        texts = isinstance(given, list | tuple) and all(isinstance(label, str) and label for label in given)
        if not texts or not given or len(set(given)) < len(given):
            raise plugin.unfit("its labels are not a list of different names")
        self.labels = tuple(given)


class PluggedClusterer:
    """A clusterer of another package, as BERTopic takes it (``fit``, ``labels_``, ``predict``).

    Args:
        plugin: a function or class: ``(settings: TopicSettings) -> object`` with
            ``fit_predict(rows) -> (n,) whole numbers``, as in scikit-learn; -1 is unclustered.
        settings: the ``topics`` section of the pipeline.

    Attributes:
        labels_: (n,) group of each row, -1 for unclustered; 0 is the largest group.
        centroids_: (groups, d) of unit length.

    Raises:
        VocError: it can't be made, or does not fit.
    """

    def __init__(self, plugin: Plugin, settings: TopicSettings) -> None:
        self.plugin = plugin
        self.model = plugin.create(settings, needs=("fit_predict",))

    def fit(self, vectors: NDArray[np.float32], y: Any = None) -> PluggedClusterer:
        """Find the groups of (n, d) rows of unit length."""
        with self.plugin.at_work("failed to group texts"):
            given = np.asarray(self.model.fit_predict(vectors.copy()))
        check(self.plugin, given, (len(vectors),))
        if not np.issubdtype(given.dtype, np.integer) or given.min(initial=0) < -1:
            raise self.plugin.unfit("its fit_predict gives other labels than whole numbers from -1 up")
        self.labels_ = _by_size(given)
        self.centroids_ = group_means(vectors, self.labels_, range(self.labels_.max(initial=-1) + 1))
        return self

    def fit_predict(self, vectors: NDArray[np.float32], y: Any = None) -> NDArray[np.int64]:
        """Find the groups and return each row's."""
        return self.fit(vectors).labels_

    def predict(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        """Place new rows of the same space by their nearest centroid."""
        if not len(self.centroids_):
            return np.full(len(vectors), -1, np.int64)
        return np.asarray((vectors @ self.centroids_.T).argmax(axis=1), np.int64)


def model_id(plugin: Plugin, model: Any) -> str:
    """Return the id that vectors are kept under and that ``run.json`` names: the package, its version, its own id."""
    if not isinstance(model.id, str) or not model.id:
        raise plugin.unfit("its id is not a text")
    return f"{plugin.package}-{plugin.version}:{plugin.name}:{model.id}"


def check(plugin: Plugin, rows: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Check that an answer has a row a text, and numbers in it.

    Raises:
        VocError: it hasn't.
    """
    if rows.shape != shape:
        raise plugin.unfit(f"it gave an array of shape {rows.shape} where {shape} was needed")
    if not np.issubdtype(rows.dtype, np.number) or not np.isfinite(rows).all():
        raise plugin.unfit("it gave values that are not finite numbers")


def _by_size(given: NDArray[Any]) -> NDArray[np.int64]:
    """Number groups from 0, the largest first, without gaps; among equals, the one met first."""
    names, first, sizes = np.unique(given[given >= 0], return_index=True, return_counts=True)
    rank = {int(names[at]): place for place, at in enumerate(np.lexsort((first, -sizes)))}
    return np.array([rank.get(int(label), -1) for label in given], np.int64)
