"""Language codes: what columns and detectors write -> ISO 639-1."""

from __future__ import annotations

from functools import cache, lru_cache

UNKNOWN = "und"

_NAMES = """
af afr afrikaans
am amh amharic አማርኛ
ar ara arabic العربية عربي arz ary apc arb
az aze azerbaijani azb azərbaycanca
be bel belarusian беларуская
bg bul bulgarian български
bn ben bengali bangla বাংলা
bs bos bosnian bosanski
ca cat catalan català valencian
cs ces cze cz czech čeština česky
da dan dk danish dansk
de deu ger german deutsch als bar gsw nds deutsche
el ell gre gr greek ελληνικά
en eng english sco englisch anglais inglés inglês 영어 英語 英语
es spa spanish español castellano castilian ast espagnol spanisch 스페인어
et est estonian eesti
eu eus baq basque euskara
fa fas per pes prs persian farsi فارسی
fi fin finnish suomi
fil filipino tagalog tl tgl ceb
fr fra fre french français francais französisch 프랑스어
ga gle irish gaeilge
gl glg galician galego
gu guj gujarati ગુજરાતી
he heb iw hebrew עברית
hi hin hindi हिन्दी हिंदी
hr hrv croatian hrvatski hbs sh
hu hun hungarian magyar
hy hye arm armenian հայերեն
id ind in indonesian bahasa bahasa-indonesia
is isl ice icelandic íslenska
it ita italian italiano pms lmo vec scn nap
ja jpn jp japanese 日本語 일본어 日语 日文
jv jav jw javanese
ka kat geo georgian ქართული
kk kaz kazakh қазақ
km khm khmer ខ្មែរ
kn kan kannada ಕನ್ನಡ
ko kor kr korean 한국어 국문 韓国語 韩语
ky kir kyrgyz
lo lao ລາວ
lt lit lithuanian lietuvių
lv lav latvian latviešu
mk mkd macedonian македонски
ml mal malayalam മലയാളം
mn mon mongolian монгол
mr mar marathi मराठी
ms msa may malay melayu zsm bahasa-melayu
my mya bur burmese မြန်မာ
ne nep nepali नेपाली
nl nld dut dutch nederlands flemish vls
no nor nob nno nb nn norwegian norsk bokmål nynorsk
pa pan punjabi ਪੰਜਾਬੀ pnb
pl pol polish polski
ps pus pashto
pt por portuguese português portugues portugiesisch 포르투갈어
ro ron rum mo romanian română
ru rus russian русский russisch 러시아어
si sin sinhala සිංහල
sk slk slo slovak slovenčina
sl slv slovenian slovene slovenščina
so som somali
sq sqi alb albanian shqip
sr srp serbian српски srpski
sv swe swedish svenska
sw swa swh swahili kiswahili
ta tam tamil தமிழ்
te tel telugu తెలుగు
th tha thai ไทย ภาษาไทย 태국어
tr tur turkish türkçe turkce
uk ukr ua ukrainian українська
ur urd urdu اردو
uz uzb uzbek
vi vie vn vietnamese tiếng-việt tiengviet 베트남어
zh zho chi cmn yue wuu cn tw hk zh-cn zh-tw chinese mandarin cantonese 中文 汉语 漢語 简体中文 繁體中文 简体 繁體 중국어
zu zul zulu
"""
_TAGALOG = "tl"


@cache
def _codes() -> dict[str, str]:
    table = {}
    for line in _NAMES.split("\n"):
        names = line.split()
        code = _TAGALOG if names[:1] == ["fil"] else "".join(names[:1])
        table.update(dict.fromkeys(names, code))
    return table


@lru_cache(maxsize=4096)
def normalise_code(name: str | None) -> str | None:
    """Return the ISO 639-1 code for a code, locale or name (``en_US``, ``zh-cn``, ``Korean``, ``한국어``).

    Regional forms fold into one (``nb`` and ``nn`` into ``no``, Cantonese into ``zh``). ``None`` when it
    names no language that customers write in.
    """
    if not name:
        return None
    words = name.strip().casefold().replace("_", "-").replace("(", " ").replace(",", " ").split()
    whole = "-".join(words)
    codes = _codes()
    return codes.get(whole) or codes.get(whole.split("-")[0]) if whole else None
