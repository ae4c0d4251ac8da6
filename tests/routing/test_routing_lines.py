from __future__ import annotations

import io
import json
import os
import threading
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from voc.io.options import ReadOptions
from voc.routing.lines import LineReader
from voc.types import Record, Rejected


class Trickle(io.RawIOBase):
    """Gives the bytes in pieces of a few, as a slow pipe does."""

    def __init__(self, content: bytes, piece: int) -> None:
        self.content, self.piece = content, piece

    def read1(self, size: int = -1, /) -> bytes:
        taken, self.content = self.content[: self.piece], self.content[self.piece :]
        return taken


def read(content: bytes, piece: int = 1 << 20, **options) -> list[Record | Rejected]:
    return [item for batch in LineReader(Trickle(content, piece), ReadOptions(**options)) for item in batch]


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def test_a_line_becomes_a_record_with_its_fields() -> None:
    (found,) = read(
        lines({
            "id": 7, "text": "배송이 너무 늦어요", "created_at": "2026-11-20T10:00:00Z", "rating": 2,
            "author": "Kim", "plan": "pro", "customer": {"region": "APAC"},
        })
    )  # fmt: skip
    assert isinstance(found, Record)
    assert (found.id, found.text, found.rating, found.author) == ("7", "배송이 너무 늦어요", 2.0, "Kim")
    assert found.created_at == datetime(2026, 11, 20, 10)
    assert found.metadata["plan"] == "pro"
    assert found.metadata["customer.region"] == "APAC"


def test_bad_lines_are_told_and_the_stream_goes_on() -> None:
    content = (
        lines({"id": 1, "text": "first good words"})
        + b"{broken\n[1, 2]\n\n\xff\xfe{}\n42\n{}\n"
        + lines({"id": 2, "text": ""}, {"id": 3, "text": "last good words"}, "only a text of words")
    )
    found = read(content)
    kinds = [item.id if isinstance(item, Record) else item.code for item in found]
    assert kinds == [
        "1", "malformed", "malformed", "undecodable", "malformed", "malformed", "no_text", "3", "stdin:9",
    ]  # fmt: skip
    assert [item.source_row for item in found] == list(range(1, 10))
    for item in found:
        if isinstance(item, Rejected):
            assert "broken" not in item.reason


def test_half_an_emoji_and_a_single_odd_word_are_tickets_too() -> None:
    found = read(b'{"text": "cut in half \\ud83d"}\n{"id": "x", "body": "?1"}\n')
    assert [type(item) for item in found] == [Record, Record]
    assert found[1].text == "?1"


def test_a_line_that_never_ends_is_refused_in_bounded_memory() -> None:
    limit = ReadOptions(max_cell_chars=1000).max_row_chars
    content = (
        lines({"text": "one good line"})
        + b'{"text": "'
        + b"x" * (50 * limit)
        + b'"}\n'
        + lines({"text": "another good line"})
    )
    found = read(content, piece=500, max_cell_chars=1000)
    assert [getattr(item, "code", "good") for item in found] == ["good", "too_large", "good"]


def test_columns_may_change_and_be_named() -> None:
    found = read(
        lines(
            {"kommentar": "Alles gut bei euch", "nummer": 1},
            {"kommentar": "Nichts geht mehr heute", "nummer": 2, "mail": "x"},
            {"anders": "Hier fehlt die Spalte"},
        ),
        text_column="kommentar",
        id_column="nummer",
    )
    assert [getattr(item, "id", None) for item in found] == ["1", "2", None]
    assert "kommentar" in found[2].reason


@given(
    texts=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), max_size=30
    ),
    piece=st.integers(1, 200),
)
@settings(deadline=None, max_examples=50)
def test_order_and_number_do_not_depend_on_how_the_bytes_come(texts: list[str], piece: int) -> None:
    content = lines(*({"id": f"t{n}", "text": text} for n, text in enumerate(texts)))
    assert read(content, piece) == read(content)
    assert [item.source_row for item in read(content, piece)] == list(range(1, len(texts) + 1))


def test_a_lone_line_is_not_kept_waiting() -> None:
    inlet, outlet = os.pipe()
    came = threading.Event()
    found: list[Record | Rejected] = []

    def listen() -> None:
        with os.fdopen(inlet, "rb") as stream:
            for batch in LineReader(stream, ReadOptions()):
                found.extend(batch)
                came.set()

    listener = threading.Thread(target=listen)
    listener.start()
    os.write(outlet, lines({"text": "the only line so far"}))
    assert came.wait(30)  # the pipe is still open
    assert len(found) == 1
    os.close(outlet)
    listener.join(30)
    assert len(found) == 1
