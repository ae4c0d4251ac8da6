"""What the benchmarks of the model share: options, data, encoders, bars, intervals and the table.

Vectors are kept in ``$VOC_TRAINING_WORK/features.sqlite`` under a hash of model and text, so that a second
benchmark, or the same one after an interruption, encodes nothing twice.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.models.embedded_runtime import EMBEDDED_FOLDER, EmbeddedEncoder
from voc.models.encoder import CachedEncoder, Encoder
from voc.store.cache import VectorStore
from voc.types import Interval

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("VOC_SHARED", ROOT.parent / "shared")) / "data"
WORK = Path(os.environ.get("VOC_TRAINING_WORK", ROOT / "training" / "work"))
TEACHER = WORK / "teacher"

Row = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """What a number must reach, and what is aimed at; with ``most`` it must not be more than that."""

    what: str
    bar: float
    aim: float | None = None
    most: bool = False

    def judge(self, value: float | None, quick: bool = False) -> str:
        """``bar 0.64 met, aim 0.694 not``; with ``quick`` only the bar is named: a sample proves nothing."""
        if quick or value is None:
            return f"bar {self.bar:g}"
        marks = {"bar": self.bar} | ({} if self.aim is None else {"aim": self.aim})
        verdicts = (f"{name} {mark:g} {self._met(value, mark)}" for name, mark in marks.items())
        return f"{self.what}: " + ", ".join(verdicts)

    def _met(self, value: float, mark: float) -> str:
        return "met" if (value <= mark if self.most else value >= mark) else "not"


def options(doc: str | None, teacher: bool = True) -> argparse.ArgumentParser:
    """The options that every benchmark of the model takes."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=EMBEDDED_FOLDER, metavar="FOLDER", help="model folder")
    parser.add_argument("--quick", action="store_true", help="a small fixed sample, for trying out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    if teacher:
        parser.add_argument("--teacher", action="store_true", help="measure the float32 teacher too (slow)")
    return parser


def rows(name: str) -> list[Row]:
    """The rows of ``DATA/name.jsonl.gz``; stops with a clear line when it is absent."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        raise SystemExit(f"{path} is missing: set VOC_SHARED to the folder that holds data/")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sample(found: Sequence[Row], n: int, draw: int = 0) -> list[Row]:
    """At most ``n`` of the rows: always the same ones for the same draw."""
    return list(found) if len(found) <= n else random.Random(7 + draw).sample(list(found), n)


def groups(found: Iterable[Row], *columns: str) -> dict[str, list[Row]]:
    """Rows by the values of ``columns`` joined with a space, in alphabetical order."""
    parts: dict[str, list[Row]] = {}
    for row in found:
        parts.setdefault(" ".join(str(row[c]) for c in columns), []).append(row)
    return dict(sorted(parts.items()))


def texts(found: Iterable[Row]) -> list[str]:
    """Their texts."""
    return [row["text"] for row in found]


def ours(folder: Path) -> CachedEncoder:
    """The encoder of a model folder, with the cache."""
    return cached(EmbeddedEncoder(folder))


def cached(encoder: Encoder) -> CachedEncoder:
    """An encoder that remembers, also when it is interrupted."""
    return CachedEncoder(encoder, VectorStore(WORK / "features.sqlite"), chunk=1024)


def describe(folder: Path) -> str:
    """One line about a model: id, what it reads, megabytes."""
    encoder = EmbeddedEncoder(folder)
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and p.suffix != ".md") / 1e6
    layers = ", ".join(map(str, encoder.manifest["layers"]))
    return f"{encoder.id}: layers {layers} are read, {encoder.dim} columns each; {size:.1f} MB"


def accuracy(right: NDArray[np.bool_]) -> Interval:
    """Share of true values, with Wilson's 95 % interval."""
    from voc.insight.intervals import wilson

    return Interval(*map(float, wilson(right.sum(), len(right))))


def mean(parts: Sequence[Interval]) -> Interval:
    """Mean of estimates from samples drawn apart, each counting the same, with its interval.

    The distances from the estimates to their own limits add up as standard errors do (MOVER: Zou & Donner
    2008, Statistics in Medicine 27, 1693-1702).
    """
    middle = float(np.mean([part.estimate for part in parts]))
    down, up = (
        float(np.sqrt(np.sum(np.square(sides)))) / len(parts)
        for sides in zip(*((p.estimate - p.low, p.high - p.estimate) for p in parts), strict=True)
    )
    return Interval(middle, middle - down, middle + up)


def markdown(table: Sequence[Mapping[str, Any]]) -> str:
    """A markdown table of rows that may have different columns."""
    names = list(dict.fromkeys(name for row in table for name in row))
    lines = [names, ["---"] * len(names), *([_cell(row.get(name)) for name in names] for row in table)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Interval):
        return f"{value.estimate:.3f} ({value.low:.3f}–{value.high:.3f})"
    if isinstance(value, float):
        small, large = abs(value) < 0.01, abs(value) >= 100
        return f"{value:.2g}" if small else f"{value:,.0f}" if large else f"{value:.3f}"
    return str(value)


def finish(chosen: argparse.Namespace, table: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print model, table and notes, and write the JSON file when one is asked for.

    An interval is ``[estimate, low, high]`` in JSON, and ``estimate (low–high)`` in the table.
    """
    name = Path(sys.argv[0]).stem
    head = [f"## {name}{' (quick: a sample)' if chosen.quick else ''}", describe(chosen.model)]
    print("\n\n".join([*head, markdown(table), *notes]), flush=True)
    if chosen.json:
        content = {"benchmark": name, "quick": chosen.quick, "model": head[1], "rows": table, "notes": notes}
        chosen.json.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
