"""Encoding, mark-up, noise and space."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.clean import clean, says_something

CASES = {
    "text with angle brackets stays": ("I <3 it & a < b, x <b and y> z", "I <3 it & a < b, x <b and y> z"),
    "an open tag at the end stays": ("love it <a href=", "love it <a href="),
    "block tags are lines": ("<p>Hello<br/>world</p><div class='x'>bye</div>", "Hello\nworld\n\nbye"),
    "inline tags vanish": ('so <b>very</b> <a href="http://x.y">good</a>', "so very good"),
    "scripts and styles are not text": ("<style>p{}</style><script>alert(1)</script>ok", "ok"),
    "an unclosed script is shown": ("<script>never closed", "never closed"),
    "comments go, arrows stay": ("a <!-- hidden --> b --> c", "a b --> c"),
    "office mark-up": ("<o:p></o:p><![if !vml]>text<![endif]>", "text"),
    "references": ("caf&eacute; &amp;amp; &#51060;&#xB7;", "café & 이·"),
    "only references with a semicolon": ("AT&T ?a=1&copy=2 Q&A", "AT&T ?a=1&copy=2 Q&A"),
    "escaped mark-up": ("&lt;p&gt;Hi&lt;/p&gt; there", "Hi\nthere"),
    "mojibake": ("AÃ§aÃ­ trÃ¨s bon", "Açaí très bon"),
    "mojibake in another script": ("ì•ˆë…•í•˜ì„¸ìš”", "안녕하세요"),
    "korean is no mojibake": ("배송 완전 빨라요 ㅠㅠ", "배송 완전 빨라요 ㅠㅠ"),
    "composed": ("e\u0301 \u1112\u1161\u11ab", "é 한"),
    "controls and zero-width": ("a\x00b\u200bc\ufeffd\u00ade\u202ef", "abcdef"),
    "persian joiner stays": ("می‌خواهم", "می\u200cخواهم"),
    "hindi joiner stays": ("क्\u200dष", "क्\u200dष"),
    "latin joiner goes": ("a\u200db\u200cc", "abc"),
    "emoji family stays": ("👨\u200d👩\u200d👧 👍🏽 ❤️", "👨\u200d👩\u200d👧 👍🏽 ❤️"),
    "hidden tag characters go, the flag of Wales stays": (
        "x\U000e0041\U000e0042 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
        "x 🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    ),
    "zalgo": ("h" + "\u0301\u0316" * 20 + "i", "h\u0316\u0316\u0301\u0301i"),
    "spaces": ("  a\u00a0\u3000b\t\tc \r\n\r\n\r\n\r\n d\u2028e ", "a b c\n\nd\ne"),
    "surrogate pair": ("ok \ud83d\ude00 \ud800", "ok 😀 \ufffd"),
    "nothing": (" \n\t<br><b></b>&nbsp;", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_clean(case: str) -> None:
    raw, expected = CASES[case]
    assert clean(raw) == expected


@pytest.mark.parametrize("text", ["👍", "?!", "5", "a", "ㅠ", "!!!", "？", "€"])
def test_voices(text: str) -> None:
    assert says_something(text)


@pytest.mark.parametrize("text", ["", "-", "...", " . ", "--", "'\"", "、。", "N/A", "n.a."])
def test_silence(text: str) -> None:
    assert not says_something(text)


PIECES = "<b>|</p>|<script>|&lt;|&amp;|<!--|-->|é|\u200d|👍|\n|> |x|--|가|\x08|e\u0301|क्| "
NOT_MOJIBAKE = st.characters(min_codepoint=0x300) | st.characters(max_codepoint=0x7E)


@settings(max_examples=300, deadline=None)
@given(st.text(NOT_MOJIBAKE, max_size=80) | st.lists(st.sampled_from(PIECES.split("|"))).map("".join))
def test_cleaning_cleaned_text_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert "  " not in once
