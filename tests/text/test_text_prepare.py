"""Records through the whole room."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from voc.text.prepare import fold_records, prepare, redact_rejected, redact_sources, segments
from voc.text.redact import Redactor, pseudonym
from voc.types import Corpus, Record, Rejected, Source

KEY = b"a key"
REDACTOR = Redactor()


def record(text: str, row: int = 1, **fields: object) -> Record:
    return replace(Record(f"id{row}", "a.csv", row, text), **fields)


def test_a_record_comes_out_clean_known_and_blind() -> None:
    raw = record(
        "<p>배송이 너무 늦어요.</p> 010-1234-5678로&nbsp;연락주세요",
        id="kim@naver.com",
        author="Kim Min-su",
        language=None,
        metadata={"phone": "01098765432", "note": {"mail": "a@b.com"}, "stars": 4, "product": "Cream 50ml"},
    )
    (out,), rejected = prepare([raw], REDACTOR, KEY)
    assert not rejected
    assert out.text == "배송이 너무 늦어요.\n[PHONE]로 연락주세요"
    assert [span.kind for span in out.redactions] == ["PHONE"]
    assert out.language == "ko"
    assert out.language_confidence > 0.9
    assert out.author == pseudonym("Kim Min-su", KEY)
    assert out.id.startswith("r_")
    assert out.metadata == {
        "phone": "[PHONE]",
        "note": {"mail": "[EMAIL]"},
        "stars": 4,
        "product": "Cream 50ml",
    }
    assert out.source_row == raw.source_row


def test_every_record_is_kept_or_rejected() -> None:
    raw = [record(text, row) for row, text in enumerate(["good", "", "<br>", "...", "👍", "ok"], 1)]
    kept, rejected = prepare(raw, REDACTOR, KEY)
    assert [r.source_row for r in kept] == [1, 5, 6]
    assert [(r.source_row, r.code) for r in rejected] == [(2, "no_text"), (3, "no_text"), (4, "no_text")]
    assert len({r.reason for r in rejected}) == 3
    assert prepare([], REDACTOR, KEY) == ([], [])


def test_rejected_rows_are_redacted_too() -> None:
    (item,) = prepare([record("-", author="Kim", metadata={"mail": "a@b.com"})], REDACTOR, KEY)[1]
    assert item.row == {"id": "id1", "text": "-", "mail": "[EMAIL]", "author": pseudonym("Kim", KEY)}
    malformed = Rejected("a.csv", 3, "malformed", "Too many cells.", ["kim@x.com", {"phone": "01012345678"}])
    assert redact_rejected(malformed, REDACTOR).row == ["[EMAIL]", {"phone": "[PHONE]"}]


def test_names_that_many_share_are_nobody() -> None:
    names = ["A Google user", "익명", "김**", " ", None, "Anna", "anna ", "kimchi99***"]
    kept, _ = prepare(
        [record("fine app", row, author=name) for row, name in enumerate(names, 1)], REDACTOR, KEY
    )
    assert [r.author is None for r in kept] == [True, True, True, True, True, False, False, False]
    assert kept[5].author == kept[6].author != kept[7].author


def test_preparing_again_changes_nothing() -> None:
    raw = record("Call me: +1 202-555-0175 <b>now</b>", author="Ann", id="a@b.com", language="en_GB")
    once, _ = prepare([raw], REDACTOR, KEY)
    twice, _ = prepare(once, REDACTOR, KEY)
    assert [replace(r, redactions=(), language_confidence=0) for r in once] == [
        replace(r, redactions=(), language_confidence=0) for r in twice
    ]
    assert once[0].language == "en"


def test_languages_are_settled_file_by_file() -> None:
    german = [
        record(f"Die Lieferung kam leider viel zu spät, Nummer {n}", n, source_file="de.csv")
        for n in range(9)
    ]
    korean = [record(f"배송이 너무 늦게 와서 실망했어요 {n}", n, source_file="ko.csv") for n in range(9)]
    mixed = [
        x
        for pair in zip(
            [*german, record("super", 10, source_file="de.csv")],
            [*korean, record("ok", 10, source_file="ko.csv")],
            strict=True,
        )
        for x in pair
    ]
    kept, _ = prepare(mixed, REDACTOR, KEY)
    assert [(r.source_file, r.language) for r in kept] == [("de.csv", "de"), ("ko.csv", "ko")] * 10


def test_mail_is_cut_by_its_channel() -> None:
    (out,), _ = prepare([record("It broke.\n\nRegards,\nAnn", channel="email")], REDACTOR, KEY)
    assert out.text == "It broke."


def test_duplicates_name_the_first() -> None:
    text = "The delivery was late and the box was broken, so I want my money back"
    day = datetime(2024, 1, 1)
    given = [
        record(text, 1, author="a", created_at=day.replace(day=9)),
        record(text + "!", 2, author="b", created_at=day),
        record("good", 3, author="a"),
        record("good", 4, author="b"),
        record("Good!", 5, author="a"),
    ]
    folded = fold_records(given)
    assert [r.duplicate_of for r in folded] == ["id2", None, "id5", None, None]  # undated: as texts sort
    assert [r.text for r in folded] == [r.text for r in given]
    backwards = fold_records(given[::-1])[::-1]
    assert [r.duplicate_of for r in backwards] == [r.duplicate_of for r in folded]


def test_segments_know_their_record() -> None:
    given = [
        record("Fast delivery, but the zip broke", 1, language="en"),
        record("좋아요", 2, language="ko"),
        record("ok", 3),
    ]
    found = segments(given)
    assert [(s.record_id, s.index, s.language) for s in found] == [
        ("id1", 0, "en"),
        ("id1", 1, "en"),
        ("id2", 0, "ko"),
        ("id3", 0, "und"),
    ]
    texts = {r.id: r.text for r in given}
    assert all(texts[s.record_id][s.start : s.end] == s.text for s in found)
    assert len(segments([record("word " * 100)], 80)) > 5


def test_progress_adds_up() -> None:
    steps: list[int] = []
    prepare([record("fine", row) for row in range(2300)], REDACTOR, KEY, steps.append)
    assert sum(steps) == 2300


def test_what_is_told_of_a_file_names_nobody() -> None:
    """A file without a header has its first row's cells for names, and its notes quote them."""
    told = Source(
        "kim@x.com.csv", "csv", 1, "hash", columns=("review", "kim@x.com"), notes=("Not read: kim@x.com.",)
    )
    (safe,) = redact_sources(Corpus((), (), (told,)), REDACTOR, KEY).sources
    assert "kim@x.com" not in repr(safe)
    assert safe.notes == ("Not read: [EMAIL].",)
