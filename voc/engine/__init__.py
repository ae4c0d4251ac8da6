"""Where the work on batches is done: on this machine, or on a cluster.

An engine is given *blocks* (a few thousand records each) and *work*: an object that is called with a block
and returns a block. It knows nothing of what either means. The same blocks give the same answers, in the
same order, whichever engine does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from voc.errors import USAGE, VocError

Name = Literal["local", "ray"]
Work = Callable[[Any], Any]
"""Called with a block. Work for a cluster must survive pickling, and load its models on the first call. Work that is
Python alone says so with ``plain = True``: on one machine it is worth a process a processor."""


class Engine(Protocol):
    """Does work on blocks. What ``source`` and ``map`` return may be gone through once; ``keep`` mends that."""

    threads: int | None
    """CPU threads that models may use in one process; None for all."""

    def reachable(self, inputs: Sequence[str | Path]) -> tuple[str, ...]:
        """Return the inputs as every process that may read them must name them.

        Raises:
            VocError: one can't be read elsewhere (standard input, by a cluster).
        """
        ...

    def source(self, read: Callable[[], Iterator[Any]]) -> Iterable[Any]:
        """Return the blocks that ``read`` yields."""
        ...

    def map(self, work: Work, blocks: Iterable[Any]) -> Iterable[Any]:
        """Return what ``work`` makes of each block, in order, each exactly once."""
        ...

    def keep(self, blocks: Iterable[Any], tell: Callable[[Any], None] | None = None) -> Iterable[Any]:
        """Have all work on the blocks done now, and return them to be gone through as often as needed.

        ``tell`` hears of each block that is done, where the engine has no progress of its own.
        """
        ...


def open_engine(
    name: Name = "local",
    *,
    address: str | None = None,
    workers: int | None = None,
    gpus: float = 0,
    folder: Path | None = None,
) -> Engine:
    """Return an engine.

    Args:
        name: ``local``, or ``ray`` (``pip install 'voc[ray]'``).
        address: of the Ray cluster (``auto``, ``host:port``, ``ray://...``); None starts one on this machine.
        workers: processes that run models; one a processor (or a share of a GPU) when None.
        gpus: GPUs for each worker, 0.5 for two workers a GPU.
        folder: where the local engine sets blocks aside; the system's temporary folder when None.

    Raises:
        VocError: Ray is not installed, the cluster can't be reached, or an option does not fit the engine.
    """
    if name == "ray":
        from voc.engine.cluster import RayEngine

        return RayEngine(address, workers, gpus)
    if address or workers or gpus:
        raise VocError(
            "--address, --workers and --gpus are for a cluster", "Add --engine ray, or leave them out.", USAGE
        )
    from voc.engine.local import LocalEngine

    return LocalEngine(folder)
