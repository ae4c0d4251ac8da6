"""TF-IDF of words and of characters: fitted by scikit-learn, kept as plain data, computed without it.

Words carry what users' own categories are called; character n-grams within words carry languages that are
written without spaces, compounds and typing errors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["word", "char_wb"]
Floats = NDArray[np.float32]

SPANS: Mapping[Kind, tuple[int, int]] = {"word": (1, 2), "char_wb": (2, 5)}
"""Shortest and longest n-gram of each kind."""
MOST = 40_000
"""N-grams kept of each kind: the most frequent ones."""
MANY = 2_000
"""From so many texts on, n-grams that stand in one text alone are left out."""
_WORD = re.compile(r"(?u)\b\w\w+\b")
_SPACES = re.compile(r"\s\s+")


@dataclass(frozen=True)
class Ngrams:
    """One kind of n-gram: its vocabulary (n-gram -> column) and inverse document frequencies (columns,).

    ``counts`` and ``weigh`` give what scikit-learn's ``TfidfVectorizer(analyzer=kind, ngram_range=(shortest,
    longest), sublinear_tf=True)`` gives.
    """

    kind: Kind
    shortest: int
    longest: int
    vocabulary: Mapping[str, int]
    idf: Floats

    def weigh(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Columns and their TF-IDF values, of unit length together; both empty when nothing is known."""
        counts: Counter[int] = Counter()
        for ngram in self.split(text.lower()):
            column = self.vocabulary.get(ngram)
            if column is not None:
                counts[column] += 1
        columns = np.array(sorted(counts), np.int64)
        times = np.array([counts[int(c)] for c in columns], np.float64)
        values = (np.log(times) + 1) * self.idf[columns]
        return columns, (values / max(float(np.linalg.norm(values)), 1e-12)).astype(np.float32)

    def split(self, text: str) -> Iterator[str]:
        """The n-grams of a text, as often as they stand in it."""
        return self._words(text) if self.kind == "word" else self._characters(text)

    def _words(self, text: str) -> Iterator[str]:
        tokens = _WORD.findall(text)
        for n in range(self.shortest, self.longest + 1):
            for at in range(len(tokens) - n + 1):
                yield " ".join(tokens[at : at + n])

    def _characters(self, text: str) -> Iterator[str]:
        for word in _SPACES.sub(" ", text).split():
            padded = f" {word} "
            for n in range(self.shortest, self.longest + 1):
                yield padded[:n]
                for at in range(1, len(padded) - n + 1):
                    yield padded[at : at + n]
                if len(padded) <= n:  # a word as short as this counts once, not once for each n
                    break


@dataclass(frozen=True)
class Vectorizer:
    """Several kinds of n-gram, side by side in one row of columns."""

    parts: tuple[Ngrams, ...]

    @property
    def width(self) -> int:
        """Columns of all parts together."""
        return sum(len(part.idf) for part in self.parts)

    def weigh(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Columns and TF-IDF values of a text over all parts."""
        columns: list[NDArray[np.int64]] = []
        values: list[Floats] = []
        offset = 0
        for part in self.parts:
            found, weights = part.weigh(text)
            columns.append(found + offset)
            values.append(weights)
            offset += len(part.idf)
        return np.concatenate(columns), np.concatenate(values)

    def matrix(self, texts: Sequence[str]) -> Any:
        """A scipy CSR matrix (n, width) in single precision."""
        from scipy.sparse import csr_array

        rows = [self.weigh(text) for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns, _values in rows)])
        columns = np.concatenate([np.zeros(0, np.int64), *(c for c, _v in rows)])
        values = np.concatenate([np.zeros(0, np.float32), *(v for _c, v in rows)])
        return csr_array((values, columns, starts), shape=(len(texts), self.width))

    def project(self, texts: Sequence[str], weight: Floats) -> Floats:
        """``matrix(texts) @ weight`` without scipy: (n, classes) from (width, classes)."""
        out = np.zeros((len(texts), weight.shape[1]), np.float32)
        for i, text in enumerate(texts):
            columns, values = self.weigh(text)
            out[i] = values @ weight[columns].astype(np.float32)
        return out


def fit_ngrams(texts: Sequence[str], most: int = MOST) -> tuple[Vectorizer, Any]:
    """Vocabularies and document frequencies of texts, and ``matrix(texts)``; labels are not looked at.

    Args:
        texts: at least one; a kind that finds nothing in them is left out.
        most: n-grams kept of each kind.
    """
    from scipy.sparse import csr_array, hstack

    found = [part for kind in SPANS if (part := _fit(kind, texts, most)) is not None]
    if not found:
        return Vectorizer(()), csr_array((len(texts), 0), dtype=np.float32)
    parts, matrices = zip(*found, strict=True)
    return Vectorizer(parts), hstack(matrices, format="csr")


def _fit(kind: Kind, texts: Sequence[str], most: int) -> tuple[Ngrams, Any] | None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    least = 2 if len(texts) >= MANY else 1
    vectorizer = TfidfVectorizer(
        analyzer=kind, ngram_range=SPANS[kind], sublinear_tf=True, min_df=least, max_features=most,
        dtype=np.float32,
    )  # fmt: skip
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # no word of two letters in any text
        return None
    vocabulary = {ngram: int(column) for ngram, column in vectorizer.vocabulary_.items()}
    return Ngrams(kind, *SPANS[kind], vocabulary, vectorizer.idf_.astype(np.float32)), matrix
