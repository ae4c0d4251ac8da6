"""Where a clause turns: ``but``, ``aber``, ``pero``, ``けど``, ``지만``, ``لكن`` ... in thirty languages.

Three ways languages do it: a word that opens the new clause and is parted by spaces, an opener in
unspaced scripts, and an ending that closes the old clause (Korean, Japanese).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_OPENERS = {
    "en": "but|however|although|even though|unfortunately|except that|on the other hand|only downside|my only complaint"
    "|only complaint",
    "de": "aber|jedoch|allerdings|leider|dagegen|obwohl|einziges manko|einziger nachteil",
    "fr": "mais|cependant|toutefois|par contre|en revanche|malheureusement|dommage|seul bémol|bien que",
    "es": "pero|sin embargo|aunque|en cambio|lamentablemente|desgraciadamente|lo malo",
    "pt": "mas|porém|no entanto|contudo|entretanto|só que|infelizmente|embora",
    "it": "ma|però|tuttavia|purtroppo|invece|anche se|peccato",
    "nl": "maar|echter|helaas|hoewel|daarentegen",
    "ca": "però|tanmateix|malauradament",
    "gl": "pero|porén|aínda que",
    "sv": "men|dock|tyvärr|däremot",
    "no": "men|dessverre|derimot",
    "da": "men|desværre|derimod",
    "fi": "mutta|valitettavasti|tosin",
    "pl": "ale|jednak|niestety|natomiast|choć|chociaż",
    "cs": "ale|avšak|bohužel|ovšem",
    "sk": "ale|avšak|bohužiaľ|žiaľ",
    "sl": "ampak|vendar|žal|toda",
    "hr": "ali|međutim|nažalost",
    "sr": "ali|međutim|nažalost|али|међутим|нажалост",
    "bs": "ali|međutim|nažalost",
    "hu": "viszont|azonban|sajnos|ellenben",
    "ro": "dar|însă|totuși|din păcate",
    "bg": "но|обаче|за съжаление",
    "ru": "но|однако|зато|к сожалению|хотя",
    "uk": "але|проте|однак|на жаль|хоча",
    "el": "αλλά|όμως|ωστόσο|δυστυχώς",
    "lt": "bet|tačiau|deja",
    "lv": "bet|tomēr|diemžēl",
    "et": "aga|kuid|kahjuks",
    "tr": "ama|fakat|ancak|lakin|yalnız|maalesef|ne yazık ki",
    "az": "amma|lakin|ancaq",
    "id": "tapi|tetapi|namun|sayangnya|cuma|cuman|hanya saja",
    "ms": "tapi|tetapi|namun|malangnya|cuma",
    "tl": "pero|kaso|kaya lang|ngunit|subalit",
    "vi": "nhưng|tuy nhiên|tiếc là",
    "sw": "lakini",
    "af": "maar|ongelukkig",
    "hi": "लेकिन|मगर|परंतु|परन्तु|किंतु|किन्तु|हालांकि",
    "mr": "पण|परंतु|मात्र",
    "ne": "तर",
    "bn": "কিন্তু|তবে",
    "ta": "ஆனால்",
    "te": "కానీ|అయితే",
    "kn": "ಆದರೆ",
    "ml": "പക്ഷേ|പക്ഷെ|എന്നാൽ",
    "gu": "પણ|પરંતુ",
    "pa": "ਪਰ",
    "ur": "لیکن|مگر|تاہم",
    "fa": "اما|ولی|لیکن|متاسفانه",
    "ar": "ولكن|لكن|لكنه|لكنها|ولكنه|ولكنها|إلا أن|غير أن|للأسف",
    "he": "אבל|אך|אולם|לצערי",
    "ka": "მაგრამ",
    "hy": "բայց",
    "ko": "하지만|그런데|근데|그러나|다만|반면에?|단점은|아쉬운 ?점은",
}
_UNSPACED_OPENERS = {
    "zh": r"但是|但(?!愿|願|凡)|可是|不过|不過|然而|只是|可惜|遗憾的是|遺憾的是",
    "ja": r"しかし|ただし|ただ、|でも、|残念ながら|一方で",
    "th": r"แต่(?!ละ|ก่อน|งตัว|งหน้า|งงาน|งบ้าน|ง|เดิม)|อย่างไรก็ตาม|น่าเสียดาย",
    "lo": r"ແຕ່(?!ລະ)",
    "km": r"ប៉ុន្តែ|តែ",
    "my": r"ဒါပေမဲ့|ဒါပေမယ့်|သို့သော်",
}
_NOT_JUST_BEFORE = {"zh": r"(?<![不非])", "th": r"(?<!ตั้ง)", "ja": "", "lo": "(?<!ຕັ້ງ)", "km": "", "my": ""}
_ENDS_IN_N = "".join(chr(code) for code in range(ord("간"), ord("힣"), 28))
"""Hangul syllables that end in ㄴ: ``빠른데``, ``예쁜데``, ``샀는데``."""
_CLOSERS = {
    "ko": rf"(?:[가-힣](?:지만|건만|으나|더니)|[{_ENDS_IN_N}]데)요?[,.]?(?=\s)",
    "ja": r"(?:けれども|けれど|けども|けど|ものの|のに、|くせに)[、,]?|(?<=[いただするんうですますく])が[、,]",
}
_NO_TURN_AFTER = frozenset(
    ["nothing", "anything", "everything", "everyone", "all", "none", "never", "cannot", "last", "no"]
)
_NO_CLOSERS = ("가운데", "그런데", "근데", "이런데")


def turns(text: str, language: str) -> Iterator[int]:
    """Yield, in order, the offsets at which a contrasting clause may begin."""
    pattern = _pattern(language)
    for found in pattern.finditer(text):
        if found["opens"]:
            if not _is_idiom(text, found.start("opens")):
                yield found.start("opens")
        elif not text[max(0, found.start() - 2) : found.end()].rstrip(",. ").endswith(_NO_CLOSERS):
            yield found.end("closes")


@cache
def _pattern(language: str) -> re.Pattern[str]:
    ways = []
    if language in _UNSPACED_OPENERS:
        ways.append(f"{_NOT_JUST_BEFORE[language]}(?:{_UNSPACED_OPENERS[language]})")
    spaced = _OPENERS.get(language) or ("" if ways else _OPENERS["en"])
    if spaced:
        ways.append(rf"(?<=[\s,;:.!?…)—–-])(?:{spaced})(?!\s+(?:also|auch|aussi|también|também|anche))\b")
    closes = _CLOSERS.get(language, r"(?!)")
    return re.compile(f"(?P<opens>{'|'.join(ways)})|(?P<closes>{closes})", re.IGNORECASE)


def _is_idiom(text: str, start: int) -> bool:
    """``nothing but``, ``all but``, ``last but not least`` do not turn."""
    before = text[max(0, start - 16) : start].split()
    return bool(before) and before[-1].casefold() in _NO_TURN_AFTER
