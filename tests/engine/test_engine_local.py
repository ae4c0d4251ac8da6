"""Blocks that are set aside come back as they were, in order, and leave nothing behind."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from voc.engine import open_engine
from voc.engine.local import Kept, LocalEngine
from voc.errors import VocError


def block(number: int) -> dict[str, object]:
    return {
        "number": number,
        "vectors": np.full((3, 5), number, dtype=np.float16),
        "table": pa.table({"text": [f"parcel {number}", None], "size": [number, 2]}),
        "none": np.zeros((0, 4)),
        "words": ["late", "again"],
    }


def test_blocks_come_back_in_order_as_often_as_asked(tmp_path: Path) -> None:
    kept = Kept(map(block, range(20)), tmp_path)
    for _ in range(2):
        found = list(kept)
        assert [one["number"] for one in found] == list(range(20))
        for number, one in enumerate(found):
            expected = block(number)
            assert np.array_equal(one["vectors"], expected["vectors"])
            assert one["vectors"].dtype == np.float16
            assert one["table"].equals(expected["table"])
            assert one["none"].shape == (0, 4)
            assert one["words"] == expected["words"]


def test_arrays_are_on_disk_and_objects_are_not(tmp_path: Path) -> None:
    big = Kept([np.zeros(100_000), "a word"], tmp_path)
    assert sum(len(objects) for objects, _, _ in big._blocks) < 1_000
    assert list(big)[1] == "a word"


def test_a_block_outlives_the_others(tmp_path: Path) -> None:
    first = next(iter(Kept([np.arange(10), np.arange(20)], tmp_path)))
    assert first.sum() == 45


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    kept = Kept(map(block, range(3)), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(kept) == 3


def test_no_block_at_all() -> None:
    assert list(LocalEngine().keep([])) == []


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    def blocks():
        yield block(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(VocError, match="disk is full"):
        LocalEngine(tmp_path).keep(blocks())


def test_work_is_done_in_order_and_lazily() -> None:
    done: list[int] = []
    engine = LocalEngine()
    found = engine.map(lambda one: done.append(one) or one * 2, engine.source(lambda: iter([1, 2, 3])))
    assert done == []
    assert list(found) == [2, 4, 6]


def test_options_of_a_cluster_need_one() -> None:
    with pytest.raises(VocError, match="--address, --workers and --gpus are for a cluster") as caught:
        open_engine("local", workers=3)
    assert caught.value.exit_code == 2
