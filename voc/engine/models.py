"""Models for work that is sent away: named, not carried; loaded where the work is done, once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from voc.config import ModelSettings

if TYPE_CHECKING:
    from voc.models.understand import Models


@dataclass(frozen=True)
class ModelsFor:
    """Returns the models when called.

    Args:
        named: names, folders and the device; a folder must be at the same place on every machine.
        cache: whether vectors are kept on the disk of the machine that computes them.
        threads: CPU threads of the embedded encoder; all that the process may use when None.
    """

    named: ModelSettings
    cache: bool = True
    threads: int | None = None

    def __call__(self) -> Models:
        """Load the models, or return those loaded before.

        Raises:
            VocError: a model can't be found or loaded.
        """
        return _loaded(self.named, self.cache, self.threads)


@dataclass(frozen=True)
class Given:
    """Returns models that are loaded already; for work in this process."""

    models: Models

    def __call__(self) -> Models:
        """Return them."""
        return self.models


@lru_cache(maxsize=1)
def _loaded(named: ModelSettings, cache: bool, threads: int | None) -> Models:
    from voc.models.load import load_named
    from voc.store.cache import VectorStore

    return load_named(named, VectorStore() if cache else None, threads)
