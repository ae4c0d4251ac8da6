"""Content words, language by language."""

from __future__ import annotations

import pytest

from voc.text.tokenize import tokenize
from voc.text.words import stop_words

CASES = [
    ("en", "The apps crash and I can't log in", ["apps", "crash", "log"]),
    ("en", "mail [EMAIL] or https://x.com/a @foo 123 5g wi-fi iphone15", ["mail", "wi-fi", "iphone15"]),
    (
        "de",
        "Die Lieferung kam zu spät und der Reißverschluss war kaputt",
        ["lieferung", "spät", "reißverschluss", "kaputt"],
    ),
    ("fr", "L'application plante dès l'ouverture", ["application", "plante", "ouverture"]),
    ("it", "L'ordine dell'altro giorno non funziona", ["ordine", "giorno", "funziona"]),
    ("es", "El pedido llegó roto y no contestan", ["pedido", "llegó", "roto", "contestan"]),
    ("pt", "O aplicativo não abre e trava toda hora", ["aplicativo", "abre", "trava", "hora"]),
    ("nl", "De levering was traag en de doos was kapot", ["levering", "traag", "doos", "kapot"]),
    ("tr", "İade edilmedi, Trendyol'dan ILIK yanıt", ["iade", "edilmedi", "trendyol", "ılık", "yanıt"]),
    ("ru", "Приложение не работает, деньги списали", ["приложение", "работает", "деньги", "списали"]),
    ("id", "pengiriman barang lama banget", ["pengiriman", "barang", "lama"]),
    ("vi", "giao hàng rất chậm", ["giao", "hàng", "chậm"]),
    ("ar", "التَّوصِيل كان متأخرا جدا", ["التوصيل", "متأخرا"]),
    ("hi", "डिलीवरी बहुत देर से हुई", ["डिलीवरी", "देर"]),
    ("ko", "로그인이 안 돼요. 결제도 되지 않아요", ["로그인", "안되다", "결제", "안되다"]),
    (
        "ko",
        "향이 좋고 깨끗한 옷, 재구매 의사 없음 iPhone 15",
        ["향", "좋다", "깨끗하다", "옷", "재구매", "의사", "없다", "iphone"],
    ),
    ("ja", "配送が早くて助かりました。アプリが3回落ちる", ["配送", "早い", "助かる", "アプリ", "落ちる"]),
    ("ja", "色が綺麗で味も好き", ["色", "綺麗", "味", "好き"]),
    ("zh", "质量很好，但是物流太慢，客服态度差", ["质量", "物流", "太慢", "客服", "态度"]),
    ("th", "สินค้าดีมาก แต่กล่องบุบ", ["สินค้า", "ดี", "กล่อง", "บุบ"]),
    ("km", "ការដឹកជញ្ជូនយឺត", ["ដឹកជញ្ជូន", "យឺត"]),
    ("und", "lorem ipsum", ["lorem", "ipsum"]),
    ("en", "👍 !!! 123", []),
    ("ko", "ㅋㅋㅋㅋ ㅠㅠ", []),
    ("en", "", []),
]


@pytest.mark.parametrize(
    ("language", "text", "words"), CASES, ids=[f"{code} {text[:20]}" for code, text, _ in CASES]
)
def test_words(language: str, text: str, words: list[str]) -> None:
    assert tokenize([text], [language]) == [words]


def test_inflections_share_the_form_that_people_write_most() -> None:
    texts = ["app crashes", "it crashes daily", "crashed twice", "was cancelled", "cancelled it"]
    assert tokenize(texts, ["en"] * 5) == [
        ["app", "crashes"],
        ["crashes", "daily"],
        ["crashes", "twice"],
        ["cancelled"],
        ["cancelled"],
    ]
    assert tokenize(["kargo geç", "kargo yok", "kargolar nerede"], ["tr"] * 3)[2] == ["kargo"]
    assert tokenize(["التوصيل بطيء", "توصيل سريع", "التوصيل"], ["ar"] * 3)[1] == ["التوصيل", "سريع"]
    assert tokenize(["barang rusak", "barangnya rusak", "barang"], ["id"] * 3)[1] == ["barang", "rusak"]


def test_a_batch_of_languages_keeps_its_order() -> None:
    texts = ["로그인 오류", "login error", "ログインエラー", "login error", "로그인 오류"]
    words = tokenize(texts, ["ko", "en", "ja", "en", "ko"])
    assert words == [["로그인", "오류"], ["login", "error"], words[2], ["login", "error"], ["로그인", "오류"]]
    assert words[2]
    words[1].append("mine")
    assert words[3] == ["login", "error"]


def test_the_same_texts_give_the_same_words() -> None:
    texts = ["the app crashes", "apps crash", "crashed app"]
    assert tokenize(texts, ["en"] * 3) == tokenize(texts, ["en"] * 3)
    assert tokenize([], []) == []


def test_stop_words_are_function_words() -> None:
    subjects = {
        "order",
        "problem",
        "help",
        "bill",
        "price",
        "app",
        "delivery",
        "refund",
        "quality",
        "work",
        "service",
        "good",
        "bad",
    }
    assert not subjects & stop_words("en")
    assert {"the", "and", "not", "very", "don't"} <= stop_words("en")
    codes = "en de fr es pt it nl sv da no fi pl cs sk hu ro bg ru uk el tr id ms vi tl hr sl lt lv et ca ar fa he hi bn ta th ko ja zh"
    assert all(len(stop_words(code)) > 40 for code in codes.split())
    assert stop_words("xx") == frozenset()
