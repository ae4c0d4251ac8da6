"""Nasty files as people have them: each in tests/cases/files, with what must come of it beside it.

``NAME.expected.yaml`` stands beside the file ``NAME``, or beside its maker in nasty_files.py. It has ``about`` and
either ``error`` (words of the message or its hint), or ``texts`` (of the records, in order; ``start`` and ``count``
where they are long or many) and ``rejected`` (code -> rows). ``mapping``, ``encoding``, ``dates``, ``ratings``,
``nps`` and ``ids`` are checked where they are given. ``python tests/io/test_io_files.py NAME`` prints what comes of it.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))

from nasty_files import MADE

from voc.errors import VocError
from voc.io import read
from voc.io.table import NoRows
from voc.types import Corpus

CASES = Path(__file__).resolve().parent.parent / "cases" / "files"
SUFFIX = ".expected.yaml"
EXPECTED = sorted(path.name.removesuffix(SUFFIX) for path in CASES.glob(f"*{SUFFIX}"))


def content(name: str) -> bytes:
    return MADE[name]() if name in MADE else (CASES / name).read_bytes()


def test_every_file_has_an_expectation_and_every_expectation_a_file() -> None:
    there = {path.name for path in CASES.iterdir() if not path.name.endswith(SUFFIX)}
    assert not there & set(MADE)
    assert sorted(there | set(MADE)) == EXPECTED
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", EXPECTED)
def test_what_comes_of_a_file(name: str, tmp_path: Path) -> None:
    expected = yaml.safe_load((CASES / (name + SUFFIX)).read_text(encoding="utf-8"))
    assert expected["about"].endswith(".")
    path = tmp_path / name
    path.write_bytes(content(name))
    if "error" in expected:
        with pytest.raises(VocError) as caught:
            read([path])
        assert caught.value.exit_code == 3
        assert expected["error"] in str(caught.value)
        assert name.partition(".")[0] in caught.value.message
        assert caught.value.hint
        return
    corpus = read([path])
    assert corpus.rows_read == sum(source.rows for source in corpus.sources)
    assert len({record.id for record in corpus.records}) == len(corpus.records)
    assert described(corpus, expected) == {key: value for key, value in expected.items() if key != "about"}


def described(corpus: Corpus, wanted: dict[str, Any]) -> dict[str, Any]:
    """What came of a file, in the words of an expectation."""
    source, records = corpus.sources[0], corpus.records
    found: dict[str, Any] = {
        "texts": [record.text for record in records],
        "start": [record.text[:20] for record in records[:3]],
        "count": len(records),
        "rejected": dict(sorted(Counter(item.code for item in corpus.rejected).items())),
        "mapping": dict(source.mapping),
        "encoding": source.encoding,
        "dates": [record.created_at.isoformat() if record.created_at else None for record in records],
        "ratings": [record.rating for record in records],
        "nps": [record.nps for record in records],
        "ids": [record.id for record in records],
    }
    return {key: value for key, value in found.items() if key in {"rejected", *wanted}}


def test_a_header_alone_is_the_error_that_other_files_may_survive(tmp_path: Path) -> None:
    (tmp_path / "header_only.csv").write_bytes(content("header_only.csv"))
    with pytest.raises(NoRows):
        read([tmp_path / "header_only.csv"])


def write_draft(name: str, folder: Path) -> str:
    """An expectation as it would have to be now: to be read, not believed."""
    path = folder / name
    path.write_bytes(content(name))
    draft: dict[str, Any] = {"about": "TODO."}
    try:
        corpus = read([path])
    except VocError as error:
        draft["error"] = error.message
    else:
        many = len(corpus.records) > 12 or any(len(record.text) > 300 for record in corpus.records)
        wanted = dict.fromkeys(["start", "count"] if many else ["texts"])
        wanted |= dict.fromkeys(["mapping"])
        if any(record.created_at for record in corpus.records):
            wanted["dates"] = None
        if any(record.rating for record in corpus.records) and not many:
            wanted["ratings"] = None
        if any(record.nps is not None for record in corpus.records) and not many:
            wanted["nps"] = None
        if corpus.sources[0].encoding not in (None, "utf-8"):
            wanted["encoding"] = None
        draft |= described(corpus, wanted)
    return yaml.safe_dump(draft, sort_keys=False, allow_unicode=True, width=110)


if __name__ == "__main__":
    import tempfile

    for given in sys.argv[1:]:
        print(write_draft(given, Path(tempfile.mkdtemp())))
