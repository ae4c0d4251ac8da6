from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from voc.io import ReadOptions, read
from voc.io.date_formats import parse
from voc.io.dates import DateColumn, fit, looks_dated

BASE = datetime(2024, 6, 15, 9, 0)
DAY = datetime(2024, 3, 5)
TIME = datetime(2024, 3, 5, 15, 4)

WRITTEN = [
    ("2024-03-05", DAY), ("2024/3/5", DAY), ("2024.03.05", DAY), ("2024. 3. 5.", DAY), ("20240305", DAY),
    ("2024년 3월 5일", DAY), ("2024年3月5日", DAY), ("2024-03-05 (화)", DAY), ("2024年03月05日(火)", DAY),
    ("5-Mar-24", DAY), ("05 Mar 2024", DAY), ("Mar 5, 2024", DAY), ("March 5th, 2024", DAY), ("Tue, 5 March 2024", DAY),
    ("5. März 2024", DAY), ("5 mars 2024", DAY), ("5 de marzo de 2024", DAY), ("5 de março de 2024", DAY),
    ("5 Mart 2024", DAY), ("5 марта 2024", DAY), ("5 marzo 2024", DAY),
    ("Reviewed in the United States on March 5, 2024", DAY), ("2024年3月5日に日本でレビュー済み", DAY),
    ("2024-03-05T15:04:00", TIME), ("2024-03-05 15:04", TIME), ("2024-03-05T15:04:00Z", TIME),
    ("2024-03-05T15:04:00.000+00:00", TIME), ("2024-03-06T00:04:00+09:00", TIME), ("2024-03-05 07:04:00 -0800", TIME),
    ("2024/3/5 오후 3:04", TIME), ("2024년 3월 5일 오후 3시 4분", TIME), ("2024年3月5日 15時04分", TIME), ("2024/3/5 下午3:04", TIME),
    ("Mar 5, 2024 3:04 PM", TIME), ("Tue Mar 05 15:04:00 +0000 2024", TIME), ("Tue, 05 Mar 2024 15:04:00 GMT", TIME),
    ("5. März 2024 um 15:04 Uhr", TIME), ("20240305150400", TIME), ("1709651040", TIME), ("1709651040000", TIME),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_dates_as_people_write_them(text, expected):
    assert DateColumn("dmy", BASE).parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "-", "unknown", "2024-13-45", "30/02/2024", "5", "12:30", "v1.2.3", "later", "99999999"],
)
def test_what_is_no_date_is_none(text):
    column = DateColumn("dmy", BASE)
    assert column.parse(text) is None
    assert column.unparsed == (text != "")


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("3일 전", timedelta(days=3)), ("2 hours ago", timedelta(hours=2)), ("hace 3 días", timedelta(days=3)),
        ("3日前", timedelta(days=3)), ("3天前", timedelta(days=3)), ("il y a 3 jours", timedelta(days=3)),
        ("vor 3 Tagen", timedelta(days=3)), ("há 3 dias", timedelta(days=3)), ("3 gün önce", timedelta(days=3)),
        ("1시간 전", timedelta(hours=1)), ("yesterday", timedelta(days=1)), ("어제", timedelta(days=1)), ("방금 전", timedelta(0)),
    ],
)  # fmt: skip
def test_relative_dates_count_from_the_base(text, ago):
    column = DateColumn("ymd", BASE)
    assert column.parse(text) == BASE - ago


def test_relative_dates_count_from_as_of_and_say_so(given):
    path = given("date,review\n3일 전,배송이 늦어요 정말로\n2024.06.01,좋아요 아주 만족\n")
    corpus = read([path], ReadOptions(as_of=datetime(2024, 6, 15)))
    assert [record.created_at for record in corpus.records] == [datetime(2024, 6, 12), datetime(2024, 6, 1)]
    assert any("2024-06-15" in note for note in corpus.sources[0].notes)


@pytest.mark.parametrize(
    ("values", "language", "order"),
    [
        (["2/24/2015 11:35", "3/1/2015"], "en", "mdy"),
        (["24/2/2015", "3/1/2015"], "en", "dmy"),
        (["03/04/2024", "05/06/2024"], "en", "mdy"),
        (["03/04/2024", "05/06/2024"], "de", "dmy"),
        (["03.04.2024"], None, "dmy"),
        (["23.09.24", "24.01.31"], None, "ymd"),
        (["10/11/23"], "ko", "ymd"),
        (["03/12/2024", "03/02/2024"], "de", "mdy"),  # 3 December 2024 would be in the future
    ],
)
def test_the_order_of_day_and_month_is_the_columns(values, language, order):
    column = fit(values, BASE, language)
    assert column.order == order


def test_an_ambiguous_order_is_noted_and_can_be_given():
    assert "ambiguous" in fit(["03/04/2024"], BASE).notes[0]
    given = fit(["03/04/2024"], BASE, "en", order="dmy")
    assert given.parse("03/04/2024") == datetime(2024, 4, 3)
    assert not given.notes


def test_one_row_never_overrules_the_column():
    column = fit(["2/24/2015", "2/25/2015", "2/26/2015"] * 20, BASE)
    assert column.parse("24/2/2015") is None
    assert column.unparsed == 1


def test_the_whole_file_is_asked_before_custom_decides(given):
    first = "".join(
        f"{at % 12 + 1:02d}/{at % 9 + 1:02d}/2023,this text has many words number {at}\n"
        for at in range(2_500)
    )
    path = given(f"date,review\n{first}25/03/2023,and this one comes very late\n")
    records = read([path]).records
    assert records[-1].created_at == datetime(2023, 3, 25)
    assert records[1].created_at == datetime(2023, 2, 2)
    assert records[2].created_at == datetime(2023, 3, 3)
    assert records[10].created_at == datetime(2023, 2, 11)


def test_typed_cells():
    column = DateColumn("ymd", BASE)
    assert column.parse(datetime(2024, 3, 5, 15, 4, tzinfo=UTC)) == TIME
    assert column.parse(datetime(2024, 3, 6, 0, 4, tzinfo=timezone(timedelta(hours=9)))) == TIME
    assert column.parse(date(2024, 3, 5)) == DAY
    assert column.parse(1709651040) == TIME
    assert column.parse(1709651040000.0) == TIME
    assert column.parse(20240305) == DAY
    assert column.parse(True) is None
    assert column.parse(float("nan")) is None


def test_spreadsheet_day_counts_only_where_the_column_has_them():
    assert fit(["45356", "45357.5"], BASE).parse("45356") == DAY
    assert fit(["2024-03-05", "2024-03-06"], BASE).parse("45356") is None


def test_unparsed_dates_are_counted_not_rejected(given):
    path = given(
        "date,review\n2024-01-01,it broke after a day\nsoon,it works well so far\n2024-01-03,never again really\n"
    )
    corpus = read([path])
    assert [record.created_at is None for record in corpus.records] == [False, True, False]
    assert any("could not be read: 1." in note for note in corpus.sources[0].notes)


def test_garbage_does_not_keep_asking_the_slow_parser():
    column = DateColumn("ymd", BASE)
    asked = []

    class Slow:
        def get_date_data(self, text):
            asked.append(text)
            return type("Found", (), {"date_obj": None})

    column._slow = Slow()
    for at in range(5_000):
        column.parse(f"code {at} x")
    assert len(asked) <= 200
    assert column.unparsed == 5_000


def test_two_digit_years_are_not_in_the_future():
    assert parse("5-Mar-24", "dmy", 2024) == DAY
    assert parse("5-Mar-99", "dmy", 2024) == datetime(1999, 3, 5)


@over(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9/.\-: 年월일APM+Z]{6,24}", fullmatch=True)))
@settings(max_examples=150, deadline=None)
def test_parsing_never_raises(text):
    for order in ("ymd", "dmy", "mdy"):
        found = parse(text, order, 2024)
        assert found is None or (found.tzinfo is None and 1970 <= found.year <= 2100)
    looks_dated(text)


@over(st.datetimes(datetime(1995, 1, 1), datetime(2024, 6, 1)))
@settings(max_examples=100, deadline=None)
def test_formats_round_trip(moment):
    second = moment.replace(microsecond=0)
    assert parse(moment.isoformat(), "dmy", 2024) == moment
    assert parse(f"{second:%d/%m/%Y %H:%M:%S}", "dmy", 2024) == second
    assert parse(f"{second:%m/%d/%Y %I:%M:%S %p}", "mdy", 2024) == second
    assert parse(f"{second:%Y년 %m월 %d일 %H시 %M분 %S초}", "dmy", 2024) == second
    assert parse(f"{second:%d %b %Y}", "mdy", 2024) == datetime(second.year, second.month, second.day)
