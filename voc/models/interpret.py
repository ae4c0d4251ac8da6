"""What a topic's other languages say, in words of the corpus's main language.

A complaint that comes in twelve languages has a few speakers of each, and the words of so few name it by
accident. Vectors say the same thing near the same place in every language, so the main language's
texts that lie nearest to a foreign one interpret it: their words are counted as if its author had said them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voc.models.labels import Spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SPOKEN = 0.75
"""A topic that speaks the main language to this share needs no interpreter."""
_NEAREST = 3
_LISTENED = 200
"""Foreign texts of a topic that are interpreted, the most central ones; they stand for the others."""
_SPEAKERS = 10_000
"""Texts of the main language that interpret."""
_FEWEST = 50
"""Fewer of them have no words for what others say."""
_SOURCES = 2
"""A word comes from so many different texts, so that a single one doesn't name a topic."""


@dataclass(frozen=True)
class Heard:
    """A topic in the main language: its counts, the corpus's with the same texts added, and the texts."""

    mine: Spoken
    every: Spoken
    texts: Sequence[str]


class Interpreter:
    """Interprets segments by their nearest neighbours in the main language.

    Args:
        rows: (distinct, d) distinct texts in the clustering space, of unit length; languages point the
            same way in it.
        back: (n,) each segment's distinct text. Distinct texts stand in an order that is no order of
            their content, so that the first are a sample.
        languages: n codes.
        tokens: n lists of content words.
        texts: n texts.
        every: the corpus's counts.
        main: its main language.
    """

    def __init__(
        self,
        rows: NDArray[np.float32],
        back: NDArray[np.intp],
        languages: NDArray[np.str_],
        tokens: Sequence[Sequence[str]],
        texts: Sequence[str],
        every: Spoken,
        main: str,
    ) -> None:
        import numpy as np

        self.rows, self.back, self.languages = rows, back, languages
        self.tokens, self.texts, self.every, self.main = tokens, texts, every, main
        _, first = np.unique(back, return_index=True)
        self.speakers = first[languages[first] == main][:_SPEAKERS]
        self.spoken = rows[back[self.speakers]]

    def hear(self, members: NDArray[np.intp]) -> Heard | None:
        """Return a topic's words in the main language, or ``None`` where its own speakers say enough.

        Args:
            members: positions of the topic's segments, the most central ones first.
        """
        own = self.languages[members] == self.main
        foreign = members[~own]
        if not len(foreign) or own.mean() >= SPOKEN or len(self.speakers) < _FEWEST:
            return None
        listened = foreign[:_LISTENED]
        counts: dict[str, float] = defaultdict(float)
        sources: dict[str, set[int]] = defaultdict(set)
        for position in members[own].tolist():
            for word in set(self.tokens[position]):
                sources[word].add(int(self.back[position]))
        near = self._nearest(listened)
        for position in near.ravel().tolist():
            for word in set(self.tokens[position]):
                counts[word] += len(foreign) / near.size
                sources[word].add(int(self.back[position]))
        extra = Counter({w: round(n) for w, n in counts.items() if len(sources[w]) >= _SOURCES})
        said = Counter(word for position in members[own].tolist() for word in set(self.tokens[position]))
        known, total = self.every.words[self.main], self.every.sizes[self.main]
        texts = [
            self.texts[position]
            for position in dict.fromkeys([*members[own].tolist(), *near.ravel().tolist()])
        ]
        return Heard(
            Spoken({self.main: said + extra}, Counter({self.main: len(members)})),
            Spoken({self.main: known + extra}, Counter({self.main: total + len(foreign)})),
            texts,
        )

    def _nearest(self, positions: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return (n, ``_NEAREST``) positions of the main language's segments nearest to each of n."""
        import numpy as np

        similarity = self.rows[self.back[positions]] @ self.spoken.T
        found = np.empty((len(positions), _NEAREST), dtype=np.intp)
        for column in range(_NEAREST):  # a few maxima of many: sorting took a fifth of the whole grouping
            found[:, column] = similarity.argmax(axis=1)
            similarity[np.arange(len(positions)), found[:, column]] = -np.inf
        return np.asarray(self.speakers[found], dtype=np.intp)
