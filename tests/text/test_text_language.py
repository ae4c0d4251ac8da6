"""Languages of texts, alone and in a file."""

from __future__ import annotations

import pytest

from voc.text.codes import normalise_code
from voc.text.language import identify, identify_all

SENTENCES = {
    "en": "The zipper broke after two weeks and nobody answered my message",
    "de": "Die Lieferung kam leider zu spät und der Karton war beschädigt",
    "fr": "La livraison est arrivée en retard et le colis était abîmé",
    "es": "El pedido llegó tarde y nadie contesta en atención al cliente",
    "pt": "O produto chegou quebrado e ninguém responde o meu pedido de reembolso",
    "it": "La spedizione è arrivata in ritardo e la scatola era rotta",
    "nl": "De levering was te laat en de doos was helemaal beschadigd",
    "pl": "Paczka przyszła za późno i pudełko było uszkodzone",
    "sv": "Leveransen kom för sent och kartongen var trasig",
    "tr": "Kargo çok geç geldi ve kutunun içindeki ürün kırıktı",
    "ru": "Доставка задержалась, а коробка была повреждена",
    "uk": "Доставка запізнилася, і коробка була пошкоджена",
    "id": "Pengiriman barangnya lama sekali dan kotaknya rusak",
    "vi": "Giao hàng quá chậm và sản phẩm bị hỏng",
    "ar": "وصل الطلب متأخرا وكانت العلبة مكسورة",
    "fa": "بسته خیلی دیر رسید و جعبه شکسته بود",
    "hi": "डिलीवरी बहुत देर से हुई और डिब्बा टूटा हुआ था",
    "he": "המשלוח הגיע באיחור והקופסה הייתה שבורה",
    "el": "Η παράδοση άργησε και το κουτί ήταν σπασμένο",
    "th": "จัดส่งช้ามากและกล่องบุบ",
    "ko": "배송이 너무 늦고 상자가 찌그러졌어요",
    "ja": "配送が遅くて箱が壊れていました",
    "zh": "快递太慢了，而且盒子都压坏了",
    "ta": "பொருள் மிகவும் தாமதமாக வந்தது",
    "ka": "მიწოდება ძალიან დაგვიანდა",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_enough(code: str) -> None:
    found, confidence = identify(SENTENCES[code])
    assert found == code
    assert confidence > 0.5


SHORT = [
    ("굿", "ko"),
    ("iPhone 15 충전기 불량", "ko"),
    ("最高です", "ja"),
    ("品質很好，包裝也很漂亮", "zh"),
    ("ดี", "th"),
    ("SEHR GUTES PRODUKT, DANKE", "de"),
    ("Love the 맛 of this drink, would buy it again", "en"),
    ("https://example.com/very/long/english/path 좋아요", "ko"),
]


@pytest.mark.parametrize(("text", "code"), SHORT)
def test_few_letters_and_mixed_scripts(text: str, code: str) -> None:
    assert identify(text)[0] == code


@pytest.mark.parametrize(
    "text", ["", "👍👍", "12345", "!!!", "[EMAIL] [PHONE]", "https://example.com", "\ud800"]
)
def test_no_language_shows(text: str) -> None:
    assert identify(text) == ("und", 0.0)


def test_unclear_texts_follow_their_file() -> None:
    german = [f"{SENTENCES['de']} {n}" for n in range(20)]
    codes = [code for code, _ in identify_all([*german, "ok", "super", "top", "👍"])]
    assert set(codes) == {"de"}


def test_a_clear_text_stands_against_its_file() -> None:
    german = [f"{SENTENCES['de']} {n}" for n in range(50)]
    assert [code for code, _ in identify_all([*german, SENTENCES["fr"], "very good product", "좋아요"])][
        50:
    ] == ["fr", "en", "ko"]


def test_latin_crumbs_in_a_korean_file_are_korean_but_english_is_not() -> None:
    korean = [f"{SENTENCES['ko']} {n}" for n in range(20)]
    found = identify_all([*korean, "ok", "this is a really good product", "👍"])[20:]
    assert [code for code, _ in found] == ["ko", "en", "ko"]
    assert found[0][1] < 0.5
    assert found[2][1] < 0.5


def test_kanji_alone_is_japanese_in_a_japanese_file() -> None:
    japanese = [f"{SENTENCES['ja']}{n}" for n in range(20)]
    assert identify_all([*japanese, "満足"])[20][0] == "ja"
    assert identify("満足")[0] == "zh"


def test_a_language_column_is_believed_unless_the_text_speaks_against_it() -> None:
    texts = [
        "ok",
        "ok",
        SENTENCES["de"],
        SENTENCES["de"],
        "좋아요",
        "Barang bagus dan penghantaran sangat pantas sekali",
    ]
    hints = ["fr_FR", "한국어", "German", "pt-BR", "en", "ms"]
    assert [code for code, _ in identify_all(texts, hints)] == ["fr", "ko", "de", "de", "ko", "ms"]


def test_a_useless_language_column_does_no_harm() -> None:
    assert identify_all([SENTENCES["es"]], ["n/a"])[0][0] == "es"
    assert identify_all([SENTENCES["es"]], [None])[0][0] == "es"


def test_answers_are_probabilities_in_order() -> None:
    texts = list(SENTENCES.values())
    answers = identify_all(texts)
    assert [code for code, _ in answers] == list(SENTENCES)
    assert all(0 <= confidence <= 1 for _, confidence in answers)
    assert identify_all([]) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("en_US", "en"),
        ("ko-KR", "ko"),
        ("Korean", "ko"),
        ("한국어", "ko"),
        ("zh-cn", "zh"),
        ("Chinese (Simplified)", "zh"),
        ("Português (Brasil)", "pt"),
        ("nb", "no"),
        ("nn-NO", "no"),
        ("iw", "he"),
        ("in", "id"),
        ("JPN", "ja"),
        (" Deutsch ", "de"),
        ("klingon", None),
        ("", None),
        (None, None),
    ],
)
def test_codes(name: str | None, code: str | None) -> None:
    assert normalise_code(name) == code
