"""Kill `voc run` and `voc train intent` again and again: nothing half-written, nothing wrong, everything resumed.

usage: python benchmarks/crash.py [--kills N] [--seed N] [--only run|train] [--json FILE]

Each life is a fork of this process (libraries are imported once) that gets SIGKILL: at a random moment, or at a random
line of what writes to the disk. Then the same command goes on, with --resume, until it ends by itself. Between lives a
byte of the cache or of the work folder is flipped now and then. Seen after every kill: the output is not there, or is
the old run whole, or the new one whole. Seen at the end: byte for byte what an uninterrupted run writes (but for the
seconds in run.json), one run in the workspace, and nothing left over. `route --watch` has benchmarks/service.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

WRITES = (f"voc{os.sep}store{os.sep}", f"voc{os.sep}result.py", f"voc{os.sep}training.py")
"""Where the disk is written to: half of the kills fall on a line of these."""
FLIPS = 0.2
"""Share of the kills after which a byte on the disk is changed."""
VARIABLE = ("timings",)
"""Of run.json: differs from run to run."""
THINGS = ("parcel", "app", "invoice", "charger", "hotline", "door")
TROUBLES = ("came two weeks late", "broke after a day", "was wrong again", "never works when I need it")
LABELS = ("delivery", "defect", "billing", "service")


@dataclass
class Tally:
    """What was seen."""

    kills: int = 0
    lives: int = 0
    flips: int = 0
    finished: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


class Killer:
    """A trace function that ends the process at the ``at``-th line of what writes; without it, counts them."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.seen = at, 0

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> Killer | None:
        """Count, and kill."""
        if not any(part in frame.f_code.co_filename for part in WRITES):
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def life(arguments: Sequence[object], folder: Path, moment: float | None, line: int | None) -> int | None:
    """Fork, run the command in a folder, and kill it; the exit code, or None when it was killed."""
    child = os.fork()
    if child == 0:
        _live(arguments, folder, line)
    end = time.monotonic() + moment if moment is not None else float("inf")
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return None if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            end = float("inf")
        time.sleep(0.002)


def _live(arguments: Sequence[object], folder: Path, line: int | None) -> None:
    _enter(folder)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    from voc.cli import cli
    from voc.cli.console import guarded

    sys.argv = ["voc", *map(str, arguments)]
    if line:
        sys.settrace(Killer(line))
    os._exit(guarded(cli))


def _enter(folder: Path) -> None:
    """Paths are said relative to it: a run writes down those that it was given."""
    os.chdir(folder)
    os.environ["VOC_CACHE_DIR"] = str(folder / "cache")


def lines_written(arguments: Sequence[object], folder: Path) -> int:
    """How many lines of what writes an uninterrupted life runs through, told through a pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        counter = Killer()
        sys.settrace(counter)
        _enter(folder)
        from voc.cli import cli
        from voc.cli.console import guarded

        sys.argv = ["voc", *map(str, arguments)]
        guarded(cli)
        os.write(writing, str(counter.seen).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return int(os.read(reading, 20))


def contents(folder: Path) -> dict[str, str] | None:
    """File -> hash; None where there is no folder."""
    if not folder.is_dir():
        return None
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        if path.name == "run.json":
            raw = json.dumps({k: v for k, v in json.loads(raw).items() if k not in VARIABLE}).encode()
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(raw).hexdigest()
    return found


def reviews(path: Path, first: int, count: int = 48) -> Path:
    """A small export; ``first`` tells one from another."""
    lines = [
        f"{number},2026-0{1 + number % 6}-1{number % 9},{1 + number % 5},"
        f"The {THINGS[number % 6]} {TROUBLES[number // 6 % 4]} and that is number {number}"
        for number in range(first, first + count)
    ]
    path.write_text("id,date,stars,review\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def labelled(path: Path, count: int = 60) -> Path:
    """A small labelled file."""
    lines = [f"The {THINGS[n % 6]} {TROUBLES[n % 4]} says customer {n},{LABELS[n % 4]}" for n in range(count)]
    path.write_text("text,intent\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def flip(folders: Sequence[Path], chance: random.Random) -> bool:
    """Change one byte of one file in these folders."""
    files = sorted(p for f in folders for p in f.rglob("*") if p.is_file() and p.stat().st_size)
    if not files:
        return False
    path = chance.choice(files)
    raw = bytearray(path.read_bytes())
    raw[chance.randrange(len(raw))] ^= 1 + chance.randrange(255)
    path.write_bytes(raw)
    return True


@dataclass
class Story:
    """One command that is killed until it ends: what it writes, and over what."""

    name: str
    arguments: list[object]
    resume: bool
    old: list[object] | None = None
    """The command that made the run that is to be replaced."""
    workspace: Path | None = None


def stories(base: Path) -> Iterator[Story]:
    """The kinds of runs, again and again."""
    new, before = reviews(base / "new.csv", 0), reviews(base / "before.csv", 100)
    rows = labelled(base / "labelled.csv")
    run = ["run", new, "-o", "out", "-q"]
    yield Story("run", [*run], True)
    yield Story("run", [*run, "--force"], True, old=["run", before, "-o", "out", "-q"])
    yield Story("run", [*run, "--no-cache"], True)
    yield Story("run", [*run, "--workspace", "voc.duckdb"], True, workspace=Path("voc.duckdb"))
    yield Story("train", ["train", "intent", rows, "-o", "out", "-q"], False)


def reference(story: Story, base: Path) -> tuple[dict[str, str], float, int]:
    """What the command writes undisturbed, how long it takes, and through how many writing lines it goes."""
    folder = Path(tempfile.mkdtemp(dir=base))
    start = time.monotonic()
    if life(story.arguments, folder, None, None) != 0:
        raise SystemExit(f"voc {story.name} failed undisturbed: {story.arguments}")
    spent = time.monotonic() - start
    found = contents(folder / "out")
    assert found is not None
    twin = Path(tempfile.mkdtemp(dir=base))
    return found, spent, lines_written(story.arguments, twin)


def play(story: Story, base: Path, chance: random.Random, tally: Tally, most: int) -> None:
    """Kill one command until it ends by itself, or ``most`` kills are reached and it is let go."""
    wanted, spent, lines = _known(story, base)
    folder = Path(tempfile.mkdtemp(dir=base))
    out, cache = folder / "out", folder / "cache"
    cache.mkdir()
    before = None
    if story.old:
        life(story.old, folder, None, None)
        before = contents(out)
    arguments = story.arguments + (["--resume"] if story.resume else [])
    while True:
        free = tally.kills >= most
        by_line = chance.random() < 0.5
        moment = None if free or by_line else chance.uniform(0, spent * 1.1)
        code = life(arguments, folder, moment, chance.randrange(1, lines) if by_line and not free else None)
        tally.lives += 1
        if code is not None:
            tally.wrong[f"{story.name} ended with {code}"] += code != 0
            break
        tally.kills += 1
        now = contents(out)
        tally.wrong["an output that is neither old nor new"] += now not in (before, wanted)
        if chance.random() < FLIPS:
            tally.flips += flip([cache, folder / ".out.work"], chance)
    tally.finished += 1
    found = contents(out) or {}
    tally.wrong["a result unlike that of an uninterrupted run"] += found != wanted
    unlike = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if unlike:
        print(f"voc {story.name}, unlike: {', '.join(unlike)}", file=sys.stderr)
    there = {path.name for path in folder.iterdir()} - {"out", "cache", "voc.duckdb"}
    tally.wrong["something left over"] += bool(there)
    if story.workspace:
        from voc.store.workspace import Workspace

        tally.wrong["not one run in the workspace"] += len(Workspace(folder / story.workspace).runs()) != 1


_KNOWN: dict[tuple[str, ...], tuple[dict[str, str], float, int]] = {}


def _known(story: Story, base: Path) -> tuple[dict[str, str], float, int]:
    key = tuple(map(str, story.arguments))
    if key not in _KNOWN:
        _KNOWN[key] = reference(story, base)
    return _KNOWN[key]


def main() -> int:
    """Kill, and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["run", "train"])
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for this benchmark only")
    # Before the forks: what takes long to import.
    import bertopic  # noqa: F401
    import onnxruntime  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    import voc.pipeline
    import voc.report  # noqa: F401

    chance, tally, start = random.Random(chosen.seed), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="voc-crash-") as name:
        base = Path(name)
        kinds = [story for story in stories(base) if chosen.only in (None, story.name)]
        at = 0
        while tally.kills < chosen.kills:
            play(kinds[at % len(kinds)], base, chance, tally, chosen.kills)
            at += 1
            print(
                f"{tally.kills} kills, {tally.finished} finished, wrong: {dict(+tally.wrong)}",
                file=sys.stderr,
            )
    wrong = {what: count for what, count in tally.wrong.items() if count}
    seen = {
        "kills": tally.kills, "lives": tally.lives, "bytes flipped": tally.flips, "commands finished": tally.finished,
        "wrong": wrong, "seconds": round(time.monotonic() - start),
    }  # fmt: skip
    print(json.dumps(seen, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
