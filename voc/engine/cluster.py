"""The engine of many machines: Ray Data carries the blocks to pools of workers, and does again what is lost.

A row of the dataset is one block with its number. Ray may cut and send rows as it likes; a block is never
taken apart, so the same blocks are worked on as on one machine, and the answers are the same to the last bit.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from voc.engine import Work
from voc.errors import USAGE, VocError

_TRIES = 3
"""Tries for a block whose work fails for a file or the network, and for blocks that machines took with them."""


class RayEngine:
    """Does work on a Ray cluster.

    Args:
        address: of the cluster; None joins the one that runs here, or starts one on this machine.
        workers: most processes that run work; as many as the cluster has processors (or GPUs) when None.
        gpus: GPUs for each of them.

    Raises:
        VocError: Ray is not installed, or the cluster can't be reached.
    """

    threads: int | None = 1
    """Workers share a machine's processors; each has one."""

    def __init__(self, address: str | None = None, workers: int | None = None, gpus: float = 0) -> None:
        ray = _connect(address)
        self.gpus = gpus
        there = ray.cluster_resources()
        self.workers = workers or max(1, int(there.get("GPU", 0) / gpus if gpus else there.get("CPU", 1)))
        _set_up()

    def reachable(self, inputs: Sequence[str | Path]) -> tuple[str, ...]:
        """Return local paths in full: every machine must see them in the same place; URLs stay.

        Raises:
            VocError: standard input can't be read by a cluster.
        """
        if any(str(one) == "-" for one in inputs):
            raise VocError(
                "--engine ray: standard input can't be read by a cluster",
                "Write it to a file, or leave --engine out.",
                USAGE,
            )
        return tuple(
            str(one) if "://" in str(one) else str(Path(one).expanduser().absolute()) for one in inputs
        )

    def source(self, read: Callable[[], Iterator[Any]]) -> Iterable[Any]:
        """Return the blocks that a task on the cluster yields; they are worked on while it still reads."""
        import ray

        def rows(_: Any) -> Iterator[Any]:
            return _table(enumerate(read()))

        # No processor of its own: reading is light beside what follows, and must not keep it waiting.
        return _Blocks(
            lambda: ray.data.from_items([{"start": 0}]).map_batches(
                rows, batch_size=1, batch_format="pyarrow", num_cpus=0
            )
        )

    def map(self, work: Work, blocks: Iterable[Any]) -> Iterable[Any]:
        """Return what a pool of workers makes of the blocks."""
        import ray

        before = _as_blocks(blocks)
        return _Blocks(
            lambda: before.dataset.map_batches(
                _Worker,
                fn_constructor_args=(work,),
                batch_size=1,
                batch_format="pyarrow",
                compute=ray.data.ActorPoolStrategy(min_size=1, max_size=self.workers),
                num_cpus=0 if self.gpus else 1,
                num_gpus=self.gpus or None,
            ),
            before,
        )

    def keep(self, blocks: Iterable[Any], tell: Callable[[Any], None] | None = None) -> Iterable[Any]:
        """Have the work done now; the blocks stay on the cluster (on its disks, where memory is short)."""
        before = _as_blocks(blocks)
        return _Blocks(lambda: before.dataset.materialize(), before)


class _Blocks:
    """Blocks on the cluster. ``make`` builds the dataset from ``before``'s, and can do so again.

    Ray does lost work again while its workers are there. Blocks that were kept and whose workers are gone
    can't be had back so: then the chain that led to them is run once more.
    """

    def __init__(self, make: Callable[[], Any], before: _Blocks | None = None) -> None:
        self.make, self.before = make, before
        self.dataset = self._tried(make)

    def __iter__(self) -> Iterator[Any]:
        done, last, lost = 0, False, 0
        while not last:
            try:
                for row in self.dataset.iter_rows():
                    if row["number"] < done:
                        continue
                    if row["number"] > done:
                        raise RuntimeError(f"Ray left out block {done}")  # Never seen: it keeps their order.
                    yield pickle.loads(row["block"])
                    done, last = done + 1, row["last"]
                if not last:
                    raise RuntimeError(f"Ray ended after block {done - 1}, which is not the last")
            except Exception as error:
                lost += 1
                if not _is_loss(error) or lost == _TRIES:
                    raise _unwrapped(error) from None
                self.renew()

    def renew(self) -> None:
        """Run the whole chain again."""
        if self.before is not None:
            self.before.renew()
        self.dataset = self.make()

    def _tried(self, make: Callable[[], Any]) -> Any:
        for _ in range(_TRIES - 1):
            try:
                return make()
            except Exception as error:
                if self.before is None or not _is_loss(error):
                    raise _unwrapped(error) from None
                self.before.renew()
        return make()


class _Worker:
    """Holds the work, with its models, and does it on rows."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def __call__(self, table: Any) -> Iterator[Any]:
        for row in table.to_pylist():
            done = self._done(pickle.loads(row["block"]))
            yield from _table([(row["number"], done)], row["last"])

    def _done(self, block: Any) -> Any:
        for _ in range(_TRIES - 1):
            with suppress(OSError):
                return self.work(block)
        return self.work(block)


def _table(numbered: Iterable[tuple[int, Any]], last: bool = True) -> Iterator[Any]:
    """Yield a table of one row for each block; ``last``: whether the last of these is the last of all."""
    import pyarrow as pa

    columns = [("number", pa.int64()), ("last", pa.bool_()), ("block", pa.large_binary())]

    def row(number: int, end: bool, block: Any) -> Any:
        return pa.table([[number], [end], [pickle.dumps(block, protocol=5)]], schema=pa.schema(columns))

    held: tuple[int, Any] | None = None
    for item in numbered:
        if held is not None:
            yield row(held[0], False, held[1])
        held = item
    if held is not None:
        yield row(held[0], last, held[1])


def _as_blocks(blocks: Iterable[Any]) -> _Blocks:
    if isinstance(blocks, _Blocks):
        return blocks
    import ray

    tables = list(_table(enumerate(blocks)))
    return _Blocks(lambda: ray.data.from_arrow(tables))


def _connect(address: str | None) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what is done again is no news
    try:
        import ray
        import ray.data
    except ImportError:
        raise VocError("--engine ray: Ray is not installed", "pip install 'voc[ray]'", USAGE) from None
    if not ray.is_initialized():
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise VocError(
                f"--address {address}: no Ray cluster can be reached there ({type(error).__name__})",
                "Start one with `ray start --head`, or leave --address out.",
                USAGE,
            ) from None
    return ray


def _set_up() -> None:
    """A row a block of Ray's own, in order; workers that die are replaced."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.target_max_block_size = 1
    context.execution_options.preserve_order = True
    context.enable_progress_bars = sys.stderr.isatty()
    context.max_consecutive_actor_init_deaths = 10
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it wraps."""
    while error is not None:
        yield error
        error = getattr(error, "cause", None) or error.__cause__


def _is_loss(error: Exception) -> bool:
    from ray.exceptions import ObjectLostError

    return any(isinstance(one, ObjectLostError) for one in _causes(error))


def _unwrapped(error: Exception) -> Exception:
    """Return the error that a user should see: ours, if there is one inside."""
    ours = [one for one in _causes(error) if isinstance(one, VocError)]
    return ours[-1] if ours else error  # Ray's own wrapper is one, too, and shows a trace
