"""``voc.evaluate``: a model's answers against labels, as honest numbers.

The answers are those of ``voc classify``: each whole record, read, cleaned and redacted in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from voc.config import Resolved, Settings, resolve
from voc.errors import USAGE, VocError
from voc.pipeline import Progress, Silent, load_models, read_options
from voc.types import SENTIMENTS, Corpus, Interval, Record, Rejected, Source

if TYPE_CHECKING:
    from voc.insight.calibration import Calibration
    from voc.insight.metrics import Scores
    from voc.models.understand import Models

TASKS = ("sentiment", "intent")
Item = Record | Rejected

LEAST_ROWS = 30
"""Below this nothing is said: an accuracy would be known to 18 points at best."""
LEAST_IN_LANGUAGE = 50
"""Below this a language gets no numbers, since people would compare them."""
BATCH = 512


@dataclass(frozen=True)
class GroupScore:
    """Scores of some rows. ``binary`` is the accuracy between the poles (sentiment only, and where
    rows are labelled positive or negative): is the label's pole the more probable one?"""

    scores: Scores
    binary: Interval | None
    calibration: Calibration


@dataclass(frozen=True)
class LanguageScore:
    """One language: ``score`` is None below ``LEAST_IN_LANGUAGE`` rows."""

    language: str
    n: int
    score: GroupScore | None


@dataclass(frozen=True)
class Evaluation:
    """How well a model answers labelled rows. ``print(evaluation)`` shows the tables of ``voc eval``.

    ``rows_read == used + sum(rejected.values())``: ``rejected`` counts rows by reason (those of
    ``voc.types.Rejected``, ``empty_label`` and ``unknown_label``). ``labels`` maps each label as written to
    the class it was read as, with the rows that carry it in ``label_counts``. Names of files and columns are
    redacted, as in a run.
    """

    task: str
    model: str
    files: tuple[str, ...]
    text_column: str
    label_column: str
    rows_read: int
    used: int
    rejected: Mapping[str, int]
    labels: Mapping[str, str]
    label_counts: Mapping[str, int]
    overall: GroupScore
    languages: tuple[LanguageScore, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values; intervals as ``{estimate, low, high}``, with how they were made."""
        from voc.insight.calibration import BINS
        from voc.insight.metrics import DRAWS, SEED

        method = {
            "interval": "95 % percentile bootstrap over rows, not stratified",
            "draws": DRAWS,
            "seed": SEED,
            "ece_bins": BINS,
            "least_rows": LEAST_ROWS,
            "least_rows_in_language": LEAST_IN_LANGUAGE,
        }
        return cast("dict[str, Any]", _plain(asdict(self))) | {"method": method}

    def __repr__(self) -> str:
        f1, accuracy = self.overall.scores.macro_f1, self.overall.scores.accuracy
        return (
            f"Evaluation(task={self.task!r}, n={self.used}, "
            f"macro_f1={f1.estimate:.3f} [{f1.low:.3f}, {f1.high:.3f}], "
            f"accuracy={accuracy.estimate:.3f} [{accuracy.low:.3f}, {accuracy.high:.3f}], "
            f"ece={self.overall.calibration.ece:.3f})"
        )

    def __str__(self) -> str:
        from voc.report.evaluation import render

        return render(self)

    def _repr_html_(self) -> str:
        from voc.display import evaluation_html

        return evaluation_html(self)


def evaluate(
    source: Any,
    task: str = "sentiment",
    *,
    label_column: str | None = None,
    model: str | None = None,
    ignore_unknown: bool = False,
    pipeline: str | None = None,
    resolved: Resolved | None = None,
    models: Models | None = None,
    cache: bool = True,
    progress: Progress | None = None,
    **settings: Any,
) -> Evaluation:
    """Measure a model on labelled rows.

    Args:
        source: a file, folder or glob, several of them, a DataFrame, or rows as mappings.
        task: ``sentiment`` or ``intent``.
        label_column: the column with the labels; by default found by its name.
        model: the task's model, as for ``--sentiment-model`` and ``--intent-model``.
        ignore_unknown: set rows with an unknown label aside instead of refusing.
        pipeline: a pipeline's name or YAML file.
        resolved: settings already resolved; wins over ``pipeline`` and ``settings``.
        models: models already loaded; by default those that the settings name.
        cache: whether vectors are kept on disk.
        progress: hears of the stages.
        settings: ``text_column``, ``language_column`` ... as for ``voc.read``, and dotted keys with ``__`` for
            the dot, such as ``text__redact=False``.

    Raises:
        VocError: the input or a model can't be used, no column holds labels, labels are unknown, or there
            are fewer than ``LEAST_ROWS`` labelled rows.
    """
    from voc.io.labels import find_labels, known_labels, label_text
    from voc.labelled import redaction
    from voc.text.prepare import redact_sources

    if task not in TASKS:
        raise VocError(f"There is no task {task!r}", f"Tasks: {', '.join(TASKS)}.", USAGE)
    resolved = resolved or resolve(pipeline, {_key(name): value for name, value in settings.items()})
    chosen, stages = _settings(resolved.settings, task, model), progress or Silent()
    with stages.stage("read"), _as_inputs(source) as inputs:
        items, sources = _read(inputs, chosen)
    column = find_labels(items, sources, task, label_column)
    written = [label_text(item.metadata.get(column)) if isinstance(item, Record) else None for item in items]
    with stages.stage("load models"):
        models = models or _load(chosen, cache)
    classes = SENTIMENTS if task == "sentiment" else models.intent.labels
    labels = known_labels(written, task, classes, column, label_column is not None, ignore_unknown)
    truth = [labels.get(label) if label else None for label in written]
    _enough(sum(name is not None for name in truth), column)
    with stages.stage("evaluate", len(items)) as advance:
        answers = list(_answers(items, truth, chosen, models, advance))
    reasons = list(map(_reason, items, written, truth, answers))
    used = [
        (name, answer)
        for name, answer, reason in zip(truth, answers, reasons, strict=True)
        if name and answer and reason is None
    ]
    _enough(len(used), column)
    redactor, key = redaction(chosen)
    named = redact_sources(Corpus((), (), tuple(sources)), redactor, key).sources
    return Evaluation(
        task=task,
        model=models.sentiment.id if task == "sentiment" else models.intent.id,
        files=tuple(found.name for found in named),
        text_column=_joined(found.mapping.get("text", "") for found in named),
        label_column=redactor.redact_value(column),
        rows_read=len(items),
        used=len(used),
        rejected=dict(sorted(Counter(reason for reason in reasons if reason).items())),
        labels=labels,
        label_counts=dict(Counter(label for label in written if label and label in labels)),
        overall=_score(used, task, classes),
        languages=_by_language(used, task, classes),
    )


def _key(name: str) -> str:
    return f"input.{name}" if name.endswith("_column") and "__" not in name else name.replace("__", ".")


def _settings(settings: Settings, task: str, model: str | None) -> Settings:
    """Only the task's own model is asked; the other answers come from the embedded one, and go unused."""
    own = model or getattr(settings.models, task)
    names = {"encoder": "embedded", "sentiment": "embedded", "intent": "embedded"} | {task: own}
    return settings.model_copy(update={"models": settings.models.model_copy(update=names)})


@contextmanager
def _as_inputs(source: Any) -> Iterator[list[str | Path]]:
    """Files to read: those that ``source`` names, or one that holds its rows for as long as they are read."""
    if isinstance(source, str | Path):
        yield [source]
        return
    rows = source.to_dict("records") if hasattr(source, "to_dict") else list(source)
    if rows and all(isinstance(row, str | Path) for row in rows):
        yield rows
        return
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        raise VocError(
            "There are no rows to evaluate", "Give a file, or rows such as {'text': ..., 'label': ...}."
        )
    import orjson

    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    with TemporaryDirectory(prefix="voc-") as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(b"\n".join(orjson.dumps(dict(row), default=str, option=option) for row in rows))
        yield [path]


def _read(inputs: Sequence[str | Path], settings: Settings) -> tuple[list[Item], list[Source]]:
    from voc import io

    stream = io.stream(list(inputs), read_options(settings))
    items = list(stream)
    return items, [source for source in stream.sources if source.rows]


def _load(settings: Settings, cache: bool) -> Models:
    from voc.store.cache import VectorStore

    return load_models(settings, VectorStore() if cache else None)


def _enough(n: int, column: str) -> None:
    if n < LEAST_ROWS:
        raise VocError(
            f"Only {n} rows have a text and a usable label in {column!r}; at least {LEAST_ROWS} are needed",
            "Label more rows: fewer say next to nothing about a model.",
        )


def _answers(
    items: Sequence[Item], truth: Sequence[str | None], settings: Settings, models: Models, advance: Any
) -> Iterator[dict[str, Any] | None]:
    """The answer to each item, as ``voc classify`` gives it; None in batches where no row is labelled."""
    from voc.stream import classify_items

    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        wanted = any(truth[start : start + BATCH])
        yield from classify_items(batch, settings, models) if wanted else [None] * len(batch)
        advance(len(batch))


def _reason(
    item: Item, written: str | None, truth: str | None, answer: Mapping[str, Any] | None
) -> str | None:
    """Why a row is not used; None when it is."""
    if isinstance(item, Rejected):
        return item.code
    if written is None:
        return "empty_label"
    if truth is None:
        return "unknown_label"
    return None if answer and answer["error"] is None else "no_text"


Used = Sequence[tuple[str, dict[str, Any]]]
"""(class of the label, answer) of each row."""


def _score(used: Used, task: str, classes: Sequence[str]) -> GroupScore:
    import numpy as np

    from voc.insight.calibration import calibrate
    from voc.insight.metrics import binary_right, score, share

    place = {name: i for i, name in enumerate(classes)}
    truth = np.array([place[label] for label, _answer in used])
    guess = np.array([place[answer[task]] for _label, answer in used])
    binary = None
    if task == "sentiment":
        p = np.array([[answer[f"p_{name}"] for name in SENTIMENTS] for _label, answer in used])
        right, confidence = binary_right(p, truth), p.max(axis=1)
        binary = share(right) if len(right) else None
    else:
        confidence = np.array([answer["intent_confidence"] for _label, answer in used])
    return GroupScore(score(truth, guess, classes), binary, calibrate(confidence, truth == guess))


def _by_language(used: Used, task: str, classes: Sequence[str]) -> tuple[LanguageScore, ...]:
    """Each language, the one with the most rows first."""
    rows: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for pair in used:
        rows.setdefault(pair[1]["language"], []).append(pair)
    return tuple(
        LanguageScore(
            language, len(own), _score(own, task, classes) if len(own) >= LEAST_IN_LANGUAGE else None
        )
        for language, own in sorted(rows.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    )


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return value._asdict()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
