"""How fast: texts a second beside the float32 teacher, share of the machine's arithmetic, a cold first answer.

usage: python benchmarks/speed.py [--model FOLDER] [--rounds N] [--quick] [--json FILE]      (needs ../shared/data,
the teacher of training/01_teacher.py, and onnx)

Two processes stay loaded and take turns, each timing the same fixed 300 texts of eval_reviews from text to
answer: ours with both heads, the teacher in torch float32 with its vectors only, texts of like length in
batches of 32, longer ones cut at 512 tokens (ours reads all). The best round of each counts. First with all cores,
then with one thread. Then, in the same settings, matrix products alone (ONNX Runtime int8, numpy float32) at the
model's own shapes: the share says how much of that rate whole encoding reaches, a text's multiply-adds counted as if
it were read in one pass. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_common import Bar, Row, finish, options, rows, sample, texts

from voc.models.embedded_runtime import EmbeddedEncoder, available_cores

AGAINST = Bar("times the teacher", 10, 15)
COLD = Bar("seconds", 2.0, 1.0, most=True)
LINE = "The parcel came late and the zip broke after two days.\n"
TEXTS, QUICK = 300, 16
REST = 0.3
"""Seconds between turns: the other process's idle threads may still be spinning."""


def sampled(quick: bool) -> list[str]:
    """The texts to time."""
    return texts(sample(rows("sentiment/eval_reviews"), QUICK if quick else TEXTS))


def ours(folder: Path, threads: int, text: list[str]) -> Callable[[], Any]:
    """Encode and ask both heads."""
    from voc.models.intent import EmbeddedIntent
    from voc.models.sentiment import EmbeddedSentiment

    encoder = EmbeddedEncoder(folder, threads)
    sentiment, intent = EmbeddedSentiment(folder), EmbeddedIntent(folder=folder)

    def run() -> None:
        found = encoder.encode(text)
        sentiment.predict(text, found)
        intent.predict(text, found)

    return run


def teachers(_folder: Path, threads: int, text: list[str]) -> Callable[[], Any]:
    """Encode with the teacher."""
    from model_teacher import Teacher

    encoder = Teacher(threads=threads)
    return lambda: encoder.encode(text)


def rates(folder: Path, threads: int, text: list[str]) -> Callable[[], Any]:
    """Multiply-adds a second, int8 and float32, and how many the texts need."""
    from model_rate import float_product, int8_product, multiply_adds, rate

    shapes, needed = multiply_adds(folder, lengths(folder, text))
    return lambda: (rate(shapes, int8_product(threads)), rate(shapes, float_product), needed)


def lengths(folder: Path, text: list[str]) -> list[int]:
    """Tokens of each text, the prefix and both ends included."""
    from tokenizers import Tokenizer

    prefix = EmbeddedEncoder(folder).manifest["prefix"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return [len(found.ids) for found in tokenizer.encode_batch_fast([prefix + one for one in text])]


WORKERS = {"ours": ours, "teacher": teachers, "rates": rates}


def work(chosen: argparse.Namespace) -> None:
    """Load, warm up, then time one pass for each line read: prints seconds, or what the pass returned."""
    run = WORKERS[chosen.worker](chosen.model, chosen.threads, sampled(chosen.quick))
    if chosen.worker != "rates":
        run()
    print("ready", flush=True)
    for _line in sys.stdin:
        start = time.perf_counter()
        found = run()
        seconds = time.perf_counter() - start
        print(*(found if chosen.worker == "rates" else (seconds,)), flush=True)


class Worker:
    """A process of this script that does one pass when asked."""

    def __init__(self, name: str, threads: int, chosen: argparse.Namespace) -> None:
        command = [sys.executable, __file__, "--worker", name, "--threads", str(threads)]
        command += ["--model", str(chosen.model), *(["--quick"] if chosen.quick else [])]
        limits = {f"{kind}_NUM_THREADS": str(threads) for kind in ("OMP", "OPENBLAS", "MKL")}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | limits
        )
        self._answer()

    def ask(self, rest: float = 0.0) -> list[float]:
        """What one pass gives, begun ``rest`` seconds from now."""
        time.sleep(rest)
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return [float(value) for value in self._answer().split()]

    def _answer(self) -> str:
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line
        raise SystemExit(f"a worker stopped with {self.process.wait()}")

    def close(self) -> None:
        """Let it end."""
        self.process.communicate()


def duel(threads: int, chosen: argparse.Namespace) -> tuple[float, float]:
    """Best seconds of ours and of the teacher, taking turns."""
    pair = [Worker(name, threads, chosen) for name in ("ours", "teacher")]
    turns = [[worker.ask(REST)[0] for worker in pair] for _ in range(chosen.rounds)]
    for worker in pair:
        worker.close()
    mine, theirs = (min(times) for times in zip(*turns, strict=True))
    return mine, theirs


def against_teacher(threads: int, chosen: argparse.Namespace) -> list[Row]:
    """Lines about throughput with this many threads."""
    mine, theirs = duel(threads, chosen)
    worker = Worker("rates", threads, chosen)
    int8, float32, needed = worker.ask()
    worker.close()
    n, where = len(sampled(chosen.quick)), f"{threads} thread{'s' if threads > 1 else ''}"
    reached, ratio = needed / mine, theirs / mine
    judged = {"answers": AGAINST.judge(ratio, chosen.quick)} if threads == available_cores() else {}
    return [
        {"what": f"encode + both heads, texts/s, {where}", "n": n, "value": n / mine},
        {"what": f"teacher float32, texts/s, {where}", "n": n, "value": n / theirs},
        {"what": f"ratio, {where}", "value": ratio} | judged,
        {"what": f"multiply-adds a text, millions, {where}", "n": n, "value": needed / n / 1e6},
        {"what": f"int8 products alone, G multiply-adds/s, {where}", "value": int8 / 1e9},
        {"what": f"float32 products alone, G multiply-adds/s, {where}", "value": float32 / 1e9},
        {"what": f"reached by encode + both heads, G/s, {where}", "value": reached / 1e9},
        {"what": f"share of the int8 rate, {where}", "value": reached / int8},
        {"what": f"share of the float32 rate, {where}", "value": reached / float32},
    ]


def cold(times: int, quick: bool) -> list[Row]:
    """Seconds of a fresh ``voc classify -`` for one line, with an empty cache each time."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as empty:
            settings = os.environ | {"VOC_CACHE_DIR": empty}
            command = [str(Path(sys.executable).with_name("voc")), "classify", "-"]
            start = time.perf_counter()
            done = subprocess.run(command, input=LINE, text=True, capture_output=True, env=settings)
            found.append(time.perf_counter() - start)
        if done.returncode:
            raise SystemExit(f"voc classify ended with {done.returncode}: {done.stderr.strip()}")
    return [
        {"what": "cold voc classify, one line, s, best", "n": times, "value": min(found)},
        {
            "what": "cold voc classify, one line, s, median",
            "n": times,
            "value": statistics.median(found),
            "answers": COLD.judge(statistics.median(found), quick),
        },
    ]


def main() -> None:
    """Time everything and print the table; as ``--worker``, be one of the processes."""
    parser = options(__doc__, teacher=False)
    parser.add_argument("--rounds", type=int, default=4, metavar="N", help="turns of each process")
    parser.add_argument("--worker", choices=sorted(WORKERS), help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work(chosen)
        return
    table = []
    for threads in (1,) if chosen.quick else dict.fromkeys((available_cores(), 1)):
        table += against_teacher(threads, chosen)
    table += cold(1 if chosen.quick else 5, chosen.quick)
    finish(chosen, table, ["`voc classify` runs the installed model, whatever --model says."])


if __name__ == "__main__":
    main()
