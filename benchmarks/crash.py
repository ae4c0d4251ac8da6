"""Kill `voc run`, `voc train intent` and `voc route --watch` again and again: nothing lost, wrong or half-written.

usage: python benchmarks/crash.py [--kills N] [--seed N] [--only run|"run in blocks"|train|watch] [--json FILE]

Each life is a fork of this process (what is imported and compiled once need not be again) that gets SIGKILL: at a
random moment, or at a random line of what writes to the disk. Then the same command goes on, with --resume, until it
ends by itself. Between lives a byte of the cache or of the work folder is flipped now and then. Seen after every kill:
the output is not there, or is the old run whole, or the new one whole. Seen at the end: byte for byte what an
uninterrupted run writes (but for the seconds in run.json), one run in the workspace, and nothing left over. Of the
watch: every ticket that was dropped is in the results once, and once among the deliveries that wait.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crash_lives import IN_BLOCKS, THREADS, life, lines_written, warm

FLIPS = 0.2
"""Share of the kills after which a byte on the disk is changed."""
VARIABLE = ("timings",)
"""Of run.json: differs from run to run."""
THINGS = ("parcel", "app", "invoice", "charger", "hotline", "door")
TROUBLES = ("came two weeks late", "broke after a day", "was wrong again", "never works when I need it")
LABELS = ("delivery", "defect", "billing", "service")
WATCH_KILLS = 8
"""Kills of one watch before it may end and its tickets are counted."""
WATCH_ROWS = 7


@dataclass
class Tally:
    """What was seen."""

    killed: Counter[str] = field(default_factory=Counter)
    lives: int = 0
    flips: int = 0
    finished: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """Of all commands."""
        return self.killed.total()


@dataclass(frozen=True)
class Story:
    """One command that is killed until it ends: what it writes, and over what."""

    name: str
    arguments: tuple[object, ...]
    resume: bool = True
    old: tuple[object, ...] = ()
    """The command that made the run that is to be replaced."""
    workspace: str = ""


def stories(base: Path) -> list[Story]:
    """The kinds of lives."""
    new, before = reviews(base / "new.csv", 0), reviews(base / "before.csv", 100)
    rows = labelled(base / "labelled.csv")
    secret = base / "secret"
    secret.write_text("a secret for this benchmark only")
    secret.chmod(0o600)
    run = ("run", new, "-o", "out", "-q")
    watch = (
        "route", "--watch", "inbox", "-o", "out", "--rules", "support", "--settle", "0.01", "--once", "-q",
        "--webhook", "http://127.0.0.1:9/", "--webhook-secret-file", secret,
    )  # fmt: skip
    return [
        Story("run", run),
        Story("watch", watch, resume=False),
        Story("run", (*run, "--force"), old=("run", before, "-o", "out", "-q")),
        Story("train", ("train", "intent", rows, "-o", "out", "-q"), resume=False),
        Story(IN_BLOCKS, (IN_BLOCKS, *run[1:])),
        Story("run", (*run, "--no-cache")),
        Story("run", (*run, "--workspace", "voc.duckdb"), workspace="voc.duckdb"),
    ]


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


def contents(folder: Path) -> dict[str, str] | None:
    """File -> hash; None where there is no folder."""
    if not folder.is_dir():
        return None
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        if path.name == "run.json":
            raw = json.dumps({k: v for k, v in json.loads(raw).items() if k not in VARIABLE}).encode()
        elif path.name == "SHA256SUMS":
            raw = b"".join(line for line in raw.splitlines(True) if not line.endswith(b"run.json\n"))
        found[path.relative_to(folder).as_posix()] = hashlib.sha256(raw).hexdigest()
    return found


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
class Stage:
    """Where stories are played: a folder for all, the dice, and what is known of undisturbed lives."""

    base: Path
    chance: random.Random
    tally: Tally
    most: int
    _known: dict[tuple[object, ...], tuple[dict[str, str], float, int]] = field(default_factory=dict)

    def folder(self) -> Path:
        """A new one."""
        return Path(tempfile.mkdtemp(dir=self.base))

    def reference(self, story: Story) -> tuple[dict[str, str], float, int]:
        """What the command writes undisturbed, how long it takes, and through how many writing lines it goes."""
        if story.arguments not in self._known:
            folder, twin = self.folder(), self.folder()
            if story.name == "watch":
                drop(folder, 0), drop(twin, 0)
            start = time.monotonic()
            if life(story.arguments, folder, None, None) != 0:
                raise SystemExit(f"voc {story.name} failed undisturbed: {story.arguments}")
            spent = time.monotonic() - start
            found = contents(folder / "out")
            assert found is not None
            self._known[story.arguments] = found, spent, lines_written(story.arguments, twin)
        return self._known[story.arguments]

    def once(self, story: Story, folder: Path, spare: bool, resume: bool = False) -> bool:
        """One life, killed by line or by the clock unless it is to be spared; whether it ended by itself."""
        _, spent, lines = self.reference(story)
        by_line = self.chance.random() < 0.5
        moment = None if spare or by_line else self.chance.uniform(0, spent * 1.1)
        line = self.chance.randrange(1, lines) if by_line and not spare else None
        code = life([*story.arguments, *(["--resume"] if resume else [])], folder, moment, line)
        self.tally.lives += 1
        if code is None:
            self.tally.killed[story.name] += 1
            return False
        self.tally.wrong[f"{story.name} ended with {code}"] += code != 0
        return True


def play(story: Story, stage: Stage) -> None:
    """Kill one command until it ends by itself, or the most kills are reached and it is let go."""
    tally, chance = stage.tally, stage.chance
    wanted, _, _ = stage.reference(story)
    folder = stage.folder()
    out, cache = folder / "out", folder / "cache"
    cache.mkdir()
    before = None
    if story.old:
        life(story.old, folder, None, None)
        before = contents(out)
    while not stage.once(story, folder, tally.kills >= stage.most, story.resume):
        tally.wrong["an output that is neither old nor new"] += contents(out) not in (before, wanted)
        if chance.random() < FLIPS:
            tally.flips += flip([cache, folder / ".out.work"], chance)
    found = contents(out) or {}
    unlike = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    tally.wrong["a result unlike that of an uninterrupted run"] += bool(unlike)
    if unlike:
        print(f"voc {story.name}, unlike: {', '.join(unlike)}", file=sys.stderr)
    there = {path.name for path in folder.iterdir()} - {"out", "cache", "voc.duckdb"}
    tally.wrong["something left over"] += bool(there)
    if story.workspace:
        from voc.store.workspace import Workspace

        tally.wrong["not one run in the workspace"] += len(Workspace(folder / story.workspace).runs()) != 1


def drop(folder: Path, number: int) -> list[str]:
    """A file for the watch, under a temporary name first; the ids in it."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    ids = [f"T{number}-{row}" for row in range(WATCH_ROWS)]
    half = inbox / f".{number}"
    lines = [f"{one},The {THINGS[row % 6]} {TROUBLES[number % 4]}" for row, one in enumerate(ids)]
    half.write_text("id,text\n" + "\n".join(lines) + "\n", encoding="utf-8")
    half.rename(inbox / f"{number}.csv")
    return ids


def play_watch(story: Story, stage: Stage) -> None:
    """Drop files between the kills of a watch; in the end let it finish, and count what came of every ticket."""
    tally, folder, dropped, killed = stage.tally, stage.folder(), list[str](), 0
    while killed < WATCH_KILLS and tally.kills < stage.most:
        dropped += drop(folder, 2 * tally.lives) + drop(folder, 2 * tally.lives + 1)
        killed += not stage.once(story, folder, spare=False)
    stage.once(story, folder, spare=True)
    results = Counter(
        json.loads(line)["id"]
        for path in (folder / "out").glob("[!.]*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    with sqlite3.connect(folder / "out" / ".voc-watch.sqlite") as database:
        bodies = database.execute("SELECT body FROM outbox WHERE state = 'waiting'").fetchall()
    outbox = Counter(json.loads(body)["data"]["id"] for (body,) in bodies)
    for name, found in (("results", results), ("outbox", outbox)):
        tally.wrong[f"tickets lost in the {name}"] += len(set(dropped) - set(found))
        tally.wrong[f"tickets twice in the {name}"] += sum(count > 1 for count in found.values())
        tally.wrong[f"tickets in the {name} that nobody dropped"] += len(set(found) - set(dropped))
    hidden = {path.name for path in (folder / "out").iterdir() if path.name.startswith(".")}
    tally.wrong["something left over"] += bool({name for name in hidden if "voc-watch" not in name})


def main() -> int:
    """Kill, and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["run", IN_BLOCKS, "train", "watch"])
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for this benchmark only")
    chance, tally, start = random.Random(chosen.seed), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="voc-crash-") as name:
        stage = Stage(Path(name), chance, tally, chosen.kills)
        kinds = [story for story in stories(stage.base) if chosen.only in (None, story.name)]
        first = {story.name: story for story in reversed(kinds)}
        places = {story.name: stage.folder() for story in first.values()}
        if "watch" in places:
            drop(places["watch"], 0)
        import duckdb  # noqa: F401 - only imported: its threads would not survive a fork

        warm([(story.arguments, places[story.name]) for story in first.values()])
        warmed, at = time.monotonic() - start, 0
        while tally.kills < chosen.kills:
            story = kinds[at % len(kinds)]
            (play_watch if story.name == "watch" else play)(story, stage)
            tally.finished[story.name] += 1
            at += 1
            print(
                f"{tally.kills} kills, {tally.finished.total()} finished, wrong: {dict(+tally.wrong)}",
                file=sys.stderr,
            )
    wrong = {what: count for what, count in tally.wrong.items() if count}
    seen = {
        "kills": tally.kills, "of": dict(tally.killed), "lives": tally.lives, "bytes flipped": tally.flips,
        "commands finished": dict(tally.finished), "wrong": wrong, "seconds to warm up": round(warmed),
        "seconds": round(time.monotonic() - start),
    }  # fmt: skip
    print(json.dumps(seen, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    if any(os.environ.get(name) != "1" for name in THREADS):  # read when the libraries are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | dict.fromkeys(THREADS, "1"))
    sys.exit(main())
