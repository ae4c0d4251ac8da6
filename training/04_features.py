"""Compute the features that the heads train on, ahead of time and resumable: ``python training/04_features.py``."""

from __future__ import annotations

from data import PER_CELL, features, read_sentiment


def main() -> None:
    """Training rows, then dev rows, then the evaluation sets (never trained on)."""
    for name, per_cell in (("dev", 300), ("train", PER_CELL), ("umsab_test", None), ("eval_reviews", None)):
        found = read_sentiment(name, per_cell)
        print(f"sentiment/{name}: {len(found)} texts", flush=True)
        texts = found.texts
        for start in range(0, len(texts), 8192):
            features(texts[start : start + 8192])


if __name__ == "__main__":
    main()
