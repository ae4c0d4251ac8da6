"""Answers of a large run's blocks, kept as each is done, so that an interrupted run asks the models only for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import voc
from voc.engine.work import Prepared, Understand, Understood
from voc.store.work import Shelf, key_of

if TYPE_CHECKING:
    from voc.models.understand import Models

_ARRAYS = ("owners", "vectors", "sentiment", "intent")
_TABLES = ("answers", "segments")


@dataclass(frozen=True)
class Resumed:
    """Work: as ``Understand``, which is asked only for blocks that aren't on the shelf.

    On a cluster, a machine that doesn't see the shelf's folder keeps nothing. ``models``: hash of the models.
    """

    work: Understand
    shelf: Shelf
    models: str

    def __call__(self, block: Prepared) -> Understood:
        """Take the block's answers from the shelf, or find and keep them."""

        def load(folder: Path) -> Understood:
            return _load(folder, block.number)

        make: Callable[[], Understood] = lambda: self.work(block)  # noqa: E731
        return self.shelf.stage(f"answers-{block.number:05d}", self._key(block), make, _save, load)

    def _key(self, block: Prepared) -> str:
        texts = ((record.id, record.text, record.language) for record in self.work.records(block))
        return key_of([self.models, self.work.settings.text.max_segment_chars, *texts])


def hash_of(models: Models) -> str:
    """Hash of all models that answer, and of voc's version."""
    return key_of([*sorted(models.ids.items()), models.heads.id, voc.__version__])


def _save(block: Understood, folder: Path) -> None:
    import numpy as np
    from pyarrow import feather
    from safetensors.numpy import save_file

    arrays = {name: np.ascontiguousarray(getattr(block, name)) for name in _ARRAYS}
    save_file(arrays, folder / "answers.safetensors")
    for name in _TABLES:
        feather.write_feather(getattr(block, name), str(folder / f"{name}.arrow"), compression="lz4")


def _load(folder: Path, number: int) -> Understood:
    from pyarrow import feather
    from safetensors.numpy import load_file

    arrays = load_file(folder / "answers.safetensors")
    tables = {name: feather.read_table(folder / f"{name}.arrow", memory_map=False) for name in _TABLES}
    return Understood(number=number, **tables, **arrays)
