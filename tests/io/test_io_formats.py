"""JSON, workbooks and Parquet: where the rows are, and what their cells become."""

import json
from datetime import date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voc.errors import VocError
from voc.io import ReadOptions, read, read_rows

ROWS = [{"id": 1, "text": "it broke"}, {"id": 2, "text": "it works"}]
DOCUMENTS = {
    "array": ROWS,
    "nested": {"meta": {"n": 2}, "result": {"page": {"items": ROWS}}},
    "by column": {"id": [1, 2], "text": ["it broke", "it works"]},
    "frame": {"id": {"0": 1, "1": 2}, "text": {"0": "it broke", "1": "it works"}},
    "split": {"columns": ["id", "text"], "index": [0, 1], "data": [[1, "it broke"], [2, "it works"]]},
    "lists": [["id", "text"], [1, "it broke"], [2, "it works"]],
    "by key": {"a": ROWS[0], "b": ROWS[1]},
    "wrapped": [{"id": 1, "review": {"text": "it broke"}}, {"id": 2, "review": {"text": "it works"}}],
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_rows_are_found_in_a_document(given, name):
    corpus = read([given(json.dumps(DOCUMENTS[name]), "x.json")])
    assert [record.text for record in corpus.records] == ["it broke", "it works"]
    assert [record.id for record in corpus.records] == ["1", "2"]


def test_the_list_with_the_text_is_read_and_the_other_noted(given):
    document = {"users": [{"id": at, "name": f"u{at}"} for at in range(9)], "reviews": ROWS}
    corpus = read([given(json.dumps(document), "x.json")])
    assert [record.text for record in corpus.records] == ["it broke", "it works"]
    assert any("'users'" in note for note in corpus.sources[0].notes)


def test_a_single_ticket_is_one_row(given):
    ticket = {"id": 5, "subject": "Late", "description": "Where is it?", "tags": ["a", "b"]}
    corpus = read([given(json.dumps(ticket), "ticket.json")])
    assert [record.text for record in corpus.records] == ["Late\nWhere is it?"]


def test_rare_keys_are_kept(given):
    rows = [{"text": f"it broke again {at}"} for at in range(3_000)] + [{"text": "late", "extra": 1}]
    corpus = read([given("\n".join(map(json.dumps, rows)), "x.jsonl")])
    assert corpus.records[-1].metadata == {"extra": 1}


def workbook(tmp_path, sheets: dict[str, list[list]], hidden: tuple[str, ...] = ()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    path = tmp_path / "survey.xlsx"
    book.save(path)
    return path


TABLE = [
    ["ID", "날짜", "점수", "의견"],
    [1, datetime(2024, 3, 5, 15, 4), 4, "좋아요"],
    [2, date(2024, 3, 6), 1, "별로"],
]


def test_the_first_sheet_with_text_is_read(tmp_path):
    path = workbook(
        tmp_path,
        {"표지": [["2024", None], [5, 6]], "응답": TABLE, "메모": [["의견"], ["숨은 것"]]},
        hidden=("메모",),
    )
    corpus = read([path])
    source = corpus.sources[0]
    assert (source.format, source.sheet, source.rows) == ("xlsx", "응답", 2)
    assert any("표지" in note for note in source.notes)
    first = corpus.records[0]
    assert (first.text, first.rating, first.created_at, first.id) == (
        "좋아요",
        4.0,
        datetime(2024, 3, 5, 15, 4),
        "1",
    )


def test_a_cover_sheet_of_prose_is_passed_over(tmp_path):
    cover = [
        ["Survey", "Customers who bought a lamp in May"],
        ["Note", "Please do not pass this file on to others"],
    ]
    path = workbook(tmp_path, {"About": cover, "Responses": TABLE})
    assert read([path]).sources[0].sheet == "Responses"


def test_a_sheet_can_be_chosen_by_name_or_number(tmp_path):
    path = workbook(tmp_path, {"one": TABLE, "two": [["의견"], ["다른 것"]]})
    assert read([path], ReadOptions(sheet="two")).records[0].text == "다른 것"
    assert read([path], ReadOptions(sheet="2")).records[0].text == "다른 것"
    with pytest.raises(VocError, match="'two'") as caught:
        read([path], ReadOptions(sheet="tvo"))
    assert caught.value.exit_code == 2


def test_titles_above_the_header_and_blank_rows(tmp_path):
    rows = [["Survey of May"], [], *TABLE, [], [None, None, None, None], [3, None, None, None]]
    corpus = read([workbook(tmp_path, {"s": rows})])
    assert [record.text for record in corpus.records] == ["좋아요", "별로"]
    assert [(item.code, item.source_row) for item in corpus.rejected] == [("no_text", 3)]


def test_parquet_streams_with_types(tmp_path):
    path = tmp_path / "x.parquet"
    table = pa.table(
        {
            "id": ["a", "b"],
            "text": ["it broke", None],
            "at": pa.array([datetime(2024, 3, 5, 15, 4), None], pa.timestamp("ns", tz="Asia/Seoul")),
            "user": [{"name": "kim"}, {"name": "lee"}],
            "stars": [4, 5],
        }
    )
    pq.write_table(table, path)
    corpus = read([path])
    (record,) = corpus.records
    assert (record.text, record.rating, record.created_at) == ("it broke", 4.0, datetime(2024, 3, 5, 15, 4))
    assert (record.author, record.metadata["stars"]) == ("kim", 4)
    assert [item.code for item in corpus.rejected] == ["no_text"]


def test_a_parquet_file_without_rows(tmp_path):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "x.parquet")
    with pytest.raises(VocError, match="no rows"):
        read([tmp_path / "x.parquet"])


def test_rows_before_mapping(given):
    rows = list(read_rows([given("text,label\nit broke,bug\na,b,c\nit works,praise\n")]))
    assert [row.source_row for row in rows] == [1, 2, 3]
    assert rows[0].values == {"text": "it broke", "label": "bug"}
    assert rows[1].code == "malformed"
