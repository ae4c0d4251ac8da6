"""Labels are words that a manager understands, in the language of the corpus."""

from __future__ import annotations

from collections import Counter

import pytest

from voc.models.labels import (
    Spoken,
    count_words,
    distinct_stems,
    is_word,
    label_and_keywords,
    label_languages,
    telling_words,
)


def spoken(language: str, *texts: str) -> Spoken:
    return count_words([text.split() for text in texts], [language] * len(texts))


def joined(*parts: Spoken) -> Spoken:
    sizes: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {}
    for part in parts:
        sizes.update(part.sizes)
        for language, counts in part.words.items():
            words.setdefault(language, Counter()).update(counts)
    return Spoken(words, sizes)


def test_a_common_word_of_the_topic_beats_one_that_only_one_person_uses() -> None:
    mine = spoken("en", *["delayed flight"] * 12, "delayed flight zigzag", "delayed flight whiny")
    every = joined(mine, spoken("en", *["flight crew"] * 60, *["flight food"] * 40))
    words = telling_words(mine, every, "en")
    assert words[0] == "delayed"
    assert words.index("delayed") < words.index("flight") < words.index("zigzag")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["delivery", "deliveries", "late"], ["delivery", "late"]),
        (["charge", "recharge", "card"], ["charge", "card"]),
        (["결제", "재결제", "카드"], ["결제", "카드"]),
        (["map", "open", "crash"], ["map", "open", "crash"]),
    ],
)
def test_no_label_says_the_same_stem_twice(words: list[str], expected: list[str]) -> None:
    assert distinct_stems(words, 3) == expected


@pytest.mark.parametrize(
    ("word", "text", "language", "expected"),
    [
        ("hn", "Order HN-5066 and HN5067", "en", False),
        ("tv", "The TV is black, my TV is dead", "en", True),
        ("사", "택배사에 물어봤는데 제조사가 몰라요", "ko", False),
        ("돈", "돈이 안 들어와요", "ko", True),
        ("妻", "妻が喜んでいます", "ja", True),
    ],
)
def test_codes_and_cut_syllables_are_no_words(word: str, text: str, language: str, expected: bool) -> None:
    assert is_word(word, [text], language) is expected


def test_the_label_is_in_the_main_language_where_the_topic_speaks_it_enough() -> None:
    assert label_languages(Counter({"en": 10, "ko": 4}), "ko") == ["ko", "en"]
    assert label_languages(Counter({"en": 40, "ko": 3}), "ko") == ["en", "ko"]


def test_a_mixed_topic_has_one_language_in_its_label_and_keywords_of_each() -> None:
    mine = joined(spoken("ko", *["배송 지연"] * 5), spoken("de", *["lieferung spät"] * 4))
    every = joined(mine, spoken("ko", *["앱 종료"] * 30), spoken("de", *["absturz handy"] * 30))
    label, keywords = label_and_keywords(mine, every, "ko", {}, "배송이 늦어요")
    assert set(label.split(" · ")) == {"배송", "지연"}
    assert {"배송", "지연", "lieferung", "spät"} <= set(keywords)


def test_a_topic_without_words_is_named_by_its_text_cut_between_words() -> None:
    mine = spoken("en", "", "", "")
    label, keywords = label_and_keywords(
        mine, mine, "en", {}, "It is not what we would have wanted to have at all"
    )
    assert label == "It is not what we would have wanted to…"
    assert keywords == ()
