"""What the customer wrote in this e-mail: quoted replies and signatures cut off.

Line by line and by plain patterns in many languages (the approach of quotequail and talon's rules), on
text whose lines are already trimmed. No step may leave nothing: then the text stays as it was.
"""

from __future__ import annotations

import re

_DATED = re.compile(r"[\d@<]")
_ATTRIBUTION = re.compile(
    r"on .{5,200}\bwrote ?:|le .{5,200} a écrit ?:|am .{5,200}\bschrieb\b.{0,100}:|el .{5,200} escribió ?:"
    r"|em .{5,200} escreveu ?:|il .{5,200} ha scritto ?:|op .{5,200}\bschreef\b.{0,100}:|pada .{5,200} menulis ?:"
    r"|.{5,200}(?:\byazdı|\bnapisał(?:\(a\)|a)?|\bnapsal(?:\(a\)|a)?|\bpisze|\bписал\(?а?\)?|\bнаписал\(?а?\)?"
    r"|\bпишет|\bskrev\b.{0,100}|\bkirjoitti|\bírta|\ba scris|đã viết|เขียนว่า|كتب|כתב|ने लिखा) ?[:：]"
    r"|.{5,200}(?:님이 작성|님이 쓴 글|님께서 작성|작성|썼습니다|のメッセージ|さんは書きました|が書きました|写道|寫道) ?[:：]",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?:[-_=]{2,} ?(?:begin )?(?:original message|original appointment|forwarded message|reply message"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|message d['’]origine|message transféré|mensaje original"
    r"|mensaje reenviado|mensagem original|mensagem encaminhada|messaggio originale|messaggio inoltrato"
    r"|oorspronkelijk bericht|doorgestuurd bericht|orijinal mesaj|özgün ileti|исходное сообщение"
    r"|пересылаемое сообщение|oryginalna wiadomość|původní zpráva|ursprungligt meddelande|opprinnelig melding"
    r"|oprindelig meddelelse|alkuperäinen viesti|pesan asli|원본 ?메[시세]지|원본 ?메일|전달된 메[시세]지|元のメッセージ"
    r"|転送されたメッセージ|原始邮件|原始郵件|转发的?邮件|轉寄的?郵件|الرسالة الأصلية)\b.{0,40}?[-_=]{2,})|begin forwarded message:",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\W{0,2}(?:from|von|de|da|van|kimden|gönderen|от|від|od|från|fra|lähettäjä|feladó|dari|từ|보낸 ?사람|差出人"
    r"|发件人|寄件者|寄件人|จาก|من|מאת)\W{0,2}[:：]",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"\W{0,2}(?:sent|date|gesendet|datum|envoyé|enviado(?: el)?|enviada em|inviato|data|fecha|verzonden|gönderilen"
    r"|gönderildi|gönderme tarihi|tarih|отправлено|дата|wysłano|odesláno|skickat|sendt|lähetetty|dikirim|tanggal"
    r"|보낸 ?날짜|날짜|送信日時|日時|发送时间|发送日期|寄件日期|日期|to|an|à|para|a|aan|kime|кому|do|받는 ?사람|宛先|收件人"
    r"|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|konu|тема|temat|제목|件名|主题|主旨)\W{0,2}[:：]",
    re.IGNORECASE,
)
_SIGN_OFF = re.compile(
    r"(?:with |my )?(?:best|kind(?:est)?|warm(?:est)?|many)? ?(?:regards|wishes)|best|cheers|sincerely(?: yours)?"
    r"|yours (?:sincerely|faithfully|truly)|respectfully|mit (?:freundlichen|besten|lieben|herzlichen) grüßen"
    r"|mit freundlichen gruessen|(?:viele|liebe|beste|freundliche|schöne|herzliche) grüße|(?:lieben )?gruß|mfg|lg|vg"
    r"|(?:bien )?cordialement|(?:bien|sincères) à vous|(?:sincères )?salutations(?: distinguées)?"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales)?|(?:muy )?atentamente|un abrazo|atenciosamente|att|cumprimentos"
    r"|(?:com os )?melhores cumprimentos|abraços?|(?:cordiali|distinti) saluti|cordialmente"
    r"|met (?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|saygılarımla|saygılar|iyi (?:günler|çalışmalar)"
    r"|с уважением|з повагою|z poważaniem|pozdrawiam|s pozdravem|med vänliga? hälsning(?:ar)?|mvh"
    r"|(?:med )?(?:venlig|vennlig) hilsen|ystävällisin terveisin|üdvözlettel|cu stimă|με εκτίμηση"
    r"|hormat (?:saya|kami)|salam(?: hormat)?|trân trọng|ขอแสดงความนับถือ|مع (?:خالص )?التحي(?:ة|ات)|تحياتي|בברכה"
    r"|(?:.{1,20} )?(?:드림|올림|배상)|敬具|草々|以上|此致|敬礼|敬禮|顺颂商祺|顺祝商祺",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:many |best )?thanks(?: in advance| again| and regards)?|thank you(?: very much| in advance)?|thx|vielen dank"
    r"|danke(?: (?:schön|im voraus))?|merci(?: (?:d['’]avance|beaucoup))?|(?:muchas )?gracias(?: de antemano)?"
    r"|(?:muito )?obrigad[oa]|grazie(?: mille)?|(?:alvast )?bedankt|teşekkürler|teşekkür ederim|спасибо|dziękuję"
    r"|(?:대단히 |정말 )?감사(?:합니다|드립니다|해요)|수고하세요|고맙습니다|(?:どうぞ|何卒)?よろしくお(?:願|ねが)い(?:いた|致)?します"
    r"|ありがとうございま(?:す|した)|谢谢|謝謝|terima ?kasih|cảm ơn|ขอบคุณ(?:ครับ|ค่ะ)?|شكرا[ًّ]?|धन्यवाद|תודה",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(r"[,،，:]? ?(?:[^\W\d_][\w.'’-]*[ ,]*){0,4}")
_SENT_FROM = re.compile(
    r"(?:sent (?:from|via)|get outlook for|von meinem .{1,40}gesendet|gesendet (?:von|mit)|envoyé (?:de mon|depuis|à partir)"
    r"|téléchargez? outlook|enviado (?:desde|do meu|a partir|via)|inviato da|ver(?:zonden|stuurd) vanaf"
    r"|.{1,40} gönderildi$|отправлено (?:с|из)|wysłan[eo] z|odesláno z|skickat från|sendt fra|lähetetty"
    r"|.{1,40}에서 보냄|.{1,40}から送信|发自我的|發自我的|从我的|從我的|傳送自|dikirim dari|được gửi từ|ส่งจาก|أُ?رسلت? من|נשלח מ)",
    re.IGNORECASE,
)
_NAME_LINE = re.compile(r"[^\W\d_][^\W\d_.'’-]*+(?: [^\W\d_(][\w.'’-]*+){0,3}(?: \(\w{1,6}\.?\))?")
_REACHED_AT = re.compile(r"@|(?:\d\D{0,3}){6}|www\.|https?:")
_WORD = re.compile(r"[^\W_]")
_SIGNATURE_LINES = 10
_MAX_LINE = 300


def cut_mail(text: str) -> str:
    """Return ``text`` without quoted replies and signature; never empty unless ``text`` is."""
    lines = text.split("\n")
    for cut in (_before_reply, _without_quotes, _before_mobile_footer, _before_signature, _before_name):
        shorter = cut(lines)
        if any(_WORD.search(line) for line in shorter):
            lines = shorter
    return "\n".join(lines).strip()


def _before_reply(lines: list[str]) -> list[str]:
    """Cut at ``-----Original Message-----``, a From/Sent block, or ``On ... wrote:`` with the mail below it."""
    for i, line in enumerate(lines):
        if len(line) > _MAX_LINE:
            continue
        if _SEPARATOR.match(line) or (_FROM.match(line) and any(map(_SENT.match, lines[i + 1 : i + 5]))):
            return lines[:i]
        end = _attribution_end(lines, i)
        if end and not _quote_follows(lines, end):
            return lines[:i]
    return lines


def _without_quotes(lines: list[str]) -> list[str]:
    """Drop ``> `` lines and the ``On ... wrote:`` that introduces them; answers between them stay."""
    if not any(line.startswith(">") for line in lines):
        return lines
    kept: list[str] = []
    skip_to = 0
    for i, line in enumerate(lines):
        end = _attribution_end(lines, i)
        if end and _quote_follows(lines, end):
            skip_to = end
        if i >= skip_to and not line.startswith(">"):
            kept.append(line)
    return kept


def _attribution_end(lines: list[str], start: int) -> int:
    """Return the line after an attribution that starts here and may be wrapped, or 0."""
    if not lines[start] or lines[start].startswith(">"):
        return 0
    for end in range(start + 1, min(start + 3, len(lines)) + 1):
        joined = " ".join(lines[start:end])
        if len(joined) > _MAX_LINE or not lines[end - 1]:
            return 0
        if joined[-1] in ":：" and _DATED.search(joined) and _ATTRIBUTION.fullmatch(joined):
            return end
    return 0


def _quote_follows(lines: list[str], start: int) -> bool:
    following = next((line for line in lines[start : start + 4] if line), "")
    return following.startswith(">")


def _before_mobile_footer(lines: list[str]) -> list[str]:
    for i in _last_written(lines, 4):
        if len(lines[i]) <= 100 and _SENT_FROM.match(lines[i]):
            return lines[:i]
    return lines


def _before_signature(lines: list[str]) -> list[str]:
    """Cut at ``--``, or at a closing phrase that only short lines follow."""
    for i in _last_written(lines, _SIGNATURE_LINES):
        if (
            i
            and (lines[i] in ("--", "—", "– –") or _is_closing(lines[i]))
            and all(map(_is_short, lines[i + 1 :]))
        ):
            return lines[:i]
    return lines


def _before_name(lines: list[str]) -> list[str]:
    """Cut a last paragraph that is a name and, below it, lines with addresses or telephones."""
    blank = max((i for i, line in enumerate(lines) if not line), default=0)
    name, reached_at = lines[blank + 1 : blank + 2], lines[blank + 2 :]
    named = bool(blank and name and _NAME_LINE.fullmatch(name[0]))
    if named and 1 <= len(reached_at) <= 4 and all(map(_is_address, reached_at)):
        return lines[:blank]
    return lines


def _is_address(line: str) -> bool:
    return len(line) <= 60 and bool(_REACHED_AT.search(line))


def _last_written(lines: list[str], count: int) -> list[int]:
    """Return the numbers of the last ``count`` lines that are not blank, first to last."""
    found: list[int] = []
    for i in range(len(lines) - 1, -1, -1):
        if lines[i]:
            found.append(i)
        if len(found) == count:
            break
    return found[::-1]


def _is_closing(line: str) -> bool:
    line = line.strip(" ,.!;~*。！，、…")
    if len(line) > 80:
        return False
    if _THANKS.fullmatch(line) or _SIGN_OFF.fullmatch(line):
        return True
    phrase = _SIGN_OFF.match(line)
    return bool(
        phrase and line[phrase.end() :][:1] in (",", "،", "，") and _NAME_AFTER.fullmatch(line, phrase.end())
    )


def _is_short(line: str) -> bool:
    return len(line) <= 70 and not line.endswith(("?", "？"))
