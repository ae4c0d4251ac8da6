"""Exports with themes, repeats, broken rows and personal data, of any size."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

THEMES = [
    "The app crashes when I open the camera", "The parcel came two weeks late", "Nobody answers the phone",
    "I was charged twice for one order", "Die Lieferung kam zwei Wochen zu spät", "Die App stürzt beim Start ab",
    "Great colours and a soft fabric", "The zip broke after a week",
]  # fmt: skip
ENDINGS = [
    "again",
    "since Monday",
    "and I am tired of it",
    "on my phone",
    "please fix it",
    "why",
    "unbelievable",
]


def write_export(path: Path, count: int, seed: int = 7) -> Path:
    """Write ``count`` rows: one in 40 says again what an earlier one said, one in 50 is empty or broken."""
    rng = random.Random(seed)
    said: list[str] = []
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "date", "author", "stars", "product", "review"])
        for number in range(count):
            theme, ending = rng.choice(THEMES), rng.choice(ENDINGS)
            text = f"{theme} {ending}, order {rng.randrange(10**6)}. {rng.choice(THEMES)}."
            if said and number % 40 == 0:
                text = rng.choice(said)
            if number % 100 == 7:
                text += f" Write to jane{number}@example.com"
            said.append(text)
            cells = [f"T-{number}", (date(2026, 1, 1) + timedelta(days=number % 180)).isoformat(),
                     f"customer {rng.randrange(count)}", 1 + number % 5, rng.choice("ABC"), text]  # fmt: skip
            if number % 50 == 9:
                cells = cells[:2] if number % 100 == 9 else [*cells[:5], ""]
            writer.writerow(cells)
    return path
