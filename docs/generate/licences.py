"""``python -m docs.generate.licences`` writes docs/licences.md: what voc installs with it, and under which licences.

The names are those of the metadata of what is installed here; a test compares them, and not the versions.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "licences.md"
EXTRAS = ("serve",)
OPTIONAL = ("notebook", "ray", "tuning")
"""Extras that are listed apart: few people install them."""
_HEAD = """# Licences

voc is under the MIT licence, and so is the model that it carries (made from multilingual-e5-small, MIT).
What `pip install voc` and its extra `serve` bring along, as each package's own metadata has it
(`python -m docs.generate.licences` writes this page):

"""
_OPTIONAL_HEAD = """
## Other extras

What the extras `notebook` (charts and Jupyter), `ray` (`--engine ray`) and `tuning` (`voc train intent --method setfit`
and `finetune`) bring along beyond that:

"""
_COLUMNS, _OPTIONAL_COLUMNS = "| package | licence |", "| package | with | licence |"
_KNOWN = {
    "certifi": "MPL-2.0", "python-stdnum": "LGPL-2.1-or-later", "tqdm": "MPL-2.0 AND MIT",
}  # fmt: skip
"""Where the metadata says it in too many words."""


def required(extras: Iterable[str] = (*EXTRAS, *OPTIONAL)) -> set[str]:
    """Names of everything that is installed for voc on this system, dependencies of dependencies too.

    Args:
        extras: voc's own extras that are installed with it.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = list(project["dependencies"])
    for extra in extras:
        waiting += project["optional-dependencies"][extra]
    met: set[tuple[str, str]] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        name = _normal(wanted.name)
        if name == "voc" or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        for extra in ("", *wanted.extras):
            if (name, extra) not in met:
                met.add((name, extra))
                waiting += _needs(name, extra)
    return {name for name, _extra in met}


def _needs(name: str, extra: str) -> list[str]:
    """What an installed package asks for: by itself, or for one of its extras alone."""
    if not is_installed(name):
        return []
    needs = distribution(name).requires or []
    if not extra:
        return [one for one in needs if "extra ==" not in one]
    return [one.split(";")[0] for one in needs if re.search(rf"extra == ['\"]{extra}['\"]", one)]


def is_installed(name: str) -> bool:
    """Whether a package is here."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licence(name: str) -> str:
    """What a package's metadata says: the SPDX expression, else its classifiers, else its own words."""
    if name in _KNOWN:
        return _KNOWN[name]
    about = distribution(name).metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    kinds = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    words = (about.get("License") or "").strip()
    if kinds:
        return ", ".join(dict.fromkeys(kinds))
    return words.split("\n")[0][:60] or "not said in its metadata"


def page() -> str:
    """The page's text."""
    always = _here(required(EXTRAS))
    of_extras = {extra: _here(required([*EXTRAS, extra])) - always for extra in OPTIONAL}
    more = {
        name: ", ".join(f"`{extra}`" for extra in OPTIONAL if name in of_extras[extra])
        for name in set().union(*of_extras.values())
    }
    first = [_COLUMNS, "| --- | --- |", *(f"| {name} | {licence(name)} |" for name in sorted(always))]
    second = [_OPTIONAL_COLUMNS, "| --- | --- | --- |"]
    second += [f"| {name} | {more[name]} | {licence(name)} |" for name in sorted(more)]
    return _HEAD + "\n".join(first) + "\n" + _OPTIONAL_HEAD + "\n".join(second) + "\n"


def listed() -> set[str]:
    """Names that the page has."""
    return set(re.findall(r"^\| ([a-z0-9][a-z0-9-]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) - {
        "package"
    }


def _here(names: set[str]) -> set[str]:
    return {name for name in names if is_installed(name)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(listed())} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
