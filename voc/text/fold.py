"""Which texts say again what an earlier one said: reposts, templates, bot spam.

Forty customers who write ``좋아요`` are forty voices, so a short text repeats another only when the author
is the same. A long text that comes back, word for word or nearly, is a repost or a template whoever
sends it.

Near duplicates are texts whose character 5-grams have a Jaccard similarity of at least ``NEAR``. MinHash
signatures (Broder 1997) in bands find who may be near, and the 5-grams themselves decide. Each text is
compared with texts that stand for a group, never with the group's other members, so that chains of
small changes don't join unlike texts.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 0.85
"""Jaccard similarity of character 5-grams from which two long texts are the same."""
LONG_CHARS = 20
LONG_WORDS = 5
"""A text is long from this many letters on, in at least this many words (in scripts that part words)."""
_GRAM = 5
_BANDS, _ROWS = 12, 6
"""Texts meet when all hashes of a band agree: 99.7 % of pairs at .85, 17 % at .5, 1 % at .3."""
_CHUNK = 1 << 18
"""5-grams hashed at a time: they fit a processor's cache."""
_SETS = 4096
"""Sets of 5-grams kept at hand: a million of them would fill the memory."""
_MAX_RIVALS = 12
"""Groups one text is compared with, those that share most bands first: bounds the time on hostile input."""

_PUNCTUATION_TO_SPACE = {
    code: " "
    for first, last in zip(
        "!:[{\u00a1\u2010\u3001\u3008・！：", "/@`~\u00bf\u205f\u3004\u3020・／＠", strict=True
    )
    for code in range(ord(first), ord(last) + 1)
}
_AGAIN = re.compile(r"([^\s\d])\1+")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_CODE = re.compile(r"\S*\d\S*")
_UNSPACED = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")


def fold(
    texts: Sequence[str],
    authors: Sequence[str | None] | None = None,
    dates: Sequence[datetime | None] | None = None,
) -> list[int]:
    """Return for each text the index of the text that it repeats, its own where it is the first.

    Args:
        texts: n texts; case, punctuation, spacing and drawn-out letters make no difference.
        authors: n authors (or ``None``): the same author saying the same again is always a repeat.
        dates: n dates (or ``None``): the earliest text stands for its group; of equally early or undated
            ones, the one that sorts first; without ``dates``, the first.

    Returns:
        n indices; ``result[result[i]] == result[i]``. With ``dates``, the same texts in another order
        form the same groups, and the same text stands for each.
    """
    keys = [_key(text) for text in texts]
    order = sorted(
        range(len(texts)), key=lambda i: (_moment(dates[i]), texts[i], i) if dates else (0.0, "", i)
    )
    folded = list(range(len(texts)))
    firsts: dict[Hashable, int] = {}
    for i in order:
        names = _names(keys[i], authors[i] if authors else None)
        folded[i] = next((firsts[name] for name in names if name in firsts), i)
        for name in names:
            firsts.setdefault(name, folded[i])
    leaders = [i for i in order if folded[i] == i and _is_long(keys[i])]
    near = _fold_near([_template(keys[i], texts[i]) for i in leaders])
    stands_for = {leader: leaders[near[position]] for position, leader in enumerate(leaders)}
    return [stands_for.get(first, first) for first in folded]


def _key(text: str) -> str:
    """Normalise; a text of punctuation or emoji alone stays as it is."""
    words = " ".join(text.casefold().translate(_PUNCTUATION_TO_SPACE).split())
    return _AGAIN.sub(r"\1", words) or text.strip()


def _template(key: str, text: str) -> str:
    """Mask what link spam changes from copy to copy: numbers and codes.

    Only where there is a link: "order 1234 is late" and "order 5678 is late" are two customers.
    """
    return _CODE.sub("#", key) if _LINK.search(text) else key


def _names(key: str, author: str | None) -> list[Hashable]:
    """Return what makes a text the same as another: its key alone if long, its author with its key."""
    names: list[Hashable] = [key] if _is_long(key) else []
    return names if author is None else [*names, (author, key)]


def _is_long(key: str) -> bool:
    letters = len(key) - key.count(" ")
    return letters >= LONG_CHARS and (key.count(" ") >= LONG_WORDS - 1 or bool(_UNSPACED.search(key)))


def _moment(date: datetime | None) -> float:
    """Return seconds since 1970 (naive dates are taken as UTC); undated texts come last."""
    if date is None:
        return math.inf
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _fold_near(keys: Sequence[str]) -> list[int]:
    """Return for each key the position of the earlier key it nearly equals, else its own."""
    folded = list(range(len(keys)))
    buckets: dict[int, list[int]] = defaultdict(list)
    grams = lru_cache(_SETS)(lambda position: _grams(keys[position]))
    for i, bands in _shared_bands(keys):
        rivals = Counter(leader for band in bands for leader in buckets[band])
        mine = _grams(keys[i])
        enough = NEAR * len(mine)
        for leader in sorted(rivals, key=lambda rival: (-rivals[rival], rival))[:_MAX_RIVALS]:
            # a text has fewer different 5-grams than letters, so a much shorter one need not be cut into them
            if len(keys[leader]) > enough and _similar(mine, grams(leader)):
                folded[i] = leader
                break
        else:
            for band in bands:
                if len(buckets[band]) < _MAX_RIVALS:
                    buckets[band].append(i)
    return folded


def _grams(key: str) -> frozenset[str]:
    return frozenset(key[i : i + _GRAM] for i in range(len(key) - _GRAM + 1))


def _similar(a: frozenset[str], b: frozenset[str]) -> bool:
    if min(len(a), len(b)) < NEAR * max(len(a), len(b)):
        return False
    both = len(a & b)
    return both >= NEAR * (len(a) + len(b) - both)


def _shared_bands(keys: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
    """Yield position and names of its bands that another key has too, for keys with any, in order."""
    import numpy as np

    if len(keys) < 2:
        return
    bands = _bands(keys)
    names = np.full(bands.shape, -1, dtype=np.int64)
    for number, column in enumerate(bands.T):
        _, name, count = np.unique(column, return_inverse=True, return_counts=True)
        names[:, number] = np.where(count[name] > 1, name * _BANDS + number, -1)
    for position in np.flatnonzero((names >= 0).any(axis=1)).tolist():
        yield position, [name for name in names[position].tolist() if name >= 0]


def _bands(keys: Sequence[str]) -> NDArray[np.uint64]:
    """Return (n, bands) uint64: the MinHash signature of each key's 5-grams, a hash for each band."""
    import numpy as np

    generator = np.random.default_rng(20240229)
    factors = generator.integers(1, 1 << 63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    bands = np.zeros((len(keys), _BANDS), dtype=np.uint64)
    start = 0
    for end in _chunk_ends(keys):
        gram, first = _hashed_grams(keys[start:end])
        for i, factor in enumerate(factors):
            smallest = np.minimum.reduceat(gram * factor, first)
            column = bands[start:end, i // _ROWS]
            column *= np.uint64(0x9E3779B97F4A7C15)
            column += smallest ^ smallest >> np.uint64(32)
        start = end
    return bands


def _chunk_ends(keys: Sequence[str]) -> Iterator[int]:
    size = 0
    for i, key in enumerate(keys):
        size += len(key)
        if size >= _CHUNK or i == len(keys) - 1:
            yield i + 1
            size = 0


def _hashed_grams(keys: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the 64-bit hashes of all 5-grams of the keys, in order, and where each key's begin."""
    import numpy as np

    size = np.array([len(key) for key in keys])
    begin = np.cumsum(size) - size
    letters = np.frombuffer("".join(keys).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    gram = np.zeros(len(letters) - _GRAM + 1, dtype=np.uint64)
    for offset in range(_GRAM):
        gram = gram * np.uint64(0x9E3779B97F4A7C15) + letters[offset : offset + len(gram)]
    gram = (gram ^ gram >> np.uint64(31)) * np.uint64(0xBF58476D1CE4E5B9)
    gram ^= gram >> np.uint64(27)
    whole = np.ones(len(letters), dtype=bool)
    for offset in range(1, _GRAM):
        whole[begin + size - offset] = False
    kept = size - _GRAM + 1
    return gram[whole[: len(gram)]], np.cumsum(kept) - kept
