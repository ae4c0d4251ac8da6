"""Who repeats whom."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.fold import NEAR, fold

LONG = "The delivery was late and the box was broken, so I want my money back from you now"


def test_short_texts_of_different_people_are_voices() -> None:
    texts = ["좋아요"] * 40 + ["good", "good", "very nice app", "very nice app"]
    assert fold(texts) == list(range(len(texts)))
    assert fold(texts, authors=[None] * len(texts)) == list(range(len(texts)))


def test_the_same_author_saying_the_same_is_one_voice() -> None:
    assert fold(["좋아요", "좋아요!!", "좋아요", "👍", "👍", "👎"], ["a", "a", "b", "c", "c", "c"]) == [
        0,
        0,
        2,
        3,
        3,
        5,
    ]


@pytest.mark.parametrize(
    "repeat",
    [
        LONG,
        LONG.upper(),
        LONG.replace(",", " -- ").replace(" ", "  "),
        LONG.replace("broken", "brooooken") + "!!!",
        LONG.replace("broken", "brokn"),
        LONG + " please",
    ],
)
def test_long_repeats_fold_whoever_sends_them(repeat: str) -> None:
    assert fold(["x", LONG, repeat], ["c", "a", "b"]) == [0, 1, 1]


@pytest.mark.parametrize(
    "other",
    [
        "The delivery was quick and the box was fine, so I will order my gifts from you again",
        "The delivery was late",
        LONG + ". Besides, the lamp inside was scratched, and the shade did not fit the foot at all",
    ],
)
def test_alike_is_not_the_same(other: str) -> None:
    assert fold([LONG, other]) == [0, 1]


def test_long_texts_without_spaces_fold() -> None:
    text = "配送がとても遅くて、届いた箱も潰れていました。返金してください。"
    assert fold([text, text.replace("。", "！"), "配送がとても遅い", "配送がとても遅い"]) == [0, 0, 2, 3]


def test_template_spam_folds_into_its_first() -> None:
    spam = [
        f"Hello {name}, I made five hundred dollars a week from home with this new site of theirs, just ask me how it works"
        for name in ("Ann", "Bob", "Cem")
    ]
    assert fold(spam) == [0, 0, 0]


def test_link_spam_folds_whatever_its_codes() -> None:
    advert = "Is your phone slow? Clean it in one tap with Turbo Pro >> http://turbo-{}.example.com use code {} for {}% off"
    assert fold([advert.format(186, "G96SS", 50), advert.format(559, "RW9D2", 70)]) == [0, 0]


def test_order_numbers_make_different_voices() -> None:
    assert fold([f"Where is my order {n}? I am waiting for it" for n in (12345678, 87654321)]) == [0, 1]


def test_chains_do_not_join_what_is_unlike() -> None:
    words = [f"word{n:02d}" for n in range(40)]
    chain = [" ".join(words[step : step + 30]) for step in range(11)]
    folded = fold(chain)
    assert folded[1] == 0
    assert folded[10] != 0
    assert all(folded[first] == first for first in folded)


def test_the_earliest_stands_for_the_group_in_any_order() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [(LONG + "!" * n, start + timedelta(days=n)) for n in range(6)]
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        folded = fold([text for text, _ in rows], dates=[date for _, date in rows])
        assert {rows[first][1] for first in folded} == {start}


def test_dates_may_lack_or_mix_zones() -> None:
    dates = [None, datetime(2024, 1, 2), datetime(2024, 1, 1, tzinfo=UTC)]
    assert fold([LONG] * 3, dates=dates) == [2, 2, 2]


def test_nothing_and_one() -> None:
    assert fold([]) == []
    assert fold([""]) == [0]
    assert fold(["", ""], ["a", "a"]) == [0, 0]


def jaccard(a: str, b: str) -> float:
    grams = [{text[i : i + 5] for i in range(len(text) - 4)} for text in (a, b)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_near_pairs_are_found_and_only_near_ones() -> None:
    draw = random.Random(7)
    vocabulary = ["".join(draw.choices("abcdefghijklmnopqrst", k=draw.randint(3, 8))) for _ in range(400)]
    texts, pairs = [], []
    for _ in range(150):
        words = draw.choices(vocabulary, k=30)
        texts.append(" ".join(words))
        words[draw.randrange(30)] = draw.choice(vocabulary)
        texts.append(" ".join(words))
        pairs.append(jaccard(*texts[-2:]))
    folded = fold(texts)
    for number, similarity in enumerate(pairs):
        if abs(similarity - NEAR) > 0.02:
            assert (folded[2 * number + 1] == 2 * number) == (similarity > NEAR)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([LONG, LONG.upper(), "good", "굿", "", LONG[:60]]) | st.text(max_size=40), max_size=12
    ),
    st.randoms(),
)
def test_folding_points_to_texts_that_stand_for_themselves(texts: list[str], draw: random.Random) -> None:
    authors = [draw.choice(["a", "b", None]) for _ in texts]
    folded = fold(texts, authors)
    assert len(folded) == len(texts)
    assert all(folded[first] == first <= i for i, first in enumerate(folded))
