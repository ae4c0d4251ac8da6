"""Fine-tune a shallow student of the pruned teacher: sentiment, intent and general geometry at once.

usage: python training/finetune.py [--layers 6] [--minutes 60] [--out training/work/student]

One encoder (the bottom layers of the pruned teacher, embeddings frozen, no ``query: `` prefix)
learns three things from class-A data:

- sentiment in four classes, *mixed* apart from *neutral*: neutral means "no opinion" in tweets
  and "good and bad" in three-star reviews. Star-derived labels are smoothed more than hand-made ones.
- intents: our own examples (less a fifth, held out by hash), and the native labels of bitext,
  it_tickets and xsid through heads that are thrown away. BANKING77 and CLINC150 labels are not
  used, so that few-shot numbers on them stay honest.
- geometry: cosine to the teacher's vectors, and the teacher's in-batch similarities
  (relational distillation, Park et al. 2019), so that topics and users' own intents stay good.

Batches are bucketed by length; the forward pass runs in bf16. The state is saved every few
minutes; a second start resumes. The learning rate falls with the time used, so ``--minutes`` is
the whole schedule.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from common import MODEL, PRUNED, TEACHER, WORK, rows
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

SENTIMENT = ("negative", "neutral", "positive", "mixed")
STARS = {"nsmc", "norec", "womens-clothing", "prdect", "uci-imdb", "uci-yelp", "uci-amazon_cells"}
SOURCE_CAP = {"nsmc": 20_000, "norec": 2_500}
AUXILIARY = {"bitext_train": 4_000, "it_tickets_train": 5_000, "xsid_valid": 3_000}
UNLABELLED = {"banking77_train": 5_000, "clinc150_train": 7_000}
MAX_TOKENS = 128
BATCH_TOKENS = 2_048


@dataclass
class Example:
    """One text; a label of -1 is absent."""

    text: str
    sentiment: int = -1
    smoothing: float = 0.05
    task: str = ""
    label: int = -1
    teacher: int = -1


def held_out(text: str) -> bool:
    """Say whether an own example belongs to the fifth that no training sees."""
    return hashlib.blake2b(text.encode()).digest()[0] % 5 == 0


def sentiment_examples(rng: random.Random) -> list[Example]:
    """Sentiment rows, capped by source; a star-derived neutral counts as mixed."""
    found: dict[str, list[Example]] = {}
    for row in rows("sentiment/train"):
        stars = row["source"] in STARS
        label = "mixed" if stars and row["label"] == "neutral" else row["label"]
        example = Example(row["text"], SENTIMENT.index(label), 0.2 if stars else 0.05)
        found.setdefault(row["source"], []).append(example)
    chosen = []
    for source, examples in found.items():
        rng.shuffle(examples)
        chosen += examples[: SOURCE_CAP.get(source, len(examples))]
    return chosen


def intent_examples(path: Path, repeat: int = 3) -> tuple[list[Example], tuple[str, ...]]:
    """Our own examples, without the held-out fifth, ``repeat`` times."""
    intents = yaml.safe_load(path.read_text(encoding="utf-8"))["intents"]
    names = tuple(item["name"] for item in intents)
    found = [
        Example(text, task="own", label=index)
        for index, item in enumerate(intents)
        for texts in item["examples"].values()
        for text in texts
        if not held_out(text)
    ]
    return found * repeat, names


def auxiliary_examples(rng: random.Random) -> tuple[list[Example], dict[str, int]]:
    """Rows of other intent sets with their native labels, and the number of labels of each."""
    found, sizes = [], {}
    for name, count in AUXILIARY.items():
        data = list(rows(f"intent/{name}"))
        labels = {label: index for index, label in enumerate(sorted({row["intent"] for row in data}))}
        sizes[name] = len(labels)
        rng.shuffle(data)
        found += [Example(row["text"], task=name, label=labels[row["intent"]]) for row in data[:count]]
    return found, sizes


def unlabelled_examples(rng: random.Random) -> list[Example]:
    """Texts for geometry alone."""
    found = []
    for name, count in UNLABELLED.items():
        data = [row["text"] for row in rows(f"intent/{name}")]
        rng.shuffle(data)
        found += [Example(text) for text in data[:count]]
    return found


@torch.no_grad()
def teacher_vectors(texts: list[str], path: Path, device: str) -> Tensor:
    """Vectors of the full teacher, (n, 384) of unit length, cached in ``path``."""
    key = hashlib.blake2b("\n".join(texts).encode()).hexdigest()
    if path.exists() and (kept := np.load(path))["key"] == key:
        return torch.from_numpy(kept["vectors"].astype(np.float32))
    tokenizer, model = (
        AutoTokenizer.from_pretrained(TEACHER),
        AutoModel.from_pretrained(TEACHER).eval().to(device),
    )
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    vectors = torch.zeros(len(texts), model.config.hidden_size)
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        inputs = tokenizer(
            ["query: " + texts[i] for i in chosen],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        ).to(device)
        with torch.autocast(device, torch.bfloat16):
            states = model(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]
            ).last_hidden_state
        vectors[chosen] = functional.normalize(pool(states.float(), inputs["attention_mask"]), dim=1).cpu()
    np.savez(path, vectors=vectors.numpy().astype(np.float16), key=key)
    return vectors


def pool(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens that are there."""
    weight = mask.unsqueeze(-1).float()
    return (states * weight).sum(1) / weight.sum(1).clamp(min=1)


class Student(nn.Module):
    """The bottom layers of the pruned teacher, and one small head a task on several pooled layers."""

    def __init__(self, layers: int, heads: dict[str, int]) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(PRUNED, num_hidden_layers=layers, add_pooling_layer=False)
        self.encoder.embeddings.requires_grad_(False)
        self.read = sorted({max(1, layers // 3), max(1, 2 * layers // 3), layers})
        width = self.encoder.config.hidden_size * len(self.read)
        self.heads = nn.ModuleDict(
            {
                name: nn.Sequential(
                    nn.LayerNorm(width),
                    nn.Linear(width, 256),
                    nn.GELU(),
                    nn.Dropout(0.1),
                    nn.Linear(256, size),
                )
                for name, size in heads.items()
            }
        )

    def forward(self, inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return unit vectors (n, d) and the features that heads read (n, d * layers read)."""
        mask = inputs["attention_mask"]
        states = self.encoder(
            input_ids=inputs["input_ids"], attention_mask=mask, output_hidden_states=True
        ).hidden_states
        pooled = [pool(states[layer].float(), mask) for layer in self.read]
        return functional.normalize(pooled[-1], dim=1), torch.cat(pooled, dim=1)


def batches(examples: list[Example], lengths: list[int], rng: random.Random) -> Iterator[list[int]]:
    """Index batches under a token budget: shuffled, then sorted by length within pools."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    for start in range(0, len(order), 4_000):
        pooled = sorted(order[start : start + 4_000], key=lambda index: lengths[index])
        found, batch = [], []
        for index in pooled:
            if batch and lengths[index] * (len(batch) + 1) > BATCH_TOKENS:
                found.append(batch)
                batch = []
            batch.append(index)
        found.append(batch)
        rng.shuffle(found)
        yield from found


def loss_of(student: Student, batch: list[Example], inputs: dict[str, Tensor], teacher: Tensor) -> Tensor:
    """Sum of the three terms over what each row of the batch can teach."""
    vectors, features = student(inputs)
    device = vectors.device
    loss = vectors.new_zeros(())
    by_task: dict[str, list[int]] = {}
    for position, example in enumerate(batch):
        if example.sentiment >= 0:
            by_task.setdefault("sentiment", []).append(position)
        if example.label >= 0:
            by_task.setdefault(example.task, []).append(position)
    for task, chosen in by_task.items():
        logits = student.heads[task](features[chosen])
        wanted = [batch[p].sentiment if task == "sentiment" else batch[p].label for p in chosen]
        smooth = torch.tensor([batch[p].smoothing for p in chosen], device=device).unsqueeze(1)
        target = functional.one_hot(torch.tensor(wanted, device=device), logits.shape[1]).float()
        target = target * (1 - smooth) + smooth / logits.shape[1]
        loss = loss - (target * functional.log_softmax(logits, dim=1)).sum() / len(batch)
    known = [position for position, example in enumerate(batch) if example.teacher >= 0]
    if len(known) > 1:
        goal = teacher[[batch[p].teacher for p in known]].to(device)
        mine = vectors[known]
        loss = loss + 4 * (1 - (mine * goal).sum(1)).sum() / len(batch)
        off = ~torch.eye(len(known), dtype=torch.bool, device=device)
        wanted = functional.softmax((goal @ goal.T)[off].view(len(known), -1) / 0.03, dim=1)
        given = functional.log_softmax((mine @ mine.T)[off].view(len(known), -1) / 0.03, dim=1)
        loss = loss + 0.5 * functional.kl_div(given, wanted, reduction="sum") / len(batch)
    return loss


def train(options: argparse.Namespace) -> None:
    """Run the whole schedule, resuming where an interrupted run stopped."""
    rng = random.Random(17)
    torch.manual_seed(17)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    sentiment = sentiment_examples(rng)
    own, names = intent_examples(options.intents)
    auxiliary, sizes = auxiliary_examples(rng)
    examples = [*sentiment, *own, *auxiliary, *unlabelled_examples(rng)]
    taught = rng.sample(sentiment, 14_000) + [example for example in examples if example.sentiment < 0]
    texts = list(dict.fromkeys(example.text for example in taught))
    number = {text: index for index, text in enumerate(texts)}
    for example in taught:
        example.teacher = number[example.text]
    print(f"{len(examples)} examples, {len(texts)} with a teacher vector", flush=True)
    teacher = teacher_vectors(texts, options.out.with_suffix(".teacher.npz"), device)
    tokenizer = AutoTokenizer.from_pretrained(PRUNED)
    tokens = [
        ids[:MAX_TOKENS]
        for ids in tokenizer([e.text[:1000] for e in examples], add_special_tokens=True)["input_ids"]
    ]
    student = Student(options.layers, {"sentiment": len(SENTIMENT), "own": len(names), **sizes}).to(device)
    learned = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=options.rate, weight_decay=0.01)
    state, used, step = options.out.with_suffix(".state.pt"), 0.0, 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        student.load_state_dict(kept["student"])
        optimizer.load_state_dict(kept["optimizer"])
        used, step = kept["used"], kept["step"]
        rng.seed(step)
    budget, saved = options.minutes * 60, time.monotonic()
    student.train()
    running = 0.0
    while used < budget:
        for chosen in batches(examples, [len(ids) for ids in tokens], rng):
            started = time.monotonic()
            rate = min(1.0, (step + 1) / 200) * max(0.02, 1 - used / budget)
            for group in optimizer.param_groups:
                group["lr"] = options.rate * rate
            inputs = pad([tokens[index] for index in chosen], tokenizer.pad_token_id, device)
            with torch.autocast(device, torch.bfloat16):
                loss = loss_of(student, [examples[index] for index in chosen], inputs, teacher)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            step += 1
            used += time.monotonic() - started
            running = 0.98 * running + 0.02 * float(loss.detach())
            if step % 100 == 0:
                print(
                    f"step {step} used {used / 60:.1f} min loss {running / (1 - 0.98 ** min(step, 500)):.4f}",
                    flush=True,
                )
            if time.monotonic() - saved > 300 or used >= budget:
                save_state(student, optimizer, used, step, state)
                saved = time.monotonic()
            if used >= budget:
                break
    options.out.mkdir(parents=True, exist_ok=True)
    student.encoder.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)
    print(f"{options.out}: {options.layers} layers, {step} steps")


def pad(ids: list[list[int]], filler: int, device: str) -> dict[str, Tensor]:
    """Token ids and mask of a batch, padded to its longest text."""
    width = max(map(len, ids))
    padded = torch.tensor([row + [filler] * (width - len(row)) for row in ids], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=device)
    return {"input_ids": padded, "attention_mask": mask}


def save_state(student: Student, optimizer: Any, used: float, step: int, path: Path) -> None:
    """Write the state whole or not at all."""
    draft = path.with_suffix(".part")
    torch.save(
        {"student": student.state_dict(), "optimizer": optimizer.state_dict(), "used": used, "step": step},
        draft,
    )
    draft.replace(path)


def main() -> None:
    """Parse the options and train."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--minutes", type=float, default=60, help="time of the whole schedule")
    parser.add_argument("--rate", type=float, default=1.5e-4, help="highest learning rate")
    parser.add_argument("--out", type=Path, default=WORK / "student")
    parser.add_argument("--intents", type=Path, default=MODEL.parent / "intents.yaml")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
