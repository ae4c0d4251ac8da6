"""One ``Settings``, built from layers: flag > ``VOC_*`` environment > pipeline YAML > defaults.

Every value remembers which layer it came from (``Settings.provenance``), and a bad file or
flag reports all its errors at once, each with the nearest right name.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from voc.errors import USAGE, VocError
from voc.plugins import BUILT_IN, Names
from voc.yaml_file import read_yaml


def report_languages() -> list[str]:
    """Languages a report can be written in: one a file in ``voc/report/i18n``."""
    return sorted(path.stem for path in (Path(__file__).parent / "report" / "i18n").glob("*.yaml"))


Channel = Literal["auto", "review", "email", "chat", "survey"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputSettings(_Section):
    """How files are read; each column option overrides what would be detected."""

    text_column: str | None = None
    id_column: str | None = None
    date_column: str | None = None
    rating_column: str | None = None
    author_column: str | None = None
    language_column: str | None = None
    sheet: str | None = None
    shape: str | None = None
    channel: Channel = "auto"


class TextSettings(_Section):
    """How texts are cleaned, redacted, folded and cut."""

    redact: bool = True
    patterns: dict[str, str] = Field(default_factory=dict)
    redactors: Names = Field(default_factory=list)
    fold_duplicates: bool = True
    max_segment_chars: int = Field(default=600, ge=80, le=2000)

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, patterns: dict[str, str]) -> dict[str, str]:
        import re

        for name, pattern in patterns.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"the pattern {name!r} is not a regular expression: {error}") from None
        return patterns


class ModelSettings(_Section):
    """Which models answer: ``embedded``, a hub name or a local folder."""

    encoder: str = "embedded"
    sentiment: str = "embedded"
    intent: str = "embedded"
    device: str | None = None


class TopicSettings(_Section):
    """How segments become issues."""

    clusterer: str = BUILT_IN
    min_size: int | None = Field(default=None, ge=2)
    max_issues: int = Field(default=200, ge=1, le=2000)
    similarity_floor: float | None = Field(default=None, ge=0, le=1)
    polarity: float = Field(default=0.3, ge=0, le=2)
    """Weight of sentiment in the clustering space: keeps "fast delivery" apart from "late delivery"."""
    intent: float = Field(default=0.5, ge=0, le=2)
    """Weight of the intents in the clustering space: what people want tells issues apart, too."""
    context: float = Field(default=0.7, ge=0, le=1)
    """How much of the whole record each segment carries into the clustering space."""
    seed: int = 42
    names: dict[str, str] = Field(default_factory=dict)
    """Issue id -> the name you gave it; later runs that follow this one keep it."""
    edits: str | None = None
    """A YAML file of edits (``voc topics``): merge, rename, drop, pin."""


class Weights(_Section):
    """Weights of the parts of the priority; only their ratios matter."""

    reach: float = Field(default=0.30, ge=0)
    severity: float = Field(default=0.30, ge=0)
    momentum: float = Field(default=0.15, ge=0)
    impact: float = Field(default=0.15, ge=0)
    intent: float = Field(default=0.10, ge=0)


class PrioritySettings(_Section):
    """How issues are ranked."""

    weights: Weights = Weights()
    intent_weights: dict[str, float] = Field(default_factory=dict)
    """How urgent an intent is, 0..1; intents not named keep the default of ``intents.yaml``."""


class TrendSettings(_Section):
    """How change over time is judged."""

    period: Literal["auto", "day", "week", "month"] = "auto"
    fdr: float = Field(default=0.05, gt=0, lt=1)


class InsightSettings(_Section):
    """What else is asked of the issues. In the environment and in ``--set`` lists are parted by ``;``."""

    events: list[str] = Field(default_factory=list)
    """``YYYY-MM-DD:what happened``; each issue's rate is compared before and after."""
    by: list[str] = Field(default_factory=list)
    """Columns whose values are compared: which segment drives which issue."""
    repeat_days: int = Field(default=30, ge=1, le=3650)
    """The same author again on the same issue within so many days is a repeat contact."""

    @field_validator("events", "by", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [item.strip() for item in value.split(";") if item.strip()]
        return [_as_event(item) for item in value] if isinstance(value, list) else value

    @field_validator("events")
    @classmethod
    def _are_events(cls, events: list[str]) -> list[str]:
        for text in events:
            parse_event(text)
        return events


def _as_event(item: Any) -> Any:
    """YAML reads ``- 2026-03-01: new courier`` as a mapping; it means the same."""
    return ";".join(f"{day}:{name}" for day, name in item.items()) if isinstance(item, Mapping) else item


def parse_event(text: str) -> tuple[date, str]:
    """Read ``YYYY-MM-DD:what happened``.

    Raises:
        ValueError: it isn't written so.
    """
    day, _, name = text.partition(":")
    try:
        if name.strip():
            return date.fromisoformat(day.strip()), name.strip()
    except ValueError:
        pass
    raise ValueError(f"the event {text!r} is not written as YYYY-MM-DD:what happened")


class HistorySettings(_Section):
    """Which earlier run this one follows: its issues keep their ids and names, and changes are said."""

    workspace: str | None = None
    """A DuckDB file; the run saved in it last is followed, and this one is saved in it."""
    previous: str | None = None
    """A run folder to follow instead."""


class ReportSettings(_Section):
    """What is written for people."""

    title: str | None = None
    language: str = "auto"
    quotes: int = Field(default=5, ge=1, le=50)
    pdf: bool = False
    """Print ``report.pdf``, too, with a Chromium that is on this machine."""
    sections: Names = Field(default_factory=list)

    @field_validator("language")
    @classmethod
    def _is_known(cls, language: str) -> str:
        if language not in {"auto", *report_languages()}:
            raise ValueError(
                f"there is no report in {language!r}; there are: auto, {', '.join(report_languages())}"
            )
        return language


class Settings(_Section):
    """Everything a run can be told."""

    name: str = "reviews"
    description: str = ""
    input: InputSettings = InputSettings()
    text: TextSettings = TextSettings()
    models: ModelSettings = ModelSettings()
    topics: TopicSettings = TopicSettings()
    priority: PrioritySettings = PrioritySettings()
    trends: TrendSettings = TrendSettings()
    insight: InsightSettings = InsightSettings()
    history: HistorySettings = HistorySettings()
    report: ReportSettings = ReportSettings()


@dataclass(frozen=True)
class Resolved:
    """The settings in force and, for each dotted key, the layer that set it."""

    settings: Settings
    provenance: Mapping[str, str]


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", info


KEYS: tuple[str, ...] = tuple(key for key, _ in _leaves(Settings))
"""Every dotted setting, such as ``models.encoder``."""


def pipeline_folders() -> list[Path]:
    """Where named pipelines live: the checkout's ``pipelines/`` or the installed package's copy."""
    here = Path(__file__).resolve().parent
    return [folder for folder in (here / "pipelines", here.parent / "pipelines") if folder.is_dir()]


def pipeline_names() -> list[str]:
    """Names usable with ``--pipeline``."""
    return sorted({path.stem for folder in pipeline_folders() for path in folder.glob("*.yaml")})


def find_pipeline(name: str) -> Path:
    """Resolve a pipeline's name or file.

    Raises:
        VocError: no such pipeline; the hint has the nearest name.
    """
    if Path(name).suffix in {".yaml", ".yml"} or os.sep in name:
        path = Path(name)
        if path.is_file():
            return path
        raise VocError(
            f"--pipeline {name}: no such file",
            "Give a YAML file or one of the names: " + ", ".join(pipeline_names()),
            USAGE,
        )
    for folder in pipeline_folders():
        if (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    raise VocError(
        f"--pipeline {name}: no such pipeline{_nearest(name, pipeline_names())}",
        "The pipelines here: " + ", ".join(pipeline_names()) + "; or give a YAML file.",
        USAGE,
    )


def load_pipeline(path: Path) -> dict[str, Any]:
    """Read a pipeline's YAML as a mapping.

    Raises:
        VocError: the file can't be read or is no mapping.
    """
    data = read_yaml(
        path, "Check the path and the file's permissions.", "Check indentation, colons and quotes there."
    )
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise VocError(
            f"{path}: a pipeline is a mapping of sections",
            f"Sections: {', '.join(Settings.model_fields)}.",
            USAGE,
        )
    return data


def resolve(
    pipeline: str | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Resolved:
    """Build the settings from their layers.

    Args:
        pipeline: a pipeline's name or YAML file; ``None`` means the plain defaults.
        flags: dotted key -> value, from the command line; ``None`` values are not set.
        environ: the environment; ``VOC_MODELS_ENCODER`` sets ``models.encoder``.

    Raises:
        VocError: with every error of every layer, each with the nearest right name.
    """
    tree: dict[str, Any] = {}
    provenance = dict.fromkeys(KEYS, "default")
    if pipeline is not None:
        path = find_pipeline(pipeline)
        tree = load_pipeline(path)
        provenance.update({key: f"pipeline {path.name}" for key in KEYS if _get(tree, key) is not None})
    for key, value, origin in _overrides(flags or {}, os.environ if environ is None else environ):
        _set(tree, key, value)
        provenance[key] = origin
    try:
        return Resolved(Settings.model_validate(tree), provenance)
    except ValidationError as error:
        raise VocError(
            _explain(error, pipeline, provenance), "Mend these and run again; nothing was read.", USAGE
        ) from None


def _overrides(flags: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[tuple[str, Any, str]]:
    for key in KEYS:
        name = "VOC_" + key.upper().replace(".", "_")
        if environ.get(name):
            yield key, environ[name], f"environment {name}"
    for key, value in flags.items():
        if key not in KEYS:
            raise VocError(
                f"--set {key}: no such setting{_nearest(key, KEYS)}", "Settings: " + ", ".join(KEYS), USAGE
            )
        if value is not None:
            yield key, value, "flag"


def _get(tree: Mapping[str, Any], key: str) -> Any:
    node: Any = tree
    for part in key.split("."):
        if not isinstance(node, Mapping):
            return None
        node = node.get(part)
    return node


def _set(tree: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for part in parents:
        child = tree.get(part)
        tree[part] = child = dict(child) if isinstance(child, Mapping) else {}
        tree = child
    tree[last] = value


def _nearest(name: str, names: tuple[str, ...] | list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in location[:-1]:
        info = model.model_fields.get(str(part))
        if info is None or not (isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)):
            return []
        model = info.annotation
    return list(model.model_fields)


def _explain(error: ValidationError, pipeline: str | None, provenance: Mapping[str, str]) -> str:
    lines = []
    for problem in error.errors():
        location = problem["loc"]
        key = ".".join(str(part) for part in location)
        if problem["type"] == "extra_forbidden":
            text = f"no such setting{_nearest(str(location[-1]), _siblings(location))}"
        else:
            text = problem["msg"].removeprefix("Value error, ")
            if problem["type"] not in {"value_error", "missing"}:
                text += f" (given: {problem['input']!r})"
        origin = provenance.get(key, "default")
        lines.append(
            f"  {key}: {text}"
            + ("" if origin in {"default"} or origin.startswith("pipeline") else f" [{origin}]")
        )
    where = f"pipeline {pipeline}" if pipeline else "the settings"
    return f"{where}: {len(lines)} setting{'s' if len(lines) != 1 else ''} can't be used\n" + "\n".join(lines)
