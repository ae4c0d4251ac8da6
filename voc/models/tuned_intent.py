"""Fine-tuning for those with time: an encoder by contrast (SetFit), or a whole sequence classifier.

Both are trained by sentence-transformers' and transformers' own trainers, which need the packages
``datasets`` and ``accelerate``.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import USAGE, VocError
from voc.models.custom_intent import CLASSIFIER, ENCODER
from voc.models.encoder import Encoder
from voc.models.heads import Floats
from voc.models.learners import Ints

NEEDED = ("accelerate", "datasets")
PAIRS = 20
"""Pairs drawn for each row: half of one intent, half of two."""
MOST_PAIRS = 40_000
BATCH = 16
ENCODER_RATE, CLASSIFIER_RATE = 2e-5, 5e-5
EPOCHS, MOST_EPOCHS, LEAST_STEPS = 5, 20, 200
"""A classifier sees its rows five times; few rows more often, as many steps make it stable (Mosbach et al. 2021,
On the stability of fine-tuning BERT)."""
WARM_UP = 0.1
"""Share of the steps in which the learning rate rises; then it falls to 0."""
SEED = 0

Tell = Callable[[str], None]


def check_extras(method: str) -> None:
    """Make sure that the trainers' packages are there.

    Raises:
        VocError: with what to install.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise VocError(
            f"--method {method} needs {' and '.join(missing)}",
            "Install them: pip install 'voc[tuning]'. The default method, linear, needs nothing more.",
            USAGE,
        )


def draw_pairs(y: Ints, pairs: int = PAIRS, seed: int = SEED) -> list[tuple[int, int, float]]:
    """(row, row, 1.0 when of one intent, else 0.0), each row first in ``pairs`` of them, mixed.

    Source: Tunstall et al. (2022), Efficient few-shot learning without prompts (SetFit). A row without a
    fellow of its intent is only contrasted.
    """
    rng = random.Random(seed)
    members = {int(label): np.flatnonzero(y == label).tolist() for label in np.unique(y)}
    others = {label: np.flatnonzero(y != label).tolist() for label in members}
    per_row = max(2, min(pairs, MOST_PAIRS // max(len(y), 1)))
    found: list[tuple[int, int, float]] = []
    for row, label in enumerate(y.tolist()):
        fellows = [other for other in members[label] if other != row]
        for _ in range(per_row // 2):
            if fellows:
                found.append((row, rng.choice(fellows), 1.0))
            if others[label]:
                found.append((row, rng.choice(others[label]), 0.0))
    rng.shuffle(found)
    return found


def tune_encoder(
    base: str,
    texts: Sequence[str],
    y: Ints,
    folder: Path,
    device: str | None = None,
    tell: Tell | None = None,
) -> Encoder:
    """Fine-tune a sentence-transformers model so that texts of one intent lie together; saved in ``folder``.

    Args:
        base: hub name or local folder.
        texts: n texts.
        y: (n,) their intents.
        folder: where ``encoder/`` is written.
        device: where to train; the best there is when None.
        tell: told of the loss now and then.

    Returns:
        The tuned encoder.

    Raises:
        VocError: packages are missing, or the base can't be loaded.
    """
    check_extras("setfit")
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.losses import CosineSimilarityLoss

    from voc.models.hub import SAFE, HubEncoder, loading

    with loading(base):
        model = SentenceTransformer(base, device=device, trust_remote_code=False, model_kwargs=SAFE)
    model.model_card_data.generate_widget_examples = False  # nor any card with users' texts
    pairs = draw_pairs(y)
    data = _dataset(
        {
            "sentence1": [texts[first] for first, _second, _same in pairs],
            "sentence2": [texts[second] for _first, second, _same in pairs],
            "label": [same for _first, _second, same in pairs],
        }
    )
    with TemporaryDirectory(prefix="voc-") as scratch:
        arguments = SentenceTransformerTrainingArguments(
            **_arguments(scratch, device, len(pairs), 1), learning_rate=ENCODER_RATE
        )
        loss = CosineSimilarityLoss(model)
        _train(SentenceTransformerTrainer(model=model, args=arguments, train_dataset=data, loss=loss), tell)
    model.save(str(folder / ENCODER), create_model_card=False)
    return HubEncoder(str(folder / ENCODER), device)


def tune_classifier(
    base: str,
    texts: Sequence[str],
    y: Ints,
    labels: Sequence[str],
    folder: Path,
    device: str | None = None,
    tell: Tell | None = None,
) -> Any:
    """Fine-tune a sequence classifier; saved in ``folder``.

    Args:
        base: hub name or local folder of a model with a tokenizer.
        texts: n texts.
        y: (n,) positions in ``labels``.
        labels: the intents.
        folder: where ``classifier/`` is written.
        device: ``cpu``, or None for the best there is.
        tell: told of the loss now and then.

    Returns:
        A ``voc.models.hub.HubClassifier``.

    Raises:
        VocError: packages are missing, or the base can't be loaded.
    """
    check_extras("finetune")
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    from voc.models.hub import SAFE, HubClassifier, loading

    set_seed(SEED)
    names = dict(enumerate(labels))
    with loading(base):
        tokenizer = AutoTokenizer.from_pretrained(base, trust_remote_code=False)
        model = AutoModelForSequenceClassification.from_pretrained(
            base, num_labels=len(labels), id2label=names, label2id={n: i for i, n in names.items()},
            ignore_mismatched_sizes=True, trust_remote_code=False, **SAFE,
        )  # fmt: skip
    coded = tokenizer(list(texts), truncation=True, max_length=256)
    data = _dataset({**coded, "labels": y.tolist()})
    with TemporaryDirectory(prefix="voc-") as scratch:
        arguments = TrainingArguments(
            **_arguments(scratch, device, len(texts), epochs(len(texts))), learning_rate=CLASSIFIER_RATE
        )
        collator = DataCollatorWithPadding(tokenizer)
        _train(Trainer(model=model, args=arguments, train_dataset=data, data_collator=collator), tell)
    model.save_pretrained(folder / CLASSIFIER)
    tokenizer.save_pretrained(folder / CLASSIFIER)
    return HubClassifier(str(folder / CLASSIFIER), device)


def held_out_logits(classifier: Any, texts: Sequence[str]) -> Floats:
    """Log-probabilities (n, labels) of a classifier: logits, but for a constant a row."""
    found: NDArray[np.float32] = np.log(np.maximum(classifier.predict(texts), 1e-30)).astype(np.float32)
    return found


def _dataset(columns: dict[str, Any]) -> Any:
    """A table as the trainers want it; the package is no dependency, so that it has no types here."""
    return importlib.import_module("datasets").Dataset.from_dict(columns)


def epochs(rows: int) -> int:
    """How often a classifier sees its rows."""
    return min(MOST_EPOCHS, max(EPOCHS, math.ceil(LEAST_STEPS / math.ceil(rows / BATCH))))


def _arguments(scratch: str, device: str | None, rows: int, times: int) -> dict[str, Any]:
    """What both trainers are told."""
    steps = math.ceil(rows / BATCH) * times
    return {
        "output_dir": scratch,
        "num_train_epochs": times,
        "per_device_train_batch_size": BATCH,
        "warmup_steps": int(WARM_UP * steps),
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "logging_steps": max(1, steps // 10),
        "seed": SEED,
        "use_cpu": device == "cpu",
    }


def _train(trainer: Any, tell: Tell | None) -> None:
    """Train; the loss goes to ``tell`` and nothing to stdout."""
    from transformers import PrinterCallback, TrainerCallback

    class Teller(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if tell and logs and "loss" in logs:
                tell(f"step {state.global_step} of {state.max_steps}: loss {float(logs['loss']):.4f}")

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Teller())
    trainer.train()
