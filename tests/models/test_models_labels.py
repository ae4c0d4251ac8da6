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
    tell_apart,
    telling_words,
)
from voc.text.tokenize import tokenize


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
        ("ghz", "Only 2.4GHz, the 5 GHz band of 2.4GHz is 5GHz", "en", False),
        ("tv", "The TV is black, my TV is dead", "en", True),
        ("사", "택배사에 물어봤는데 제조사가 몰라요", "ko", False),
        ("돈", "돈이 안 들어와요", "ko", True),
        ("妻", "妻が喜んでいます", "ja", True),
    ],
)
def test_codes_and_cut_syllables_are_no_words(word: str, text: str, language: str, expected: bool) -> None:
    assert is_word(word, [text], language) is expected


def test_a_word_of_every_topic_names_none_and_an_own_word_leads() -> None:
    mine = spoken("en", *["echo music"] * 30, *["echo playlist"] * 8, *["echo sound"] * 6)
    every = joined(mine, spoken("en", *["echo alarm"] * 60, *["echo sound"] * 40, *["echo hub"] * 50))
    words = telling_words(mine, every, "en")
    assert words[:2] == ["music", "playlist"]
    assert words.index("echo") > words.index("playlist")


def test_a_topic_is_named_by_its_subject_and_not_by_how_people_feel() -> None:
    mine = spoken("en", *["worst ridiculous baggage"] * 20, *["worst terrible luggage lost"] * 12)
    every = joined(mine, spoken("en", *["worst delay"] * 10, *["great crew"] * 40, *["seat legroom"] * 40))
    label, keywords = label_and_keywords(mine, every, "en", {}, "")
    assert set(label.split(" · ")) == {"baggage", "luggage", "lost"}
    assert "worst" in keywords


def test_a_topic_of_nothing_but_praise_keeps_the_words_of_praise() -> None:
    mine = spoken("en", *["love great"] * 20, *["awesome love"] * 5)
    every = joined(mine, spoken("en", *["hub bulb"] * 40, *["late parcel"] * 40))
    assert set(label_and_keywords(mine, every, "en", {}, "")[0].split(" · ")) == {"love", "great", "awesome"}


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        ("ko", "안되다 와이파이", "와이파이 · 안되다"),
        ("ja", "落ちる アプリ", "アプリ · 落ちる"),
        ("en", "crash app", "app · crash"),
    ],
)
def test_what_it_is_about_stands_before_what_it_does(language: str, words: str, expected: str) -> None:
    mine = spoken(language, *[words] * 9, words.split()[0])
    every = joined(mine, spoken(language, *["x y"] * 40))
    assert set(label_and_keywords(mine, every, language, {}, "")[0].split(" · ")) == set(
        expected.split(" · ")
    )
    if language != "en":
        assert label_and_keywords(mine, every, language, {}, "")[0] == expected


GREETING = {
    "en": ("Hello dear team, seriously the worst ever, thanks. The invoice is wrong", "invoice"),
    "de": ("Guten Tag, sehr geehrte Damen und Herren, vielen Dank. Die Rechnung stimmt nicht", "rechnung"),
    "fr": ("Bonjour madame, merci, cordialement. La facture est fausse", "facture"),
    "es": ("Hola, buenas tardes, gracias, saludos. La factura está mal", "factura"),
    "ko": ("안녕하세요 수고하세요 감사합니다. 청구서가 틀려요", "청구서"),
    "ja": ("お世話になります。宜しくお願いします。請求書が間違っています", "請求"),
    "zh": ("您好，麻烦请问一下，谢谢。发票错了", "发票"),
}


@pytest.mark.parametrize("language", GREETING)
def test_greetings_and_fillers_never_get_into_a_label(language: str) -> None:
    text, subject = GREETING[language]
    words = tokenize([text], [language])[0]
    assert subject in words
    polite = {
        "hello", "dear", "team", "seriously", "ever", "thanks", "guten", "tag", "geehrte", "damen", "herren", "dank",
        "bonjour", "madame", "merci", "cordialement", "hola", "gracias", "saludos", "안녕하세요", "안녕", "수고",
        "감사", "감사하다", "世話", "お世話", "宜しい", "願う", "お願い", "您好", "麻烦", "请问", "谢谢",
    }  # fmt: skip
    assert set(words) & polite <= {"team"}


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["배송이 너무 늦어요", "택배 배송이 늦었어요", "배송 지연이 심해요", "늦은 배송 때문에 취소"], "ko"),
        (["配送がとても遅いです", "配送が遅れました", "荷物の配送が遅い", "遅い配送に困りました"], "ja"),
        (["物流太慢了", "快递物流很慢", "物流速度慢", "等物流等了很久"], "zh"),
        (["จัดส่งสินค้าช้ามาก", "จัดส่งช้า", "การจัดส่งล่าช้า", "สินค้าจัดส่งช้าไป"], "th"),
    ],
)
def test_labels_are_words_where_words_are_not_parted_by_spaces(texts: list[str], language: str) -> None:
    mine = count_words(tokenize(texts, [language] * 4), [language] * 4)
    every = joined(mine, spoken(language, *["x y"] * 20))
    words = label_and_keywords(mine, every, language, {language: texts}, "")[0].split(" · ")
    assert 1 <= len(words) <= 3
    assert words[0] in {"배송", "配送", "物流", "จัด", "ส่ง", "จัดส่ง", "ช้า"}
    particles = {"이", "가", "을", "때문", "が", "の", "に", "です", "了", "的", "很", "มาก", "การ", "ไป"}
    assert not particles & set(words)


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


def test_a_detail_that_hardly_anyone_mentions_stays_behind_what_many_say() -> None:
    mine = spoken("ko", *["앱 꺼지다"] * 6, "어르신 앱", "어르신 꺼지다", *["앱"] * 3)
    every = joined(mine, spoken("ko", *["앱 지도"] * 8, *["배송 지연"] * 60))
    words = telling_words(mine, every, "ko")
    assert set(words[:2]) == {"꺼지다", "앱"}


def test_where_no_words_name_it_a_short_central_quote_does() -> None:
    talk = ("promise kept", "heard nothing", "what happened", "an explanation", "some concern", "all sure")
    mine = spoken("en", *talk * 2, *["x"] * 120)
    every = joined(mine, spoken("en", *talk * 2, *["parcel late"] * 90))
    texts = {"en": ["Why?", "@voc That's not what we were told.", "Nothing was " + "ever " * 20]}
    label, keywords = label_and_keywords(mine, every, "en", texts, "Why?")
    assert label == "“That's not what we were told”"
    assert keywords


def test_words_said_no_more_than_elsewhere_are_in_no_label() -> None:
    mine = spoken("en", *["baggage lost help"] * 10, *["baggage help"] * 5)
    every = joined(mine, spoken("en", *["seat help"] * 60, *["seat lost help"] * 20))
    assert label_and_keywords(mine, every, "en", {}, "")[0] == "baggage · lost"


def test_topics_with_the_same_words_are_told_apart_by_their_next_keyword() -> None:
    labels = {
        0: "bag · luggage · lost",
        1: "bag · lost · luggage",
        2: "“Where is it?”",
        3: "bag · luggage · lost",
    }
    words = ["bag", "luggage", "bags", "lost"]
    keywords = {0: words, 1: [*words, "claim"], 2: words, 3: [*words, "claim"]}
    apart = tell_apart(labels, keywords)
    assert apart[1] == "bag · lost · claim"
    assert apart[2] == labels[2]
    assert len({frozenset(label.split(" · ")) for label in list(apart.values())[:3]}) == 3


def test_words_with_and_without_accents_are_one_word() -> None:
    assert distinct_stems(["água", "agua", "casa"], 3) == ["água", "casa"]
