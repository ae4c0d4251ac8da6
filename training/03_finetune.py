"""Fine-tune a student of the pruned teacher: ``python training/03_finetune.py [--keep 1 2 4 6 8 10 12] [--steps 3000]``.

One encoder (some of the teacher's layers, embeddings frozen, no ``query: `` prefix) learns three things at once:

- sentiment in four classes from class-A rows and our own sentences. *Mixed* stands apart from *neutral*: neutral
  means "no opinion" in tweets and "good and bad" in three-star reviews. Labels count by how far their source is
  trusted.
- intents: our own examples (without the fifth that 06_intents.py holds out), and bitext, it_tickets and xsid with
  their native labels, through heads that are thrown away. Labels of BANKING77 and CLINC150 are not used, so that
  few-shot numbers on them stay honest.
- geometry: the teacher's vectors and similarities, so that topics and users' own intents stay good.

``--start FOLDER`` starts from another Hugging Face folder than the pruned teacher's, such as the shipped model's
(``unpack.py``).

Batches hold texts of like length under a token budget; the forward pass runs in bf16. The state is saved every few
minutes and a second start goes on from it. The learning rate falls to nothing over ``--steps``, after which
the encoder is written to ``--out`` as a Hugging Face folder.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from common import PRUNED, WORK, rows
from data import CLASSES, STAR_NEUTRAL, Labelled, own_sentences, read_sentiment
from intent_sentiment import intent_sentences
from own_intents import held_out, own_examples
from student import Lesson, Student, geometry_loss, padded, task_loss, teacher_vectors
from torch import nn
from transformers import AutoTokenizer

from voc.insight.metrics import macro_f1

MAX_TOKENS = 128
BATCH_TOKENS = 4096
WARM_UP = 200
WORD_DROPOUT = 0.08
TRUST = {"nsmc": 0.88, "norec": 0.8, "prdect": 0.88, "womens-clothing": 0.85, "own": 0.97, "intent": 0.92}
"""Chance that a label is what its text says: stars contradict it about once in eight. 0.93 where unknown."""
STAR_NEUTRAL_TRUST = 0.6
TIMES = {
    "nsmc": 0.3, "norec": 0.4, "wisesight": 0.6, "malaya": 0.6, "smsa": 0.6, "prdect": 0.6, "umsab": 1.5, "own": 2.0,
}  # fmt: skip
"""How often an epoch shows a row; once where unknown. Korean films, long Norwegian reviews and Thai must not crowd out
the rest."""
AUXILIARY = {"bitext_train": 2_000, "it_tickets_train": 4_000, "xsid_valid": 3_000}
"""Rows of other intent sets that take part."""
UNLABELLED = {"banking77_train": 5_000, "clinc150_train": 6_000}
TAUGHT_SENTIMENT = 25_000
"""Sentiment rows whose teacher vectors are matched too."""


def sentiment_lessons(*sets: Labelled) -> list[Lesson]:
    """Rows of labelled sets as lessons."""
    lessons = []
    for found in sets:
        for text, label, source in zip(found.texts, found.labels.tolist(), found.sources, strict=True):
            trust = TRUST.get(source, 0.93)
            if source in STAR_NEUTRAL and label == CLASSES.index("neutral"):
                label, trust = CLASSES.index("mixed"), STAR_NEUTRAL_TRUST
            lessons.append(Lesson(text, "sentiment", label, trust, TIMES.get(source, 1.0)))
    return lessons


def intent_lessons() -> tuple[list[Lesson], dict[str, int]]:
    """Our own examples and those of other sets under their native labels; the number of labels of each task."""
    own = own_examples()
    names = tuple(dict.fromkeys(intent for _text, intent, _language in own))
    kept = [example for example, out in zip(own, held_out(own), strict=True) if not out]
    lessons = [Lesson(text, "own", names.index(intent), 0.95, 3.0) for text, intent, _language in kept]
    sizes = {"own": len(names)}
    for name, count in AUXILIARY.items():
        data = some_rows(name, count)
        labels = sorted({row["intent"] for row in data})
        sizes[name] = len(labels)
        lessons += [Lesson(r["text"][:1000], name, labels.index(r["intent"]), 0.95) for r in data]
    return lessons, sizes


def unlabelled_lessons() -> list[Lesson]:
    """Texts for geometry alone."""
    return [Lesson(row["text"]) for name, count in UNLABELLED.items() for row in some_rows(name, count)]


def some_rows(name: str, count: int) -> list[dict[str, Any]]:
    """``count`` rows of an intent file, drawn by a fixed seed."""
    data = list(rows(f"intent/{name}"))
    return random.Random(7).sample(data, min(count, len(data)))


def with_teacher(lessons: list[Lesson], rng: random.Random) -> tuple[list[Lesson], list[str]]:
    """The lessons, those that the teacher's vectors teach numbered; the texts so numbered.

    The first lessons are those of the sentiment files, most of which are left out.
    """
    public = next(i for i, lesson in enumerate(lessons) if lesson.task != "sentiment")
    left_out = set(range(public)) - set(rng.sample(range(public), min(TAUGHT_SENTIMENT, public)))
    numbers: dict[str, int] = {}
    numbered = [
        lesson if i in left_out else replace(lesson, teacher=numbers.setdefault(lesson.text, len(numbers)))
        for i, lesson in enumerate(lessons)
    ]
    return numbered, list(numbers)


def epoch(lessons: list[Lesson], lengths: list[int], rng: random.Random) -> Iterator[list[int]]:
    """Batches of lesson numbers for one epoch: shuffled, then of like length within pools, under the budget."""
    order = [
        i for i, lesson in enumerate(lessons) for _ in range(int(lesson.times + rng.random()))
    ]  # a share of .3 shows a row in three epochs of ten
    rng.shuffle(order)
    for start in range(0, len(order), 6_000):
        batches, batch = [], []
        for i in sorted(order[start : start + 6_000], key=lambda i: lengths[i]):
            if batch and lengths[i] * (len(batch) + 1) > BATCH_TOKENS:
                batches.append(batch)
                batch = []
            batch.append(i)
        batches.append(batch)
        rng.shuffle(batches)
        yield from batches


def drop_words(ids: list[int], filler: int, rng: random.Random) -> list[int]:
    """Some tokens inside the text replaced by the unknown token, a regulariser that costs nothing."""
    inner = [filler if rng.random() < WORD_DROPOUT else token for token in ids[1:-1]]
    return [ids[0], *inner, ids[-1]]


class Run:
    """A training run: its data, its state, and how it goes on."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(17)
        self.options, self.rng = options, random.Random(17)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        intents, sizes = intent_lessons()
        own = sentiment_lessons(own_sentences(), intent_sentences())
        lessons = [*sentiment_lessons(read_sentiment("train")), *intents, *unlabelled_lessons(), *own]
        self.lessons, taught = with_teacher(lessons, self.rng)
        print(f"{len(self.lessons)} lessons, {len(taught)} texts with a teacher vector", flush=True)
        self.teacher = teacher_vectors(taught, WORK / "teacher_vectors", self.device, MAX_TOKENS)
        self.tokenizer = AutoTokenizer.from_pretrained(PRUNED)
        self.ids = self.tokens([lesson.text for lesson in self.lessons])
        heads = {"sentiment": len(CLASSES), **sizes}
        self.student = Student(options.keep, heads, options.start).to(self.device)
        self.learned = [p for p in self.student.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.learned, lr=options.rate, weight_decay=0.01, fused=True)
        self.step = 0
        self.state = options.out.with_suffix(".state.pt")
        dev = read_sentiment("dev", 150)
        keep = [i for i, s in enumerate(dev.sources) if not (s in STAR_NEUTRAL and dev.labels[i] == 1)]
        self.dev = self.tokens([dev.texts[i] for i in keep]), dev.labels[keep]

    def tokens(self, texts: list[str]) -> list[list[int]]:
        """Token ids of texts, cut at MAX_TOKENS with the end mark kept."""
        found: list[list[int]] = self.tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
        return found

    def resume(self) -> None:
        """Go on from the saved state, if there is one."""
        if self.state.exists():
            kept = torch.load(self.state, weights_only=True)
            self.student.load_state_dict(kept["student"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step = kept["step"]
            self.rng.seed(self.step)

    def save(self) -> None:
        """Write the state whole or not at all."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        draft = self.state.with_suffix(".part")
        kept = {"student": self.student.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(kept | {"step": self.step}, draft)
        draft.replace(self.state)

    def learn(self, chosen: list[int]) -> tuple[float, float]:
        """One step on one batch; both losses."""
        left = 1 - self.step / self.options.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * min(left, (self.step + 1) / WARM_UP)
        batch = [self.lessons[i] for i in chosen]
        unknown = self.tokenizer.unk_token_id
        ids = [
            self.ids[i] if lesson.task == "" else drop_words(self.ids[i], unknown, self.rng)
            for i, lesson in zip(chosen, batch, strict=True)
        ]
        with torch.autocast(self.device, torch.bfloat16):
            vectors, features = self.student(*padded(ids, self.tokenizer.pad_token_id, self.device))
        task = task_loss(self.student, features, batch)
        geometry = geometry_loss(vectors, batch, self.teacher)
        self.optimizer.zero_grad(set_to_none=True)
        (task + self.options.geometry * geometry).backward()
        nn.utils.clip_grad_norm_(self.learned, 1.0)
        self.optimizer.step()
        return float(task.detach()), float(geometry.detach())

    @torch.no_grad()
    def on_dev(self) -> float:
        """Macro-F1 over three classes on a class-A dev sample."""
        self.student.eval()
        ids, labels = self.dev
        found = np.zeros(len(ids), np.int64)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(order), 64):
            at = order[start : start + 64]
            with torch.autocast(self.device, torch.bfloat16):
                _v, features = self.student(
                    *padded([ids[i] for i in at], self.tokenizer.pad_token_id, self.device)
                )
            p = self.student.heads["sentiment"](features).float().softmax(1)
            p[:, 1] += p[:, 3]
            found[at] = p[:, :3].argmax(1).cpu().numpy()
        self.student.train()
        return macro_f1(labels, found)

    def train(self) -> None:
        """The whole schedule, then the encoder's folder."""
        self.resume()
        saved, started = time.monotonic(), time.monotonic()
        task = geometry = 0.0
        self.student.train()
        while self.step < self.options.steps:
            for chosen in epoch(self.lessons, [len(ids) for ids in self.ids], self.rng):
                losses = self.learn(chosen)
                self.step += 1
                task, geometry = 0.99 * task + 0.01 * losses[0], 0.99 * geometry + 0.01 * losses[1]
                last = self.step == self.options.steps
                if self.step % 100 == 0:
                    minutes = (time.monotonic() - started) / 60
                    print(
                        f"step {self.step} {minutes:.1f} min, task {task:.3f}, geometry {geometry:.3f}",
                        flush=True,
                    )
                if time.monotonic() - saved > 180 or last:
                    self.save()
                    saved = time.monotonic()
                if self.step % 500 == 0 or last:
                    print(f"  dev macro-F1 {self.on_dev():.4f}", flush=True)
                if last:
                    break
        self.options.out.mkdir(parents=True, exist_ok=True)
        self.student.encoder.save_pretrained(self.options.out)
        self.tokenizer.save_pretrained(self.options.out)
        print(f"{self.options.out}: layers {list(self.options.keep)}, {self.step} steps")


def main() -> None:
    """Parse the options and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep",
        type=int,
        nargs="+",
        default=range(1, 13),
        metavar="N",
        help="which layers [default: all 12]",
    )
    parser.add_argument(
        "--steps", type=int, default=3000, help="the whole schedule; an epoch has about 1,100"
    )
    parser.add_argument("--start", type=Path, default=PRUNED, help="folder to start from")
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate")
    parser.add_argument("--geometry", type=float, default=1.0, help="weight of the geometry term")
    parser.add_argument("--out", type=Path, default=WORK / "student")
    options: Any = parser.parse_args()
    Run(options).train()


if __name__ == "__main__":
    main()
