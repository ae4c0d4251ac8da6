"""Long-running use: what one ticket waits for, what rate is held, what routing costs, and killing a watch.

usage: python benchmarks/service.py [--kills N] [--quick] [--json FILE]      (needs ../shared/data)

Every process is started as people start it. Texts are those of it_tickets' training half and others that are no
evaluation set. The service gets one ticket at a time (after a warm-up), each a new text, then many callers at
once. `voc route -` and `voc classify -` read the same 10,000 lines without cache, in turns, the best of two
counts. The watch is killed with SIGKILL at random moments while files are dropped into its folder; afterwards
every ticket must be in the results exactly once, and in the outbox exactly once. Run it on an idle machine.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from model_common import Bar, finish, options, rows

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]
RATIO = Bar("share of classify's rate", 0.90)
SOURCES = ("intent/bitext_train", "intent/it_tickets_train")
CALLERS = 8
FILE_ROWS = 10


def texts(count: int) -> list[str]:
    """Different texts, in a fixed order."""
    found = [str(row["text"]) for name in SOURCES for row in rows(name)]
    unique = list(dict.fromkeys(found))
    random.Random(0).shuffle(unique)
    return unique[:count]


@contextmanager
def started(arguments: list[str], ready: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that has said a line with ``ready`` in it; killed at the end if it still runs."""
    process = subprocess.Popen([*VOC, *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = next((line for line in process.stderr if ready in line), "")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield process, line
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def ask(connection: HTTPConnection, text: str) -> float:
    """Milliseconds of one request with one ticket."""
    body = json.dumps({"tickets": [{"text": text}]}).encode()
    start = time.perf_counter()
    connection.request("POST", "/route", body, {"content-type": "application/json"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"the service answered {response.status}")
    return 1000 * (time.perf_counter() - start)


def memory(process: subprocess.Popen[str]) -> float:
    """Resident megabytes, where /proc tells."""
    try:
        return (
            int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        )
    except OSError:
        return float("nan")


def service(count: int, seconds: float) -> list[dict[str, Any]]:
    """One ticket at a time, then `CALLERS` at once for some time."""
    words = texts(count + 50)
    with started(["serve", "--rules", "support", "--port", "0", "--no-cache"], "Listening") as (
        process,
        line,
    ):
        address = urlsplit(line.split()[2].rstrip(".")).netloc
        connection = HTTPConnection(address, timeout=60)
        for text in words[:50]:
            ask(connection, text)
        times = np.array([ask(connection, text) for text in words[50:]])
        before = memory(process)
        done = held(address, words, seconds)
        after = memory(process)
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    found = {f"p{q}": float(np.percentile(times, q)) for q in (50, 95, 99)}
    return [
        *({"what": f"one ticket through the service, warm, {name}, ms", "n": len(times), "value": value}
          for name, value in found.items()),
        {"what": f"tickets a second, {CALLERS} callers at once", "n": len(done), "value": len(done) / seconds},
        {"what": f"p99 with {CALLERS} callers, ms", "n": len(done), "value": float(np.percentile(done, 99))},
        {"what": "memory grown meanwhile, MB", "n": len(done), "value": after - before},
        {"what": "exit code after SIGTERM", "n": 1, "value": code},
    ]  # fmt: skip


def held(address: str, words: list[str], seconds: float) -> list[float]:
    """Milliseconds of each request that callers without a pause between theirs had answered."""
    until = time.monotonic() + seconds

    def call(number: int) -> list[float]:
        connection, found = HTTPConnection(address, timeout=60), []
        while time.monotonic() < until:
            found.append(ask(connection, words[(number * 7919 + len(found)) % len(words)]))
        return found

    with ThreadPoolExecutor(CALLERS) as pool:
        return [one for part in pool.map(call, range(CALLERS)) for one in part]


def throughput(count: int, quick: bool) -> list[dict[str, Any]]:
    """Seconds of both commands on the same lines from stdin, cold start included."""
    lines = "".join(
        json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts(count))
    ).encode()
    commands = {
        "classify": ["classify", "-", "--no-cache", "--quiet"],
        "route": ["route", "-", "--no-cache", "--quiet", "--rules", "support"],
    }
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(1 if quick else 2):
        for name, arguments in commands.items():
            start = time.perf_counter()
            done = subprocess.run([*VOC, *arguments], input=lines, capture_output=True, check=True)
            best[name] = min(best[name], time.perf_counter() - start)
            if done.stdout.count(b"\n") != count:
                raise SystemExit(f"voc {name} wrote {done.stdout.count(bytes([10]))} rows for {count}")
    ratio = best["classify"] / best["route"]
    return [
        *({"what": f"voc {name} from stdin, tickets/s", "n": count, "value": count / spent}
          for name, spent in best.items()),
        {"what": "route / classify", "n": count, "value": ratio, "answers": RATIO.judge(ratio, quick)},
    ]  # fmt: skip


def killed(kills: int) -> list[dict[str, Any]]:
    """Drop files while the watch is killed again and again; count what came of every ticket."""
    chance, words = random.Random(1), texts(5000)
    with tempfile.TemporaryDirectory(prefix="voc-kill-") as name:
        base = Path(name)
        inbox, secret = base / "inbox", base / "secret"
        inbox.mkdir()
        secret.write_text("a secret for this benchmark only")
        secret.chmod(0o600)
        arguments = [
            "route", "--watch", str(inbox), "-o", str(base / "out"), "--rules", "support", "--settle", "0.02",
            "--webhook", "http://127.0.0.1:9/", "--webhook-secret-file", str(secret),
        ]  # fmt: skip
        dropped: list[str] = []
        for _ in range(kills):
            for _ in range(2):
                dropped += drop(inbox, words, len(dropped))
            with started(arguments, "Watching") as (process, _line):
                time.sleep(chance.uniform(0, 1.5))
                process.kill()
        subprocess.run([*VOC, *arguments, "--once", "--quiet"], check=True, capture_output=True)
        return counted(base, dropped, kills)


def drop(inbox: Path, words: list[str], first: int) -> list[str]:
    """One file under a temporary name, then its own; the ids in it."""
    ids = [f"T{number}" for number in range(first, first + FILE_ROWS)]
    half = inbox / f".{first}"
    lines = (json.dumps({"id": one, "text": words[int(one[1:]) % len(words)]}) for one in ids)
    half.write_text("\n".join(lines) + "\n", encoding="utf-8")
    half.rename(inbox / f"{first}.jsonl")
    return ids


def counted(base: Path, dropped: list[str], kills: int) -> list[dict[str, Any]]:
    """Tickets lost and tickets twice, in the results and in the outbox."""
    results = Counter(
        json.loads(line)["id"]
        for path in (base / "out").glob("[!.]*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    with sqlite3.connect(base / "out" / ".voc-watch.sqlite") as database:
        bodies = database.execute("SELECT body FROM outbox WHERE state = 'waiting'").fetchall()
    outbox = Counter(json.loads(body)["data"]["id"] for (body,) in bodies)
    table = []
    for name, found in (("results", results), ("outbox", outbox)):
        wrong = {"lost": set(dropped) - set(found), "twice": {one for one, n in found.items() if n > 1}}
        for what, which in wrong.items():
            table.append(
                {"what": f"tickets {what} in the {name} after {kills} kills", "n": len(dropped), "value": len(which),
                 "answers": "bar 0 " + ("not" if which else "met")}
            )  # fmt: skip
    return table


def main() -> None:
    """Measure everything and print the table."""
    parser = options(__doc__, teacher=False)
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="times the watch is killed")
    parser.add_argument("--only", choices=["service", "throughput", "kills"], help="this part alone")
    chosen = parser.parse_args()
    quick = chosen.quick
    parts = {
        "service": lambda: service(100 if quick else 2000, 3 if quick else 60),
        "throughput": lambda: throughput(500 if quick else 10_000, quick),
        "kills": lambda: killed(min(chosen.kills, 3) if quick else chosen.kills),
    }
    table = [row for name, part in parts.items() if chosen.only in (None, name) for row in part()]
    finish(chosen, table)


if __name__ == "__main__":
    main()
