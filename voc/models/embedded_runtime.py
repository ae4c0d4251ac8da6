"""Run the embedded model: ``tokenizers`` and ``onnxruntime``, no torch."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.models.encoder import Progress, distinct, encoded
from voc.models.sums import check_files, sha256_of
from voc.types import Encoded

EMBEDDED_FOLDER = Path(__file__).parent / "embedded"
"""The model that the package carries."""
TOKEN_BUDGET = 512
"""Tokens in one batch: its activations then stay in the cores' own cache."""
PROBE_AGREES = 0.995
"""Cosine to the stored vector below which results on this machine are not those that were measured."""
REINSTALL = "Install voc again: its model folder is incomplete or was changed."

Window = tuple[int, list[int]]
"""(row it belongs to, token ids): a whole text, or a stretch of one that is too long for one pass."""


class EmbeddedEncoder:
    """The package's own encoder, or any folder of the same make (``model.json`` beside ``onnx/model.onnx``).

    Weights are read at the first ``encode``. A text longer than the model reads is encoded in windows and
    their features averaged by length: nothing is cut.

    Args:
        folder: the model folder.
        threads: CPU threads; all that this process may use when None.

    Raises:
        VocError: the folder is not a model of this make.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self.folder = Path(folder)
        self.threads = threads or available_cores()
        self.manifest = read_manifest(self.folder)
        self.dim = int(self.manifest["dim"])
        self._session: Any = None
        self._tokenizer: Any = None
        self._head: list[int] = []
        self._tail: list[int] = []

    @property
    def id(self) -> str:
        """Name, version and the start of the hash over the files that decide a vector."""
        joined = "".join(hash_ for _name, hash_ in sorted(self.manifest["sha256"].items()))
        digest = hashlib.sha256((joined + self.manifest["prefix"]).encode()).hexdigest()[:12]
        return f"{self.manifest['name']}-{self.manifest['version']}-{digest}"

    @property
    def width(self) -> int:
        """Number of feature columns."""
        return self.dim * len(self.manifest["layers"])

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """Vectors (n, 384) and features (n, layers read * 384), in the order of ``texts``.

        Identical texts are run once. A text's row is the same, to the last digit, whatever it is encoded
        with: the quantisation scales are fixed, and nothing is padded.
        """
        rows, where = distinct(texts)
        if progress:
            progress(len(texts) - len(rows))
        if not rows:
            return encoded(np.zeros((0, self.width), np.float16), self.dim)
        return encoded(self.halves(rows, progress)[where], self.dim)

    def halves(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float16]:
        """Features (n, layers read * 384) of distinct texts, each the mean over its windows by length."""
        self._load()
        windows = self._windows(texts)
        left = np.bincount([row for row, _ids in windows], minlength=len(texts))
        total, weight = np.zeros((len(texts), self.width), np.float32), np.zeros(len(texts), np.float32)
        features = np.empty(total.shape, np.float16)
        planned = list(batches(windows))
        # one batch a thread: threads that share a batch wait for each other at every node of the graph
        with ThreadPoolExecutor(self.threads) as workers:
            for batch, found in zip(planned, workers.map(self._run, planned), strict=True):
                at, length = np.array([row for row, _ids in batch]), np.float32(len(batch[0][1]))
                rows = np.unique(at)
                if len(rows) == len(at):
                    total[at] += found * length
                else:  # many times slower, so only where several windows are of one text
                    np.add.at(total, at, found * length)
                np.add.at(weight, at, length)
                np.subtract.at(left, at, 1)
                done = rows[left[rows] == 0]  # rounded now, while the others are computed
                features[done] = total[done] / weight[done, None]
                if progress:
                    progress(len(done))
        return features

    def _windows(self, texts: Sequence[str]) -> list[Window]:
        """The texts as token ids, cut where they are longer than the model reads."""
        room = int(self.manifest["max_tokens"]) - len(self._head) - len(self._tail)
        windows = []
        for row, encoding in enumerate(self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)):
            ids = encoding.ids
            parts = -(-len(ids) // room) or 1
            size = -(-len(ids) // parts) or 1  # equal windows: no tiny last one
            for start in range(0, len(ids) or 1, size):
                windows.append((row, [*self._head, *ids[start : start + size], *self._tail]))
        return windows

    def _run(self, batch: list[Window]) -> NDArray[np.float32]:
        ids = np.array([tokens for _row, tokens in batch], np.int64)
        features: NDArray[np.float32] = self._session.run(
            ["features"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )[0]
        return features

    def _load(self) -> None:
        """Open the tokenizer and the graph, once."""
        if self._session is not None:
            return
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            check_files(self.folder, self.manifest["sha256"])
            self._tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                self.folder / "onnx" / "model.onnx",
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=["SkipLayerNormFusion"],  # the fused kernel is several times slower
            )
        except VocError:
            raise
        except Exception as error:
            raise VocError(
                f"The model in {self.folder} can't be opened: {type(error).__name__}", REINSTALL
            ) from error
        first, *prefix, last = self._tokenizer.encode(self.manifest["prefix"].strip()).ids
        self._head, self._tail = [first, *prefix], [last]


def batches(windows: Sequence[Window], budget: int = TOKEN_BUDGET) -> Iterator[list[Window]]:
    """Windows of one length together, each batch within ``budget`` tokens (or one window alone)."""
    for length, alike in groupby(sorted(windows, key=lambda w: (len(w[1]), w[0])), lambda w: len(w[1])):
        mine, size = list(alike), max(1, budget // length)
        for start in range(0, len(mine), size):
            yield mine[start : start + size]


def read_manifest(folder: Path) -> dict[str, Any]:
    """model.json of a model folder.

    Raises:
        VocError: there is none, or it is no manifest.
    """
    try:
        manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        missing = {"name", "version", "prefix", "layers", "dim", "max_tokens", "sha256"} - manifest.keys()
    except (OSError, ValueError, AttributeError) as error:
        raise VocError(f"{folder} is not a model folder: model.json can't be read", REINSTALL) from error
    if missing:
        raise VocError(f"{folder / 'model.json'} lacks {', '.join(sorted(missing))}", REINSTALL)
    return dict(manifest)


def verify(folder: Path) -> list[str]:
    """What is wrong with a model folder, as sentences: missing or changed files, or a CPU that computes otherwise.

    Reads every byte and encodes one text (half a second): for ``voc doctor``, not for each load.
    """
    try:
        manifest = read_manifest(folder)
    except VocError as error:
        return [error.message]
    problems = []
    for name, expected in {**manifest["sha256"], **manifest.get("heads", {})}.items():
        path = folder / name
        if not path.exists():
            problems.append(f"{name} is missing")
        elif sha256_of(path) != expected:
            problems.append(f"{name} is not the file that was shipped (its sha256 differs)")
    if not problems and (probe := manifest.get("probe")):
        vector = EmbeddedEncoder(folder).encode([probe["text"]]).vectors[0]
        agreement = float(vector @ np.asarray(probe["vector"], np.float32))
        if agreement < PROBE_AGREES:
            problems.append(
                f"this CPU's integer arithmetic gives other vectors (cosine {agreement:.3f} to what it should)"
            )
    return problems


def available_cores() -> int:
    """CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
