"""Telephone numbers (``phonenumbers``), told apart from orders, dates, prices and versions.

``phonenumbers`` takes a tenth of a millisecond a try, so only what is shaped like a number reaches it, with
the numbering plans of the text's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from voc.text.scene import Scene
from voc.types import Span

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9_#№$€£¥₩₹%])(?<![A-Za-z0-9]-)(?<!\d[.,/])"
    r"[+(]{0,2}\d{1,8}\)?(?:[ .\-/()]{1,3}\d{1,8}\)?){1,6}(?![A-Za-z_%]|[-.,]?\d)"
    r"|(?<![A-Za-z0-9_#№$€£¥₩₹.,/-])(?:\+|\(\+)?\d{7,15}(?![A-Za-z_%]|[-.,/]?\d)"
)
_SPACED_OUT = re.compile(r"(?<!\d)(?<!\d[ .-])\d(?:[ .-]{1,3}\d){8,12}(?![ .-]{0,3}\d)")

_DATE = re.compile(
    r"(?:19|20)\d\d ?[-./] ?(?:0?[1-9]|1[0-2]) ?[-./] ?(?:0?[1-9]|[12]\d|3[01])\.?(?: \d{1,4})?"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:(?:19|20)\d\d|\d\d)(?: \d{1,4})?"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[- ]?\d{4,6})?"
    r"|(?:19|20)\d\d ?[-–/] ?(?:19|20)\d\d"
)
_AMOUNT = re.compile(r"\d+\.\d{1,2}|\d{1,3}(?:\.\d{3})+|\d{1,3}(?: \d{3})+(?=\s?[€$£¥₩₹])")
_MONEY_AFTER = re.compile(
    r"\s?(?:[€$£¥₩₹₽₺฿₫%]|원|円|元|块|usd|eur|krw|jpy|won|yen|euro|dollar|tl\b|rp\b|руб|zł|kč|kr\b|baht|บาท|đ\b|vnd|r\$|만 ?원"
    r"|kg\b|km\b|ml\b|mb\b|gb\b|mah\b|mm\b|cm\b|stk|pcs|개|명|회|times|people|users|steps|views)",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[€$£¥₩₹₽₺฿₫]|\bRp\.?|\bR\$|\bUSD|\bEUR|\bKRW|\bTL)\s?$")
_ISBN = re.compile(r"97[89][- ]?\d{1,5}[- ]?\d{1,7}[- ]?\d{1,7}[- ]?\d")
_PLAIN = re.compile(r"(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}|0[1-9](?:[ .]\d\d){4}")
"""North American grouping, and French pairs: plain enough that numbers kept for fiction count as well."""

_SAYS_PHONE = re.compile(
    r"\bmy (?:\w+ )?(?:number|num|no\.)|\bnumber(?:'s|’s)|mein\w* nummer|mon numéro|mi número|meu número|mio numero|mijn nummer"
    r"|m[oó]j numer|mitt (?:num|nr)|số của tôi|安心番号|안심\s?번호|가상번호|मोबाइल|व्हाट्सए|संपर्क"
    r"|phone|\btel\b|\btel[.:]|\bcall(?: me| us)?\b|\bcell\b|mobile|whats ?app|\bwa\b|viber|telegram|contact|reach me|\bsms\b|text me"
    r"|\bfax\b|전화|연락|휴대|핸드폰|폰번호|번호는|문자|카톡|電話|携帯|でんわ|連絡|电话|電話|手机|手機|联系|聯繫|微信|拨打|telefon|handy|anruf"
    r"|rufnummer|mobil|téléphone|portable|appel|joindre|teléfono|celular|móvil|llam|telefone|ligar|ligue|contato|telefono"
    r"|cellulare|chiam|telefoon|bel me|gsm|numaram|ara(?:yın|sana)|cep tel|телефон|звон|номер|тел\b|тел\.|komórk|zadzwo|telepon"
    r"|hubungi|nomor|hp\b|เบอร์|โทร|ติดต่อ|điện thoại|sđt|gọi|liên hệ|هاتف|جوال|اتصل|رقمي|تلفن|موبایل|תתקשר|טלפון|फोन|फ़ोन|नंबर|कॉल",
    re.IGNORECASE,
)

_ASKS_CALL = re.compile(
    r"\W{0,3}(?:numara\w*\W+|으?로 ?|[にへ]お?|पर |par )?(?:call\b|text me|anruf|ara(?:yın|yabil|sın)|zadzwo|전화|연락|문자|電話"
    r"|連絡|联系|聯絡|कॉल)",
    re.IGNORECASE,
)
"""What follows a number at once when people want to be rung there."""

_REGIONS = {
    "ko": "KR",
    "ja": "JP",
    "zh": "CN TW HK",
    "en": "US GB AU IN",
    "de": "DE AT CH",
    "fr": "FR BE CH CA",
    "es": "ES MX AR CO CL PE",
    "pt": "BR PT",
    "it": "IT CH",
    "nl": "NL BE",
    "tr": "TR",
    "ru": "RU KZ",
    "uk": "UA",
    "pl": "PL",
    "cs": "CZ",
    "sk": "SK",
    "sv": "SE",
    "no": "NO",
    "da": "DK",
    "fi": "FI",
    "hu": "HU",
    "ro": "RO",
    "bg": "BG",
    "el": "GR",
    "hr": "HR",
    "sr": "RS",
    "id": "ID",
    "ms": "MY",
    "vi": "VN",
    "th": "TH",
    "tl": "PH",
    "ar": "SA EG AE MA",
    "fa": "IR",
    "he": "IL",
    "hi": "IN",
    "bn": "BD IN",
    "ta": "IN",
    "te": "IN",
    "ur": "PK",
}
_ANYWHERE = "US GB KR JP CN DE FR ES BR IN"
_BARE_MOBILE = re.compile(r"0\d{9,10}|1[3-9]\d{9}|[1-9]{2}9\d{8}")
_BARE_ELSEWHERE = {"zh": "CN", "pt": "BR"}
"""Where mobile numbers are known without a leading zero: eleven digits with a prefix of their own."""
_ALWAYS = "KR JP US"
"""Plans tried after the language's own: their grouping is telling."""
_THOUSANDS = re.compile(r"\+?\d{1,3}(?:[ .]\d{3})+")


def find_phones(scene: Scene) -> Iterator[Span]:
    """Yield telephone numbers, as ``PHONE`` spans."""
    for found in _CANDIDATE.finditer(scene.text):
        for start, end in _pieces(found):
            if _is_phone(scene, start, end):
                yield Span(start, end, "PHONE")
    for found in _SPACED_OUT.finditer(scene.text):
        digits = re.sub(r"\D", "", found[0])
        likely = digits[0] == "0" or _SAYS_PHONE.search(scene.before(found.start()))
        if likely and any(_valid(digits, region, grouped=False) for region in _regions(scene.language)):
            yield Span(found.start(), found.end(), "PHONE")


def _pieces(found: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield the candidate whole, or, when it holds too many digits for one number, its words."""
    if sum(map(str.isdigit, found[0])) <= 15:
        yield found.span()
        return
    for word in re.finditer(r"\S+", found[0]):
        yield found.start() + word.start(), found.start() + word.end()


def _is_phone(scene: Scene, start: int, end: int) -> bool:
    number = scene.text[start:end].rstrip(" (/.-")
    count = sum(map(str.isdigit, number))
    if not 7 <= count <= 15 or any(a <= start < b for a, b in scene.urls):
        return False
    end = start + len(number)
    named = bool(_SAYS_PHONE.search(scene.before(start)) or _ASKS_CALL.match(scene.text, end))
    if number.startswith(("+", "(+", "00")):
        international = "+" + re.sub(r"\D", "", number).removeprefix("00")
        return not _published(international, None) and (named or _dialled(number, international))
    if _DATE.fullmatch(number) or _ISBN.fullmatch(number) or _is_amount(scene, number, start, end):
        return False
    if scene.numbers_an_order(start) or _published(number, scene.language):
        return False
    if named and count >= 8:
        return True
    return bool(_PLAIN.fullmatch(number)) or _looks_like_phone(number, scene.language)


def is_date_or_price(scene: Scene, start: int, end: int) -> bool:
    """Tell whether a number is a calendar date, or stands beside a currency or a unit."""
    date = end - start <= 10 and _DATE.fullmatch(scene.text, start, end)
    return bool(date) or _beside_unit(scene, start, end)


def _is_amount(scene: Scene, number: str, start: int, end: int) -> bool:
    return bool(_AMOUNT.fullmatch(number)) or _beside_unit(scene, start, end)


def _beside_unit(scene: Scene, start: int, end: int) -> bool:
    return bool(
        _MONEY_AFTER.match(scene.text, end) or _MONEY_BEFORE.search(scene.text[max(0, start - 5) : start])
    )


@lru_cache(maxsize=8192)
def _looks_like_phone(number: str, language: str | None) -> bool:
    """Tell by shape alone: grouped as its country groups, or a bare mobile number with its prefix."""
    if not number.isdigit():
        at_home = _REGIONS.get(language or "", "").split()
        tell_tale = number[0] in "0(" or len(re.findall(r"\d+", number)) > 2
        return any(
            _valid(number, region, grouped=True) for region in (_regions(language) if tell_tale else at_home)
        )
    if number[0] != "0" and len(number) > 10 and _with_country_code(number, language):
        return True
    return bool(_BARE_MOBILE.fullmatch(number)) and any(
        _valid(number, region, grouped=False, mobile=True)
        for region in _regions(language)
        if number[0] == "0" or _BARE_ELSEWHERE.get(language or "") == region
    )


def _with_country_code(number: str, language: str | None) -> bool:
    """Tell whether bare digits are a mobile number of the language's countries, ``6281...`` in Indonesian."""
    import phonenumbers

    codes = [str(phonenumbers.country_code_for_region(r)) for r in _REGIONS.get(language or "", "").split()]
    own = any(code != "1" and number.startswith(code) for code in codes)
    return own and _valid(f"+{number}", None, grouped=False, mobile=True)


def _dialled(number: str, international: str) -> bool:
    """Tell whether digits after ``+`` or ``00`` are a number of that country, or as long as one."""
    import phonenumbers

    if _valid(international, None, grouped=False):
        return True
    if len(international) < 11 or number.isdigit() or _THOUSANDS.fullmatch(number):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(international))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=8192)
def _published(number: str, language: str | None) -> bool:
    """Tell whether firms alone have such numbers: free, shared-cost, premium or company-wide ones.

    A number that is somebody's own in another country of the language does not count as published.
    """
    import phonenumbers

    kind = phonenumbers.PhoneNumberType
    firms = {kind.TOLL_FREE, kind.SHARED_COST, kind.PREMIUM_RATE, kind.UAN}
    kinds = set()
    regions = _REGIONS.get(language or "", _ANYWHERE).split()
    if number[0] == "+":
        regions = [""]
    elif _PLAIN.fullmatch(number) and number[0] != "0":
        regions = [region for region in regions if region in ("US", "CA")] or regions
    for region in regions:
        try:
            kinds.add(phonenumbers.number_type(phonenumbers.parse(number, region or None)))
        except phonenumbers.NumberParseException:
            continue
    return bool(kinds & firms) and kinds <= firms | {kind.UNKNOWN}


def _regions(language: str | None) -> list[str]:
    own = _REGIONS.get(language or "", _ANYWHERE)
    return list(dict.fromkeys(f"{own} {_ALWAYS}".split()))


def _valid(number: str, region: str | None, *, grouped: bool, mobile: bool = False) -> bool:
    import phonenumbers

    if grouped:
        leniency = phonenumbers.Leniency.STRICT_GROUPING
        return any(phonenumbers.PhoneNumberMatcher(number, region, leniency=leniency, max_tries=5))
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    if not phonenumbers.is_valid_number(parsed):
        return False
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return not mobile or phonenumbers.number_type(parsed) in kinds
