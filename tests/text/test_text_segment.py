"""Sentences, lines and clauses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.segment import segment

CASES = [
    ("en", "fast delivery, but the zip broke", ["fast delivery,", "but the zip broke"]),
    (
        "en",
        "Great app! Login is broken. However the support was nice.",
        ["Great app!", "Login is broken.", "However the support was nice."],
    ),
    ("en", "nothing but praise for this company", ["nothing but praise for this company"]),
    ("en", "not only cheap but also really well made", ["not only cheap but also really well made"]),
    ("en", "good but pricey", ["good but pricey"]),
    ("en", "Dr. Smith at St. Mary's was kind to me", ["Dr. Smith at St. Mary's was kind to me"]),
    (
        "en",
        "- Fast delivery\n- Bad packaging here\n- Rude staff",
        ["- Fast delivery", "- Bad packaging here", "- Rude staff"],
    ),
    (
        "en",
        "1. The app is slow to start 2. It crashes on login",
        ["1. The app is slow to start", "2. It crashes on login"],
    ),
    ("en", "I paid 20. It broke at once.", ["I paid 20.", "It broke at once."]),
    (
        "en",
        "Great phone 👍 battery dies fast 😡 would not buy",
        ["Great phone 👍", "battery dies fast 😡", "would not buy"],
    ),
    (
        "en",
        "I ordered this product two weeks ago and it still has not\narrived here and nobody answers",
        ["I ordered this product two weeks ago and it still has not\narrived here and nobody answers"],
    ),
    (
        "de",
        "Die Lieferung war schnell, aber der Reißverschluss ist kaputt.",
        ["Die Lieferung war schnell,", "aber der Reißverschluss ist kaputt."],
    ),
    (
        "fr",
        "Très beau produit mais la livraison est arrivée en retard",
        ["Très beau produit", "mais la livraison est arrivée en retard"],
    ),
    ("es", "El producto es bueno, pero nadie responde", ["El producto es bueno,", "pero nadie responde"]),
    ("pt", "Produto muito bom, porém a entrega atrasou", ["Produto muito bom,", "porém a entrega atrasou"]),
    ("it", "Bello il prodotto, ma la scatola era rotta", ["Bello il prodotto,", "ma la scatola era rotta"]),
    ("tr", "Ürün güzel ama kargo çok geç geldi", ["Ürün güzel", "ama kargo çok geç geldi"]),
    ("ru", "Товар хороший, но доставка долгая", ["Товар хороший,", "но доставка долгая"]),
    ("id", "barangnya bagus tapi pengirimannya lama", ["barangnya bagus", "tapi pengirimannya lama"]),
    ("ar", "المنتج جميل لكن التوصيل كان متأخرا", ["المنتج جميل", "لكن التوصيل كان متأخرا"]),
    ("hi", "उत्पाद अच्छा है लेकिन डिलीवरी देर से हुई", ["उत्पाद अच्छा है", "लेकिन डिलीवरी देर से हुई"]),
    ("th", "สินค้าดีมาก แต่กล่องบุบ", ["สินค้าดีมาก", "แต่กล่องบุบ"]),
    ("th", "พนักงานแต่ละคนบริการดีมาก", ["พนักงานแต่ละคนบริการดีมาก"]),
    ("ko", "가격은 비싸지만 품질이 좋아요", ["가격은 비싸지만", "품질이 좋아요"]),
    (
        "ko",
        "배송은 빠른데 포장이 엉망이에요 환불해 주세요",
        ["배송은 빠른데", "포장이 엉망이에요", "환불해 주세요"],
    ),
    ("ko", "사진을 찍다가 가운데 부분이 흐려요", ["사진을 찍다가 가운데 부분이 흐려요"]),
    ("ko", "향이 너무 좋아요ㅠㅠ 근데 용기가 불편해요", ["향이 너무 좋아요ㅠㅠ", "근데 용기가 불편해요"]),
    (
        "ja",
        "配送は早いですが、箱が壊れていました。でも親切でした",
        ["配送は早いですが、", "箱が壊れていました。", "でも親切でした"],
    ),
    ("ja", "安いけどすぐ壊れた", ["安いけど", "すぐ壊れた"]),
    ("ja", "届いた商品が、壊れていた", ["届いた商品が、壊れていた"]),
    ("zh", "物流很快，但是包装破损了", ["物流很快，", "但是包装破损了"]),
    ("zh", "不但便宜而且质量很好啊", ["不但便宜而且质量很好啊"]),
    ("und", "Ok", ["Ok"]),
    ("en", "", []),
    ("en", " \n ", []),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES, ids=[text[:30] for _, text, _ in CASES])
def test_segments(language: str, text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in segment(text, language)] == expected


def test_long_pieces_are_split_where_they_read_best() -> None:
    text = "first the box was open; then the lamp did not work; and nobody at the shop wanted to help me"
    pieces = [text[start:end] for start, end in segment(text, "en", max_chars=60)]
    assert pieces == [
        "first the box was open; then the lamp did not work;",
        "and nobody at the shop wanted to help me",
    ]


def test_a_word_that_never_ends_is_split_between_letters_and_their_marks() -> None:
    text = "e\u0301" * 200
    assert all(text[start] == "e" for start, _ in segment(text, "en", max_chars=51))


LETTERS = "ab .,!?;\n\t😀👍\u200d\ufe0f\u0301한다요는데が、けど。)「•-1 but aber \ud800ก"


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet=LETTERS, max_size=150) | st.text(max_size=80),
    st.sampled_from(["en", "ko", "ja", "zh", "th", "ar", "und", "xx"]),
    st.integers(1, 90),
)
def test_segments_cover_all_that_is_written(text: str, language: str, max_chars: int) -> None:
    after = 0
    for start, end in segment(text, language, max_chars):
        assert after <= start < end <= start + max_chars
        assert text[start:end] == text[start:end].strip()
        assert not text[after:start].strip()
        after = end
    assert not text[after:].strip()
