"""Secrets planted in every field of an input, commands run over it, and a search in every byte that they write."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

SECRETS = {
    "text": "zorah.quillfeather@example.com",
    "every text of one complaint": "omniana.alltexter@example.com",
    "phone in the text": "010-7394-6158",
    "card in the text": "4539 1488 0343 6467",
    "token in the text": "tkn-5f1d77ab903e",
    "title": "titania.quibblewick@example.org",
    "metadata": "metodej.vrbovcan@example.cz",
    "number in a phone column": "1073946921",
    "column name": "kolumna.nazwana@example.pl",
    "author": "Quirina Zapfenhuber",
    "id": "ingeborg.idmann@example.de",
    "date": "dagny.kalenderova@example.no",
    "rating": "010-5561-2093",
    "likelihood to recommend": "enpeessa.suosittelija@example.fi",
    "language": "lingvo.esperantisto@example.it",
    "label": "labelle.einzelstueck@example.at",
    "file name": "filippa.dateiname@example.net",
    "rejected row": "rejecta.noword@example.com",
    "author of a rejected row": "Ruprecht Ohnewort",
    "malformed row": "malformed.kaputt@example.com",
    "nested value": "nestor.tief@example.com",
}
"""Field -> what is planted there and nowhere else; one number is a telephone only by its column's name."""
ORDINARY = "wobblegasket"
"""A word of the texts that is no secret: it must be found, or the search proves nothing."""
COMPLAINTS = (
    "The {} parcel came two weeks late and nobody answers " + SECRETS["every text of one complaint"],
    "The {} app crashes every time on start",
    "I was charged twice for the {} and want my money back",
)
LABELS = ("negative", "positive")
"""Told by the complaint; two rows are labelled wrong."""
ROWS = 36 + 3
"""Rows of the table that ``plant`` writes."""
HEADER = (
    "ticket id", "date", "author", "rating", "nps", "language", "title", "review", "product", "phone", "label",
    SECRETS["column name"],
)  # fmt: skip
WATCHED = '''
"""Run voc, several times with --then between; keep a copy of every file that Python is about to remove, replace or rename."""
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
codes, line = [], sys.argv[:1]
for word in [*sys.argv[1:], "--then"]:
    if word != "--then":
        line.append(word)
        continue
    sys.argv = line
    codes.append(guarded(cli))
    line = line[:1]
sys.exit(max(codes))
'''


class Workplace:
    """A folder in which commands run: what they write, log or remove lies under ``written`` afterwards."""

    def __init__(self, root: Path) -> None:
        self.root, self.written = root, root / "written"
        folders = {name: self.written / name for name in ("cache", "tmp", "home", "kept")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        self.environment = os.environ | {
            "VOC_CACHE_DIR": str(folders["cache"]),
            "TMPDIR": str(folders["tmp"]),
            "HOME": str(folders["home"]),
            "XDG_CONFIG_HOME": str(folders["home"]),
            "XDG_DATA_HOME": str(folders["home"]),
            "VOC_AUTHOR_KEY": "a key for tests only",
        }

    def command(self, *arguments: str) -> list[str]:
        """What starts a process of voc that is watched."""
        return [sys.executable, "-c", WATCHED, str(self.written / "kept"), *arguments]

    def run(self, *arguments: str, log: str, typed: str = "") -> None:
        """Run a command to its end, which must be a good one; all that it said goes to ``log``."""
        done = subprocess.run(
            self.command(*arguments), cwd=self.root, env=self.environment, input=typed.encode(),
            capture_output=True, timeout=600,
        )  # fmt: skip
        (self.written / log).write_bytes(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr.decode()[-2000:]


def plant(folder: Path, complaints: Sequence[str] = COMPLAINTS, month: int = 1) -> None:
    """Write a table and lines of JSON with a secret in every field."""
    folder.mkdir()
    say = SECRETS
    spoken = (
        f"Write to {say['text']} or call {say['phone in the text']}, my card {say['card in the text']} was charged twice",
        f"The link https://shop.example.com/reset?t={say['token in the text']} crashes every time",
    )
    day = f"2026-{month:02d}-28"
    rows = [
        (f"T-{month}-{n}", f"2026-{month:02d}-{1 + n % 28:02d}", "" if n % 6 else say["author"], 1 + n % 5, n % 11, "en",
         f"title {n}", text.format(f"{ORDINARY} {n}"), "mug", "", LABELS[(n % len(complaints) == 1) ^ (n % 17 == 5)], "")
        for n, text in enumerate([*complaints] * (36 // len(complaints)))
    ]  # fmt: skip
    odd = [
        (say["id"], say["date"], say["author"], say["rating"], say["likelihood to recommend"], say["language"],
         say["title"], spoken[0], say["metadata"], "", say["label"], "x"),
        ("T-98", day, "", 1, 0, "en", "late", spoken[1], "mug", say["number in a phone column"], "negative", ""),
        (say["rejected row"], day, say["author of a rejected row"], 1, 0, "en", "", "", "mug", "", "", ""),
    ]  # fmt: skip
    with (folder / f"{say['file name']} export.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows, *odd])
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
