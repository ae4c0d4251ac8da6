"""The student that fine-tuning trains: the bottom of the pruned teacher, small heads, and what it should mimic."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import PRUNED
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

TEACHER_PREFIX = "query: "
CHUNK = 2048
ATTENTION = "sdpa" if torch.cuda.is_available() else "eager"
"""On a CPU the fused kernel takes twice as long on short texts with padding."""
TEMPERATURE = 0.03
"""Of the similarities within a batch; the teacher's lie between .7 and 1."""


@dataclass(frozen=True)
class Lesson:
    """One text and what it can teach; a label of -1 is absent.

    ``trust`` is the chance that the label is right; ``times`` how often an epoch shows the text.
    """

    text: str
    task: str = ""
    label: int = -1
    trust: float = 1.0
    times: float = 1.0
    teacher: int = -1


class Student(nn.Module):
    """Encoder without a prefix, frozen embeddings, one head a task on several pooled layers.

    Args:
        layers: which of the source's layers are kept, counted from 1.
        heads: task -> number of labels.
        source: folder of the pruned teacher or of a deeper student.
    """

    def __init__(self, layers: Sequence[int], heads: dict[str, int], source: Path = PRUNED) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            source,
            add_pooling_layer=False,
            attn_implementation=ATTENTION,
            # dropout inside the layers takes a third of a CPU's time; words are dropped instead
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.encoder.layer = nn.ModuleList(self.encoder.encoder.layer[i - 1] for i in layers)
        self.encoder.config.num_hidden_layers = len(layers)
        self.encoder.embeddings.requires_grad_(False)
        self.read = read_layers(len(layers))
        width = self.encoder.config.hidden_size * len(self.read)
        self.heads = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.LayerNorm(width), nn.Dropout(0.1), nn.Linear(width, 256), nn.GELU(), nn.Dropout(0.2),
                    nn.Linear(256, size),
                )
                for name, size in heads.items()
            }
        )  # fmt: skip

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors (n, d) and the features that heads read (n, d * layers read), of token ids (n, t)."""
        states = self.encoder(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        pooled = [pool(states[layer].float(), mask) for layer in self.read]
        return functional.normalize(pooled[-1], dim=1), torch.cat(pooled, dim=1)


def read_layers(layers: int) -> tuple[int, ...]:
    """The layers that heads read: a third, two thirds and the whole of the depth."""
    return tuple(sorted({max(1, layers // 3), max(1, 2 * layers // 3), layers}))


def pool(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens that are there: (n, t, d) -> (n, d)."""
    weight = mask.unsqueeze(-1).to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1).clamp(min=1)


def padded(ids: Sequence[Sequence[int]], filler: int, device: str) -> tuple[Tensor, Tensor]:
    """Token ids and mask (n, longest) of a batch."""
    width = max(map(len, ids))
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in ids]
    full = [[*row, *[filler] * (width - len(row))] for row in ids]
    return torch.tensor(full, device=device), torch.tensor(mask, device=device)


def task_loss(student: Student, features: Tensor, batch: Sequence[Lesson]) -> Tensor:
    """Cross-entropy of every labelled row under its own task's head, labels softened by their trust; per row."""
    loss = features.new_zeros(())
    tasks: dict[str, list[int]] = {}
    for position, lesson in enumerate(batch):
        if lesson.label >= 0:
            tasks.setdefault(lesson.task, []).append(position)
    for task, chosen in tasks.items():
        logits = student.heads[task](features[chosen]).float()
        labels = torch.tensor([batch[p].label for p in chosen], device=features.device)
        trust = torch.tensor([batch[p].trust for p in chosen], device=features.device).unsqueeze(1)
        right = functional.one_hot(labels, logits.shape[1])
        target = right * trust + (1 - right) * (1 - trust) / (logits.shape[1] - 1)
        loss = loss - (target * functional.log_softmax(logits, dim=1)).sum()
    return loss / len(batch)


def geometry_loss(vectors: Tensor, batch: Sequence[Lesson], teacher: Tensor) -> Tensor:
    """How far the vectors of those lessons that have a teacher's vector are from it; per row of the batch."""
    known = [position for position, lesson in enumerate(batch) if lesson.teacher >= 0]
    if len(known) < 3:
        return vectors.new_zeros(())
    goal = teacher[[batch[p].teacher for p in known]].to(vectors.device)
    return likeness_loss(vectors[known], goal) / len(batch)


def likeness_loss(mine: Tensor, goal: Tensor) -> Tensor:
    """Distance of unit vectors (n, d) to others, and of the similarities among them (Park et al. 2019); summed."""
    n = len(mine)
    off = ~torch.eye(n, dtype=torch.bool, device=mine.device)
    wanted = functional.softmax((goal @ goal.T)[off].view(n, -1) / TEMPERATURE, dim=1)
    given = functional.log_softmax((mine @ mine.T)[off].view(n, -1) / TEMPERATURE, dim=1)
    return 10 * (1 - (mine * goal).sum(1)).sum() + functional.kl_div(given, wanted, reduction="sum")


def teacher_vectors(texts: list[str], folder: Path, device: str, max_tokens: int) -> Tensor:
    """The pruned teacher's unit vectors (n, 384), kept in ``folder`` chunk by chunk, so that it can be interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    model: Any = None
    tokenizer, parts = AutoTokenizer.from_pretrained(PRUNED), []
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        path = folder / f"{hashlib.blake2b(chr(0).join(chunk).encode(), digest_size=12).hexdigest()}.npy"
        if not path.exists():
            model = model or load_teacher().to(device)
            np.save(path, encode_chunk(model, tokenizer, chunk, device, max_tokens))
            print(f"  teacher vectors {start + len(chunk)}/{len(texts)}", flush=True)
        parts.append(np.load(path))
    return torch.from_numpy(np.concatenate(parts).astype(np.float32))


def load_teacher() -> Any:
    """The pruned teacher, all its layers."""
    return AutoModel.from_pretrained(PRUNED, add_pooling_layer=False, attn_implementation=ATTENTION).eval()


@torch.no_grad()
def encode_chunk(model: Any, tokenizer: Any, texts: list[str], device: str, max_tokens: int) -> Any:
    """Unit vectors of some texts in bf16, as float16 (n, 384)."""
    ids = [row[:max_tokens] for row in tokenizer([TEACHER_PREFIX + t for t in texts])["input_ids"]]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = torch.zeros(len(ids), model.config.hidden_size)
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        tokens, mask = padded([ids[i] for i in chosen], tokenizer.pad_token_id, device)
        with torch.autocast(device, torch.bfloat16):
            states = model(input_ids=tokens, attention_mask=mask).last_hidden_state
        vectors[chosen] = functional.normalize(pool(states.float(), mask), dim=1).cpu()
    return vectors.numpy().astype(np.float16)
