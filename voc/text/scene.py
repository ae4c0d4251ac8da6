"""A text as the detectors of personal data see it, and what stands just before a number in it."""

from __future__ import annotations

import re
import unicodedata

PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*\]")
"""What redaction leaves, ours or another tool's. Without digits: none may hide in brackets."""
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣⁃➖"), "-")
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, ord("\t")], " ")
_FOLD: dict[int, int | str] = {**_FULL_WIDTH, **_DASHES, **_SPACES, ord("。"): ".", ord("．"): "."}
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
AT_WORDS = r"at|arroba|arobase|chiocciola|małpa|собака|골뱅이|アット"
"""How people spell out ``@`` in brackets."""
_HINT = re.compile(rf"[\d@＠=＝\[]|://|골뱅이|\(\s?(?:{AT_WORDS})| at ", re.IGNORECASE)
_MAYBE_PERSONAL = re.compile(
    rf"@|=|[(\[]\s?(?:{AT_WORDS})\s?[)\]]|골뱅이|\sat\s.{{1,64}}\sdot\s|://\S{{16}}|\d(?:\D{{0,3}}\d){{5}}"
    r"|[0-9a-f]:[0-9a-f:]{2}|\d\.\d{1,3}\.\d{1,3}\.\d|[a-z]\d[a-z0-9]{3}",
    re.IGNORECASE,
)
_CONTEXT = 40
_INTRODUCTION_BACKWARDS = re.compile(r"[^\n@0-9]*")

_ORDER = re.compile(
    r"(?:\b(?:orders?|booking|reservation|confirmation|ref(?:erence)?|ticket|case|invoice|receipt|tracking|parcel|shipment"
    r"|waybill|awb|sku|model|serial|s/?n|imei|isbn|ean|upc|barcode|asin|item|article|part|product|ver(?:sion)?|build|firmware"
    r"|coupon|voucher|promo|bestell\w*|auftrag\w*|sendung\w*|rechnung\w*|artikel\w*|kunden\w*|vorgang\w*|buchung\w*|modell\w*"
    r"|serien\w*|paket\w*|commande|suivi|facture|colis|réf\w*|réservation|dossier|article|modèle|pedido|orden|seguimiento"
    r"|factura|reserva|modelo|serie|envío|rastre\w*|protocolo|nota|fatura|encomenda|ordine|spedizione|fattura|prenotazione"
    r"|articolo|modello|sipariş|takip|kargo|rezervasyon|ürün|bestelling|zending|factuur|заказ\w*|трек\w*|накладн\w*"
    r"|артикул\w*|замовлення|zamówieni\w*|przesyłk\w*|faktur\w*|objednávk\w*|beställning|ordre|pesanan|resi)"
    r"|주문|운송장|송장|예약|접수|문의|모델|품번|상품|제품|시리얼|바코드|쿠폰|버전|注文|伝票|追跡|予約|受付|型番|品番|商品|製造"
    r"|問い?合わせ|バージョン|订单|訂單|单号|單號|运单|型号|型號|货号|快递|版本|คำสั่งซื้อ|พัสดุ|ออเดอร์|đơn hàng|mã vận đơn"
    r"|طلب|شحنة|הזמנה|ऑर्डर|\berror|\berreur|\bfehler|\berrore|\berro|błąd|ошибк\w*|помилк\w*|\bhata|오류|에러"
    r"|エラー|错误|錯誤|خطأ|एरर|lỗi)"
    r"[\s_.-]{0,2}(?:numbers?|numéro|número|numero|nummer|numarası|numara|nr|no|num|n[°ºr]|id|code|kod\w*|bon|nomor|номер"
    r"|번호|넘버|番号|號碼|号码|号|號|หมายเลข|رقم|số|#)?[\s.:：#°ºN(은는이가をはがis='’-]{0,6}$",
    re.IGNORECASE,
)


def nothing_personal(text: str) -> bool:
    """Tell, in a microsecond, that no detector can find anything: no digit, no ``@``, no URL."""
    return not _HINT.search(text)


def plain_copy(text: str) -> str:
    """Return the text as detectors like it, letter by letter the same length.

    Digits of every script become ASCII, as do full-width letters, dashes and spaces.
    """
    return text if text.isascii() else _OTHER_DIGIT.sub(_ascii_digit, text.translate(_FOLD))


def _ascii_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0]))


class Scene:
    """A stretch of plain text between placeholders, where the detectors look around."""

    def __init__(self, text: str, language: str | None = None) -> None:
        self.text = text
        self.language = language
        self.urls: list[tuple[int, int]] = []

    @property
    def maybe_personal(self) -> bool:
        """Whether a detector could find anything: a closer look than ``nothing_personal``."""
        return bool(_MAYBE_PERSONAL.search(self.text))

    def before(self, start: int) -> str:
        """Return what introduces a number at ``start``: up to 40 characters back, not past another number."""
        backwards = self.text[max(0, start - _CONTEXT) : start][::-1]
        introduction = _INTRODUCTION_BACKWARDS.match(backwards)
        return introduction[0][::-1] if introduction else ""

    def numbers_an_order(self, start: int) -> bool:
        """Tell whether the number at ``start`` is introduced as an order, tracking, model ... number."""
        return bool(_ORDER.search(self.before(start)))
