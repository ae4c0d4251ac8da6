"""What is personal and what only looks like it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voc.errors import VocError
from voc.text.redact import Redactor, apply, pseudonym
from voc.types import Span

REDACTOR = Redactor()

PERSONAL = [
    # e-mail
    ("en", "mail me at john.doe+x@example.co.uk.", "mail me at [EMAIL]."),
    ("en", "a@b.com.Please answer", "[EMAIL].Please answer"),
    ("ko", "메일은kim@naver.com으로 주세요", "메일은[EMAIL]으로 주세요"),
    ("de", "müller@web.de bitte", "[EMAIL] bitte"),
    ("ru", "имя@почта.рф", "[EMAIL]"),
    ("en", "john (at) gmail (dot) com", "[EMAIL]"),
    ("ko", "kim골뱅이naver.com", "[EMAIL]"),
    ("ja", "ｋｉｍ＠ｅｘａｍｐｌｅ．ｃｏｍへ", "[EMAIL]へ"),
    # telephone
    ("ko", "010-1234-5678로 전화주세요", "[PHONE]로 전화주세요"),
    ("ko", "01012345678", "[PHONE]"),
    ("ko", "０１０－１２３４－５６７８", "[PHONE]"),
    ("ko", "연락처 0 1 0 1 2 3 4 5 6 7 8", "연락처 [PHONE]"),
    ("ko", "010-1234-5678 010-2345-6789", "[PHONE] [PHONE]"),
    ("en", "call (555) 123-4567", "call [PHONE]"),
    ("en", "my number is +1 202-555-0175", "my number is [PHONE]"),
    ("en", "call me 2125550175", "call me [PHONE]"),
    ("ja", "電話は090-1234-5678です", "電話は[PHONE]です"),
    ("zh", "我的手机13812345678", "我的手机[PHONE]"),
    ("zh", "13812345678", "[PHONE]"),
    ("fr", "appelez le 06 12 34 56 78", "appelez le [PHONE]"),
    ("fr", "01.23.45.67.89", "[PHONE]"),
    ("de", "Tel. 0171/1234567", "Tel. [PHONE]"),
    ("es", "612 345 678", "[PHONE]"),
    ("tr", "0532 123 45 67", "[PHONE]"),
    ("pt", "(11) 98765-4321", "[PHONE]"),
    ("id", "hubungi 0812-3456-7890", "hubungi [PHONE]"),
    ("th", "โทร 081-234-5678", "โทร [PHONE]"),
    ("vi", "sđt 0912345678", "sđt [PHONE]"),
    ("ru", "+7 912 345-67-89", "[PHONE]"),
    ("hi", "फोन 98765 43210", "फोन [PHONE]"),
    ("ar", "اتصل ٠٥٥١٢٣٤٥٦٧", "اتصل [PHONE]"),
    # card and account
    ("en", "card 4111 1111 1111 1111 exp", "card [CARD] exp"),
    ("en", "4111-1111-1111-1111", "[CARD]"),
    ("en", "order 4111111111111111", "order [CARD]"),
    ("en", "378282246310005", "[CARD]"),
    ("de", "DE89 3704 0044 0532 0130 00 bitte", "[IBAN] bitte"),
    ("de", "de89370400440532013000", "[IBAN]"),
    ("en", "GB82WEST12345698765432", "[IBAN]"),
    ("ko", "국민은행 123456-12-123456 홍길동", "국민은행 [ID] 홍길동"),
    # national numbers
    ("ko", "주민번호 900101-1234568", "주민번호 [ID]"),
    ("ko", "210101-3234567", "[ID]"),
    ("en", "SSN 536-90-4399", "SSN [ID]"),
    ("zh", "身份证11010519491231002X", "身份证[ID]"),
    ("es", "DNI 12345678Z", "DNI [ID]"),
    ("es", "X1234567L", "[ID]"),
    ("fr", "2 95 10 99 126 111 93", "[ID]"),
    ("it", "RSSMRA85T10A562S", "[ID]"),
    ("it", "RSSMRAURMLMHRLMA, RSSMRA85T10A562S", "[ID], [ID]"),  # letters in the place of digits
    ("pt", "CPF 390.533.447-05", "CPF [ID]"),
    ("pt", "39053344705", "[ID]"),
    ("pt", "16.727.230/0001-97", "[ID]"),
    ("tr", "kimlik 10000000146", "kimlik [ID]"),
    ("pl", "44051401359", "[ID]"),
    ("nl", "BSN 111222333", "BSN [ID]"),
    ("en", "BSN 111222333", "BSN [ID]"),
    ("en", "2341 2341 2346", "[ID]"),
    ("ja", "マイナンバー 1234 5678 9018", "マイナンバー [ID]"),
    ("th", "1-1017-00230-70-8", "[ID]"),
    ("id", "NIK 3171011708450001", "NIK [ID]"),
    ("fi", "131052-308T", "[ID]"),
    ("en", "passport M12345678", "passport [ID]"),
    # networks
    ("en", "my ip 192.168.0.12 ok", "my ip [IP] ok"),
    ("en", "from 203.0.113.77", "from [IP]"),
    ("en", "2001:db8:85a3::8a2e:370:7334", "[IP]"),
    ("en", "https://shop.com/reset?token=abc123&u=9 help", "https://shop.com/reset[URL] help"),
    ("en", "shop.com/reset?token=abc", "shop.com/reset[URL]"),
    ("en", "https://user:pw@host.com/x", "https://[URL]host.com/x"),
    ("en", "https://x.com/verify/8f3a9c0d1e2f3a4b5c6d7e8f", "https://x.com/verify/[URL]"),
    ("en", "https://wa.me/821012345678", "https://wa.me/[PHONE]"),
]


@pytest.mark.parametrize(("language", "text", "expected"), PERSONAL, ids=[text for _, text, _ in PERSONAL])
def test_personal_data_goes(language: str, text: str, expected: str) -> None:
    redacted, spans = REDACTOR.redact(text, language)
    assert redacted == expected
    assert apply(text, spans) == expected
    assert REDACTOR.redact(redacted, language) == (redacted, ())


INNOCENT = [
    ("en", "order 112-1234567-1234567 late"),
    ("en", "Order #123456789012 and order number: 2025550175"),
    ("en", "Invoice INV-2023-0012345"),
    ("en", "tracking 1Z999AA10123456784"),
    ("en", "paid 1,234,567.89 or $1234567"),
    ("en", "version 10.15.7.1234, v2.10.130.1, build 192.168.255.1"),
    ("en", "ISBN 978-3-16-148410-0"),
    ("en", "EAN 4006381333931"),
    ("en", "model SM-G998B, WH-1000XM4, part 12-34567-89"),
    ("en", "iPhone 15 Pro Max 256GB for 1299"),
    ("en", "bought 10/11/2023 at 12:30:45, came 2023-10-14 14:30"),
    ("en", "20231115123045 and 20231115"),
    ("en", "2019-2023, 24/7, 10/10, 1920x1080"),
    ("en", "@united thanks, icon@2x.png, a@b"),
    ("en", "C++ std::vector<int> and ::1"),
    ("en", "https://example.com/products/1234567890"),
    ("en", "https://youtube.com/watch and www.example.com/a-nice-long-product-name-2024"),
    ("en", "4111 1111 1111 1112"),
    ("en", "30 000 000 views, 1000000 users, 3.141592653"),
    ("en", "room 1234 5678"),
    ("en", "I rate it 5 5 5 5 5 5 5 5 5 5"),
    ("en", "however 12345 steps"),
    ("ko", "주문번호 20231115-0001234"),
    ("ko", "송장번호 123456789012"),
    ("ko", "2023-10-11 14:30 도착, 12,345,678원, 12345678원"),
    ("ko", "오전 10:30~11:40 2개 3000 4000"),
    ("ja", "注文番号 1234-5678-9012"),
    ("ja", "2023年10月11日に到着"),
    ("de", "1.234.567 Euro, Bestellnummer 01711234567"),
    ("fr", "commande 0612345678"),
    ("es", "pedido 600123456"),
    ("zh", "订单号13812345678"),
    ("pt", "pedido 39053344705"),
]


@pytest.mark.parametrize(("language", "text"), INNOCENT, ids=[text for _, text in INNOCENT])
def test_what_only_looks_personal_stays(language: str, text: str) -> None:
    assert REDACTOR.redact(text, language) == (text, ())


def test_spans_are_offsets_into_the_text_before_redaction() -> None:
    text = "👍 메일 kim@naver.com, 전화 010-1234-5678"
    redacted, spans = REDACTOR.redact(text, "ko")
    assert [text[span.start : span.end] for span in spans] == ["kim@naver.com", "010-1234-5678"]
    assert [span.kind for span in spans] == ["EMAIL", "PHONE"]
    assert redacted == "👍 메일 [EMAIL], 전화 [PHONE]"


def test_brackets_of_the_customer_hide_nothing() -> None:
    assert REDACTOR.redact("[A 4111111111111111] [010-1234-5678]", "ko")[0] == "[A [CARD]] [[PHONE]]"
    assert REDACTOR.redact("[REDACTED] [EMAIL]")[1] == ()


def test_language_decides_bare_numbers() -> None:
    assert REDACTOR.find("39053344705", "pt")
    assert not REDACTOR.find("39053344705", "en")


def test_disabled_leaves_everything() -> None:
    off = Redactor({"x": "a"}, enabled=False)
    assert off.redact("a@b.com a") == ("a@b.com a", ())
    assert off.redact_value({"phone": "01012345678"}) == {"phone": "01012345678"}


def test_users_patterns_are_named_and_joined_with_what_they_overlap() -> None:
    redactor = Redactor({"customer no": r"C-\d{6}", "name": r"Mr \w+ \S+"})
    assert redactor.redact("from C-123456")[0] == "from [CUSTOMER_NO]"
    assert redactor.redact("Mr Kim kim@x.com!")[0] == "[NAME]"
    assert redactor.redact("[EMAIL] C-123456")[0] == "[EMAIL] [CUSTOMER_NO]"


def test_a_bad_pattern_is_the_users_error() -> None:
    with pytest.raises(VocError, match="'broken'") as caught:
        Redactor({"broken": "("})
    assert caught.value.exit_code == 2


def test_a_pattern_that_explodes_cannot_hang_and_fails_safe() -> None:
    redactor = Redactor({"slow": r"(?:a|a|aa)+$"})
    assert redactor.redact("a" * 60 + "!") == ("[SLOW]", (Span(0, 61, "SLOW"),))


def test_cells_and_nested_rows() -> None:
    row = {
        "phone": "1012345678",
        "note": ["mail kim@x.com", {"tel": 1012345678, "n": 12, "ok": True, "none": None, "rate": 4.5}],
        "order_id": "123456789012",
        "when": 1_700_000_000_000,
        "raw": b"a@b.com",
        "kim@x.com": "a header that was a row",
    }
    assert REDACTOR.redact_value(row) == {
        "phone": "[PHONE]",
        "note": ["mail [EMAIL]", {"tel": "[PHONE]", "n": 12, "ok": True, "none": None, "rate": 4.5}],
        "order_id": "123456789012",
        "when": 1_700_000_000_000,
        "raw": "[EMAIL]",
        "[EMAIL]": "a header that was a row",
    }
    assert REDACTOR.redact_value("01012345678", "연락처") == "[PHONE]"
    assert set(REDACTOR.redact_value({"a@b.com": 1, "c@d.com": 2}).values()) == {1, 2}


def test_deep_rows_end() -> None:
    deep: list[object] = ["a@b.com"]
    for _ in range(900):
        deep = [deep]
    assert "a@b.com" not in str(REDACTOR.redact_value(deep))


def test_pseudonyms_are_stable_keyed_and_blind_to_case_and_space() -> None:
    assert pseudonym("Kim  Min-su ", b"k") == pseudonym("kim min-su", b"k")
    assert pseudonym("Kim", b"k") != pseudonym("Kim", b"other") != pseudonym("Lee", b"other")
    assert pseudonym("Kim", b"k" * 100).startswith("a_")
    assert len(pseudonym("\ud800", b"")) == 14


PIECES = (
    "kim@naver.com|010-1234-5678|4111 1111 1111 1111|DE89370400440532013000|900101-1234568|[PHONE]|[EMAIL]|phone "
    "|order |SSN |call |12345678|39053344705|?t=1|https://a.bc/|@|(at)|.com|1|12-|+|٠|１|가|é| |, |:|x|/|\n|1.2.3.200|[|]"
)
MESSY = st.lists(st.sampled_from(PIECES.split("|")), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(MESSY | st.text(max_size=60), st.sampled_from(["ko", "en", "pt", "zh", None]))
@example("call 010-1234-5678 12345678", "ko")
@example("phone kim@naver.com12345678", "ko")
def test_redacting_twice_changes_nothing(text: str, language: str | None) -> None:
    redactor = Redactor({"code": r"x\d+"})
    redacted, spans = redactor.redact(text, language)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert redactor.redact(redacted, language) == (redacted, ())
