"""The YAML files that come with this package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """What ``name`` (such as ``headers.yaml``) holds; read by the fast loader where PyYAML has it."""
    return parse(files("voc.io").joinpath(name).read_text("utf-8"))


def parse(text: str) -> Any:
    """YAML as plain Python values."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
