"""A cluster of two nodes on this machine against one process, and with a node killed in the middle.

    python benchmarks/ray_cluster.py --records 4000 --command classify run

For each command: its time on one machine without Ray; on clusters of one and of two workers (a processor each;
on two processors that is all there is to gain); and on two workers of which one's node is killed (SIGKILL, no
farewell) half-way. Every output is compared with the first one, row by row: nothing lost, nothing twice, nothing
else. Ray's own start is in the times.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scale import write

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]


def main() -> None:
    """Run and compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--command", nargs="+", choices=["classify", "run"], default=["classify", "run"])
    parser.add_argument("--out", type=Path, default=Path("scale"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for this benchmark")
    export = write(options.out / f"reviews_{options.records}.csv", options.records)
    for command in options.command:
        compare(command, export, options.out, options.records)


def compare(command: str, export: Path, out: Path, count: int) -> None:
    """Print a line for each way of doing the same work."""
    print(f"\nvoc {command}, {count:,} records\n{'':<34} {'seconds':>8} {'records/s':>10}  output")
    expected = None
    half = 0.0
    for name, nodes, kill in (
        ("one machine, one thread", 0, False),
        ("Ray, 1 worker", 1, False),
        ("Ray, 2 workers", 2, False),
        ("Ray, 2 workers, a node killed", 2, True),
    ):
        target = out / f"{command}_{nodes}{'_killed' if kill else ''}{'' if command == 'run' else '.parquet'}"
        seconds = _timed(command, export, target, nodes, half if kill else None)
        half = seconds / 2
        found = _table(target)
        expected = found if expected is None else expected
        same = "the same" if found.equals(expected) else "DIFFERENT"
        print(f"{name:<34} {seconds:>8.1f} {count / seconds:>10.1f}  {len(found):,} rows, {same}", flush=True)


def _timed(command: str, export: Path, target: Path, nodes: int, kill_after: float | None) -> float:
    cluster, workers = _cluster(nodes)
    arguments = [command, str(export), "-o", str(target), "--force", "--no-cache", "-q"]
    if cluster is not None:
        arguments += ["--engine", "ray", "--address", cluster.address, "--workers", str(nodes)]
    start = time.perf_counter()
    try:
        if kill_after is not None:
            threading.Timer(kill_after, cluster.remove_node, (workers[-1], False)).start()
        _run(arguments, threads=1)
        return time.perf_counter() - start
    finally:
        if cluster is not None:
            cluster.shutdown()


def _cluster(nodes: int) -> tuple[Any, list[Any]]:
    """Start a head without processors and so many nodes with one each."""
    if not nodes:
        return None, []
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(True, head_node_args={"num_cpus": 0, "object_store_memory": 200 << 20})
    workers = [cluster.add_node(num_cpus=1, object_store_memory=300 << 20) for _ in range(nodes)]
    return cluster, workers


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


def _table(target: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(target / "feedback.parquet" if target.is_dir() else target)


if __name__ == "__main__":
    main()
