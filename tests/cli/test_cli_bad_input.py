"""Whatever is handed in, people get a message and an exit code, never a traceback or half a result."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def voc_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["voc", *map(str, arguments)])
        code = guarded(cli)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"review\n" + b"a" * 300_000_000)
    return buffer.getvalue()


def truncated_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("reviews.csv", "review\ngood stuff here\n" * 50)
    return buffer.getvalue()[:-60]


BAD: dict[str, tuple[str, bytes]] = {
    "empty file": ("empty.csv", b""),
    "header only": ("header.csv", b"date,review,stars\n"),
    "one column of numbers": ("numbers.csv", b"n\n" + b"\n".join(str(n).encode() for n in range(50))),
    "binary named csv": ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    "truncated zip": ("cut.zip", truncated_zip()),
    "truncated gz": ("cut.csv.gz", gzip.compress(b"review\n" + b"fine words here\n" * 500)[:40]),
    "NUL bytes only": ("nul.csv", b"\x00" * 5000),
    "not an xlsx": ("fake.xlsx", b"PK\x03\x04 nothing of the kind"),
    "broken json": ("broken.json", b'[{"review": "fine"}, {"revi'),
    "json of numbers": ("numbers.json", b"[1, 2, 3]"),
    "million-column header": ("wide.csv", ",".join(f"c{n}" for n in range(1_000_000)).encode() + b"\n1\n"),
    "not a parquet": ("fake.parquet", b"PAR1 oh no PAR1"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_unusable_files_exit_with_3_and_say_what_to_do(case: str, tmp_path: Path, voc_command: Run) -> None:
    name, content = BAD[case]
    (tmp_path / name).write_bytes(content)
    code, out, err = voc_command("run", tmp_path / name, "-o", tmp_path / "out")
    assert code == 3, err
    assert out == ""
    assert name.split(".")[0] in err
    assert len(err.strip().splitlines()) >= 2, "a message and a hint"
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_zip_bomb_is_refused(tmp_path: Path, voc_command: Run) -> None:
    (tmp_path / "bomb.zip").write_bytes(bomb())
    code, _, err = voc_command("run", tmp_path / "bomb.zip", "-o", tmp_path / "out")
    assert code == 3
    assert "bomb" in err


def test_a_missing_file(tmp_path: Path, voc_command: Run) -> None:
    code, _, err = voc_command("run", tmp_path / "nowhere.csv", "-o", tmp_path / "out")
    assert code == 3
    assert "nowhere.csv" in err


def test_an_existing_output_is_refused_before_anything_is_read(tmp_path: Path, voc_command: Run) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text("{}")
    code, _, err = voc_command("run", tmp_path / "nowhere.csv", "-o", tmp_path / "out")
    assert code == 2
    assert "--force" in err
    assert (tmp_path / "out" / "run.json").read_text() == "{}"


def test_wrong_usage_exits_with_2(tmp_path: Path, voc_command: Run) -> None:
    assert voc_command("run", tmp_path / "x.csv")[0] == 2
    assert voc_command("runn")[0] == 2
    assert "did you mean 'run'" in voc_command("runn")[2].lower()
    code, _, err = voc_command("run", "x.csv", "-o", tmp_path / "out", "--set", "topics.sed=4")
    assert code == 2
    assert "topics.seed" in err


def test_columns_that_cannot_be_told_apart_are_named(tmp_path: Path, voc_command: Run) -> None:
    rows = "\n".join(
        f"the first thing number {n} that came up,quite another matter {n} entirely" for n in range(30)
    )
    (tmp_path / "two.csv").write_text("alpha,beta\n" + rows)
    code, _, err = voc_command("run", tmp_path / "two.csv", "-o", tmp_path / "out")
    assert code == 3
    assert "alpha" in err
    assert "beta" in err
    assert "--text-column" in err


def test_a_column_that_is_not_there(tmp_path: Path, voc_command: Run) -> None:
    (tmp_path / "a.csv").write_text("review,stars\nreally nice lamp,5\nbroke at once,1\n")
    code, _, err = voc_command(
        "classify", tmp_path / "a.csv", "--text-column", "reviw", "-o", tmp_path / "o.csv"
    )
    assert code == 2
    assert "reviw" in err
    assert "review" in err
    assert not (tmp_path / "o.csv").exists()
