"""``python -m docs.generate.licences`` writes docs/licences.md: what voc installs with it, and under which licences.

The names are those of the metadata of what is installed here; a test compares them, and not the versions.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "licences.md"
EXTRAS = ("serve",)
_HEAD = """# Licences

voc is under the MIT licence, and so is the model that it carries (made from multilingual-e5-small, MIT).
What `pip install voc` and its extra `serve` bring along, as each package's own metadata has it
(`python -m docs.generate.licences` writes this page):

| package | licence |
| --- | --- |
"""
_KNOWN = {
    "certifi": "MPL-2.0", "python-stdnum": "LGPL-2.1-or-later", "tqdm": "MPL-2.0 AND MIT",
}  # fmt: skip
"""Where the metadata says it in too many words."""


def required() -> set[str]:
    """Names of everything that is installed for voc on this system, dependencies of dependencies too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = list(project["dependencies"])
    for extra in EXTRAS:
        waiting += project["optional-dependencies"][extra]
    names: set[str] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        name = _normal(wanted.name)
        if name in names or name == "voc":
            continue
        names.add(name)
        if is_installed(name):
            needs = distribution(name).requires or []
            waiting += [one for one in needs if "extra ==" not in one]
            waiting += [
                one.split(";")[0]
                for extra in wanted.extras
                for one in needs
                if re.search(rf"extra == ['\"]{extra}['\"]", one)
            ]
    return names


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
    lines = [f"| {name} | {licence(name)} |" for name in sorted(required()) if is_installed(name)]
    return _HEAD + "\n".join(lines) + "\n"


def listed() -> set[str]:
    """Names that the page has."""
    return set(re.findall(r"^\| ([a-z0-9][a-z0-9-]*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) - {
        "package"
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(listed())} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
