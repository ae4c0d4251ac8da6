"""Hugging Face models in place of the embedded one, by hub name or local folder, on CPU or GPU.

Code that a model brings along is never run: ``trust_remote_code`` stays off, and weights are read from safetensors
alone, for the older ``.bin`` files are pickles.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.models.encoder import Progress, encoded
from voc.types import Encoded

if TYPE_CHECKING:
    import torch

BATCH, GPU_BATCH = 32, 256
"""Texts in a forward pass. They are sorted by length first, so that few are padded."""
SAFE: dict[str, Any] = {"use_safetensors": True}
"""Options of every model that is loaded."""
SENTIMENT_WORDS = (
    ("negative", 0), ("neg", 0), ("bad", 0), ("부정", 0),
    ("neutral", 1), ("neu", 1), ("mixed", 1), ("중립", 1),
    ("positive", 2), ("pos", 2), ("good", 2), ("긍정", 2),
)  # fmt: skip
HYPOTHESIS = "This customer feedback is about: {}."


class HubEncoder:
    """Any encoder that sentence-transformers can load; its features are its vectors.

    Args:
        name: hub name or local folder.
        device: ``cpu``, ``cuda``, ``mps`` ...; the best there is when None.

    Raises:
        VocError: the model can't be found or loaded.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        with loading(name):
            from sentence_transformers import SentenceTransformer

            self.model = SentenceTransformer(name, device=device, trust_remote_code=False, model_kwargs=SAFE)
            self.batch = shrink(self.model, self.model.device)
        self.id = identity(name, self.model)
        self.dim = int(self.model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Encoded:
        """Vectors (n, dim); features repeat them. Each text is cut at what the model reads."""
        unique = sorted(set(texts))  # the same batches, to the last digit, in whatever order texts come
        at = {text: i for i, text in enumerate(unique)}
        if progress:
            progress(len(texts) - len(unique))
        parts = [np.zeros((0, self.dim), np.float16)]
        for start in range(0, len(unique), self.batch * 16):
            part = unique[start : start + self.batch * 16]
            found = self.model.encode(
                part,
                batch_size=self.batch,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
            parts.append(found.astype(np.float16))
            if progress:
                progress(len(part))
        return encoded(np.concatenate(parts)[[at[text] for text in texts]], self.dim)


class HubClassifier:
    """A sequence classifier: probabilities (n, labels) of texts, or of pairs of texts.

    Raises:
        VocError: the model can't be found, loaded, or is no classifier.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        with loading(name):
            import torch
            from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

            config = AutoConfig.from_pretrained(name, trust_remote_code=False)
            if not any("SequenceClassification" in kind for kind in config.architectures or ()):
                raise VocError(
                    f"{name} is not a sequence classifier",
                    "Name a model with a classification head, or `embedded`.",
                )
            self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
            self.tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            model = AutoModelForSequenceClassification.from_pretrained(name, trust_remote_code=False, **SAFE)
            self.model = model.to(self.device).eval()
            self.batch = shrink(self.model, torch.device(self.device))
        self.id = identity(name, self.model)
        self.labels = tuple(str(config.id2label[i]) for i in range(config.num_labels))

    def predict(self, texts: Sequence[str], second: Sequence[str] | None = None) -> NDArray[np.float32]:
        """Softmax over the labels, (n, labels). ``second`` holds the hypotheses of an NLI model."""
        import torch

        order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), texts[i], i))
        out = np.zeros((len(texts), len(self.labels)), np.float32)
        for start in range(0, len(order), self.batch):
            at = order[start : start + self.batch]
            pairs = [[texts[i] for i in at]] + ([[second[i] for i in at]] if second is not None else [])
            batch = self.tokenizer(*pairs, padding=True, truncation=True, return_tensors="pt").to(self.device)
            with torch.inference_mode():
                out[at] = torch.softmax(self.model(**batch).logits.float(), dim=-1).cpu().numpy()
        return out


class HubSentiment:
    """A sequence classifier as a sentiment model; its labels are summed into the three sentiments.

    Raises:
        VocError: the model can't be loaded, or its labels are no sentiments.
    """

    def __init__(self, name: str, device: str | None = None) -> None:
        self.classifier = HubClassifier(name, device)
        self.id = self.classifier.id
        self.columns = sentiment_columns(self.classifier.labels, name)

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, 3) in the order of ``SENTIMENTS``; ``encoded`` is not used."""
        found = self.classifier.predict(texts)
        out = np.zeros((len(texts), 3), np.float32)
        for label, sentiment in enumerate(self.columns):
            out[:, sentiment] += found[:, label]
        return out


class HubIntent:
    """A sequence classifier with its own intents, or an NLI model asked about each of ``labels`` in turn.

    Args:
        name: hub name or local folder.
        device: as in ``HubEncoder``.
        descriptions: intent -> words for it, used with an NLI model (zero-shot, Yin et al. 2019).

    Raises:
        VocError: the model can't be loaded.
    """

    def __init__(self, name: str, device: str | None, descriptions: dict[str, str]) -> None:
        self.classifier = HubClassifier(name, device)
        self.id = self.classifier.id
        self.descriptions = descriptions
        lowered = [label.lower() for label in self.classifier.labels]
        self.entailment = next((i for i, label in enumerate(lowered) if label.startswith("entail")), None)
        self.labels = self.classifier.labels if self.entailment is None else tuple(descriptions)

    def predict(self, texts: Sequence[str], encoded: Encoded | None = None) -> NDArray[np.float32]:
        """Probabilities (n, labels); ``encoded`` is not used. Zero-shot takes one pass per intent."""
        if self.entailment is None:
            return self.classifier.predict(texts)
        scores = []
        for words in self.descriptions.values():
            found = self.classifier.predict(texts, [HYPOTHESIS.format(words)] * len(texts))
            scores.append(found[:, self.entailment])
        total = np.stack(scores, axis=1) + 1e-9
        shares: NDArray[np.float32] = (total / total.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares


def sentiment_columns(labels: Sequence[str], name: str = "the model") -> list[int]:
    """Which sentiment (0 negative, 1 neutral, 2 positive) each label of a classifier means.

    Reads names (``NEGATIVE``, ``pos``), stars (``1 star`` .. ``5 stars``) and bare ``LABEL_i`` of two, three
    or five classes in rising order.

    Raises:
        VocError: a label can't be read.
    """
    found = [_sentiment_of(label.strip().lower(), len(labels)) for label in labels]
    if None in found or len(set(found)) < 2:
        raise VocError(
            f"The labels of {name} ({', '.join(labels[:6])}) can't be read as sentiments",
            "Use a model with labels such as negative/neutral/positive, 1 star..5 stars, or LABEL_0..LABEL_2.",
        )
    return [sentiment for sentiment in found if sentiment is not None]


def _sentiment_of(label: str, classes: int) -> int | None:
    if stars := re.fullmatch(r"(?:star[s_ ]*)?([1-5])(?:[_ ]?stars?)?", label):
        return (0, 0, 1, 2, 2)[int(stars[1]) - 1] if classes == 5 else None
    if number := re.fullmatch(r"label_(\d)", label):
        scales = {2: (0, 2), 3: (0, 1, 2), 5: (0, 0, 1, 2, 2)}
        return scales[classes][int(number[1])] if classes in scales else None
    words = re.split(r"[^\w]+|_", label)
    for word, sentiment in SENTIMENT_WORDS:
        if any(part.startswith(word) for part in words):
            return sentiment
    return None


def shrink(model: Any, device: torch.device) -> int:
    """Give a model on a GPU weights of 16 bits, in place, and return how many texts it takes at once.

    A model's id is made of the weights it has then, so what a GPU and a processor answer is never mixed in a cache.
    """
    dtype = precision(device)
    if dtype is not None:
        model.to(dtype)
    return GPU_BATCH if device.type == "cuda" else BATCH


def precision(device: torch.device) -> torch.dtype | None:
    """Which weights a device multiplies fast: bfloat16, or float16 where it has none; ``None`` as they are."""
    import torch

    if device.type != "cuda":
        return None
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def identity(name: str, model: Any) -> str:
    """``name`` (a folder's last part) with a hash over the model's configuration and weights."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        sample = tensor.detach().flatten()[:: max(1, tensor.numel() // 64)][:64].float().cpu().numpy()
        digest.update(f"{key}{tuple(tensor.shape)}".encode() + sample.tobytes())
    return f"{Path(name).name}-{digest.hexdigest()[:12]}"


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Turn what goes wrong while a model loads into an error with a next step."""
    folder = Path(name)
    try:
        yield
    except VocError:
        raise
    except Exception as error:
        kind = type(error).__name__
        if folder.is_dir():
            raise VocError(
                f"The folder {folder} can't be loaded as a model ({kind})",
                "It must hold what save_pretrained wrote: config.json, weights (.safetensors) and the tokenizer's files.",
            ) from error
        if folder.is_absolute() or name.startswith((".", "~")):
            raise VocError(f"There is no folder {name}", "Check the path to the model.") from error
        raise VocError(
            f"The model {name} can't be fetched or loaded ({kind})",
            "Check the name and the connection to the hub, or save the model to a folder and name that.",
        ) from error
