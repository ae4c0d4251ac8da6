import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

from voc.errors import VocError
from voc.io import ReadOptions, read, stream
from voc.io.sources import find

TABLE = "id,text\n1,it broke\n2,it works\n"


def names_of(inputs) -> list[str]:
    return [found.name for found in find(inputs)]


def test_a_folder_gives_its_exports_in_order(given, tmp_path):
    for name in (
        "b.csv",
        "a.jsonl",
        "sub/c.tsv",
        "README.txt",
        ".hidden.csv",
        "~$b.xlsx",
        "notes.md",
        ".git/x.csv",
    ):
        given(TABLE, name)
    assert names_of([tmp_path]) == ["a.jsonl", "b.csv", "c.tsv"]


def test_a_run_folder_inside_a_folder_is_not_feedback(given, tmp_path):
    given(TABLE, "a.csv")
    given("{}", "out/run.json")
    given("x", "out/feedback.parquet")
    given(TABLE, "out/issues.csv")
    assert names_of([tmp_path]) == ["a.csv"]


def test_globs_and_repeats(given, tmp_path):
    a, b = given(TABLE, "a.csv"), given(TABLE, "b.csv")
    assert names_of([f"{tmp_path}/*.csv"]) == ["a.csv", "b.csv"]
    assert names_of([b, str(tmp_path), a]) == ["b.csv", "a.csv"]
    assert names_of([f"{tmp_path}/**/*.csv"]) == ["a.csv", "b.csv"]


def test_files_of_the_same_name_are_told_apart(given):
    one, other = given(TABLE, "may/reviews.csv"), given(TABLE, "june/reviews.csv")
    assert names_of([one, other]) == ["may/reviews.csv", "june/reviews.csv"]
    corpus = read([one, other])
    assert [record.id for record in corpus.records] == ["1", "2", "1#1", "2#2"]


def test_a_missing_file_names_the_nearest(given):
    given(TABLE, "reviews.csv")
    with pytest.raises(VocError, match=r"Did you mean .*reviews\.csv") as caught:
        find([given(TABLE, "x.csv").parent / "review.csv"])
    assert caught.value.exit_code == 3


def test_no_input_and_an_empty_folder(tmp_path):
    with pytest.raises(VocError) as caught:
        find([])
    assert caught.value.exit_code == 2
    with pytest.raises(VocError, match="No export was found"):
        find([tmp_path])


def test_a_name_that_cannot_be_a_path():
    with pytest.raises(VocError):
        find(["a\0b"])
    with pytest.raises(VocError):
        find(["x" * 5000])


def test_a_file_that_may_not_be_read(given, monkeypatch):
    path = given(TABLE)

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(VocError, match="not allowed to read") as caught:
        read([path])
    assert caught.value.exit_code == 3


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(TABLE.encode()))))
    corpus = read(["-"])
    assert [record.id for record in corpus.records] == ["1", "2"]
    assert corpus.sources[0].name == "stdin"


def test_a_pipe_is_read_as_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if os.fork() == 0:
        with open(pipe, "w") as end:
            end.write(TABLE)
        os._exit(0)
    assert len(read([pipe]).records) == 2
    os.wait()


def test_a_device_is_refused():
    with pytest.raises(VocError, match="not a file"):
        read(["/dev/zero"])


def test_size_limits(given):
    big = given(TABLE * 1000)
    with pytest.raises(VocError, match="larger than the limit"):
        read([big], ReadOptions(max_file_bytes=1000))
    packed = given(gzip.compress(os.urandom(200_000).hex().encode()), "big.csv.gz")
    with pytest.raises(VocError, match="bomb"):
        read([packed], ReadOptions(max_unpacked_bytes=100_000))


def test_the_same_rows_have_the_same_hash_packed_or_not(given):
    plain, packed = given(TABLE), given(gzip.compress(TABLE.encode()), "x.csv.gz")
    corpus = read([plain, packed])
    assert len({source.sha256 for source in corpus.sources}) == 1
    assert {source.bytes for source in corpus.sources} == {len(TABLE)}


def test_members_of_an_archive_are_sources_of_their_own(given):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("후기.csv", TABLE)
        archive.writestr("in/b.csv", TABLE)
    corpus = read([given(buffer.getvalue(), "all.zip")])
    assert [source.name for source in corpus.sources] == ["all.zip/in/b.csv", "all.zip/후기.csv"]
    assert [source.rows for source in corpus.sources] == [2, 2]


def test_an_archive_within_archives_within_archives(given):
    content = TABLE.encode()
    for _ in range(5):
        content = gzip.compress(content)
    with pytest.raises(VocError, match="archives within archives"):
        read([given(content, "deep.gz")])


def test_nothing_is_left_on_disk(given, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    read([given(gzip.compress(TABLE.encode()), "x.csv.gz")])
    with pytest.raises(VocError):
        read([given(gzip.compress(TABLE.encode())[:-9], "y.csv.gz")])
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("harm", ["cut", "rewritten", "gone"])
def test_a_file_that_changes_under_the_reader_is_an_error(given, harm):
    rows = "".join(f"{at},The parcel number {at} came late\n" for at in range(20_000))
    first, second = given("id,review\n" + rows, "a.csv"), given("id,review\n" + rows, "b.csv")
    items = iter(stream([first, second]))
    next(items)
    if harm == "cut":
        os.truncate(first, 100)
    elif harm == "rewritten":
        first.write_bytes(first.read_bytes().replace(b"late", b"soon"))
        os.utime(first, (2_000_000_000, 2_000_000_000))
    else:
        second.unlink()
    with pytest.raises(VocError, match=r"changed while it was read|Cannot read b\.csv"):
        list(items)


def test_a_file_that_grows_under_the_reader_is_read(given):
    path = given("id,review\n" + "1,late\n" * 5_000)
    items = iter(stream([path]))
    next(items)
    with path.open("a") as file:
        file.write("2,later\n")
    assert sum(1 for _ in items) >= 4_999
