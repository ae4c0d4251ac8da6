"""National identity, tax and account numbers, checked by their checksums (``python-stdnum``).

A number whose shape is nobody else's counts wherever it stands. Plain runs of digits, which one order
number in ten matches by chance, count only in a language of that country or after words such as
``CPF`` or ``주민번호``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import NamedTuple

from voc.text.phones import is_date_or_price
from voc.text.scene import Scene
from voc.types import Span


class IdRule(NamedTuple):
    """One kind of number.

    ``check`` names a ``stdnum`` module, or one of this file's own checks, or nothing. The number counts
    ``alone``, or in one of the ``languages``, or after ``context``.
    """

    shape: str
    check: str = ""
    alone: bool = False
    languages: str = ""
    context: str = ""


_BANK = (
    r"계좌|입금|은행|뱅크|농협|신협|우체국|口座|bank|sort code|\bacct|account (?:no|num|#|is|:)|kont[oa]|compte bancaire"
    r"|cuenta bancaria|número de cuenta|conta (?:bancária|corrente)|agência|rekening|hesap|счет|счёт|บัญชี|ธนาคาร|tài khoản|\bstk\b|बैंक|खाता|\bclabe|账号|账户|帳號|帳戶|卡号|卡號"
)
_KOREAN_BANK = r"(?<![가-힣])(?:신한|국민|우리|하나|기업|카카오|토스|케이|새마을금?고?|수협|제일|씨티|산업|대구|부산|경남|광주|전북)[ :：]{0,3}$"
_DOCUMENT = (
    r"passport|여권|パスポート|旅券|护照|護照|reisepass|passeport|pasaporte|passaporte|passaporto|paspoort|pasaport|паспорт"
    r"|paszport|หนังสือเดินทาง|paspor|hộ chiếu|جواز|דרכון|पासपोर्ट|driver'?s? licen[cs]e|운전면허|免許|führerschein|驾照|台胞[证證]|居住[证證]|permis de conduire|\bpatente|prawo jazdy|körkort"
    r"|ehliyet|rijbewijs|personalausweis|carte d.identité|carta d.identità|identiteitskaart|dowód osobisty|dow(?:o|ó)du osobistego"
)

RULES = (
    IdRule(r"\d{6}-[1-8]\d{6}", "korean_birth", alone=True),
    IdRule(r"\d{13}", "kr.rrn", languages="ko", context="주민|외국인등록|rrn"),
    IdRule(r"\d{3}-\d{2}-\d{4}", "us.ssn", alone=True),
    IdRule(r"\d{3} \d{2} \d{4}|\d{9}", "us.ssn", context=r"\bssn|social security"),
    IdRule(
        r"\d{4} \d{4} \d{4}|\d{4}-\d{4}-\d{4}",
        "jp.in_",
        languages="ja",
        context="マイナンバー|個人番号|my number",
    ),
    IdRule(r"\d{4} \d{4} \d{4}|\d{4}-\d{4}-\d{4}", "in_.aadhaar", alone=True),
    IdRule(r"\d{12}", "jp.in_", context="マイナンバー|個人番号|my number"),
    IdRule(r"\d{12}", "in_.aadhaar", languages="hi mr bn ta te gu kn ml pa", context="aadhaa?r|आधार|uidai"),
    IdRule(r"\d{12}", "my.nric", languages="ms", context="nric|mykad|kad pengenalan"),
    IdRule(r"\d{12}", "ru.inn", languages="ru", context=r"\bинн\b"),
    IdRule(r"\d{12}|\d{9}", context="cccd|cmnd|căn cước|chứng minh"),
    IdRule(r"\d{6}-\d{2}-\d{4}", "my.nric", alone=True),
    IdRule(r"\d{17}[\dX]|\d{6} \d{8} \d{3}[\dX]", "cn.ric", alone=True),
    IdRule(r"\d{8}-?[A-Z]", "es.dni", languages="es ca gl eu", context=r"\bdni|\bnif"),
    IdRule(r"[XYZ]-?\d{7}-?[A-Z]", "es.nie", alone=True),
    IdRule(r"[1278] ?\d\d ?\d\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", "fr.nir", alone=True),
    IdRule(r"\d{13}", context="(?:numéro|n°) (?:fiscal|spi)"),
    IdRule(r"\d{2} \d{3} \d{3} \d{3}", "de.idnr", languages="de", context="steuer|idnr|tax id"),
    IdRule(
        r"[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]",
        "it.codicefiscale",
        alone=True,
    ),
    IdRule(r"\d{3}\.\d{3}\.\d{3}-\d{2}", "br.cpf", alone=True),
    IdRule(r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}", "br.cnpj", alone=True),
    IdRule(r"\d{1,2}\.\d{3}\.\d{3}-[\dX]", context=r"\brg\b|identidade"),
    IdRule(r"\d{14}", "br.cnpj", languages="pt", context="cnpj"),
    IdRule(r"\d{14}", context="القومي|بطاقة"),
    IdRule(r"\d{11}", "br.cpf", languages="pt", context=r"\bcpf"),
    IdRule(r"\d{11}", "tr.tckimlik", languages="tr", context="kimlik|tckn|t\\.?c\\.? no"),
    IdRule(r"\d{11}", "pl.pesel", languages="pl", context="pesel"),
    IdRule(r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}|\d{10}", "pl.nip", context=r"\bnip\b"),
    IdRule(r"\d{11}", "de.idnr", context="steuer|idnr|tax id"),
    IdRule(r"\d{11}", "no.fodselsnummer", languages="no", context="fødsels|personnummer"),
    IdRule(r"\d{11}", "hr.oib", languages="hr", context=r"\boib"),
    IdRule(r"\d{11}", "gr.amka", languages="el", context="αμκα|amka"),
    IdRule(r"\d{11}", "ee.ik", languages="et lt", context="isikukood|asmens kod"),
    IdRule(r"\d{6} \d{5}", "no.fodselsnummer", languages="no", context="fødsels|personnummer"),
    IdRule(r"\d{9}|\d{3} \d{3} \d{3}", "pt.nif", context="nif|contribuinte"),
    IdRule(r"\d{9}|\d{4}\.\d{2}\.\d{3}", "nl.bsn", context="bsn|burgerservice|sofi"),
    IdRule(r"\d{9}", "il.idnr", context=r"ת\.?ז|תעודת זהות|teudat"),
    IdRule(r"\d{3}[ -]\d{3}[ -]\d{3}|\d{9}", "ca.sin", context=r"\bsin\b|\bnas\b|social insurance"),
    IdRule(r"\d{3} \d{3} \d{3}|\d{9}", "au.tfn", context=r"\btfn\b|tax file"),
    IdRule(r"\d[- ]\d{4}[- ]\d{5}[- ]\d{2}[- ]\d", "th.pin", alone=True),
    IdRule(r"\d{13}", "th.pin", languages="th", context="บัตรประชาชน|ประจำตัวประชาชน"),
    IdRule(r"\d{13}", "za.idnr", context="id n|identity"),
    IdRule(r"\d{13}", "ro.cnp", languages="ro", context=r"\bcnp"),
    IdRule(r"\d{13}", "si.emso", languages="sl hr bs sr mk", context="em[sš]o|jmbg|матичн"),
    IdRule(r"\d{16}", "id.nik", languages="id", context=r"\bnik\b|ktp"),
    IdRule(r"\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}", "id.npwp", alone=True),
    IdRule(r"[A-Z]{5}\d{4}[A-Z]", "in_.pan", context=r"\bpan\b|पैन"),
    IdRule(r"[A-Z]{2} \d{2} \d{2} \d{2} [A-D]", alone=True),
    IdRule(r"[A-Z]{2} ?\d{6} ?[A-D]", context=r"national insurance|\bni\b|nino"),
    IdRule(r"\d{3} \d{3} \d{4}|\d{10}", "gb.nhs", context=r"\bnhs\b"),
    IdRule(r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", "mx.curp", alone=True),
    IdRule(r"[A-Z]{4}\d{6}[A-Z0-9]{3}", "mx.rfc", context=r"\brfc\b"),
    IdRule(r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", "cl.rut", alone=True),
    IdRule(r"\d{7,8}-[\dK]", "cl.rut", context=r"\brut\b|\brun\b"),
    IdRule(r"\d{2}-\d{8}-\d", "ar.cuit", alone=True),
    IdRule(r"\d{2}\.\d{3}\.\d{3}|\d{8}", context=r"\bdni\b|cédula"),
    IdRule(r"\d{10}", "bg.egn", languages="bg", context="егн"),
    IdRule(r"\d{10}", "ua.rntrc", context="іпн|рнокпп|ідентифікаційн"),
    IdRule(r"\d{10}", context="الهوية|إقامة|iqama|کد ?ملی|national id"),
    IdRule(r"\d{6}/\d{3,4}", "cz.rc", languages="cs sk", context="rodn"),
    IdRule(r"(?:19|20)?\d{6}[-+]\d{4}", "se.personnummer", languages="sv", context="personn"),
    IdRule(r"\d{6}[-+]\d{4}", "dk.cpr", languages="da", context=r"\bcpr"),
    IdRule(r"\d{6}[-+A-FU-Y]\d{3}[\dA-Y]", "fi.hetu", alone=True),
    IdRule(r"\d{6}-\d{5}", languages="lv", context="personas kod"),
    IdRule(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", "be.nn", alone=True),
    IdRule(r"756\.\d{4}\.\d{4}\.\d{2}|756\d{10}", "ch.ssn", alone=True),
    IdRule(r"\d{4} ?\d{6}", "at.vnr", context="sozialversicherung|svnr|sv-nr"),
    IdRule(r"\d{7}[A-W][A-IW]?", "ie.pps", context=r"\bpps"),
    IdRule(r"\d{3}-\d{3}-\d{3} \d{2}", alone=True),
    IdRule(r"[STFGM]\d{7}[A-Z]", context=r"nric|\bfin\b|identity"),
    IdRule(r"[A-Z][1289]\d{8}", "taiwan", languages="zh", context="身[分份]證|national id"),
    IdRule(r"[A-Z]{1,2}\d{6}\([\dA]\)", alone=True),
    IdRule(r"\d{5}-\d{7}-\d", "pk.cnic", alone=True),
    IdRule(r"784-?\d{4}-?\d{7}-?\d", "luhn", alone=True),
    IdRule(
        r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{6,12}|[А-ЯІЇЄ]{2} ?\d{6}|\d\d ?\d\d \d{6}|\d\d \d{7}|\d{5}/\d\d/\d{4}"
        r"|\d\d-\d\d-\d{6}-\d\d",
        context=_DOCUMENT,
    ),
    IdRule(r"\d{2,6}(?:-\d{1,10}){1,4}|\d{8,26}|\d\d(?: \d{4}){6}", context=_BANK),
    IdRule(r"[1-9]\d{2,5}-\d{2,6}-\d{4,7}(?:-\d{1,3})?", context=_KOREAN_BANK),
    IdRule(r"\d{7}", context="口座番号"),
)
"""Order matters only for the reader: every rule that fits the shape found is tried."""

_EDGE_LEFT, _EDGE_RIGHT = r"(?<![A-Za-z0-9_])(?<!\d[-./])", r"(?![A-Za-z0-9_])(?![-./]\d)"
_DIGIT_AHEAD = r"(?=[^\s\d]{0,16} ?\d|[A-Z]{16})"
"""Every shape has one behind its first letters (an Italian code may have none): to look for it is quicker than to try
all shapes on each word."""


class _Ready:
    """A rule with its patterns compiled."""

    def __init__(self, rule: IdRule) -> None:
        self.rule = rule
        self.languages = frozenset(rule.languages.split())
        self.shape = _edged(rule.shape)
        self.context = re.compile(rule.context or "(?!)", re.IGNORECASE)


def _edged(shape: str) -> re.Pattern[str]:
    return re.compile(f"{_EDGE_LEFT}(?:{shape}){_EDGE_RIGHT}", re.IGNORECASE | re.ASCII)


@cache
def _any_shape() -> re.Pattern[str]:
    shapes = "|".join(dict.fromkeys(rule.shape for rule in RULES))
    return _edged(f"{_DIGIT_AHEAD}(?:{shapes})")


@cache
def _rules() -> list[_Ready]:
    return [_Ready(rule) for rule in RULES]


def find_ids(scene: Scene) -> Iterator[Span]:
    """Yield the identity numbers in a scene as ``ID`` spans, the longest where several begin."""
    position = 0
    while found := _any_shape().search(scene.text, position):
        start = found.start()
        end = max(_ends(scene, start), default=start)
        if end > start:
            yield Span(start, end, "ID")
        position = max(end, start + 1)


def _ends(scene: Scene, start: int) -> Iterator[int]:
    """Yield where the numbers end that begin here, may count here and pass their rule's check."""
    place = _Place(scene, start)
    for ready in _rules():
        found = ready.shape.match(scene.text, start)
        if not found or not place.lets_count(ready):
            continue
        check = ready.rule.check
        if _checks(check, found[0].upper()) if check else not is_date_or_price(scene, start, found.end()):
            yield found.end()


class _Place:
    """Where a number begins: which rules count there, by language or by what stands before."""

    def __init__(self, scene: Scene, start: int) -> None:
        self.scene, self.start = scene, start

    @cached_property
    def before(self) -> str:
        return self.scene.before(self.start)

    @cached_property
    def free(self) -> bool:
        return not self.scene.numbers_an_order(self.start)

    def lets_count(self, ready: _Ready) -> bool:
        if ready.rule.alone:
            return True
        return self.free and (
            self.scene.language in ready.languages or bool(ready.context.search(self.before))
        )


def _checks(check: str, number: str) -> bool:
    if check in _OWN_CHECKS:
        return _OWN_CHECKS[check](number)
    module = importlib.import_module(f"stdnum.{check}")
    return bool(module.is_valid(re.sub("[ -]", "", number) if check not in _KEEPS_DASHES else number))


def _korean_birth(number: str) -> bool:
    """A resident number's date; since October 2020 its last digits carry no checksum."""
    return 1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) <= 31


def _taiwan(number: str) -> bool:
    first = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = [first // 10, first % 10, *map(int, number[1:])]
    return sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


_KEEPS_DASHES = frozenset(("se.personnummer", "fi.hetu", "dk.cpr", "cz.rc"))
_OWN_CHECKS = {"korean_birth": _korean_birth, "taiwan": _taiwan}
