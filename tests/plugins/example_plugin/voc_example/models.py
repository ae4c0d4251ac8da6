from collections.abc import Sequence

import numpy as np


class Letters:
    """Counts of the letters a to z: a poor encoder, but a complete one."""

    id = "letters-1"
    dim = 26

    def __init__(self, device: str | None = None) -> None:
        self.device = device

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[text.lower().count(chr(97 + i)) for i in range(26)] for text in texts], float)


class Sour:
    """Everything is negative."""

    id = "sour-1"

    def __init__(self, device: str | None = None) -> None:
        self.device = device

    def predict(self, texts: Sequence[str], encoded: object = None) -> np.ndarray:
        return np.tile([0.8, 0.1, 0.1], (len(texts), 1))  # negative, neutral, positive


class PraiseOrFix:
    """Texts with thanks in them are praise, all others ask for a fix."""

    id = "praise-or-fix-1"
    labels = ("praise", "fix")

    def __init__(self, device: str | None = None) -> None:
        self.device = device

    def predict(self, texts: Sequence[str], encoded: object = None) -> np.ndarray:
        thanks = np.array([float("thank" in text.lower()) for text in texts])
        return np.stack([thanks, 1 - thanks], axis=1)
