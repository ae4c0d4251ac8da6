import pytest

from voc.io import read
from voc.io.encoding import is_damaged, mended

# Our own sentences. Short on purpose: an export of five rows must be read right too.
TEXTS = {
    "ko": "배송이 너무 늦었어요. 박스가 찌그러져서 왔네요 ㅠㅠ|제품은 만족합니다|앱이 자꾸 튕겨요|환불 언제 되나요?|가격 대비 괜찮은듯..ㅋㅋ",
    "ja": "配送がとても遅くて困りました。箱もつぶれていました。|アプリがすぐ落ちます|音がうるさいけど性能は良い|返金はいつですか？|コスパ最高！",
    "zh": "物流太慢了，等了一个星期，盒子都压坏了。|客服态度不好|东西不错，推荐购买|什么时候退款？|性价比很高",
    "zh-tw": "物流太慢了，等了一個星期，盒子都壓壞了。|客服態度不好|東西不錯，推薦購買|什麼時候退款？|這個價格很划算",
    "de": "Die Lieferung war viel zu spät und der Karton beschädigt.|Läuft super|Akku hält nicht|Rückerstattung fehlt noch|Schöne Grüße",
    "fr": "La livraison a été très lente, le carton était abîmé.|Très déçu|L’appli plante sans arrêt…|Où est mon argent ?|Bon rapport qualité-prix, à refaire",
    "es": "El envío tardó muchísimo y la caja llegó rota.|Muy mala atención, señores|¿Dónde está mi reembolso?|Está bien|La batería no dura",
    "pt": "A entrega demorou demais e não recomendo!|Ótimo produto|Cadê meu reembolso?|A bateria não dura|O serviço é péssimo, situação ruim",
    "tr": "Kargo çok geç geldi, kutu ezilmişti.|Şarjı hiç gitmiyor|Uygulama sürekli kapanıyor|İade ne zaman yapılacak?|Fiyatına göre güzel, ığdır",
    "pl": "Przesyłka przyszła bardzo późno, a pudełko było zgniecione.|Świetny produkt|Gdzie są moje pieniądze?|Głośny|Źle działa",
    "cs": "Zásilka přišla pozdě a krabice byla rozbitá.|Skvělý výrobek, doporučuji|Kde jsou moje peníze?|Příliš hlučné|Aplikace padá",
    "ru": "Доставка очень долгая, коробка помята.|Отличный товар|Где мой возврат?|Приложение вылетает|Цена завышена",
    "el": "Η παράδοση άργησε πολύ και το κουτί ήταν χαλασμένο.|Πολύ καλό προϊόν|Πού είναι τα χρήματά μου;|Η εφαρμογή κλείνει|Ακριβό",
    "he": "המשלוח הגיע מאוחר והקופסה הייתה שבורה.|מוצר מצוין|איפה ההחזר שלי?|האפליקציה קורסת|יקר מדי",
    "ar": "التوصيل متأخر جدا والعلبة مكسورة.|منتج ممتاز|أين استرداد المال؟|التطبيق يتوقف|غالي الثمن",
    "th": "ส่งของช้ามาก กล่องบุบด้วย|สินค้าดีมาก|เมื่อไหร่จะคืนเงิน|แอปเด้งตลอด|แพงไป",
    "en": "I don’t like it – “really” bad…|it’s fine|where’s my £20 refund?|meh|costs 30 €",
}
ENCODINGS = [
    ("ko", "cp949"), ("ko", "euc_kr"), ("ja", "cp932"), ("ja", "euc_jp"), ("ja", "iso2022_jp"), ("zh", "gb18030"),
    ("zh", "gbk"), ("zh-tw", "big5"), ("de", "cp1252"), ("fr", "cp1252"), ("es", "cp1252"), ("pt", "cp1252"),
    ("en", "cp1252"), ("tr", "cp1254"), ("pl", "cp1250"), ("pl", "iso8859_2"), ("cs", "cp1250"), ("ru", "cp1251"),
    ("ru", "koi8_r"), ("el", "cp1253"), ("he", "cp1255"), ("ar", "cp1256"), ("th", "cp874"), ("de", "cp850"),
]  # fmt: skip
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def table(language: str) -> tuple[str, list[str]]:
    texts = TEXTS[language].split("|")
    rows = "".join(f'{at},"{text}",{at % 5 + 1}\n' for at, text in enumerate(texts, 1))
    return f"id,text,rating\n{rows}", texts


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_older_encodings_are_told_from_a_few_rows(given, language, encoding):
    content, _ = table(language)
    raw = content.encode(encoding, "ignore")
    corpus = read([given(raw)])
    expected = [line.split('"')[1] for line in raw.decode(encoding).splitlines()[1:]]
    assert [record.text for record in corpus.records] == expected
    assert not corpus.rejected


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", ["ko", "en", "th"])
def test_unicode_encodings_with_and_without_mark(given, language, encoding):
    content, texts = table(language)
    corpus = read([given(content, encoding=encoding)])
    assert [record.text for record in corpus.records] == texts


def test_a_late_letter_decides_in_a_long_file(given):
    plain = "".join(f"{at},fine and good and long enough to fill the file,5\n" for at in range(40_000))
    content = f"id,text,rating\n{plain}40001,배송이 너무 늦었어요,1\n"
    corpus = read([given(content.encode("cp949"))])
    assert corpus.sources[0].encoding == "cp949"
    assert corpus.records[-1].text == "배송이 너무 늦었어요"


def test_utf8_with_some_damage_stays_utf8(given):
    rows = [f"{at},좋아요 정말\n".encode() for at in range(50)]
    rows[20] = b"20,\xff\xfe\xfa\n"
    corpus = read([given(b"id,text\n" + b"".join(rows))])
    assert len(corpus.records) == 49
    (rejected,) = corpus.rejected
    assert (rejected.code, rejected.source_row) == ("undecodable", 21)
    assert "\ufffd" in rejected.row
    rejected.row.encode()


def test_one_bad_byte_in_a_document_of_one_line(given):
    document = '[{"text": "배송이 너무 늦었어요"}, {"text": "좋아요"}]'.encode()
    corpus = read([given(document.replace("좋".encode(), b"\xff"), "x.json")])
    assert [record.text for record in corpus.records] == ["배송이 너무 늦었어요", "\ufffd아요"]


def test_undecodable_bytes_inside_a_cell_of_several_lines(given):
    corpus = read([given(b'id,text\n1,"one\nb\xe9d\nthree"\n' + "2,좋아요\n3,나빠요\n".encode())])
    assert [record.text for record in corpus.records] == ["좋아요", "나빠요"]
    assert corpus.rejected[0].row == '1,"one\nb\ufffdd\nthree"'


def test_damage_is_recognised_and_mended():
    assert is_damaged("a\udcffb")
    assert not is_damaged("안녕 😀")
    assert mended("a\udcffb 😀") == "a\ufffdb 😀"
