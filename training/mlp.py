"""Fit the small network that every shipped head is: features -> hidden layer -> labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Options:
    """How to fit: chosen on dev (sentiment) and on held-out examples of ours (intent)."""

    hidden: int = 128
    epochs: int = 12
    batch: int = 256
    rate: float = 1e-3
    decay: float = 0.05
    dropout: float = 0.4
    members: int = 3


def fit(
    x: NDArray[np.float32], targets: NDArray[np.float32], weights: NDArray[np.float32], options: Options
) -> tuple[Pair, Pair]:
    """Both layers' (weight, bias), standardisation of the features folded into the first.

    Several networks are fitted that differ by their seed alone. The mean of their logits is one wider network.

    Args:
        x: features (n, f).
        targets: probabilities (n, labels) to aim at.
        weights: what each row counts (n,).
        options: size and schedule; a GPU is used when there is one.
    """
    members = [fit_one(x, targets, weights, options, seed) for seed in range(options.members)]
    first, second = zip(*members, strict=True)
    wide = np.concatenate([w for w, _b in first], axis=1), np.concatenate([b for _w, b in first])
    return wide, (
        np.concatenate([w for w, _b in second]) / len(second),
        np.mean([b for _w, b in second], axis=0),
    )


def fit_one(
    x: NDArray[np.float32],
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    options: Options,
    seed: int,
) -> tuple[Pair, Pair]:
    """One network's layers (see ``fit``)."""
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    data, wanted, counts = (
        torch.from_numpy(a.astype(np.float32)).to(device) for a in ((x - mean) / scale, targets, weights)
    )
    net = torch.nn.Sequential(
        torch.nn.Dropout(0.2),
        torch.nn.Linear(x.shape[1], options.hidden),
        torch.nn.GELU(approximate="tanh"),
        torch.nn.Dropout(options.dropout),
        torch.nn.Linear(options.hidden, targets.shape[1]),
    ).to(device)
    steps = options.epochs * max(1, len(x) // options.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    for _step in range(steps):
        at = torch.randint(len(x), (options.batch,), generator=generator).to(device)
        loss = torch.nn.functional.cross_entropy(net(data[at]), wanted[at], reduction="none") * counts[at]
        optimiser.zero_grad()
        loss.mean().backward()
        optimiser.step()
        schedule.step()
    first, second = (
        (m.weight.detach().cpu().numpy().T, m.bias.detach().cpu().numpy()) for m in (net[1], net[4])
    )
    weight = first[0] / scale[:, None]
    return (weight, first[1] - mean @ weight), second
