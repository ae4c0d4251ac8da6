"""How long a run takes and how much memory, by the number of records.

    python benchmarks/scale.py --records 10000 100000 1000000 --out scale

Records are spliced from ``sample_reviews``: the first half of one text, the second half of another in its
language, a number. ``voc`` runs on them in a process of its own; its time and its peak memory (RSS, as the system
counts it) are printed as each size ends and kept in OUT/scale.jsonl, so that a stopped series goes on where it was.
"CPU s" is what its processors did, whatever else ran beside it. ``ratio`` is the time for each record against that
of the first size: 1 is linear. Under each run stand its stages.

``--again`` keeps the vectors, as a run does by default, and runs each size twice more on the same input: computing all but
the vectors anew (``--force``), and knowing the finished run again (``--resume``).

``--tiny-models`` puts a sum of random word vectors in the place of the encoder. Such numbers say what all the
rest costs, and are marked; a million real records take some hours on two cores.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import shutil
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

MODEL = Path(__file__).resolve().parent.parent / "voc" / "models" / "embedded" / "model.json"
ROOT = Path(__file__).resolve().parent.parent
DAYS = 540
CHILD = "--child"


def rows(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield that many different records."""
    import voc

    texts = defaultdict(list)
    for record in voc.read(ROOT / "sample_reviews").records:
        texts[record.source_file].append(record.text.split())
    files = [words for words in texts.values() if len(words) > 20]
    rng = random.Random(seed)
    for number in range(count):
        one, two = rng.sample(rng.choice(files), 2)
        words = [*one[: len(one) // 2 + 1], *two[len(two) // 2 :], str(rng.randrange(10**6))]
        yield {
            "date": date(2025, 1, 1) + timedelta(days=rng.randrange(DAYS)),
            "author": f"customer {rng.randrange(count * 7 // 10 + 1)}", "stars": rng.randint(1, 5),
            "product": rng.choice("ABCDEFGH"), "order": number, "review": " ".join(words),
        }  # fmt: skip


def model() -> str:
    """Which model is shipped just now: what was measured with another is not compared."""
    return hashlib.sha256(MODEL.read_bytes()).hexdigest()[:12]


def write(path: Path, count: int) -> Path:
    """Write an export, unless it is there."""
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["date", "author", "stars", "product", "order", "review"])
            writer.writeheader()
            writer.writerows(rows(count))
        part.rename(path)
    return path


def measure(arguments: Sequence[str], tiny: bool, blocks: bool) -> tuple[int, float, float, float]:
    """Run the command line in a new process; return its exit code, seconds, processor seconds and peak MB."""
    plain = "import voc.large; voc.large.FITS = 0\n" * blocks + "from voc.cli import main; main()"
    how = [__file__, CHILD + "-blocks" * blocks] if tiny else ["-c", plain]
    start = time.perf_counter()
    process = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, *how, *arguments])
    _, status, usage = os.wait4(process, 0)
    spent = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    return code, spent, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Measure each size that isn't known yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--out", type=Path, default=Path("scale"))
    parser.add_argument("--command", choices=["run", "classify"], default="run")
    parser.add_argument("--tiny-models", action="store_true")
    parser.add_argument("--again", action="store_true", help="with the vector cache, and two times more")
    parser.add_argument("--blocks", action="store_true", help="in blocks, however few the records")
    options = parser.parse_args()
    if options.again and options.command != "run":
        parser.error("--again is for runs")
    options.out.mkdir(parents=True, exist_ok=True)
    known = _known(options.out / "scale.jsonl", "tiny" if options.tiny_models else model())
    kind = options.command + " (tiny models)" * options.tiny_models + " (blocks)" * options.blocks
    kind += " (cache)" * options.again
    print(
        f"{'what':<28} {'records':>10} {'seconds':>9} {'CPU s':>8} {'peak MB':>8} {'records/s':>10} {'ratio':>6}"
    )
    first = None
    for count in options.records:
        found = known.get(f"{kind} {count}") or _one(options, kind, count)
        each = found["seconds"] / count
        first = first or each
        print(
            f"{kind:<28} {count:>10,} {found['seconds']:>9.1f} {found['cpu']:>8.1f} {found['peak_mb']:>8.0f} "
            f"{count / found['seconds']:>10.1f} {each / first:>6.2f}",
            flush=True,
        )
        if stages := found.get("stages"):
            print("  " + ", ".join(f"{name} {spent:,.0f} s" for name, spent in stages.items()), flush=True)
        for how, again in found.get("again", {}).items():
            share = again / found["seconds"]
            print(f"  again with {how}: {again:,.1f} s, {share:.2f} of the first time", flush=True)


def _one(options: argparse.Namespace, kind: str, count: int) -> dict[str, Any]:
    export = write(options.out / f"reviews_{count}.csv", count)
    target = options.out / (f"run_{count}" if options.command == "run" else f"classified_{count}.parquet")
    arguments = [options.command, str(export), "-o", str(target), "--force", "-q"]
    if options.again:
        os.environ["VOC_CACHE_DIR"] = str(options.out.resolve() / "cache")
        shutil.rmtree(options.out / "cache", ignore_errors=True)
    else:
        arguments.append("--no-cache")
    before = "tiny" if options.tiny_models else model()
    code, seconds, cpu, peak = measure(arguments, options.tiny_models, options.blocks)
    if code:
        raise SystemExit(f"{kind}, {count:,} records: ended with {code}")
    if before not in ("tiny", model()):
        raise SystemExit("the model was changed meanwhile: run it again")
    found: dict[str, Any] = {
        "what": f"{kind} {count}", "model": before, "seconds": round(seconds, 1), "cpu": round(cpu, 1),
        "peak_mb": round(peak),
    }  # fmt: skip
    if options.command == "run":
        timings = json.loads((target / "run.json").read_text(encoding="utf-8"))["timings"]
        found["stages"] = {name: round(spent, 1) for name, spent in timings.items()}
    if options.again:
        resumed = ["--resume" if word == "--force" else word for word in arguments]
        found["again"] = {
            how: round(measure(words, options.tiny_models, options.blocks)[1], 1)
            for how, words in (("--force", arguments), ("--resume", resumed))
        }
    with (options.out / "scale.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(found) + "\n")
    return found


def _known(path: Path, which: str) -> dict[str, dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {item["what"]: item for item in map(json.loads, lines) if item.get("model") == which}


class WordEncoder:
    """A text is the sum of its words, each a fixed random direction."""

    id, dim = "words-1", 384

    def __init__(self) -> None:
        self._words: dict[str, Any] = {}

    def encode(self, texts: Sequence[str], progress: Any = None) -> Any:
        """As ``voc.models.encoder.Encoder.encode``."""
        import numpy as np

        from voc.types import Encoded

        found = np.full((len(texts), self.dim), 1e-3, dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for word in text.casefold().split()[:40]:
                if word not in self._words and len(self._words) < 100_000:
                    rng = np.random.default_rng(zlib.crc32(word.encode()))
                    self._words[word] = rng.standard_normal(self.dim).astype(np.float32)
                row += self._words.get(word, 0)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        if progress:
            progress(len(texts))
        return Encoded(found, found)


class Head:
    """Reads probabilities off some columns of the vectors."""

    def __init__(self, name: str, labels: tuple[str, ...], first: int) -> None:
        self.id, self.labels, self.first = name, labels, first

    def predict(self, texts: Sequence[str], encoded: Any) -> Any:
        """As ``voc.models.sentiment.SentimentModel.predict``."""
        import numpy as np

        scores = np.exp(20 * encoded.features[:, self.first : self.first + len(self.labels)])
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def _child(arguments: list[str], blocks: bool) -> None:
    """Run the command line with tiny models."""
    import voc.large
    from voc.cli import main as command_line
    from voc.models import load
    from voc.models.intents import intent_urgency
    from voc.models.understand import Models
    from voc.types import SENTIMENTS

    encoder = WordEncoder()
    models = Models(encoder, Head("s", SENTIMENTS, 0), Head("i", tuple(intent_urgency()), 3), encoder)  # type: ignore[arg-type]
    load.load_named = lambda *_: models  # type: ignore[assignment]
    if blocks:
        voc.large.FITS = 0
    sys.argv = ["voc", *arguments]
    command_line()


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1].startswith(CHILD):
        _child(sys.argv[2:], sys.argv[1].endswith("blocks"))
    else:
        main()
