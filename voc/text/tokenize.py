"""Texts -> content words in dictionary form, for the keywords of topics.

Negations that stand alone (``not``, ``kein``, ``不``, ``ない``) are dropped: they occur with every topic, so they
tell none apart, and a label such as ``not / work`` reads worse than ``work`` beside a negative share. Korean
ones are kept joined to their verb (``안되다``), where they make a word of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from voc.text import analysers
from voc.text.lemmas import lemmatiser
from voc.text.words import one_form_each, plain_text, spaced_words

_ANALYSERS: dict[str, Callable[[Sequence[str]], list[list[str]]]] = {
    "ko": analysers.korean,
    "ja": analysers.japanese,
    "zh": analysers.chinese,
}
_UNSPACED = frozenset(("th", "lo", "km", "my"))
_WORTH_A_DICTIONARY = 200
"""Distinct texts from which a language beside the main one gets its lemma dictionary, which takes up to
two seconds to open."""


def tokenize(texts: Sequence[str], languages: Sequence[str]) -> list[list[str]]:
    """Return the content words of each text: lower case, one form a word, function words dropped.

    Numbers, placeholders (``[EMAIL]``), URLs and @mentions are dropped as well. Korean (kiwipiepy), Japanese
    (SudachiPy) and Chinese (rjieba) words come in dictionary form; Thai, Lao, Khmer and Burmese (ICU) don't
    inflect. In other languages the inflections of a word (``simplemma``) get the form that these texts have
    most: in the most frequent language always, in others from 200 texts on. Each distinct text is
    analysed once.

    Args:
        texts: n texts.
        languages: n ISO 639-1 codes (``und`` is read as words parted by spaces).

    Returns:
        n lists of words, in text order.
    """
    wanted: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for text, language in zip(texts, languages, strict=True):
        wanted[language][text] = []
    main = Counter({language: len(distinct) for language, distinct in sorted(wanted.items())}).most_common(1)
    for language, distinct in wanted.items():
        enough = language == main[0][0] or len(distinct) >= _WORTH_A_DICTIONARY
        words = _analyse([plain_text(text) for text in distinct], language, open_dictionary=enough)
        wanted[language] = dict(zip(distinct, words, strict=True))
    return [list(wanted[language][text]) for text, language in zip(texts, languages, strict=True)]


def _analyse(texts: list[str], language: str, open_dictionary: bool) -> list[list[str]]:
    if language in _ANALYSERS:
        return _ANALYSERS[language](texts)
    if language in _UNSPACED:
        return analysers.unspaced(texts, language)
    words = [spaced_words(text, language) for text in texts]
    lemma = lemmatiser(language, open_dictionary)
    return one_form_each(words, lemma, language) if lemma else words
