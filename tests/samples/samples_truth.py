"""What is planted in sample_reviews/: one dict a customer row, and how to find it again in a result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[2] / "sample_reviews"
PACKED = {"tmall_reviews_zh.jsonl": "tmall_reviews_zh.jsonl.gz"}
Key = tuple[str, int]

ISSUES = (
    "app_crash", "late_delivery", "battery", "pairing", "refund_delay", "double_charge", "noise",
    "support_unreachable", "price_hike", "login_code", "damaged_box",
)  # fmt: skip
"""The main negative themes: what a CX lead must find in the report."""
FLAT = tuple(theme for theme in ISSUES if theme not in ("app_crash", "late_delivery"))
PRAISE = ("praise_cleaning", "praise_app", "praise_delivery", "praise_support", "praise_design")

TRUTH: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "truth.jsonl").read_text(encoding="utf-8").splitlines()
]
USABLE = [row for row in TRUTH if "bad" not in row]
BAD = [row for row in TRUTH if "bad" in row]
DUPLICATES = [row for row in TRUTH if "duplicate_of" in row]


def of_file(name: str, rows: list[dict[str, Any]] = TRUTH) -> list[dict[str, Any]]:
    """Return the rows of one file, in file order."""
    return [row for row in rows if row["file"] == name]


def key(row: dict[str, Any]) -> Key:
    """Return (file, 1-based data row) of a truth row."""
    return row["file"], row["row"]


def place(source_file: str, source_row: int) -> Key:
    """Return the same for a record: the file's own name, without folders, packed or not."""
    name = Path(str(source_file)).name
    return PACKED.get(name, name), int(source_row)


def original(row: dict[str, Any]) -> Key:
    """Return where the first copy of a duplicate lies."""
    file, number = row["duplicate_of"].rsplit("#", 1)
    return file, int(number)


def about(row: dict[str, Any], theme: str) -> bool:
    """Say whether a row speaks of a theme, mainly or in passing."""
    return row["theme"] == theme or theme in row["also"]
