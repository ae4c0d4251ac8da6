"""A cluster of two nodes on this machine against one process, and with a node killed in the middle.

    python benchmarks/ray_cluster.py --records 4000 --command classify run

For each command: its time on one machine without Ray; on clusters of one and of two workers (a processor each;
on two processors that is all there is to gain); and on two workers of which one's node is killed (SIGKILL, no
farewell) half-way. Every output is compared with the first one, row by row: nothing lost, nothing twice, nothing
else. The one machine works in blocks, as it does above 25,000 records and as a cluster always does. Ray's own
start is in the times. What was measured is kept in OUT/ray_cluster.jsonl, so that a stopped series goes on where it
was; --again measures anew. The exit code is 1 if an output differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scale import model, write

VOC = [sys.executable, "-c", "import voc.large; voc.large.FITS = 0; from voc.cli import main; main()"]

TRIES = 5
"""To start a cluster."""


def main() -> int:
    """Run and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--command", nargs="+", choices=["classify", "run"], default=["classify", "run"])
    parser.add_argument("--out", type=Path, default=Path("scale"))
    parser.add_argument("--again", action="store_true", help="measure what is known, too")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for this benchmark")
    os.environ["VOC_CACHE_DIR"] = str((options.out / "cache").absolute())
    export = write(options.out / f"reviews_{options.records}.csv", options.records)
    log = options.out / "ray_cluster.jsonl"
    if options.again:
        log.unlink(missing_ok=True)
    right = [compare(command, export, options.out, options.records) for command in options.command]
    return int(not all(right))


def compare(command: str, export: Path, out: Path, count: int) -> bool:
    """Print a line for each way of doing the same work; whether all wrote the same."""
    print(f"\nvoc {command}, {count:,} records\n{'':<34} {'seconds':>8} {'records/s':>10}  output")
    log = out / "ray_cluster.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    which = model()
    known = {
        (one["command"], one["records"], one["how"]): one
        for one in map(json.loads, lines)
        if one.get("model") == which
    }
    first, half, right = out / f"{command}_0_{count}", 0.0, True
    for name, nodes, kill in (
        ("one machine, one thread", 0, False),
        ("Ray, 1 worker", 1, False),
        ("Ray, 2 workers", 2, False),
        ("Ray, 2 workers, a node killed", 2, True),
    ):
        found = known.get((command, count, name))
        if found is None:
            target = out / f"{command}_{nodes}{'_killed' if kill else ''}_{count}"
            seconds, happened = _timed(command, export, target, nodes, half if kill else None)
            if model() != which:
                raise SystemExit("the model was changed meanwhile: run it again")
            same = _tables(target, command) == _tables(first, command)
            found = {"command": command, "records": count, "how": name, "seconds": round(seconds, 1),
                     "same": same, "killed": happened, "model": which}  # fmt: skip
            with log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(found) + "\n")
        half = found["seconds"] / 2
        right = right and found["same"] and (found["killed"] or not kill)
        said = "the same" if found["same"] else "DIFFERENT"
        said += ", but it was over BEFORE the kill" if kill and not found["killed"] else ""
        print(f"{name:<34} {found['seconds']:>8.1f} {count / found['seconds']:>10.1f}  {said}", flush=True)
    return bool(right)


def _timed(
    command: str, export: Path, target: Path, nodes: int, kill_after: float | None
) -> tuple[float, bool]:
    """Seconds, and whether a node was killed meanwhile."""
    cluster, workers = _cluster(nodes)
    arguments = [command, str(export), "-o", str(target), "--force", "--no-cache", "-q"]
    arguments += ["--format", "parquet"] if command == "classify" else []
    if cluster is not None:
        arguments += ["--engine", "ray", "--address", cluster.address, "--workers", str(nodes)]
    start, killed = time.perf_counter(), threading.Event()

    def kill() -> None:
        killed.set()
        cluster.remove_node(workers[-1], False)

    timer = threading.Timer(kill_after or 0, kill)
    try:
        if kill_after is not None:
            timer.start()
        _run(arguments, threads=1)
        return time.perf_counter() - start, killed.is_set()
    finally:
        timer.cancel()
        if cluster is not None:
            cluster.shutdown()


def _cluster(nodes: int) -> tuple[Any, list[Any]]:
    """Start a head without processors and so many nodes with one each."""
    if not nodes:
        return None, []
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - so it is called; as the process without Ray
    for left in range(TRIES, 0, -1):
        cluster = Cluster(True, head_node_args={"num_cpus": 0, "object_store_memory": 200 << 20})
        try:
            return cluster, [
                cluster.add_node(num_cpus=1, object_store_memory=300 << 20) for _ in range(nodes)
            ]
        except Exception:  # Ray gives a node's agent 15 s to start, which a busy machine may not
            cluster.shutdown()
            if left == 1:
                raise
    raise AssertionError


def _run(arguments: Sequence[str], threads: int) -> None:
    """Run ``voc``; on one machine without Ray with as many processors as a worker has."""
    if "--engine" not in arguments and hasattr(os, "sched_setaffinity"):
        every = os.sched_getaffinity(0)
        os.sched_setaffinity(0, sorted(every)[:threads])
        try:
            subprocess.run([*VOC, *arguments], check=True)
        finally:
            os.sched_setaffinity(0, every)
    else:
        subprocess.run([*VOC, *arguments], check=True)


def _tables(target: Path, command: str) -> list[Any]:
    import pyarrow.parquet as pq

    names = ("feedback.parquet", "segments.parquet") if command == "run" else ("",)
    return [pq.read_table(target / name if name else target) for name in names]


if __name__ == "__main__":
    sys.exit(main())
