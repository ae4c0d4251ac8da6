"""A YAML file that a person wrote, read with errors that say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voc.errors import USAGE, VocError

DEEPEST = 50
"""Lists and mappings within each other; what people write has about six."""


def too_deep(text: str) -> int | None:
    """The line where values lie more than ``DEEPEST`` deep within each other, if there is one.

    Asked before the text is parsed: PyYAML's own scanner takes time by the square of the depth. What is no YAML
    is left for the parser to explain.
    """
    import yaml

    events: Any = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    depth = 0
    try:
        for event in events:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return int(event.start_mark.line) + 1
    except (yaml.YAMLError, ValueError):
        pass
    return None


def read_yaml(path: Path, unreadable: str, broken: str) -> Any:
    """What the file holds; None where it is empty.

    Args:
        path: the file.
        unreadable: what to do when it can't be opened.
        broken: what to do when it is no YAML.

    Raises:
        VocError: it can't be read, is no YAML, or is nested too deep; with the line, where that is known.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        if line := too_deep(text):
            raise VocError(f"{path}, line {line}: nested more than {DEEPEST} deep", broken, USAGE)
        return yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise VocError(f"{path}: can't be read ({error})", unreadable, USAGE) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise VocError(f"{path}{where}: not valid YAML", broken, USAGE) from None
