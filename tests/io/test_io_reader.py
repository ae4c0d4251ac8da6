import csv
import io
import tracemalloc

from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from voc.io import read, stream
from voc.types import Record

WORD = st.text("abcdefg 가나다,\"'\n;", max_size=20)


@over(st.lists(st.tuples(st.integers(0, 5), WORD), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_is_lost(given, rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["key", "review"], *rows])
    corpus = read([given(out.getvalue())])
    texts = [text.strip() for _, text in rows]
    assert corpus.rows_read == len(rows) == corpus.sources[0].rows
    assert [record.text for record in corpus.records] == [text for text in texts if text]
    numbers = sorted(
        [record.source_row for record in corpus.records] + [item.source_row for item in corpus.rejected]
    )
    assert numbers == list(range(1, len(rows) + 1))


def test_a_stream_gives_the_same_items_in_order(given):
    paths = [given("id,text\n1,fine\n2,\n3,bad\n", "a.csv"), given('{"text": "ok"}\n{"x": 1}\n', "b.jsonl")]
    items = stream(paths)
    seen = list(items)
    corpus = read(paths)
    assert [item for item in seen if isinstance(item, Record)] == list(corpus.records)
    assert [(item.source_file, item.source_row) for item in seen] == [
        ("a.csv", 1), ("a.csv", 2), ("a.csv", 3), ("b.jsonl", 1), ("b.jsonl", 2),
    ]  # fmt: skip
    assert items.sources == list(corpus.sources)
    assert list(items) == seen


def test_reading_twice_gives_the_same(given):
    paths = [given("id,text\nx,fine\nx,bad\n", "a.csv"), given("text\nfine\n", "b/a.csv")]
    assert read(paths) == read(paths)


def test_ids_are_unique_whatever_the_files_hold(given):
    paths = [
        given(
            "id,text\n7,fine\n8,bad\n9,ok\n,meh\nc:1,so\n"
            + "".join(f"{at},good\n" for at in range(100, 200)),
            "a.csv",
        ),
        given("id,text\n7,fine\n8,bad\n", "b.csv"),
        given("text\nfine\nbad\n", "c.csv"),
        given("text\nfine\n", "sub/c.csv"),
    ]
    records = read(paths).records
    ids = [record.id for record in records]
    assert len(set(ids)) == len(ids)
    assert ids[:4] == ["7", "8", "9", "a:4"]
    assert ids[105:107] == ["7#1", "8#2"]
    assert ids[-1] == "c~2:1"


def test_values_are_json_and_parquet_safe(given):
    corpus = read([given(b"id,text,note\n1,fine,caf\xe9\n2,ok,x\n", "a.csv")])
    for record in corpus.records:
        record.text.encode()
        str(record.metadata).encode()


def test_memory_stays_constant(given):
    """Past the sample, more rows take no more memory while streaming."""
    peaks = []
    for count in (3_000, 6_000):
        path = given(
            "review,day\n" + f"{'the lamp broke after a day ' * 6},2024-01-02\n" * count, f"{count}.csv"
        )
        for _ in stream([path]):
            break
        tracemalloc.start()
        assert sum(1 for _ in stream([path])) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_stopping_early_leaves_nothing_open(given):
    items = iter(stream([given("text\n" + "fine\n" * 5_000)]))
    next(items)
    items.close()
