"""Plug-ins: encoders, models, clusterers, redactors, shapes and report sections of other installed packages.

A package names what it brings in its entry points, one group a kind (``GROUPS``), and the user chooses one by its
name. Finding them reads the packages' metadata and runs nothing; only a plug-in that the user named is imported.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import Path

SHAPES = "voc.shapes"
REDACTORS = "voc.redactors"
ENCODERS = "voc.encoders"
SENTIMENT_MODELS = "voc.sentiment_models"
INTENT_MODELS = "voc.intent_models"
CLUSTERERS = "voc.clusterers"
REPORT_SECTIONS = "voc.report_sections"
GROUPS = {
    SHAPES: "shape",
    REDACTORS: "redactor",
    ENCODERS: "encoder",
    SENTIMENT_MODELS: "sentiment model",
    INTENT_MODELS: "intent model",
    CLUSTERERS: "clusterer",
    REPORT_SECTIONS: "report section",
}
"""Group of entry points -> what it holds, for people."""
BUILT_IN = "built-in"
"""Name of voc's own clusterer."""
RESERVED: dict[str, frozenset[str]] = {
    REDACTORS: frozenset({"email", "phone", "card", "iban", "url", "ip", "id"}),
    ENCODERS: frozenset({"embedded"}),
    SENTIMENT_MODELS: frozenset({"embedded"}),
    INTENT_MODELS: frozenset({"embedded"}),
    CLUSTERERS: frozenset({BUILT_IN}),
}
"""voc's own names; a plug-in of the same name is refused. Those of the shapes are the files in voc/io/shapes."""


def _listed(given: Any) -> Any:
    return [name.strip() for name in given.split(";") if name.strip()] if isinstance(given, str) else given


Names = Annotated[list[str], BeforeValidator(_listed)]
"""Type of a setting that names plug-ins; in the environment and in ``--set`` they are parted by ``;``."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class Plugin:
    """One entry point: who brings what, under which name. Nothing of it is imported yet."""

    group: str
    name: str
    package: str
    version: str
    target: str
    """What the entry point names: ``module:attribute``, or ``package:file.yaml`` for a shape."""

    def __str__(self) -> str:
        return f"the {GROUPS[self.group]} {self.name!r} of the package {self.package} {self.version}"

    def load(self) -> Any:
        """Import what the entry point names.

        Raises:
            VocError: it can't be imported, or isn't there.
        """
        module, _, attribute = self.target.partition(":")
        with self.at_work("can't be loaded", telling=True):
            found: Any = import_module(module.strip())
            for part in filter(None, attribute.strip().split(".")):
                found = getattr(found, part)
        return found

    def create(self, *arguments: Any, needs: Collection[str] = ()) -> Any:
        """Load the plug-in, call it with ``arguments`` and check that what it returns has what it ``needs``.

        Raises:
            VocError: it can't be loaded or called, or lacks something.
        """
        factory = self.function()
        with self.at_work("can't be made", telling=True):
            made = factory(*arguments)
            lacks = [name for name in needs if not hasattr(made, name)]
        if lacks:
            raise self.unfit(f"{type(made).__name__} has no {', '.join(lacks)}")
        return made

    def function(self) -> Any:
        """Load the plug-in, which must be callable.

        Raises:
            VocError: it can't be loaded, or can't be called.
        """
        found = self.load()
        if not callable(found):
            raise self.unfit(f"{self.target} is no function or class, but {type(found).__name__}")
        return found

    @contextmanager
    def at_work(self, what: str = "failed", telling: bool = False) -> Iterator[None]:
        """Turn whatever the plug-in raises into a ``VocError`` that names it.

        ``telling`` repeats the message; leave it off where the plug-in has been given texts, which its messages
        could quote.
        """
        try:
            yield
        except VocError:
            raise
        except Exception as error:  # whatever other people's code may raise
            said = f": {error}" if telling and str(error) else ""
            raise VocError(
                f"{self.subject} {what} ({type(error).__name__}{said}).",
                f"Mend or update {self.package}, or leave the plug-in out.",
                USAGE,
            ) from error

    def unfit(self, why: str) -> VocError:
        """Return the error to raise when the plug-in is not what its group needs."""
        return VocError(
            f"{self.subject} does not fit: {why}.",
            f"Tell the makers of {self.package}; docs/extending.md says what {self.group} needs.",
            USAGE,
        )

    @property
    def subject(self) -> str:
        """The plug-in and its package, to begin a sentence with."""
        return f"T{str(self)[1:]}"

    def file(self) -> Path:
        """Return the file of a plug-in that is data, without importing the package (``package.folder:file``).

        Raises:
            VocError: there is no such file.
        """
        from importlib.util import find_spec
        from pathlib import Path

        module, _, name = self.target.partition(":")
        top, *folders = module.strip().split(".")
        spec = find_spec(top)  # of a top-level name: finding it runs nothing
        for place in (spec.submodule_search_locations or ()) if spec else ():
            if name.strip() and (path := Path(place, *folders, name.strip())).is_file():
                return path
        raise VocError(
            f"{self.subject}: there is no file {self.target}.",
            f"Install {self.package} again, or uninstall it.",
            USAGE,
        )


def found(group: str) -> list[Plugin]:
    """Return the plug-ins of a group that are installed, by name; nothing is imported."""
    from importlib.metadata import entry_points

    plugins = [_plugin(entry) for entry in entry_points(group=group)]
    return sorted(plugins, key=lambda plugin: (plugin.name, plugin.package))


def _plugin(entry: EntryPoint) -> Plugin:
    package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("unknown", "")
    return Plugin(entry.group, entry.name, package, version, entry.value)


def problem(plugin: Plugin, others: Sequence[Plugin], reserved: Collection[str] = ()) -> str:
    """Say why a plug-in can't be chosen by its name; empty when it can.

    Args:
        plugin: one of ``others``.
        others: all plug-ins of its group.
        reserved: names of voc's own that are not in ``RESERVED``.
    """
    if plugin.name in RESERVED.get(plugin.group, ()) or plugin.name in reserved:
        return f"voc has a {GROUPS[plugin.group]} of that name"
    if not _NAME.fullmatch(plugin.name):
        return "a name is small letters, digits, - and _"
    if Counter(other.name for other in others)[plugin.name] > 1:
        packages = sorted(other.package for other in others if other.name == plugin.name)
        return f"several packages have one of that name: {', '.join(packages)}"
    return ""


def find(group: str, name: str) -> Plugin | None:
    """Return the plug-in called ``name``, or ``None``.

    Raises:
        VocError: the name clashes with one of voc's or of another package.
    """
    plugins = found(group)
    mine = [plugin for plugin in plugins if plugin.name == name]
    if not mine:
        return None
    if why := problem(mine[0], plugins):
        raise refused(mine[0], why)
    return mine[0]


def named(group: str, name: str) -> Plugin:
    """Return the plug-in called ``name``, which must be there.

    Raises:
        VocError: there is none; the hint says which there are.
    """
    if plugin := find(group, name):
        return plugin
    names = sorted({plugin.name for plugin in found(group)} | ({BUILT_IN} if group == CLUSTERERS else set()))
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    raise VocError(
        f"There is no {GROUPS[group]} {name!r}{f'; did you mean {near[0]!r}?' if near else ''}",
        f"Installed: {', '.join(names) or 'none'}. `voc doctor` lists all plug-ins.",
        USAGE,
    )


def check(group: str, names: Sequence[str]) -> None:
    """Load the plug-ins that the user named, so that what is wrong is told before a long run.

    Raises:
        VocError: there is none of a name, or it can't be loaded.
    """
    for name in names:
        if name not in RESERVED.get(group, ()):
            named(group, name).function()


def refused(plugin: Plugin, why: str) -> VocError:
    """Return the error to raise for a plug-in that has a ``problem``."""
    return VocError(
        f"{plugin.subject} is refused: {why}.",
        f"Uninstall {plugin.package}, or ask its makers for another name.",
        USAGE,
    )
