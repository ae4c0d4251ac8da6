"""Templates that escape whatever they are given."""

from __future__ import annotations

from jinja2 import BaseLoader, Environment, StrictUndefined


def escaping_environment(loader: BaseLoader) -> Environment:
    """Return an environment whose templates escape every value; a name that is not given is an error."""
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
