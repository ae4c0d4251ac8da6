"""Nobody's data leaves run, classify or route: secrets planted in every field of an input, sought in every byte that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from privacy_samples import ORDINARY, ROWS, SECRETS, Workplace, holders, plant

COMMANDS = (
    ("run", "input", "-o", "written/out", "--workspace", "written/voc.duckdb"),
    ("classify", "input", "-o", "written/classified.jsonl"),
    ("route", "input", "-o", "written/routed.csv", "--rules", "support"),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands over planted input; everything that they wrote, logged or removed lies in the folder."""
    place = Workplace(tmp_path_factory.mktemp("privacy"))
    plant(place.root / "input")
    for arguments in COMMANDS:
        place.run(*arguments, "--verbose", log=f"log of {arguments[0]}.txt")
    return place.written


@pytest.mark.parametrize("field", SECRETS)
def test_no_secret_is_in_any_byte_written(written: Path, field: str) -> None:
    assert holders(written, SECRETS[field]) == []


def test_the_search_sees_into_every_kind_of_file(written: Path) -> None:
    seen = holders(written, ORDINARY)
    for name in (
        "out/report.html",
        "out/feedback.parquet",
        "out/segments.parquet",
        "out/issues.xlsx",
        "classified.jsonl",
    ):
        assert name in seen
    assert "voc.duckdb" in holders(written, "crashes"), "a label in a table of the workspace"
    assert any(name.startswith("kept/") for name in seen), "files on their way are seen as well"


def test_the_search_finds_every_secret_where_it_was_planted(written: Path) -> None:
    for field, secret in SECRETS.items():
        assert holders(written.parent / "input", secret), field


def test_each_column_has_the_role_that_its_secret_is_meant_for(written: Path) -> None:
    manifest = (written / "out" / "run.json").read_text()
    mapping = next(source["mapping"] for source in json.loads(manifest)["inputs"] if source["mapping"])
    assert {"id", "date", "author", "rating", "nps", "language"} <= set(mapping)


def test_the_rows_are_all_accounted_for(written: Path) -> None:
    counts = json.loads((written / "out" / "run.json").read_text())["counts"]
    kept = sum(counts[name] for name in ("records_kept", "duplicates", "rejected"))
    assert counts["rows_read"] == kept == ROWS + 3
