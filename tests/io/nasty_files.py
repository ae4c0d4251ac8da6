"""Files of tests/cases/files whose bytes no editor would leave alone: each is made when it is needed.

``MADE``: file name -> a function that returns its bytes.
"""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

MADE: dict[str, Callable[[], bytes]] = {}
KOREAN = "번호,내용,별점\n1,배송이 너무 늦어요,1\n2,포장이 꼼꼼하고 좋아요,5\n3,환불이 아직 안 들어왔어요,2\n"
JAPANESE = "番号,コメント,評価\n1,配送が遅すぎます。もう注文しません,1\n2,とても使いやすいです,5\n3,ログインできなくなりました,2\n"
CHINESE = "编号,评论,评分\n1,物流太慢了，客服也不回复,1\n2,质量很好，下次还会买,5\n3,退款一直没有到账,2\n"
RUSSIAN = "номер,отзыв,оценка\n1,Доставка опоздала на две недели,1\n2,Всё работает отлично,5\n3,Деньги до сих пор не вернули,2\n"
FRENCH = "numéro,commentaire,note\n1,Livraison très en retard,1\n2,Ça marche à merveille,5\n3,Le colis était abîmé,2\n"
THAI = "เลขที่,ความคิดเห็น,คะแนน\n1,ส่งของช้ามาก รอสองสัปดาห์,1\n2,ใช้งานง่ายดีมาก,5\n3,ยังไม่ได้เงินคืนเลย,2\n"
ARABIC = "رقم,تعليق,تقييم\n1,التوصيل متأخر جدا ولا أحد يرد,1\n2,خدمة ممتازة وسريعة,5\n3,لم أستلم المبلغ حتى الآن,2\n"
ENGLISH = "id,comment,stars\n1,The lamp broke after a day,1\n2,Works well so far,5\n"


def made(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register what makes the file ``name``."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        MADE[name] = make
        return make

    return register


def packed(content: bytes) -> bytes:
    """A gzip file, the same at every time of day."""
    return gzip.compress(content, mtime=0)


def _plain(name: str, content: bytes) -> None:
    MADE[name] = lambda: content


for _name, _content in {
    "cp949.csv": KOREAN.encode("cp949"),
    "shift_jis.csv": JAPANESE.encode("cp932"),
    "euc_jp.csv": JAPANESE.encode("euc_jp"),
    "iso_2022_jp.csv": JAPANESE.encode("iso2022_jp"),
    "gb18030.csv": CHINESE.encode("gb18030"),
    "cp1251.csv": RUSSIAN.encode("cp1251"),
    "koi8_r.csv": RUSSIAN.encode("koi8_r"),
    "cp1252.csv": (FRENCH + "4,“pas mal” – 12 €,4\n").encode("cp1252"),
    "cp874.csv": THAI.encode("cp874"),
    "cp1256.csv": ARABIC.encode("cp1256"),
    "utf16_marked.csv": KOREAN.encode("utf-16"),
    "utf16_big_unmarked.csv": ENGLISH.encode("utf-16-be"),
    "utf16_odd.csv": ENGLISH.encode("utf-16") + b"\x33",
    "utf32.csv": KOREAN.encode("utf-32"),
    "utf16_tabs_from_excel.txt": KOREAN.replace(",", "\t").encode("utf-16"),
    "two_byte_order_marks.csv": b"\xef\xbb\xbf\xef\xbb\xbf" + ENGLISH.encode(),
    "byte_order_mark_inside.csv": b"\xef\xbb\xbf" + ENGLISH.encode() + b"\xef\xbb\xbf3,Two files in one,3\n",
    "byte_order_mark.json": b"\xef\xbb\xbf" + b'[{"comment": "Marked", "stars": 5}]',
    "byte_order_mark_alone.csv": b"\xef\xbb\xbf",
    "two_encodings.csv": "id,comment\n1,좋아요 정말\n".encode() + "2,나빠요 정말\n".encode("cp949"),
    "cut_in_a_character.csv": KOREAN.encode()[:-5],
    "nul_bytes.csv": ENGLISH.encode().replace(b"lamp", b"la\0mp"),
    "zeros_after_a_crash.csv": ENGLISH.encode() + bytes(4096),
    "zeros_before.csv": bytes(512) + ENGLISH.encode(),
    "control_characters.csv": b"id,comment\n1,bell\x07 and escape\x1b[31m red\n2,vertical\x0btab and form\x0cfeed\n3,\x1f\x1e\x1d\n4,\x7f\x80\n",
    "ctrl_z_at_the_end.csv": ENGLISH.encode() + b"\x1a",
    "mac_line_ends.csv": ENGLISH.replace("\n", "\r").encode(),
    "windows_line_ends.csv": ENGLISH.replace("\n", "\r\n").encode(),
    "mixed_line_ends.csv": b"id,comment\r\n1,one\n2,two\r\n3,three\n",
    "line_separators.csv": "id,comment\n1,one\u2028two\n2,three\x85four\n".encode(),
    "lines_end_in_two_returns.csv": ENGLISH.replace("\n", "\r\r\n").encode(),
    "record_separators.csv": b"id\x1fcomment\x1e1\x1fThe hinge is loose\x1e2\x1fSolid as a rock\x1e",
    "surrogates.jsonl": b'{"comment": "pair \xed\xa0\xbd\xed\xb8\x80 of halves"}\n{"comment": "half \\ud83d of an emoji"}\n{"comment": "\xed\xa0\xbd encoded half"}\n{"comment": "whole"}\n',
    "nul_in_json.jsonl": b'{"comment": "a\\u0000b"}\n{"comment": "c\x00d"}\n{"comment": "fine"}\n',
    "huge_cell.csv": b"id,comment\n1,small\n2," + b"x" * 3_000_000 + b"\n3,small too\n",
    "huge_quoted_cell.csv": b'id,comment\n1,small\n2,"' + b"y\n" * 12_000 + b'"\n3,small too\n',
    "many_columns.csv": b",".join(b"c%d" % n for n in range(3000)) + b",comment\n" + b"1," * 3000 + b"Wide\n",
    "many_delimiters.csv": b"id,comment\n1,fine\n2" + b"," * 200_000 + b"\n3,fine too\n",
    "quotes_alone.csv": b"id,comment\n" + b'"' * 9_999 + b"\n1,fine\n",
    "deep.json": b"[" * 50_000 + b"]" * 50_000,
    "deep.jsonl": b'{"comment": "fine"}\n' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"\n",
    "noise.csv": random.Random(7).randbytes(4096),
    "picture.csv": b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(900),
    "database.csv": b"SQLite format 3\0" + bytes(500),
    "document.txt": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
}.items():
    _plain(_name, _content)


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


BOMB = zipped({"a.csv": bytes(90 << 20)})
for _name, _content in {
    "in_a_zip.zip": zipped({"in.zip": zipped({"a.csv": ENGLISH.encode()})}),
    "climbs_out.zip": zipped(
        {"../../etc/passwd.csv": ENGLISH.encode(), "/abs/b.csv": b"comment\nFine so far\n"}
    ),
    "other_things.zip": zipped(
        {"a.png": b"x", "readme.csv": b"no", "b.csv": ENGLISH.encode(), "__MACOSX/._b.csv": b"\0"}
    ),
    "same_name_in_folders.zip": zipped(
        {"jan/a.csv": ENGLISH.encode(), "feb/a.csv": b"id,comment\n1,February is cold\n"}
    ),
    "one_of_two_is_bad.zip": zipped({"a.csv": ENGLISH.encode(), "b.parquet": b"PAR1 no"}),
    "nothing_inside.zip": zipped({}),
    "bomb.zip": BOMB,
    "bomb_in_a_zip.zip": zipped({"in.zip": BOMB}),
    "too_deep.zip": zipped(
        {"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"d.csv": b"comment\nx\n"})})})}
    ),
    "bomb.csv.gz": packed(bytes(90 << 20)),
    "two_parts.csv.gz": packed(ENGLISH.encode()) + packed(b"3,A second part,3\n"),
    "cut.csv.gz": packed(random.Random(3).randbytes(3000).hex().encode())[:-200],
    "with_rest.csv.gz": packed(ENGLISH.encode()) + b"\0" * 100,
    "wrong_sum.csv.gz": packed(ENGLISH.encode())[:-8] + bytes(8),
    "gz_of_gz.csv.gz.gz": packed(packed(ENGLISH.encode())),
    "cut.zip": zipped({"a.csv": random.Random(4).randbytes(3000).hex().encode()})[:-60],
    "bzip2.csv": b"BZh91AY&SY" + bytes(range(200)),
}.items():
    _plain(_name, _content)


@made("korean_names.zip")
def _korean_names() -> bytes:
    """As Windows writes it: the name in the code page, without a mark."""
    raw = zipped({"AAAAAAAA.csv": KOREAN.encode("cp949")})
    return raw.replace(b"AAAAAAAA", "후기모음".encode("cp949"))


def workbook(fill: Callable[[Any], None]) -> bytes:
    """An xlsx file, filled by ``fill(workbook)``."""
    from openpyxl import Workbook

    book = Workbook()
    fill(book)
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts["docProps/core.xml"] = re.sub(
        rb"20\d\d-[-0-9T:]+Z", b"2026-01-01T00:00:00Z", parts["docProps/core.xml"]
    )
    return zipped(parts)


def sheet(*rows: list[Any], title: str = "Sheet") -> Callable[[Any], None]:
    """Fill the first sheet with rows."""

    def fill(book: Any) -> None:
        book.active.title = title
        for row in rows:
            book.active.append(row)

    return fill


HEAD = ["id", "comment", "stars"]


@made("merged_header.xlsx")
def _merged() -> bytes:
    def fill(book: Any) -> None:
        page = book.active
        page.append(["Feedback of May", None, None])
        page.merge_cells("A1:C1")
        page.append(HEAD)
        page.append([1, "The hinge is loose", 2])
        page.append([2, "Solid as a rock", 5])

    return workbook(fill)


@made("dates_1900.xlsx")
def _dates_1900() -> bytes:
    return workbook(
        sheet(
            ["date", "comment"],
            [datetime(2026, 3, 1, 9, 30), "Real dates"],
            [46083.5, "A bare serial number"],
            ["2026-03-03", "A date as text"],
        )
    )


@made("dates_1904.xlsx")
def _dates_1904() -> bytes:
    def fill(book: Any) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
        sheet(
            ["date", "comment"],
            [datetime(2026, 3, 1), "Days count from 1904 here"],
            [datetime(2026, 3, 2), "The day after"],
        )(book)

    return workbook(fill)


@made("formulas.xlsx")
def _formulas() -> bytes:
    return workbook(
        sheet(HEAD, [1, "Written by hand", 4], [2, '="made "&"up"', "=2+3"], [3, "Also by hand", 2])
    )


@made("numbers_stored_as_text.xlsx")
def _as_text() -> bytes:
    return workbook(sheet(HEAD, ["001", "Zeros in front", "4"], ["002", "Still there", "1"]))


@made("hidden_first.xlsx")
def _hidden() -> bytes:
    def fill(book: Any) -> None:
        sheet(HEAD, [9, "Nobody should read this", 1], title="old")(book)
        book.active.sheet_state = "hidden"
        page = book.create_sheet("new")
        for row in (HEAD, [1, "The hinge is loose", 2], [2, "Solid as a rock", 5]):
            page.append(row)

    return workbook(fill)


@made("cover_first.xlsx")
def _cover() -> bytes:
    def fill(book: Any) -> None:
        sheet(["Survey of spring, confidential"], ["Prepared for the board"], title="Cover")(book)
        page = book.create_sheet("Answers")
        for row in (HEAD, [1, "The hinge is loose", 2], [2, "Solid as a rock", 5]):
            page.append(row)

    return workbook(fill)


@made("errors_in_cells.xlsx")
def _errors() -> bytes:
    def fill(book: Any) -> None:
        sheet(HEAD, [1, "Fine so far", 4], [2, "#N/A", 3], [3, "Broken since May", "#DIV/0!"])(book)
        for cell in (book.active["B3"], book.active["C4"]):
            cell.data_type = "e"

    return workbook(fill)


@made("far_cell.xlsx")
def _far() -> bytes:
    """Two rows, and a stray blank in the last cell that a sheet can have."""

    def fill(book: Any) -> None:
        sheet(HEAD, [1, "The hinge is loose", 2], [2, "Solid as a rock", 5])(book)
        book.active["XFD1048576"] = " "

    return workbook(fill)


@made("empty_sheets.xlsx")
def _empty_sheets() -> bytes:
    return workbook(lambda book: book.create_sheet("two"))


@made("cut.xlsx")
def _cut() -> bytes:
    return workbook(sheet(HEAD, [1, "The hinge is loose", 2]))[:-300]


@made("workbook_called.csv")
def _called_csv() -> bytes:
    return workbook(sheet(HEAD, [1, "The hinge is loose", 2], [2, "Solid as a rock", 5]))


def parquet(table: Any) -> bytes:
    """A Parquet file of an Arrow table."""
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


@made("nested.parquet")
def _nested() -> bytes:
    import pyarrow as pa

    return parquet(
        pa.table(
            {
                "review": [
                    {"text": "Too loud at night", "stars": 2},
                    {"text": "Sounds great", "stars": 5},
                    None,
                ],
                "tags": [["noise"], [], None],
                "at": pa.array([1_772_355_600_000] * 3, pa.timestamp("ms", "UTC")),
            }
        )
    )


@made("odd_types.parquet")
def _odd_types() -> bytes:
    from decimal import Decimal

    import pyarrow as pa

    return parquet(
        pa.table(
            {
                "comment": pa.array(["Too loud at night", None, "Sounds great"]).dictionary_encode(),
                "raw": pa.array([b"\xff\x00", b"", None]),
                "price": pa.array([Decimal("1.50"), None, Decimal("2.00")]),
                "ratio": [float("nan"), float("inf"), -0.0],
                "pairs": pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int32())),
            }
        )
    )


@made("no_rows.parquet")
def _no_rows() -> bytes:
    import pyarrow as pa

    return parquet(pa.table({"comment": pa.array([], pa.string())}))


@made("bad_utf8.parquet")
def _bad_utf8() -> bytes:
    import pyarrow as pa

    strings = pa.array([b"fine so far", b"\xff\xfe broken"], pa.binary()).view(pa.string())
    return parquet(pa.table({"comment": strings}))


@made("cut.parquet")
def _cut_parquet() -> bytes:
    return _nested()[:-20]
