"""What a clustering leaves for the next run, so that an unchanged voice stays in its issue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

FEWEST_OF_LANGUAGE = 15
"""Rows of a language below which it is centred on all rows."""


@dataclass(frozen=True)
class Frame:
    """The clustering space as it was fitted: d dimensions of the encoder become c components.

    ``means``: (languages + 1, d), the last one of all rows. ``centre``: (d,) and ``components``: (c, d).
    """

    languages: tuple[str, ...]
    means: Matrix
    centre: Matrix
    components: Matrix

    def origins(self, languages: NDArray[Any]) -> Matrix:
        """Return (n, d): what is subtracted from a row in each of these languages."""
        import numpy as np

        place = {code: row for row, code in enumerate(self.languages)}
        codes = [place.get(code, len(self.languages)) for code in languages.tolist()]
        return self.means[np.array(codes, dtype=np.intp)]

    def with_languages_of(self, vectors: Matrix, languages: NDArray[Any]) -> Frame:
        """Add the languages that are new, or only now have enough rows for a mean of their own."""
        import numpy as np

        spoken, means = language_means(vectors, languages)
        added = [row for row, code in enumerate(spoken) if code not in self.languages]
        return replace(
            self,
            languages=(*self.languages, *(spoken[row] for row in added)),
            means=np.vstack([self.means[:-1], means[added], self.means[-1:]]),
        )


@dataclass(frozen=True)
class Fitted:
    """A run's clustering: its space, its groups, and how much of the corpus it was made from.

    ``centroids``: (groups, c + hints) of unit length. ``made_by``: key of the models and settings;
    under others the space is another. ``share``: of the records, those it was fitted on, 0..1.
    """

    frame: Frame
    centroids: Matrix
    made_by: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Start:
    """What a run starts from. ``fitted``: ``None`` to cluster afresh. ``unseen``: ids of the records
    that the run before did not have; ``made_by`` and ``share`` are for what this run leaves."""

    made_by: str = ""
    fitted: Fitted | None = None
    share: float = 1.0
    unseen: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        """A hash of everything in it."""
        import hashlib

        digest = hashlib.blake2b(
            repr((self.made_by, self.share, sorted(self.unseen))).encode(), digest_size=12
        )
        if self.fitted is not None:
            frame = self.fitted.frame
            digest.update(repr((frame.languages, self.fitted.made_by, self.fitted.share)).encode())
            for rows in (frame.means, frame.centre, frame.components, self.fitted.centroids):
                digest.update(rows.tobytes())
        return digest.hexdigest()


def language_means(vectors: Matrix, languages: NDArray[Any]) -> tuple[tuple[str, ...], Matrix]:
    """Return the languages with enough rows, and (languages + 1, d) means, the last one of all rows."""
    import numpy as np

    spoken, counts = np.unique(languages, return_counts=True)
    enough = [
        code for code, count in zip(spoken.tolist(), counts, strict=True) if count >= FEWEST_OF_LANGUAGE
    ]
    means = [vectors[languages == code].mean(axis=0) for code in enough]
    return tuple(enough), np.stack([*means, vectors.mean(axis=0)])
