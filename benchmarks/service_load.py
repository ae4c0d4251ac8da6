"""`voc serve` under load for a while: the rate it holds, what waits, and whether its memory stays flat.

usage: python benchmarks/service_load.py [--minutes 10] [--rate R] [--callers 8] [--bad 0.1] [--json FILE]

Loopback only. Callers send tickets at a fixed rate together (open loop: a slow answer does not slow the asking down, so
waiting is counted; Schroeder et al. 2006); without --rate, at half of what it answers in a short trial. A share of the
requests is hostile: wrong tokens, oversized bodies, broken JSON, paths that climb, half a header. Memory is looked at
once a second after the first minute; the line through it must rise by less than 5 MB over the whole time. Every good
request must be answered with 200, every bad one refused.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import numpy as np

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]
TOKEN = "a token for this benchmark only, made of many letters"
GROWTH = 5.0
"""Megabytes that the line through the memory may rise."""
THINGS = ("parcel", "app", "invoice", "charger", "hotline", "door", "mattress", "subscription")
TROUBLES = (
    "came too late",
    "broke after a day",
    "was wrong",
    "does not open",
    "is too loud",
    "was charged twice",
)
BAD = ("token", "none", "large", "json", "path", "method", "cut", "slow")


@dataclass
class Seen:
    """What came back."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    late: int = 0
    """Requests that began over a second after their time."""


def text(chance: random.Random) -> str:
    """A ticket that was not sent before, most likely."""
    return f"The {chance.choice(THINGS)} {chance.choice(TROUBLES)}, order {chance.randrange(10**9)}"


def good(port: int, chance: random.Random, seen: Seen, due: float) -> None:
    """One ticket; its time runs from when it was due."""
    body = json.dumps({"tickets": [{"text": text(chance)}]}).encode()
    status = _ask(port, "POST", "/route", body, {"authorization": f"Bearer {TOKEN}"})
    seen.milliseconds.append(1000 * (time.monotonic() - due))
    seen.statuses[f"good {status}"] += 1


def bad(port: int, chance: random.Random, seen: Seen) -> None:
    """One request that must be refused."""
    kind = chance.choice(BAD)
    body, own = (
        json.dumps({"tickets": [{"text": text(chance)}]}).encode(),
        {"authorization": f"Bearer {TOKEN}"},
    )
    if kind in ("cut", "slow"):
        _half(port, kind == "slow")
        seen.statuses[f"bad {kind} done"] += 1
        return
    method, path = "POST", "/route"
    if kind == "token":
        own = {"authorization": "Bearer wrong"}
    elif kind == "none":
        own = {}
    elif kind == "large":
        body = b'{"tickets": [{"text": "' + b"x" * 2_000_000 + b'"}]}'
    elif kind == "json":
        body = body[: len(body) // 2]
    elif kind == "path":
        path = chance.choice(
            ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/route/../../x", "//etc/passwd"]
        )
    else:
        method = "DELETE"
    seen.statuses[f"bad {kind} {_ask(port, method, path, body, own)}"] += 1


def _ask(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> int | str:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"content-type": "application/json", **headers})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, HTTPException) as error:
        return "closed" if isinstance(error, ConnectionError | HTTPException) else type(error).__name__
    finally:
        connection.close()


def _half(port: int, slow: bool) -> None:
    """Half a request, then nothing: the server must not wait for ever."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as made:
        made.sendall(b"POST /route HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n")
        if slow:
            time.sleep(0.5)


def watch(process: int, seen: Seen, over: threading.Event, start: float) -> None:
    """Resident megabytes, once a second."""
    page = os.sysconf("SC_PAGE_SIZE") / 1e6
    while not over.wait(1):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        seen.memory.append((time.monotonic() - start, pages * page))


def send(port: int, seconds: float, rate: float, share: float, callers: int, seen: Seen) -> None:
    """Keep to the clock: request n is due at n / rate, whatever became of those before."""
    start = time.monotonic()
    total = int(seconds * rate)

    def one(number: int) -> None:
        chance, due = random.Random(number), start + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        seen.late += time.monotonic() - due > 1
        if chance.random() < share:
            bad(port, chance, seen)
        else:
            good(port, chance, seen, due)

    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(one, range(total)))


def trial(port: int, seconds: float, callers: int) -> float:
    """Tickets a second when nobody pauses."""
    end, counts = time.monotonic() + seconds, [0] * callers

    def call(number: int) -> None:
        chance = random.Random(-1 - number)
        while time.monotonic() < end:
            good(port, chance, Seen(), time.monotonic())
            counts[number] += 1

    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(call, range(callers)))
    return sum(counts) / seconds


def judged(seen: Seen, rate: float, seconds: float, share: float) -> dict[str, Any]:
    """The table, and what is wrong in it."""
    times = np.array(seen.milliseconds or [float("nan")])
    after = [pair for pair in seen.memory if pair[0] > min(60.0, seconds / 3)]
    slope = float(np.polyfit(*np.array(after).T, 1)[0]) * seconds if len(after) > 2 else float("nan")
    wrong = {
        name: count for name, count in seen.statuses.items() if name.startswith("good") and name != "good 200"
    }
    wrong |= {
        name: n for name, n in seen.statuses.items() if name.startswith("bad") and name.endswith(" 200")
    }
    if slope > GROWTH:
        wrong["memory rose, MB"] = round(slope, 1)
    return {
        "seconds": seconds, "asked a second": round(rate, 1), "of them hostile": share,
        "answered a second": round(seen.statuses["good 200"] / seconds, 1),
        **{f"p{q}, ms": round(float(np.percentile(times, q)), 1) for q in (50, 95, 99)},
        "memory at the end, MB": round(seen.memory[-1][1], 1) if seen.memory else None,
        "memory rose over the time, MB": round(slope, 2), "sent over a second late": seen.late,
        "answers": dict(sorted(seen.statuses.items())), "wrong": wrong,
    }  # fmt: skip


def main() -> int:
    """Serve, ask, judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, help="requests a second")
    parser.add_argument("--callers", type=int, default=8)
    parser.add_argument("--bad", type=float, default=0.1, help="share of hostile requests")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    seconds, seen, over = 60 * chosen.minutes, Seen(), threading.Event()
    with tempfile.TemporaryDirectory(prefix="voc-load-") as folder:
        token = Path(folder) / "token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        arguments = ["serve", "--rules", "support", "--port", "0", "--no-cache", "--token-file", str(token)]
        process = subprocess.Popen([*VOC, *arguments], stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "Listening" in line)
            threading.Thread(target=process.stderr.read, daemon=True).start()
            port = int(line.split()[2].rstrip("./").rpartition(":")[2])
            good(port, random.Random(0), Seen(), time.monotonic())  # the model is loaded
            rate = chosen.rate or trial(port, min(10.0, seconds / 4), chosen.callers) / 2
            start = time.monotonic()
            threading.Thread(target=watch, args=(process.pid, seen, over, start), daemon=True).start()
            send(port, seconds, rate, chosen.bad, chosen.callers, seen)
        finally:
            over.set()
            process.send_signal(signal.SIGTERM)
            code = process.wait(60)
    table = judged(seen, rate, seconds, chosen.bad)
    if code != 0:
        table["wrong"]["exit code after SIGTERM"] = code
    print(json.dumps(table, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return int(bool(table["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
