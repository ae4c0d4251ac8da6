"""The teacher (multilingual-e5-small) in torch float32: what the embedded model is measured against."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from model_common import TEACHER, cached
from numpy.typing import NDArray

from voc.models.encoder import CachedEncoder, Progress, encoded
from voc.types import Encoded

PREFIX = "query: "
MAX_TOKENS = 512
BATCH = 32


class Teacher:
    """Mean-pooled last states of a local Hugging Face folder; texts of like length share a batch.

    Its features are its vectors, so that heads read the same kind of input from both models.

    Args:
        folder: made by training/01_teacher.py.
        threads: torch's; its own choice when None.
    """

    def __init__(self, folder: Path = TEACHER, threads: int | None = None) -> None:
        if not (folder / "config.json").exists():
            raise SystemExit(f"{folder} is missing: python training/01_teacher.py makes it")
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModel
        from transformers.utils import logging

        if threads:
            torch.set_num_threads(threads)
        logging.disable_progress_bar()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._model = AutoModel.from_pretrained(folder, dtype=torch.float32, add_pooling_layer=False).eval()
        self.dim = int(self._model.config.hidden_size)
        with (folder / "model.safetensors").open("rb") as file:
            self.id = "teacher-" + hashlib.file_digest(file, "blake2b").hexdigest()[:12]

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """Vectors (n, dim), and the same before they were made unit length as features."""
        tokens = [e.ids for e in self._tokenizer.encode_batch_fast([PREFIX + text for text in texts])]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        found = np.zeros((len(tokens), self.dim), np.float16)
        for start in range(0, len(order), BATCH):
            at = order[start : start + BATCH]
            found[at] = self._means([tokens[i] for i in at])
            if progress:
                progress(len(at))
        return encoded(found, self.dim)

    def _means(self, batch: list[list[int]]) -> NDArray[Any]:
        import torch

        longest = max(map(len, batch))
        ids = torch.tensor([tokens + [1] * (longest - len(tokens)) for tokens in batch])
        mask = torch.tensor([[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens in batch])
        with torch.inference_mode():
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state
        means: NDArray[Any] = ((states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)).numpy()
        return means


def teacher() -> CachedEncoder:
    """The teacher, with the cache."""
    return cached(Teacher())
