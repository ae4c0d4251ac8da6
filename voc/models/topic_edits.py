"""Edits to topics by people: merge, rename, drop and pin, kept in a YAML that later runs apply.

A topic's number, and even its id, can change from run to run. So the file keeps for each id what it
takes to find the topic again: its centroid and its keywords.
"""

from __future__ import annotations

import base64
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from voc.errors import USAGE, VocError
from voc.models.seeds import unit
from voc.yaml_file import read_yaml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

FEWEST_OF_LANGUAGE = 15
HEAD = """\
# Edits to issues. Apply them with: voc run ... --topics-edits THIS_FILE
#   merge:  - {topics: [ID, ID], name: optional}    several issues become one
#   pin:    - {name: NAME, examples: [TEXT, ...], min_similarity: 0.5}    an issue of its own
#   drop:   [ID]            its texts are left unclustered; none is deleted
#   rename: {ID: NAME}
# They are applied in this order. In place of an ID, words of its label do, too.
# 'known' is how voc finds an issue again in a later run; voc writes it. Comments are not kept.
"""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Known(_Part):
    """What a topic is found again by. ``centroid`` is base64 of float16, less its languages' means."""

    label: str = ""
    keywords: list[str] = Field(default_factory=list)
    encoder: str = ""
    centroid: str = ""

    @field_validator("centroid")
    @classmethod
    def _decodes(cls, text: str) -> str:
        try:
            if len(base64.b64decode(text, validate=True)) % 2 == 0:
                return text
        except ValueError:
            pass
        raise ValueError("the centroid is damaged; take the issue from its run again")

    def vector(self) -> Matrix:
        """Return the centroid, (d,) of unit length."""
        import numpy as np

        return unit(np.frombuffer(base64.b64decode(self.centroid), dtype="<f2").astype(np.float32))


class Merge(_Part):
    """Several topics that are one."""

    topics: list[str] = Field(min_length=2)
    name: str | None = Field(default=None, min_length=1)


class Pin(_Part):
    """A topic that is there whatever the clusters are: texts near these examples."""

    name: str = Field(min_length=1)
    examples: list[str] = Field(default_factory=list)
    min_similarity: float = Field(default=0.5, gt=0, lt=1)

    @property
    def phrases(self) -> list[str]:
        """The examples; without any, the name."""
        return self.examples or [self.name]


class Edits(_Part):
    """The content of the file."""

    merge: list[Merge] = Field(default_factory=list)
    pin: list[Pin] = Field(default_factory=list)
    drop: list[str] = Field(default_factory=list)
    rename: dict[str, str] = Field(default_factory=dict)
    known: dict[str, Known] = Field(default_factory=dict)

    @field_validator("merge", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """``- [ID, ID]`` means the same as ``- {topics: [ID, ID]}``."""
        if not isinstance(value, list):
            return value
        return [{"topics": item} if isinstance(item, list) else item for item in value]

    @model_validator(mode="after")
    def _agree(self) -> Edits:
        merged = [name for group in self.merge for name in group.topics]
        problems = [f"{name}: is in two merges" for name, count in Counter(merged).items() if count > 1]
        problems += [f"{name}: is dropped and merged or renamed" for name in self.drop
                     if name in merged or name in self.rename]  # fmt: skip
        problems += [f"rename {name}: the new name is empty" for name, new in self.rename.items()
                     if not new.strip()]  # fmt: skip
        pins = Counter(pin.name.casefold() for pin in self.pin)
        problems += [f"pin {name}: is there {count} times" for name, count in pins.items() if count > 1]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def load_edits(path: str | Path) -> Edits:
    """Read and check a file of edits.

    Raises:
        VocError: it can't be read; or with every problem in it.
    """
    content = read_yaml(Path(path), "Check the path of --topics-edits.", "Check colons, brackets and quotes.")
    try:
        return Edits.model_validate({} if content is None else content)
    except ValidationError as error:
        lines = list(_problems(error))
        raise VocError(
            f"{path}: {len(lines)} problem{'s' if len(lines) != 1 else ''}\n" + "\n".join(lines),
            "Mend these and run again. Sections: " + ", ".join(Edits.model_fields) + ".",
            USAGE,
        ) from None


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        text = "no such key" if problem["type"] == "extra_forbidden" else problem["msg"]
        for piece in text.removeprefix("Value error, ").split("; "):
            yield f"  {place}: {piece}" if place else f"  {piece}"


def save_edits(path: Path, edits: Edits) -> None:
    """Write a file of edits whole, or not at all; ``known`` keeps only what an edit refers to."""
    import yaml

    used = {name for group in edits.merge for name in group.topics} | {*edits.drop, *edits.rename}
    content = edits.model_dump(exclude_none=True)
    content["known"] = {name: known for name, known in content["known"].items() if name in used}
    text = yaml.safe_dump(
        {key: value for key, value in content.items() if value},
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_text(HEAD + text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def known(label: str, keywords: tuple[str, ...], encoder: str, centroid: Matrix | None) -> Known:
    """Describe a topic for the file; without a centroid only its words can find it again."""
    packed = "" if centroid is None else base64.b64encode(centroid.astype("<f2").tobytes()).decode()
    return Known(label=label, keywords=list(keywords), encoder=encoder, centroid=packed)


def centred(means: Matrix, shares: Matrix, language_means: Matrix, counts: Matrix) -> Matrix:
    """Return (n, d) unit centroids, less the mean of the languages they are in.

    Encoders put each language in a corner of its own. The mean of a language with fewer than 15
    segments is too uncertain: that of all segments stands in for it.

    Args:
        means: (n, d) mean vector of each topic.
        shares: (n, languages) share of each language in it.
        language_means: (languages, d) over all segments.
        counts: (languages,) segments of each.
    """
    import numpy as np

    every = counts @ language_means / max(float(counts.sum()), 1.0)
    origin = np.where(counts[:, None] >= FEWEST_OF_LANGUAGE, language_means, every)
    return unit(means - shares @ origin)


def as_edits(edits: Edits, **changes: Any) -> Edits:
    """Return edits with some sections replaced, checked again.

    Raises:
        VocError: they don't agree with each other.
    """
    content: Mapping[str, Any] = {**edits.model_dump(), **changes}
    try:
        return Edits.model_validate(content)
    except ValidationError as error:
        raise VocError(
            "these edits don't agree\n" + "\n".join(_problems(error)), "Undo one in the file first.", USAGE
        ) from None
