"""Addresses, cards and accounts in a scene: e-mail, URL secrets, IP, payment card, IBAN."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from voc.text.scene import AT_WORDS, Scene
from voc.types import Span

_AT = re.compile(rf"@|\s?[\[(]\s?(?:{AT_WORDS})\s?[\])]\s?|\s?골뱅이\s?", re.IGNORECASE)
_LOCAL_BACKWARDS = re.compile(r"[A-Za-z0-9._%+'\-]{1,64}")
_LOCAL_ANY_SCRIPT = re.compile(r"[\w.%+'\-]{1,64}")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOT_WORDS = "dot|punto?|punkt|ponto|point|kropka|точка|крапка|nokta|ドット"
_DOT = rf"(?:\.|\s?[\[(]\s?(?i:{_DOT_WORDS})\s?[\])]\s?)"
_DOMAIN = re.compile(
    rf"(?:{_LABEL}{_DOT}){{1,8}}(?:[a-z]{{2,24}}|[A-Z]{{2,24}}|[A-Z][a-z]{{1,2}}|xn--[a-z0-9-]{{2,59}}"
    r"|рф|рус|укр|бг|한국|中国|中國|公司|台灣|台湾|香港|भारत|ไทย|السعودية|مصر|امارات)(?![A-Za-z])"
)
_SPELLED_OUT = re.compile(
    r"(?<![\w.+-])(?:[\w+-]{1,32}(?: dot [\w+-]{1,32}){1,3}|[a-z+-]{0,32}[\d_][\w+-]{0,32})"
    r" at [\w-]{1,63}(?: dot [\w-]{1,63}){0,3} dot [a-z]{2,24}\b",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp)$", re.IGNORECASE)

_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"'）】」]{3,2000}|(?<![\w@.])www\.[^\s<>\"'）】」]{3,2000}", re.IGNORECASE
)
_QUERY = re.compile(r"(?<=[\w/])[?#&;][\w.~%\[\]-]{1,60}=[^\s<>\"'）】」]*")
_LOGIN = re.compile(r"(?<=://)[^\s/@]{1,200}@")
_SECRET_STEP = re.compile(
    r"(?<=/)(?=[\w%.~=-]*\d)(?=[\w%.~=-]*[A-Za-z])(?:eyJ[\w=-]{8,}(?:\.[\w=-]+){0,2}|[A-Za-z0-9_]{16,}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=[/?#.\s]|$)"
)
_CHAT = re.compile(
    r"(?<=\bwa\.me/)\+?\d{7,15}|(?<=\bt\.me/)\+\d{7,15}|(?<=\btel:)\+?[\d-]{7,18}", re.IGNORECASE
)

_IPV4 = re.compile(r"(?:(?<![\w.])|(?<=\b[Ii][Pp]))(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}(?![\w:])", re.IGNORECASE | re.ASCII)
_SAYS_IP = re.compile(r"\bip\b|아이피|アイピー|IPアドレス", re.IGNORECASE)
_SAYS_VERSION = re.compile(
    r"(?:\bv|versi\w*|versão|sürüm\w*|верси\w*|версі\w*|wersj\w*|phiên bản|เวอร์ชัน|वर्जन|संस्करण|إصدار|نسخة|ver\.?|build"
    r"|firmware|update|release|버전|バージョン|版本|ios|android|windows|chrome|app)\s?[:.]?\s?$",
    re.IGNORECASE,
)
_SAYS_VERSION_AFTER = re.compile(r"\s?(?:sürüm|버전|バージョン|版|version|update|build)", re.IGNORECASE)

_CARD = re.compile(r"(?<![\w.])(?<!\d[-/])\d(?:[ -]{0,2}\d){12,18}(?![\w])(?![-/.]\d)", re.ASCII)
_CARD_LENGTHS = {"34": {15}, "37": {15}, "30": {14, 16}, "36": {14}, "38": {14, 16}, "39": {14, 16}}
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE | re.ASCII)


def find_emails(scene: Scene) -> Iterator[Span]:
    """Yield e-mail addresses, also ``name (at) host (dot) com``: out from each ``@``, so in linear time.

    Without brackets, ``sam dot riley at host dot com`` counts only when the name is no plain word: people
    buy *at host dot com*. The ``@`` of a URL's login is none.
    """
    text = scene.text
    for spelled in _SPELLED_OUT.finditer(text):
        yield Span(spelled.start(), spelled.end(), "EMAIL")
    logins = {login.end() for login in _LOGIN.finditer(text)}
    for at in _AT.finditer(text):
        if at.end() in logins:
            continue
        domain = _DOMAIN.match(text, at.end())
        backwards = text[max(0, at.start() - 64) : at.start()][::-1]
        local = _LOCAL_BACKWARDS.match(backwards)
        if local is None or _more_of_a_name(backwards[local.end() :]):
            local = _LOCAL_ANY_SCRIPT.match(backwards)
        if local and domain and not _PICTURE.search(domain[0]):
            yield Span(at.start() - local.end(), domain.end(), "EMAIL")


def _more_of_a_name(backwards: str) -> bool:
    """Whether a letter like ``ü`` goes on to the left; Korean, Japanese or Chinese is another word."""
    return bool(backwards) and backwards[0].isalpha() and backwards[0] < "\u0e00"


def find_urls(scene: Scene) -> Iterator[Span]:
    """Yield what may be secret in URLs: query, login, and path steps that look like tokens.

    Host and path stay, since they say which page a customer speaks of. Also notes where URLs are, for
    the number detectors: digits in a path are articles and dates, not telephones.
    """
    for query in _QUERY.finditer(scene.text):
        yield Span(query.start(), query.end(), "URL")
    for chat in _CHAT.finditer(scene.text):
        yield Span(chat.start(), chat.end(), "PHONE")
    for url in _URL.finditer(scene.text):
        scene.urls.append(url.span())
        for secret in (*_LOGIN.finditer(url[0]), *_SECRET_STEP.finditer(url[0])):
            yield Span(url.start() + secret.start(), url.start() + secret.end(), "URL")


def find_ips(scene: Scene) -> Iterator[Span]:
    """Yield IP addresses; ``version 2.10.3.1`` and times are none."""
    for found in _IPV4.finditer(scene.text):
        octets = found[0].split(".")
        valid = all(int(octet) <= 255 and (octet == "0" or octet[0] != "0") for octet in octets)
        before = scene.before(found.start())
        version = _SAYS_VERSION.search(before) or _SAYS_VERSION_AFTER.match(scene.text, found.end())
        telling = max(map(int, octets)) >= 100 and not version
        if valid and (telling or _SAYS_IP.search(before)):
            yield Span(found.start(), found.end(), "IP")
    for found in _IPV6.finditer(scene.text):
        if sum(bool(group) for group in found[0].split(":")) >= 3 and _is_ipv6(found[0]):
            yield Span(found.start(), found.end(), "IP")


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def find_cards(scene: Scene) -> Iterator[Span]:
    """Yield payment cards: an issuer's prefix, its length and the Luhn digit."""
    from stdnum import luhn

    for found in _CARD.finditer(scene.text):
        number = re.sub(r"\D", "", found[0])
        if _issued(number) and luhn.is_valid(number):
            yield Span(found.start(), found.end(), "CARD")


def _issued(number: str) -> bool:
    """Tell whether a scheme issues such numbers (ISO/IEC 7812 ranges of the large ones)."""
    if lengths := _CARD_LENGTHS.get(number[:2]):
        return len(number) in lengths
    if len(number) < 16:
        return False
    head = int(number[:4])
    return (
        number[0] in "456"
        or 2200 <= head <= 2204  # Mir
        or 2221 <= head <= 2720  # Mastercard
        or 3528 <= head <= 3589  # JCB
        or head == 9792  # Troy
        or number[:2] in ("81", "82")  # RuPay
        or (number[:2] == "94" and len(number) == 16)  # BC Card, in Korea only
    )


def find_ibans(scene: Scene) -> Iterator[Span]:
    """Yield IBANs, however they are grouped; the words that follow stay.

    Checked by their country's length and the check digits (ISO 13616), not by lists of banks, which age.
    """
    from stdnum import iban

    for found in _IBAN.finditer(scene.text):
        ends = [i + 1 for i, letter in enumerate(found[0]) if letter.isalnum()]
        for end in ends[14:]:
            candidate = re.sub("[ -]", "", found[0][:end])
            if iban.is_valid(candidate, check_country=False):
                yield Span(found.start(), found.start() + end, "IBAN")
                break
