"""Bad input: each case gives records, rejected rows with their code, or an error that says what to do."""

import gzip
import io
import json
import zipfile
from collections import Counter

import pytest

from voc.errors import VocError
from voc.io import ReadOptions, read

GOOD = "id,text,rating\n1,the lamp broke after a day,1\n2,works well so far,5\n"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted() -> bytes:
    """A zip file whose member is marked as encrypted."""
    raw = bytearray(zipped({"a.csv": GOOD.encode()}))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def csv_of(*lines: str) -> str:
    return "id,text,rating\n" + "".join(f"{line}\n" for line in lines)


# (name, content, texts that become records, codes of rejected rows)
ROWS = [
    ("plain.csv", GOOD, ["the lamp broke after a day", "works well so far"], []),
    ("ragged.csv", csv_of("1,fine,3", "2,fine, really,3", "3,ok,2"), ["fine", "ok"], ["malformed"]),
    ("unclosed.csv", csv_of('1,"never closed,1', "2,good,5", "3,bad,1"), ["good", "bad"], ["malformed"]),
    ("unclosed_last.csv", csv_of("1,good,5", "2,bad,1", '3,"cut of'), ["good", "bad"], ["malformed"]),
    ("after_quote.csv", csv_of('1,"so" good,5', "2,bad,1"), ["bad"], ["malformed"]),
    ("short.csv", csv_of("1,fine", "2,bad,1"), ["fine", "bad"], []),
    ("too_short.csv", csv_of("1", "2,bad,1"), ["bad"], ["malformed"]),
    ("trailing.csv", "id,text,rating\n1,fine,3,,\n2,bad,1,\n", ["fine", "bad"], []),
    ("blank_lines.csv", "\n\nid,text,rating\n\n1,fine,3\n\n\n2,bad,1\n\n", ["fine", "bad"], []),
    ("empty_cells.csv", csv_of("1,fine,3", "2,,4", ",,"), ["fine"], ["no_text", "no_text"]),
    ("spaces.csv", csv_of("1,   ,3", "2,bad,1"), ["bad"], ["no_text"]),
    ("nan.csv", csv_of("1,nan,3", "2,bad,1", "3,None,2"), ["bad", "None"], ["no_text"]),
    ("nul.csv", "id,text\n1,te\0xt\n2,fine here\n", ["text", "fine here"], []),
    ("crcrlf.csv", "id,text\r\r\n1,fine\r\r\n2,bad\r\r\n", ["fine", "bad"], []),
    ("mac.csv", "id,text\r1,fine\r2,bad\r", ["fine", "bad"], []),
    ("lone_cr.csv", b"id,text\n1,fine\rthing\n2,bad\n", ["bad"], ["malformed"]),
    ("quoted_cr.csv", b'id,text\n1,"fine\rthing"\n2,bad\n', ["fine\rthing", "bad"], []),
    ("multi_line.csv", 'id,text\n1,"first\n\nthird, line"\n2,bad\n', ["first\n\nthird, line", "bad"], []),
    ("duplicate.csv", "text,text,rating\nfine,here,3\nbad,there,1\n", ["fine", "bad"], []),
    ("mixed.csv", "id,text\n1,좋아요\n".encode() + "2,나빠요\n".encode("cp949"), ["좋아요"], ["undecodable"]),
    ("latin_in_utf8.csv", "id,text\n1,très bien\n".encode() + b"2,tr\xe8s mal\n3,ok\n", ["très bien", "ok"], ["undecodable"]),
    ("bom.csv", "\ufeffid,text\n1,fine\n", ["fine"], []),
    ("sep.csv", "sep=;\nid;text\n1;fine, really\n", ["fine, really"], []),
    ("preamble.csv", "Export of May\n\nid,text,rating\n1,fine,3\n2,bad,1\n", ["fine", "bad"], []),
    ("no_header.csv", "the lamp broke after a day,1\nworks well so far,5\n", ["the lamp broke after a day", "works well so far"], []),
    ("one_line.txt", "배송이 너무 늦어요\n", ["배송이 너무 늦어요"], []),
    ("one_column.csv", "review\nfine, but slow\nbad\n", ["fine, but slow", "bad"], []),
    ("semicolons.csv", "review\nfine; but slow; dear\nbad; very; bad\n", ["fine; but slow; dear", "bad; very; bad"], []),
    ("inches.tsv", 'id\ttext\n1\t"5 inch screen\n2\t"quoted word\n3\tfine\n4\tok\n', ['"5 inch screen', '"quoted word', "fine", "ok"], []),
    ("escaped.csv", 'id,text\n1,"he said \\"no\\", twice"\n2,fine\n', ['he said "no", twice', "fine"], []),
    ("spaced.csv", 'id, text\n1, "fine, but slow"\n2, "bad"\n', ["fine, but slow", "bad"], []),
    ("index.tsv", "\tdate\treview\n0\t31-Jul-18\tfine\n1\t30-Jul-18\tbad\n", ["fine", "bad"], []),
    ("numbers_called_text.csv", "text,answer\n1,it broke after a day\n2,it never worked at all\n", ["it broke after a day", "it never worked at all"], []),
    ("bad_line.jsonl", '{"text": "fine"}\n{"text": \n[1]\n{"text": "bad"}\n', ["fine", "bad"], ["malformed", "malformed"]),
    ("nan.json", '[{"text": "fine", "score": NaN}, {"text": "bad"}]', ["fine", "bad"], []),
    ("surrogate.json", '[{"text": "fine \\ud800 thing"}]', ["fine \ufffd thing"], []),
    ("odd_items.json", '[{"text": "fine"}, null, {"text": "bad"}]', ["fine", "bad"], ["malformed"]),
    ("strings.json", '["it broke", "it works"]', ["it broke", "it works"], []),
    ("one.json", '{"id": 7, "text": "where is my parcel"}', ["where is my parcel"], []),
    ("lines.json", '{"text": "fine"}\n{"text": "bad"}\n', ["fine", "bad"], []),
    ("crlf.jsonl", '{"text": "fine"}\r\n\r\n{"text": "bad"}\r\n', ["fine", "bad"], []),
    ("reviews.csv.gz", gzip.compress(GOOD.encode()), ["the lamp broke after a day", "works well so far"], []),
    ("called_csv.csv", gzip.compress(GOOD.encode()), ["the lamp broke after a day", "works well so far"], []),
    ("two.zip", zipped({"a.csv": b"text\nfine\n", "b/c.jsonl": b'{"text": "bad"}\n', "__MACOSX/a.csv": b"x"}), ["fine", "bad"], []),
    ("nested.zip", zipped({"in.zip": zipped({"a.csv": b"text\nfine\n"})}), ["fine"], []),
    ("unicode_text.txt", "id\ttext\n1\tfine, so\n2\t좋아요\n".encode("utf-16"), ["fine, so", "좋아요"], []),
    ("two_marks.csv", "\ufeff\ufeffid,text\n1,fine\n", ["fine"], []),
    ("mysql.tsv", "id\ttext\n1\tfine\n2\t\\N\n", ["fine"], ["no_text"]),
    ("marks.csv", "id,review\n1,!!!\n2,😀😀\n", ["!!!", "😀😀"], []),
    ("no_words_yet.csv", "id,review\n" + "1,\n" * 2_100 + "2,it broke\n", ["it broke"], ["no_text"] * 2_100),
    ("same_again.csv", "id,review\n" + "".join(f"{at},good\n" for at in range(60)), ["good"] * 60, []),
    ("json_called_csv.csv", '[{"text": "fine"}, {"text": "bad"}]', ["fine", "bad"], []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "texts", "codes"), ROWS, ids=[case[0] for case in ROWS])
def test_rows_are_kept_or_rejected(given, name, content, texts, codes):
    corpus = read([given(content, name)])
    assert [record.text for record in corpus.records] == texts
    assert sorted(item.code for item in corpus.rejected) == sorted(codes)
    assert corpus.rows_read == sum(source.rows for source in corpus.sources) == len(texts) + len(codes)
    assert all(
        item.reason.endswith(".") and item.row not in (None, "")
        for item in corpus.rejected
        if item.code != "malformed"
    )


# (name, content, words of the message or the hint)
ERRORS = [
    ("empty.csv", b"", "empty"),
    ("blank.csv", b"\n \n\t\n", "empty"),
    ("only_bom.csv", b"\xef\xbb\xbf", "empty"),
    ("header_only.csv", "id,text,rating\n", "no rows"),
    ("numbers.csv", "1\n2\n3\n", "--text-column"),
    ("numbers_named.csv", "value\n1\n2\n3\n", "--text-column"),
    ("no_text.csv", "day,amount\n2024-01-02,5\n2024-01-03,6\n", "--text-column"),
    ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "picture"),
    ("binary.csv", bytes(range(256)) * 40, "binary"),
    ("zeros.csv", bytes(5000), "empty"),
    ("program.csv", b"\x7fELF" + bytes(range(200)), "program"),
    ("report.pdf", b"%PDF-1.7\n" + bytes(range(200)), "PDF"),
    ("page.xls", "<html><body><table><tr><td>text</td></tr></table></body></html>", "web page"),
    ("cut.csv.gz", gzip.compress(GOOD.encode() * 500)[:-40], "cut short"),
    ("cut.zip", zipped({"a.csv": GOOD.encode() * 500})[:-30], "cut short"),
    ("secret.zip", encrypted(), "encrypted"),
    ("no_export.zip", zipped({"a.png": b"x", "b.exe": b"y"}), "no export"),
    ("bomb.gz", gzip.compress(bytes(90 << 20)), "bomb"),
    ("bomb.zip", zipped({"a.csv": bytes(90 << 20)}), "bomb"),
    ("bomb.xlsx", zipped({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(90 << 20)}), "bomb"),
    ("broken.xlsx", zipped({"[Content_Types].xml": b"<x/>"}), "damaged"),
    ("cut.xlsx", zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<y/>"})[:-30], "damaged"),
    ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
    ("cut.parquet", b"PAR1" + bytes(range(100)), "damaged"),
    ("cut.json", '[{"text": "fine"}, {"text": "ba', "not valid JSON"),
    ("no_list.json", "[]", "no list"),
    ("number.json", "42", "no list"),
    ("deep.json", "[" * 100_000 + "]" * 100_000, "deep"),
    ("wide.csv", ",".join(f"c{at}" for at in range(20_000)) + "\n1\n", "columns"),
    ("million.csv", ",".join(f"c{at}" for at in range(1_000_000)) + "\n1\n", "header"),
    ("archive.csv", b"x" * 257 + b"ustar\0" + bytes(300), "tar"),
    ("rivals.csv", "alpha,beta\nit broke after one day,it was late by a week\nso loud at night,nobody picks up the phone\n", "alpha, beta"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), ERRORS, ids=[case[0] for case in ERRORS])
def test_unusable_input_is_an_error_that_helps(given, name, content, words):
    with pytest.raises(VocError) as caught:
        read([given(content, name)])
    assert caught.value.exit_code == 3
    assert words in str(caught.value)
    assert name.split(".")[0] in caught.value.message
    assert caught.value.hint


def test_a_huge_cell_is_rejected_and_reading_goes_on(given):
    huge = "x" * 50_000_000
    corpus = read([given(f"id,text\n1,fine\n2,{huge}\n3,bad\n")])
    assert [record.text for record in corpus.records] == ["fine", "bad"]
    (rejected,) = corpus.rejected
    assert (rejected.code, rejected.source_row) == ("too_large", 2)
    assert len(rejected.row) <= 10_000
    assert "50,000,00" in rejected.reason


def test_a_cell_over_the_limit_is_rejected_in_every_format(given):
    options = ReadOptions(max_cell_chars=100)
    long = "y" * 150
    rows = [{"text": "fine"}, {"text": long}]
    for name, content in (
        ("a.csv", f"id,text\n1,fine\n2,{long}\n"),
        ("a.json", json.dumps(rows)),
        ("a.jsonl", "\n".join(map(json.dumps, rows))),
    ):
        corpus = read([given(content, name)], options)
        assert [record.text for record in corpus.records] == ["fine"]
        assert [item.code for item in corpus.rejected] == ["too_large"]


def test_an_unclosed_quote_costs_one_row_in_a_long_file(given):
    lines = [f"{at},fine thing,5" for at in range(1, 15_001)]
    lines[99] = '100,"never closed,5'
    corpus = read([given(csv_of(*lines))])
    assert len(corpus.records) == 14_999
    assert [(item.code, item.source_row) for item in corpus.rejected] == [("malformed", 100)]


def test_a_quote_that_swallows_whole_rows_is_noticed(given):
    lines = [f"{at},fine thing,5" for at in range(1, 41)]
    lines[4] = '5,"opened here,5'
    lines[29] = '30,closed here",5'
    corpus = read([given(csv_of(*lines))])
    assert Counter(item.code for item in corpus.rejected) == {"malformed": 1}
    assert len(corpus.records) == 39


def test_a_text_of_many_lines_is_not_taken_for_swallowed_rows(given):
    said = "\n".join(["first, it was late, very", "then it broke, twice, sadly", "and nobody, not one, came"])
    corpus = read([given(f'id,text,rating\n1,"{said}",1\n2,fine,5\n')])
    assert corpus.records[0].text == said


def test_a_header_alone_is_no_error_beside_a_file_with_rows(given):
    corpus = read([given("id,text\n", "a.csv"), given("id,text\n1,fine\n", "b.csv")])
    assert [record.text for record in corpus.records] == ["fine"]
    assert corpus.sources[0].rows == 0
    assert corpus.sources[0].notes
