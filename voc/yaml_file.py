"""A YAML file that a person wrote, read with errors that say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voc.errors import USAGE, VocError


def read_yaml(path: Path, unreadable: str, broken: str) -> Any:
    """What the file holds; None where it is empty.

    Args:
        path: the file.
        unreadable: what to do when it can't be opened.
        broken: what to do when it is no YAML.

    Raises:
        VocError: it can't be read, or is no YAML; with the line, where that is known.
    """
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise VocError(f"{path}: can't be read ({error})", unreadable, USAGE) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise VocError(f"{path}{where}: not valid YAML", broken, USAGE) from None
