"""Fuzz every reader, parser and YAML file for as long as you like: coverage-guided with atheris, else by mutation.

usage: python benchmarks/fuzz.py [TARGET ...] [--seconds N] [--by atheris|mutation] [--memory MiB]

The targets, and what each promises, are in tests/fuzz_targets.py. Each runs in a process of its own with its memory
bounded, so that a crash of a library is met too. atheris (`pip install atheris`; it has wheels for Linux) follows which
lines an input reaches; without it, the files of tests/cases/files are changed at random. What fails is written to
build/fuzz/TARGET-HASH, and can be run again with --input FILE.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import random
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOUND = ROOT / "build" / "fuzz"
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "io")]

from fuzz_targets import TARGETS, run, seeds  # noqa: E402

TOKENS = (
    b'"', b'""', b"\n", b"\r", b"\t", b"\0", b",", b";", b"\xff\xfe", b"\xef\xbb\xbf", b"[", b"{", b"- ", b": ", b"*a", b"&a ",
    b"!!", b"1e999", b"\xed\xa0\x80", b"PK\x03\x04", b"PAR1", b"4/5", b"2026-02-30", b"a@b.c", b"0" * 20,
)  # fmt: skip


def changed(raw: bytes, other: bytes, chance: random.Random) -> bytes:
    """A seed with bytes flipped, cut out, doubled, put in, or spliced with another's."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at, size = chance.randrange(len(data) + 1), chance.randint(1, 64)
        kind = chance.randrange(5)
        if kind == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = data[at : at + size] * chance.randint(1, 30)
        elif kind == 3:
            data[at:at] = chance.choice(TOKENS)
        else:
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + size]
    return bytes(data)


def by_mutation(name: str, seconds: float, seed: int) -> int:
    """Try changed seeds until the time is over; how many were tried."""
    chance, files, tried = random.Random(seed), seeds(name), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = changed(chance.choice(files), chance.choice(files), chance)
        tried += 1
        _try(name, data)
    return tried


def _try(name: str, data: bytes) -> None:
    """Run it; what fails is kept."""
    FOUND.mkdir(parents=True, exist_ok=True)
    last = FOUND / f"{name}-last"
    last.write_bytes(data)  # there if the process dies
    try:
        run(name, data)
    except BaseException:
        place = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
        place.write_bytes(data)
        print(f"{name}: FAILED on {place}", flush=True)
        traceback.print_exc(limit=-4)
    last.unlink()


def by_atheris(name: str, seconds: float) -> None:
    """libFuzzer's loop; it ends the process by itself, and prints how many inputs it ran."""
    import atheris

    corpus = FOUND / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds(name):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    atheris.instrument_all()
    flags = [
        f"-max_total_time={int(seconds)}",
        "-max_len=20000",
        "-timeout=30",
        f"-artifact_prefix={FOUND}/{name}-",
    ]
    atheris.Setup([name, str(corpus), *flags, "-rss_limit_mb=0"], lambda data: run(name, data))
    atheris.Fuzz()


def main() -> int:
    """Fuzz each target in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60, help="for each target")
    parser.add_argument("--by", choices=["atheris", "mutation"])
    parser.add_argument("--memory", type=int, default=4096, metavar="MiB")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--input", type=Path, help="run this file once, through the one TARGET named")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    by = chosen.by or ("atheris" if importlib.util.find_spec("atheris") else "mutation")
    if chosen.input:
        run(chosen.targets[0], chosen.input.read_bytes())
        return 0
    if chosen.here:
        resource.setrlimit(resource.RLIMIT_AS, (chosen.memory << 20, chosen.memory << 20))
        name = chosen.targets[0]
        if by == "atheris":
            by_atheris(name, chosen.seconds)
        else:
            print(f"{name}: {by_mutation(name, chosen.seconds, chosen.seed):,} inputs", flush=True)
        return 0
    print(f"by {by}", flush=True)
    failed = 0
    for name in chosen.targets or TARGETS:
        before = set(FOUND.glob(f"{name}-*"))
        flags = [
            "--seconds",
            chosen.seconds,
            "--by",
            by,
            "--memory",
            chosen.memory,
            "--seed",
            chosen.seed,
            "--here",
        ]
        done = subprocess.run([sys.executable, __file__, name, *map(str, flags)], check=False)
        fresh = {path for path in set(FOUND.glob(f"{name}-*")) - before if path.is_file()}
        if done.returncode or fresh:
            failed += 1
            print(f"{name}: exit {done.returncode}, {len(fresh)} inputs kept in {FOUND}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
