"""The public reading functions: a whole corpus, a stream of records, or bare rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from voc.errors import VocError
from voc.io.options import DEFAULTS, ReadOptions
from voc.io.prepare import Mapped, map_table, open_tables
from voc.io.records import Ids
from voc.io.sources import Blob, Found, check_whole, find, load
from voc.io.table import NoRows
from voc.io.unpack import unpack
from voc.types import Corpus, Record, Rejected, Row, Source

Inputs = Sequence[str | Path]


class Stream:
    """Records and rejected rows, in the order of the files and their rows.

    Memory stays constant for CSV, TSV, JSON Lines and Parquet (but for 60 bytes a row where a column
    holds ids); workbooks and JSON documents are read whole, one at a time. ``sources`` fills as files
    are finished. Iterating again reads the files again; standard input can be read only once.

    Raises (on construction for missing files, else while iterating):
        VocError: an input can't be used; exit code 3, or 2 when an option does not fit it.
    """

    def __init__(self, inputs: Inputs, options: ReadOptions = DEFAULTS) -> None:
        self.options = options
        self.sources: list[Source] = []
        self._found = find(inputs)

    def __iter__(self) -> Iterator[Record | Rejected]:
        self.sources.clear()
        ids = Ids()
        empty: list[NoRows] = []
        for blob in blobs(self._found, self.options):
            try:
                mapped = choose(blob, self.options, ids)
            except NoRows as problem:
                empty.append(problem)
                self.sources.append(
                    Source(blob.name, "empty", blob.size, blob.sha256, notes=(problem.message,))
                )
                continue
            yield from self._records(mapped)
        if empty and not any(source.rows for source in self.sources):
            raise _nothing(empty)

    def _records(self, mapped: Mapped) -> Iterator[Record | Rejected]:
        rows = 0
        make = mapped.maker
        for item in mapped.opened.items():
            rows += 1
            yield make(item) if isinstance(item, Row) else item
        self.sources.append(mapped.source(rows))


def choose(blob: Blob, options: ReadOptions, ids: Ids) -> Mapped:
    """The first table of a file (sheet, list) whose names say that it holds customers' text.

    Failing that the longest one whose content looks like it: a cover sheet holds some prose too.

    Raises:
        VocError: none does; the error is the first table's.
    """
    problem: VocError | None = None
    guesses: list[Mapped] = []
    for opened in open_tables(blob, options):
        try:
            mapped = map_table(opened, options, ids)
        except VocError as error:
            problem = problem or error
            continue
        if mapped.found.is_sure:
            return mapped
        guesses.append(mapped)
    if guesses:
        return max(guesses, key=lambda mapped: len(mapped.opened.head))
    raise problem or NoRows(f"{blob.name} has no rows.", "Export it again.")


def blobs(found: Sequence[Found], options: ReadOptions) -> Iterator[Blob]:
    """Every file, unpacked where it is an archive; what is copied to disk goes when it has been read."""
    with TemporaryDirectory(prefix="voc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for one in found:
            blob = load(one, folder, options.max_file_bytes)
            yield from unpack(blob, folder, options.max_unpacked_bytes)
            if blob.path.parent == folder:
                with suppress(OSError):
                    blob.path.unlink()
            else:
                check_whole(blob)


def _nothing(empty: Sequence[NoRows]) -> VocError:
    if len(empty) == 1:
        return empty[0]
    return VocError(
        f"None of the {len(empty)} files has a row: {empty[0].message}",
        "Export them again; check that there are rows.",
    )


def stream(inputs: Inputs, options: ReadOptions = DEFAULTS) -> Stream:
    """The items of ``inputs`` one by one: see `Stream`.

    Raises:
        VocError: a named file does not exist.
    """
    return Stream(inputs, options)


def read(inputs: Inputs, options: ReadOptions = DEFAULTS) -> Corpus:
    """All records of ``inputs`` (files, folders, globs, ``-``), and what could not be used.

    Nothing is lost: ``corpus.rows_read`` rows were met, and each is a record or is rejected with its reason.

    Raises:
        VocError: an input can't be used; exit code 3, or 2 when an option does not fit it.
    """
    items = Stream(inputs, options)
    records: list[Record] = []
    rejected: list[Rejected] = []
    for item in items:
        if isinstance(item, Record):
            records.append(item)
        else:
            rejected.append(item)
    return Corpus(tuple(records), tuple(rejected), tuple(items.sources))


def read_rows(inputs: Inputs, options: ReadOptions = DEFAULTS) -> Iterator[Row | Rejected]:
    """The rows of ``inputs`` as they stand, before columns are mapped: for labelled files and the like.

    Of a workbook or a JSON document the first table that has rows is read.

    Raises:
        VocError: an input can't be used.
    """
    for blob in blobs(find(inputs), options):
        opened = next(open_tables(blob, options))
        yield from opened.items()
