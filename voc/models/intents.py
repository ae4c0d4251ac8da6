"""Intents as data: read and check ``intents.yaml``, the package's own or a user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from voc.errors import USAGE, VocError
from voc.yaml_file import DEEPEST, too_deep

DEFAULT = Path(__file__).parent / "intents.yaml"
FEW = 2
"""Fewer examples than this teach nothing."""
YAML = (".yaml", ".yml")
KEYS = {"description", "urgency", "examples"}


@dataclass(frozen=True)
class Intent:
    """One intent: its key, what it means, how urgent it is (0..1), and examples by language."""

    key: str
    description: str
    urgency: float | None
    examples: Mapping[str, tuple[str, ...]]

    @property
    def texts(self) -> list[str]:
        """The examples of all languages."""
        return [text for found in self.examples.values() for text in found]


def read_intents(path: Path = DEFAULT) -> tuple[Intent, ...]:
    """The intents of a YAML file, in its order.

    Each is ``key: {description, urgency, examples: {language: [texts]}}``; shorter, ``examples`` may be a
    list, and so may the intent itself.

    Raises:
        VocError: the file can't be read or is no list of intents; all mistakes are named at once.
    """
    import yaml

    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
        text = path.read_text(encoding="utf-8")
        if path != DEFAULT and (line := too_deep(text)):
            raise VocError(f"{path}, line {line}: nested more than {DEEPEST} deep", "Write it flat.", USAGE)
        content = yaml.load(text, Loader=loader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise VocError(
            f"{path} can't be read as YAML: {type(error).__name__}", "Check the file.", USAGE
        ) from error
    if not isinstance(content, dict):
        raise VocError(f"{path} holds no intents", "Write `intent: [example, example ...]` for each.", USAGE)
    problems: list[str] = []
    intents = tuple(_intent(str(key), value, problems) for key, value in content.items())
    if len(intents) < 2:
        problems.append("at least two intents are needed")
    if problems:
        raise VocError(f"{path}: " + "; ".join(problems), "voc's own intents.yaml shows the form.", USAGE)
    return intents


def _intent(key: str, value: Any, problems: list[str]) -> Intent:
    value = {"examples": value} if isinstance(value, list) else value
    if not isinstance(value, dict):
        problems.append(f"{key} is neither a list of examples nor a mapping")
        value = {"examples": ["-"] * FEW}
    if unknown := {str(name) for name in value} - KEYS:
        problems.append(f"{key} has unknown parts: {', '.join(sorted(unknown))}")
    examples = value.get("examples") or []
    by_language = examples if isinstance(examples, dict) else {"": examples}
    texts = {str(language): tuple(str(t) for t in found or ()) for language, found in by_language.items()}
    if sum(map(len, texts.values())) < FEW:
        problems.append(f"{key} has fewer than {FEW} examples")
    urgency = value.get("urgency")
    try:
        urgency = None if urgency is None else float(urgency)
    except (TypeError, ValueError):
        urgency = -1.0
    if urgency is not None and not 0 <= urgency <= 1:
        problems.append(f"{key}: urgency must be a number from 0 to 1")
    return Intent(key, str(value.get("description") or key.replace("_", " ")), urgency, texts)


def intent_urgency(model: str = "") -> Mapping[str, float]:
    """Intent -> urgency (0..1) of the package's own intents, and over them of those of ``model``, a YAML file.

    Raises:
        VocError: as ``read_intents``.
    """
    path = Path(model)
    return _own_urgency() | (_urgency(path) if path.suffix in YAML else {})


@cache
def _own_urgency() -> dict[str, float]:
    return _urgency(DEFAULT)


def _urgency(path: Path) -> dict[str, float]:
    return {intent.key: intent.urgency for intent in read_intents(path) if intent.urgency is not None}
