"""Where training data and work files are, and small helpers all the scripts share."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("VOC_SHARED", ROOT.parent / "shared"))
DATA = SHARED / "data"
WORK = Path(os.environ.get("VOC_TRAINING_WORK", ROOT / "training" / "work"))
TEACHER = WORK / "teacher"
PRUNED = WORK / "pruned"
MODEL = Path(os.environ.get("VOC_TRAINING_MODEL", ROOT / "voc" / "models" / "embedded"))
"""Model folder that is written and measured: the package's, or another while one is tried."""

CLASS_A = (
    "sentiment/train",
    "intent/banking77_train",
    "intent/clinc150_train",
    "intent/bitext_train",
    "intent/it_tickets_train",
    "intent/xsid_valid",
)
"""Files whose licence lets them shape a model that ships."""


def rows(name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``DATA/name.jsonl.gz``; stops the script with a clear line when it is absent."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        raise SystemExit(f"{path} is missing: set VOC_SHARED to the folder that holds data/")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
