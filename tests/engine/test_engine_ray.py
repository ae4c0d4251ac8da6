"""A cluster gives the answers of one machine, record by record, whatever dies on the way.

The cluster is a real one on this machine, of two nodes; ``benchmarks/ray_cluster.py`` kills a node of it
in the middle of ``voc classify`` and ``voc run``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cluster_work import DieOnce, Double, FailOnce, Refuse

import voc
from voc.cli import cli
from voc.cli.console import guarded
from voc.config import resolve
from voc.engine import Engine
from voc.engine.local import LocalEngine
from voc.stream import classify_batches

ray = pytest.importorskip("ray", reason="Ray is not installed: nothing about clusters is tested")
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
BLOCKS = [[number, number + 1] for number in range(0, 24, 2)]


def two_nodes(tries: int = 4) -> Any:
    """A cluster; Ray gives a node's agent 15 s to start, which a busy machine may not."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(True, head_node_args={"num_cpus": 1, "object_store_memory": 100 << 20})
    try:
        cluster.add_node(num_cpus=1, object_store_memory=100 << 20)
    except Exception:
        cluster.shutdown()
        if tries == 1:
            raise
        return two_nodes(tries - 1)
    return cluster


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    from voc.engine.cluster import RayEngine

    with pytest.MonkeyPatch.context() as patch:
        here = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "large")]
        patch.syspath_prepend(here[1])
        patch.setenv("PYTHONPATH", os.pathsep.join([*here, os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")  # a busy machine would starve them for minutes
        patch.setenv("VOC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("VOC_AUTHOR_KEY", "a key for tests only")
        cluster = two_nodes()
        yield RayEngine(cluster.address, workers=2)
        ray.shutdown()
        cluster.shutdown()


def test_blocks_keep_their_order_and_are_done_once(engine: Engine) -> None:
    kept = engine.keep(engine.map(Double(), engine.source(lambda: iter(BLOCKS))))
    assert list(engine.map(Double(), kept)) == [[4 * value for value in block] for block in BLOCKS]
    assert list(kept) == [[2 * value for value in block] for block in BLOCKS]


def test_a_block_whose_worker_is_killed_is_done_again(engine: Engine, tmp_path: Path) -> None:
    work = DieOnce(10, tmp_path / "died")
    assert list(engine.map(work, BLOCKS)) == BLOCKS
    assert work.mark.exists()


def test_a_network_that_fails_once_is_no_failure(engine: Engine, tmp_path: Path) -> None:
    assert list(engine.map(FailOnce(tmp_path / "failed"), BLOCKS[:3])) == BLOCKS[:3]


def test_a_users_error_comes_as_it_is(engine: Engine) -> None:
    with pytest.raises(voc.VocError, match=r"^the model is not there\n  Name another\.$") as caught:
        list(engine.map(Refuse(), BLOCKS[:2]))
    assert caught.value.exit_code == 2


def test_standard_input_is_refused(engine: Engine) -> None:
    with pytest.raises(voc.VocError, match="standard input"):
        engine.reachable(["-"])


def test_classify_answers_as_one_machine_does(engine: Engine, tmp_path: Path) -> None:
    from large_samples import write_export

    export = write_export(tmp_path / "reviews.csv", 90)
    settings = resolve().settings
    here, there = (
        list(classify_batches([export], settings, batch=20, cache=False, engine=one))
        for one in (LocalEngine(), engine)
    )
    assert [len(batch) for batch in here] == [20, 20, 20, 20, 10]
    assert there == here


def test_route_decides_as_one_machine_does(engine: Engine, tmp_path: Path) -> None:
    from large_samples import write_export

    from voc.route_stream import engine_answers
    from voc.router import Router

    export = write_export(tmp_path / "tickets.csv", 60)
    moment = datetime(2026, 7, 1)
    here, there = (
        list(engine_answers([export], Router("support", cache=False), one, 20, moment))
        for one in (LocalEngine(), engine)
    )
    assert sum(map(len, here)) == 60
    assert there == here


def test_a_run_finds_what_one_machine_finds(engine: Engine, tmp_path: Path) -> None:
    import pandas as pd
    from large_samples import write_export
    from tiny_models import tiny_models

    from voc import large

    resolved = resolve("reviews", {})
    export = write_export(tmp_path / "reviews.csv", 300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "BLOCK", 64)
        here, there = (
            large.analyze_large(
                large.begin(large.open_input([export], resolved.settings, one, fits=50), resolved),
                models=tiny_models,
            )
            for one in (LocalEngine(), engine)
        )
    pd.testing.assert_frame_equal(there.feedback, here.feedback)
    pd.testing.assert_frame_equal(there.segments, here.segments)
    assert there.ranked == here.ranked
    assert there.rejected == here.rejected


def test_workers_need_a_cluster(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("text\nThe parcel came late\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["voc", "classify", str(file), "--workers", "2"])
        assert guarded(cli) == 2
    assert "--engine ray" in capsys.readouterr().err
