"""A deeper student as the teacher of a shallower one: its answers to every lesson, kept, and the loss that follows them.

Hinton et al. 2015: its whole distribution says more than a label. Every text asks for its sentiment and for one of
our own intents, whatever the text was there to teach, so that reviews teach intents too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from student import CHUNK, Student, likeness_loss, padded
from torch import Tensor
from torch.nn import functional

TASKS = ("sentiment", "own")
SOFTNESS = 2.0
"""Temperature of both distributions."""


@dataclass(frozen=True)
class Answers:
    """Of n texts: unit vectors (n, d) and each task's logits (n, labels), float16."""

    vectors: Tensor
    logits: dict[str, Tensor]


def answers(student: Student, ids: Sequence[Sequence[int]], state: Path, filler: int, device: str) -> Answers:
    """What the deeper student of ``state`` says to token ids, kept beside its state chunk by chunk."""
    kept = torch.load(state, weights_only=True, mmap=True)
    student.load_state_dict(kept["student"])
    student.eval()
    folder = state.with_suffix(".answers")
    folder.mkdir(exist_ok=True)
    parts = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        name = hashlib.blake2b(repr((kept["step"], chunk)).encode(), digest_size=12).hexdigest()
        path = folder / f"{name}.npz"
        if not path.exists():
            np.savez(path, **ask(student, chunk, filler, device))  # type: ignore[arg-type]
            print(f"  answers {start + len(chunk)}/{len(ids)}", flush=True)
        with np.load(path) as found:
            parts.append({key: torch.from_numpy(found[key]) for key in found.files})
    whole = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
    return Answers(whole.pop("vectors"), whole)


@torch.no_grad()
def ask(student: Student, ids: Sequence[Sequence[int]], filler: int, device: str) -> dict[str, np.ndarray]:
    """Vectors and logits of some texts, float16."""
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    parts: dict[str, list[Tensor]] = {"vectors": [], **{task: [] for task in TASKS}}
    for start in range(0, len(order), 64):
        with torch.autocast(device, torch.bfloat16):
            vectors, features = student(*padded([ids[i] for i in order[start : start + 64]], filler, device))
        parts["vectors"].append(vectors)
        for task in TASKS:
            parts[task].append(student.heads[task](features))
    back = np.argsort(order)
    return {
        key: torch.cat(found).float().cpu().numpy().astype(np.float16)[back] for key, found in parts.items()
    }


def following_loss(
    student: Student, vectors: Tensor, features: Tensor, chosen: Sequence[int], deeper: Answers
) -> tuple[Tensor, Tensor]:
    """(divergence of the answers, distance of the vectors) from the deeper student's; per row."""
    rows = torch.as_tensor(chosen)
    told = vectors.new_zeros(())
    for task in TASKS:
        wanted = functional.softmax(deeper.logits[task][rows].to(vectors.device).float() / SOFTNESS, dim=1)
        given = functional.log_softmax(student.heads[task](features).float() / SOFTNESS, dim=1)
        told = told + SOFTNESS**2 * functional.kl_div(given, wanted, reduction="sum")
    goal = deeper.vectors[rows].to(vectors.device).float()
    like = likeness_loss(vectors, goal) if len(rows) > 2 else vectors.new_zeros(())
    return told / len(rows), like / len(rows)
