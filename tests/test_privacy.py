"""Nobody's data leaves run, classify or route: secrets planted in every field of an input, sought in every byte that it writes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SECRETS = {
    "text": "zorah.quillfeather@example.com",
    "phone in the text": "010-7394-6158",
    "card in the text": "4539 1488 0343 6467",
    "token in the text": "tkn-5f1d77ab903e",
    "title": "titania.quibblewick@example.org",
    "metadata": "metodej.vrbovcan@example.cz",
    "number in a phone column": "1073946921",
    "column name": "kolumna.nazwana@example.pl",
    "author": "Quirina Zapfenhuber",
    "id": "ingeborg.idmann@example.de",
    "file name": "filippa.dateiname@example.net",
    "rejected row": "rejecta.noword@example.com",
    "author of a rejected row": "Ruprecht Ohnewort",
    "malformed row": "malformed.kaputt@example.com",
    "nested value": "nestor.tief@example.com",
}
"""Field -> what is planted there and nowhere else; the number is a telephone only by its column's name."""
ORDINARY = "wobblegasket"
"""A word of the texts that is no secret: it must be found, or the search proves nothing."""
COMPLAINTS = (
    "The {} parcel came two weeks late and nobody answers",
    "The {} app crashes every time on start",
    "I was charged twice for the {} and want my money back",
)
COMMANDS = (
    ["run", "input", "-o", "written/out", "--workspace", "written/voc.duckdb"],
    ["classify", "input", "-o", "written/classified.jsonl"],
    ["route", "input", "-o", "written/routed.csv", "--rules", "support"],
)
WATCHED = '''
"""Run voc; keep a copy of every file that Python is about to remove, replace or rename."""
import os, shutil, sys
kept, busy = sys.argv.pop(1), []

def keep(path):
    if os.path.isdir(path):
        for folder, _, names in os.walk(path):
            for name in names:
                keep(os.path.join(folder, name))
    elif os.path.isfile(path):
        shutil.copyfile(path, os.path.join(kept, f"{len(os.listdir(kept)):06d}-{os.path.basename(path)}"))

def hook(event, args):
    if event in ("os.remove", "os.rename", "shutil.rmtree") and not busy and args and args[0]:
        busy.append(event)
        try:
            keep(os.fspath(args[0]))
        except (OSError, TypeError, ValueError):
            pass
        finally:
            busy.clear()

sys.addaudithook(hook)
from voc.cli import cli
from voc.cli.console import guarded
sys.exit(guarded(cli))
'''


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands over planted input; everything that they wrote, logged or removed lies in the folder."""
    root = tmp_path_factory.mktemp("privacy")
    folders = {name: root / "written" / name for name in ("cache", "tmp", "home", "kept")}
    for folder in (root / "input", *folders.values()):
        folder.mkdir(parents=True)
    plant(root / "input")
    environment = os.environ | {
        "VOC_CACHE_DIR": str(folders["cache"]),
        "TMPDIR": str(folders["tmp"]),
        "HOME": str(folders["home"]),
        "XDG_CONFIG_HOME": str(folders["home"]),
        "XDG_DATA_HOME": str(folders["home"]),
        "VOC_AUTHOR_KEY": "a key for tests only",
    }
    for arguments in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, str(folders["kept"]), *arguments, "--verbose"],
            cwd=root,
            env=environment,
            capture_output=True,
            timeout=600,
        )
        (root / "written" / f"log of {arguments[0]}.txt").write_bytes(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
    return root / "written"


def plant(folder: Path) -> None:
    """Write a table and lines of JSON with a secret in every field."""
    say = SECRETS
    spoken = (
        f"Write to {say['text']} or call {say['phone in the text']}, my card {say['card in the text']} was charged twice",
        f"The link https://shop.example.com/reset?t={say['token in the text']} crashes every time",
    )
    header = ["ticket id", "date", "author", "title", "review", "product", "phone", say["column name"]]
    rows = [
        [
            f"T-{n}",
            f"2026-01-{1 + n % 28:02d}",
            say["author"],
            f"title {n}",
            text.format(f"{ORDINARY} {n}"),
            "mug",
            "",
            "",
        ]
        for n, text in enumerate(COMPLAINTS * 8)
    ]
    rows.append([say["id"], "2026-01-30", say["author"], say["title"], spoken[0], say["metadata"], "", "x"])
    rows.append(["T-98", "2026-01-30", "", "late", spoken[1], "mug", say["number in a phone column"], ""])
    rows.append([say["rejected row"], "2026-01-30", say["author of a rejected row"], "", "", "mug", "", ""])
    with (folder / f"{say['file name']} export.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    nested = {"review": f"The {ORDINARY} came late", "customer": {"notes": [say["nested value"]]}}
    lines = [json.dumps(nested), '{"review": "broken, ' + say["malformed row"], json.dumps(nested)]
    (folder / "lines.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def contents(path: Path) -> Iterator[bytes]:
    """What a file holds, with what it packs unpacked: members of archives, columns, tables."""
    raw = path.read_bytes()
    yield raw
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if raw[:4] == b"PAR1":
        import pyarrow.parquet

        yield str(pyarrow.parquet.read_table(path).to_pylist()).encode()
    if raw[8:12] == b"DUCK":
        yield from tables(path)


def tables(path: Path) -> Iterator[bytes]:
    """Every table of a DuckDB file."""
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            yield str(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()


def holders(folder: Path, secret: str) -> list[str]:
    """Files in whose name or content a secret stands: any case, UTF-8 or 16, with or without separators."""
    bare = secret.replace(" ", "").replace("-", "") if secret[:4].isdigit() or secret[:3] == "010" else secret
    forms = {form.casefold().encode(code) for form in (secret, bare) for code in ("utf-8", "utf-16-le")} | {
        secret.casefold().replace("@", "%40").encode()
    }
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if any(form in path.name.casefold().encode() for form in forms)
        or (path.is_file() and any(form in part.lower() for part in contents(path) for form in forms))
    ]


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


def test_the_rows_are_all_accounted_for(written: Path) -> None:
    counts = json.loads((written / "out" / "run.json").read_text())["counts"]
    assert (
        counts["rows_read"] == 30 == sum(counts[name] for name in ("records_kept", "duplicates", "rejected"))
    )
