"""What is fuzzed: each target takes bytes, and fails only by an exception that is no VocError, or a broken promise.

The tests feed them with hypothesis, benchmarks/fuzz.py for as long as one likes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

from voc.errors import VocError

SECONDS = 2.0
"""Of processor time, for each 10 kB begun."""
Target = Callable[[bytes], None]
_FOLDER = tempfile.TemporaryDirectory(prefix="voc-fuzz-")


def reader(suffix: str) -> Target:
    """Read a file of this name: every row met is a record or is rejected."""

    def run(data: bytes) -> None:
        from voc.io import ReadOptions, read

        path = Path(_FOLDER.name) / f"f{suffix}"
        path.write_bytes(data)
        corpus = read([path], ReadOptions(max_cell_chars=20_000, max_unpacked_bytes=50 << 20))
        assert corpus.rows_read == sum(source.rows for source in corpus.sources)
        assert corpus.rows_read == len(corpus.records) + len(corpus.rejected)
        assert len({record.id for record in corpus.records}) == len(corpus.records)
        for record in corpus.records:
            assert record.text.strip()
            assert record.rating is None or 1 <= record.rating <= 5
            record.text.encode()  # storable: no half characters

    return run


def dates(data: bytes) -> None:
    """A column of dates: naive, or none."""
    from voc.io import dates

    texts = data.decode("utf-8", "replace").split("\n")[:40]
    column = dates.fit(texts, base=dates.MIDDAY)
    for text in texts:
        dates.looks_dated(text)
        found = column.parse(text)
        assert found is None or found.tzinfo is None


def columns(data: bytes) -> None:
    """Lines of cells between bars, the header first: every role goes to a column that there is, the text to one at least."""
    from voc.io.columns import Sample, infer
    from voc.io.options import DEFAULTS

    header, *lines = [line.split("|")[:12] for line in data.decode("utf-8", "replace").split("\n")[:80]]
    names = tuple(dict.fromkeys(header))
    rows = [
        {
            name: int(cell) if cell.isdecimal() and len(cell) < 19 else cell
            for name, cell in zip(names, cells, strict=False)
        }
        for cells in lines
    ]
    found = infer(Sample(names, rows), DEFAULTS)
    assert found.text
    assert {*found.text, *found.roles.values()} <= set(names)
    assert not set(found.text) & set(found.roles.values())


def ratings(data: bytes) -> None:
    """A column of ratings: 1 to 5, or none."""
    from voc.io import ratings

    texts = data.decode("utf-8", "replace").split("\n")[:200]
    column = ratings.fit(texts)
    for text in texts:
        score = ratings.nps(text)
        assert score is None or 0 <= score <= 10
        found = column.parse(text) if column else None
        assert found is None or 1 <= found <= 5


def redaction(data: bytes) -> None:
    """Spans lie within the text, in order, apart; redacting again finds nothing that was not there."""
    from voc.text.clean import clean
    from voc.text.redact import Redactor

    text = clean(data.decode("utf-8", "replace"), "email")
    redacted, spans = Redactor().redact(text, "en")
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert bool(spans) == (redacted != text)


def segmentation(data: bytes) -> None:
    """Segments lie in order and apart, and nothing but white space is left between them."""
    from voc.text.segment import segment

    language = ("en", "ko", "ja", "zh", "th", "ar", "und")[data[0] % 7 if data else 0]
    text = data[1:].decode("utf-8", "replace")
    end = 0
    for start, stop in segment(text, language):
        assert end <= start < stop <= len(text)
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


def rules(data: bytes) -> None:
    """A file of routing rules is read, or explained."""
    from voc.routing.rulefile import parse_rules

    parse_rules(data.decode("utf-8", "replace"), "rules.yaml", ["bug_report", "refund_request"])


def pipeline(data: bytes) -> None:
    """A pipeline's YAML is read, or explained."""
    from voc.config import resolve

    path = Path(_FOLDER.name) / "p.yaml"
    path.write_bytes(data)
    resolve(str(path))


TARGETS: dict[str, Target] = {
    **{name: reader(f".{name}") for name in ("csv", "tsv", "txt", "json", "jsonl", "xlsx", "xls", "ods", "parquet", "gz", "zip")},
    "columns": columns, "dates": dates, "ratings": ratings, "redaction": redaction, "segmentation": segmentation, "rules": rules,
    "pipeline": pipeline,
}  # fmt: skip


def run(name: str, data: bytes) -> None:
    """Run a target: VocErrors are answers, and time is bounded.

    Raises:
        AssertionError: a promise is broken.
    """
    before = time.process_time()
    try:
        TARGETS[name](data)
    except VocError as error:
        answer = error
    else:
        answer = VocError("none")
    assert answer.message
    assert answer.exit_code in (2, 3)
    spent = time.process_time() - before
    assert spent < SECONDS * (1 + len(data) // 10_000), f"{name}: {spent:.1f} s for {len(data):,} bytes"


@cache
def seeds(name: str) -> list[bytes]:
    """Files to begin from: those of tests/cases/files, and the pipelines and rules that voc brings."""
    from nasty_files import MADE

    here = Path(__file__).parent
    cases = here / "cases" / "files"
    if name in ("rules", "pipeline"):
        folder = here.parent / "pipelines" / ("routing" if name == "rules" else "")
        return [path.read_bytes() for path in sorted(folder.glob("*.yaml"))]
    if name == "redaction":
        return [
            b"call 010-1234-5678 or a.b@example.com, card 4539 1488 0343 6467, IBAN DE89 3704 0044 0532 0130 00"
        ]
    if name == "columns":
        return [
            path.read_bytes().replace(b",", b"|").replace(b"\t", b"|")
            for path in sorted(cases.glob("*.[ct]sv"))
        ]
    if name in ("dates", "ratings", "segmentation"):
        return [path.read_bytes() for path in sorted(cases.glob("*.csv"))]
    kept = [path.read_bytes() for path in sorted(cases.glob(f"*.{name}"))]
    made = [make() for file, make in sorted(MADE.items()) if file.endswith(f".{name}")]
    return [data for data in [*kept, *made] if len(data) < 20_000] or [b"id,comment\n1,fine\n"]
