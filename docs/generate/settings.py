"""Every setting of a run, from ``voc/config.py``: key, default, meaning; and the pipelines that ship."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from docs.generate import markdown
from docs.generate.markdown import code, field_docs, meaning, prose, table
from voc.config import KEYS, Settings, find_pipeline, load_pipeline, pipeline_names

HEAD = ("key", "default", "meaning")


def page() -> str:
    """The settings, one section a heading, and the pipelines that ship."""
    sections: dict[str, list[list[str]]] = {}
    for key, kind, info in leaves(Settings):
        row = [code(key), default(info), described(key, kind) + bounds(info)]
        sections.setdefault(key.partition(".")[0] if "." in key else "", []).append(row)
    if sum(map(len, sections.values())) != len(KEYS):
        raise AssertionError("settings are missing from the page")
    parts = [
        "Each can stand in a pipeline's YAML, in the environment (`topics.min_size` is `VOC_TOPICS_MIN_SIZE`) and "
        "on the command line (`--set topics.min_size=5`). See [pipelines](../pipelines.md).",
        table(HEAD, sections.pop("")),
    ]
    for section, rows in sections.items():
        about = inspect.getdoc(Settings.model_fields[section].annotation) or ""
        parts += [f"## {section}", prose(about), table(HEAD, rows)]
    return markdown.page(
        "Settings", "voc/config.py", *parts, "## Pipelines that ship with voc", *_pipelines()
    )


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type[BaseModel], FieldInfo]]:
    """Every setting below a model: its dotted key, the model it stands in, and what is known of it."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from leaves(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", model, info


def described(key: str, kind: type[BaseModel]) -> str:
    """What the code says of a setting, else what ``words.yaml`` does."""
    return field_docs(kind).get(key.rpartition(".")[2]) or meaning("settings", key)


def default(info: FieldInfo) -> str:
    """The default, as it would be written in YAML; nothing when there is none."""
    value: Any = info.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "needed"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, timedelta):
        return code(f"{value.days}d")
    if isinstance(value, Mapping):
        return code(", ".join(f"{name}: {item}" for name, item in value.items()))
    return code(str(value)) if value and not isinstance(value, BaseModel) else ""


def bounds(info: FieldInfo) -> str:
    """The bounds of a number, in words."""
    signs = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    found = [
        words.format(getattr(item, sign))
        for item in info.metadata
        for sign, words in signs.items()
        if getattr(item, sign, None) is not None
    ]
    return f" ({', '.join(found)})" if found else ""


def _pipelines() -> list[str]:
    rows = [[code(name), str(load_pipeline(find_pipeline(name))["description"])] for name in pipeline_names()]
    files = [
        f"`{name}.yaml`:\n\n```yaml\n{find_pipeline(name).read_text(encoding='utf-8').strip()}\n```"
        for name in pipeline_names()
    ]
    return [table(["pipeline", "for"], rows), *files]
