"""Names of topics: two to four content words that a manager understands, in the corpus's own language."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from voc.text.words import opinion_words, plain_text, without_accents

if TYPE_CHECKING:
    from voc.models.interpret import Heard

LABEL_WORDS = 3
KEYWORDS = 10
_ENOUGH_SHARE = 0.15
_DOT = " · "
_SHORTEST, _LONG_LABEL = 16, 44
"""Columns that a quote needs to say something, and that a label may take."""
_LOOKED_AT = 30
_SURE = 1.96
"""Distinction from which a word is surely said more often than elsewhere: root log-likelihoods are normal."""
_SENTENCE_END = ".!?。！？…"
_HANGUL = re.compile(r"[가-힣]")
_HIRAGANA = re.compile(r"[ぁ-ゖー]+")
_JAPANESE_PREDICATE = re.compile(r"[一-龯].*[うくぐすつぬぶむるい]")
_LATIN_CODE = re.compile(r"[a-z]{1,4}")


@dataclass(frozen=True)
class Spoken:
    """Some segments: ``words`` is language -> word -> how many of them hold it, ``sizes`` language -> how many."""

    words: Mapping[str, Counter[str]]
    sizes: Counter[str]


def count_words(tokens: Iterable[Sequence[str]], languages: Iterable[str]) -> Spoken:
    """Count in how many segments of each language each word stands.

    Args:
        tokens: n lists of content words.
        languages: n codes.
    """
    words: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    for found, language in zip(tokens, languages, strict=True):
        words.setdefault(language, Counter()).update(set(found))
        sizes[language] += 1
    return Spoken(words, sizes)


def label_languages(sizes: Counter[str], main: str) -> list[str]:
    """Return a topic's languages, the one for its label first: the corpus's main one where it is spoken enough."""
    order = sorted(sizes, key=lambda language: (-sizes[language], language))
    if main in order and sizes[main] >= max(3, _ENOUGH_SHARE * sizes.total()):
        order.remove(main)
        order.insert(0, main)
    return order


def telling_words(mine: Spoken, every: Spoken, language: str, texts: Sequence[str] = ()) -> list[str]:
    """Return a topic's words of one language, the most telling first.

    Ordered by how surely a word is said more often in the topic than elsewhere (``_distinction``), times
    the root of the share that says it: a word that few others know, but hardly anyone here says,
    names a detail. What only one segment says, and what is no word by itself (``is_word``), comes last.
    Words of mere liking (``opinion_words``) stand behind what names the thing.

    Args:
        mine: the topic's counts.
        every: the whole corpus's counts.
        language: the language to look at.
        texts: the topic's texts in that language.
    """
    inside, size = mine.words.get(language, Counter()), mine.sizes[language]
    outside, total = every.words.get(language, Counter()), every.sizes[language]

    def order(word: str) -> tuple[bool, bool, float, int, str]:
        told = _distinction(inside[word], size, outside[word], total) * math.sqrt(inside[word] / size)
        seldom = inside[word] < max(2, 0.04 * size)
        return inside[word] < 2, seldom, -told * _weight(word, language), -inside[word], word

    ranked = sorted(inside, key=order)
    # Looking into the texts costs time; the first words are all that is shown.
    words = [word for word in ranked[: 3 * KEYWORDS] if is_word(word, texts, language)]
    return words or ranked


def _distinction(inside: int, size: int, outside: int, total: int) -> float:
    """Return the root of the log-likelihood ratio of a word's share here and elsewhere, signed.

    Large where many say the word and hardly anyone else does, small for a word that few have said
    (however rare) and for one that all topics share (however frequent); below 0 where it is said
    less than elsewhere: Dunning (1993), Accurate methods for the statistics of surprise and
    coincidence, Computational Linguistics 19, 61-74.

    Args:
        inside: segments of the topic that hold the word; ``size`` of its segments.
        outside: segments of the corpus that hold it, the topic's among them; ``total`` of all.
    """
    rest, others = outside - inside, total - size
    usual = outside / total
    ratio = sum(
        seen * math.log(seen / expected)
        for seen, expected in (
            (inside, size * usual),
            (size - inside, size * (1 - usual)),
            (rest, others * usual),
            (others - rest, others * (1 - usual)),
        )
        if seen > 0
    )
    return math.copysign(math.sqrt(2 * max(ratio, 0.0)), inside / size - usual)


def _weight(word: str, language: str) -> float:
    """Return what share of its distinction a word keeps: verbs less than nouns, mere liking least."""
    if word in opinion_words(language):
        return 0.25
    if language == "ko" and _is_predicate(word, language):
        return 0.8
    return 0.6 if language == "ja" and _HIRAGANA.fullmatch(word) else 1.0


def _is_predicate(word: str, language: str) -> bool:
    if language == "ko":
        return len(word) > 1 and word.endswith("다")
    return language == "ja" and bool(_JAPANESE_PREDICATE.fullmatch(word))


def is_word(word: str, texts: Sequence[str], language: str) -> bool:
    """Say whether a token is a word by itself in most places where these texts have it.

    The ``hn`` of order numbers (``HN-5066``) is none, nor is a unit behind its number (``2.4GHz``),
    nor a Korean syllable that only ends other words (``사`` of ``택배사``).

    >>> is_word("hn", ["Where is HN-5066?", "HN-0611 is late"], "en"), is_word("ghz", ["on 2.4GHz"], "en")
    (False, False)
    >>> is_word("사", ["택배사에 물어봤어요"], "ko"), is_word("앱", ["앱이 꺼져요"], "ko")
    (False, True)
    """
    if _LATIN_CODE.fullmatch(word):
        wrong = re.compile(rf"\b{word}[-_#]?\d|(?<=\d){word}\b", re.IGNORECASE)
    elif language == "ko" and len(word) == 1 and _HANGUL.match(word):
        wrong = re.compile(rf"(?<=[가-힣]){word}")
    else:
        return True
    every = re.compile(re.escape(word), re.IGNORECASE)
    found = [(len(wrong.findall(text)), len(every.findall(text))) for text in texts]
    return 2 * sum(bad for bad, _ in found) <= sum(count for _, count in found)


def label_and_keywords(
    mine: Spoken,
    every: Spoken,
    main: str,
    texts: Mapping[str, Sequence[str]],
    central: str,
    heard: Heard | None = None,
) -> tuple[str, tuple[str, ...]]:
    """Return a topic's label and its keywords.

    The label has words of one language: the main one, as spoken here or as interpreted, else the one
    that most speak. Where fewer than 15 % of the segments in it say the words, no word names the
    topic, and a short central quote does. Keywords begin with the label's language; every other
    one that 15 % of the topic speaks adds some, so that a mixed topic can be found by either.

    Args:
        mine: the topic's counts.
        every: the corpus's counts.
        main: the corpus's main language.
        texts: the topic's texts by language, the most central first.
        central: its most central text, for a topic with no words.
        heard: what an interpreter makes of it in the main language.
    """
    order = label_languages(mine.sizes, main)
    words = {code: telling_words(mine, every, code, texts.get(code, ())) for code in order}
    spoken = dict.fromkeys(order, mine)
    if heard is not None:
        order = [main, *(code for code in order if code != main)]
        words[main], spoken[main] = telling_words(heard.mine, heard.every, main, heard.texts), heard.mine
    corpus = {code: every if spoken[code] is mine or heard is None else heard.every for code in order}
    labels = {code: _label_words(spoken[code], corpus[code], words[code], code) for code in order}
    tried = dict.fromkeys([order[0], mine.sizes.most_common(1)[0][0]])
    first = next((code for code in tried if _covers(spoken[code], labels[code], code)), None)
    keywords = _keywords({code: words[code] for code in order}, first or order[0], mine.sizes)
    if first is None:
        quote = next(filter(None, (_short_quote(texts.get(code, ())) for code in tried)), None)
        few = distinct_stems(words[order[0]], LABEL_WORDS - 1)
        return quote or _DOT.join(few) or _shorten(central), keywords
    # Subject first, as both languages say it: 와이파이 · 안되다, 充電 · 熱い.
    return _DOT.join(sorted(labels[first], key=lambda word: _is_predicate(word, first))), keywords


def _label_words(mine: Spoken, every: Spoken, words: Sequence[str], language: str) -> list[str]:
    """Return the words of a label: those that several say, and surely more of them than elsewhere."""
    inside, size = mine.words.get(language, Counter()), mine.sizes[language]
    outside, total = every.words.get(language, Counter()), every.sizes[language]

    def tells(word: str) -> bool:
        alone = total == size  # nothing to tell the topic from
        return inside[word] > 1 and (alone or _distinction(inside[word], size, outside[word], total) > _SURE)

    return distinct_stems([word for word in words if tells(word)], LABEL_WORDS)


def _covers(spoken: Spoken, words: Sequence[str], language: str) -> bool:
    """Say whether two words or more are said often enough to name what is spoken of."""
    counts = [spoken.words[language][word] for word in words]
    return len(words) > 1 and sum(counts) >= _ENOUGH_SHARE * spoken.sizes[language]


def _short_quote(texts: Sequence[str]) -> str | None:
    """Return the most central text that reads as a label, in quotation marks; rather a whole sentence."""
    plain = (" ".join(plain_text(text).split()) for text in texts[:_LOOKED_AT])
    short = [text for text in plain if _SHORTEST <= _columns(text) <= _LONG_LABEL]
    whole = [text for text in short if text.endswith(tuple(_SENTENCE_END))]
    return next((f"“{text.rstrip('.。')}”" for text in [*whole, *short]), None)


def _columns(text: str) -> int:
    """Return how wide a text is shown: letters of Chinese, Japanese and Korean take two columns."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _keywords(words: Mapping[str, Sequence[str]], first: str, sizes: Counter[str]) -> tuple[str, ...]:
    others = [code for code in words if code != first and sizes[code] >= _ENOUGH_SHARE * sizes.total()]
    kept = list(words[first][: KEYWORDS - 2 * min(3, len(others))])
    for code in others[:3]:
        kept.extend(words[code][:2])
    return tuple(dict.fromkeys([*kept, *words[first]]))[:KEYWORDS]


def tell_apart(labels: Mapping[int, str], keywords: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """Give topics with the same words a label each: the later ones get their next keyword as last word.

    >>> tell_apart({0: "bag · lost", 1: "lost · bag"}, {0: [], 1: ["lost", "bag", "waiting"]})
    {0: 'bag · lost', 1: 'lost · waiting'}
    """
    taken: set[frozenset[str]] = set()
    found = {}
    for topic, label in labels.items():
        words = label.split(_DOT)
        spare = [word for word in keywords[topic] if not any(_same_stem(word, other) for other in words)]
        tries = [words, *([*words[:-1], word] for word in spare if len(words) > 1)]
        words = next((one for one in tries if frozenset(one) not in taken), words)
        taken.add(frozenset(words))
        found[topic] = _DOT.join(words)
    return found


def _shorten(text: str, longest: int = 40) -> str:
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head[: head.rfind(" ")] if " " in head[longest // 2 :] else head) + "…"


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
    short, long = sorted((without_accents(word.casefold()) for word in (a, b)), key=len)
    if short in long:
        return True
    stem = short[: max(4, min(5, len(short) - 1))]
    return len(short) > 4 and long.startswith(stem)
