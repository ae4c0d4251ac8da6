import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from voc.io.ratings import Scale, Score, fit, is_rating, nps, parse

WRITTEN = [
    (4, 4, None), (4.5, 4.5, None), ("4", 4, None), ("4,5", 4.5, None), ("4/5", 4, 5), ("8/10", 8, 10), ("★★★★☆", 4, 5),
    ("★★★★", 4, None), ("⭐⭐⭐", 3, None), ("★★★½☆", 3.5, 5), ("4점", 4, None), ("4.0 out of 5 stars", 4, 5), ("5 stars", 5, None),
    ("1 star", 1, None), ("5점 만점에 4점", 4, 5), ("별표 5개 만점에 2개를 받았습니다.", 2, 5), ("5つ星のうち4.0", 4, 5), ("4 von 5 Sternen", 4, 5),
    ("4 sur 5", 4, 5), ("4 de 5 estrellas", 4, 5), ("80%", 80, 100), ("星4つ", 4, None), ("4分", 4, None), ("Rated 2 out of 5", 2, 5),
    ("1 - Very bad", 1, None), ("5 (excellent)", 5, None), ("Very satisfied", 5, 5), ("매우 불만족", 1, 5), ("普通", 3, 5),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "best"), WRITTEN)
def test_ratings_as_people_write_them(text, value, best):
    assert parse(text) == Score(value, best)


@pytest.mark.parametrize(
    "text", ["", "abc", "2024-01-01", "12:30", "nan", "inf", None, True, "2 visits in 3 days", [4], "x" * 100]
)
def test_what_is_no_rating_is_none(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("values", "scale", "first"),
    [
        ([1, 5, 3], Scale(1, 5), 1.0),
        ([4.5, 0.5, 5], Scale(1, 5), 4.5),
        ([0, 10, 7], Scale(0, 10), 1.0),
        ([10, 1, 3], Scale(1, 10), 5.0),
        ([75, 92, 30], Scale(0, 100), 4.0),
        ([7, 1, 4] * 20, Scale(1, 7), 5.0),
        (["4/5", "3/5"], Scale(1, 5), 4.0),
        (["★★☆☆☆"], Scale(1, 5), 2.0),
        (["10/10", "5/10"], Scale(0, 10), 5.0),
    ],
)
def test_the_scale_is_the_columns(values, scale, first):
    column = fit(values)
    assert column.scale == scale
    assert column.parse(values[0]) == first


def test_zero_on_a_five_point_scale_is_not_rated():
    column = fit([0, 5, 3])
    assert column.parse(0) is None
    assert column.unparsed == 0


def test_one_typing_error_does_not_change_the_scale():
    column = fit([1, 2, 3, 4, 5] * 20 + [55])
    assert column.scale == Scale(1, 5)
    assert column.parse(55) is None
    assert column.findings() == ["Rows whose rating could not be read: 1."]


@pytest.mark.parametrize("values", [[0, 1, 1, 0], [0.93, 0.2, 0.5], [150, 3, 7], [-1, 4], []])
def test_flags_shares_and_counts_are_not_ratings(values):
    assert not is_rating(values)


def test_nps():
    assert [nps(value) for value in ("10", 0, "9 - likely", "8/10", 11, 7.5, "", None)] == [
        10,
        0,
        9,
        8,
        None,
        None,
        None,
        None,
    ]


@over(
    st.one_of(
        st.text(max_size=30),
        st.floats(),
        st.integers(),
        st.from_regex(r"[0-9.,/★☆점%\- ]{1,12}", fullmatch=True),
    )
)
@settings(max_examples=300, deadline=None)
def test_parsing_never_raises(value):
    found = parse(value)
    assert found is None or found.value == found.value
    nps(value)


@over(st.lists(st.floats(0, 100), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_every_rating_lies_on_one_to_five(values):
    column = fit(values)
    found = [column.parse(value) for value in values] if column else []
    assert all(rating is None or 1 <= rating <= 5 for rating in found)
