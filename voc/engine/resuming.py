"""Answers of a large run's blocks, kept as each is done, so that an interrupted run asks the models only for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voc.engine.work import Prepared, Understand, Understood
from voc.store.work import Shelf, key_of

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
        name, make, load = (
            f"answers-{block.number:05d}",
            partial(self.work, block),
            partial(_load, block.number),
        )
        return self.shelf.stage(name, self._key(block), make, _save, load)

    def _key(self, block: Prepared) -> str:
        texts = ((record.id, record.text, record.language) for record in self.work.records(block))
        return key_of([self.models, self.work.settings.text.max_segment_chars, *texts])


def _save(block: Understood, folder: Path) -> None:
    import numpy as np
    from pyarrow import feather
    from safetensors.numpy import save_file

    arrays = {name: np.ascontiguousarray(getattr(block, name)) for name in _ARRAYS}
    save_file(arrays, folder / "answers.safetensors")
    for name in _TABLES:
        feather.write_feather(getattr(block, name), str(folder / f"{name}.arrow"), compression="lz4")


def _load(number: int, folder: Path) -> Understood:
    from pyarrow import feather
    from safetensors.numpy import load_file

    arrays = load_file(folder / "answers.safetensors")
    tables = {name: feather.read_table(folder / f"{name}.arrow", memory_map=False) for name in _TABLES}
    return Understood(number=number, **tables, **arrays)
