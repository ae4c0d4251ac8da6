"""A routing file -> checked rules: every mistake is told at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from voc.config import pipeline_folders
from voc.errors import USAGE, VocError
from voc.routing.problems import Place, Problem, nearest
from voc.routing.spec import Escalation, HoursSpec, Limits, Priority, Rule, Rules, Thresholds, When
from voc.yaml_file import DEEPEST, too_deep


@dataclass(frozen=True)
class Source:
    """A YAML file as data, with the line (from 1) of everything in it."""

    name: str
    data: Any
    lines: dict[Place, int]
    problems: tuple[Problem, ...] = ()

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def rule_names() -> list[str]:
    """Names of the routing files that ship with voc."""
    return sorted(path.stem for folder in _folders() for path in folder.glob("*.yaml"))


def find_rules(name: str | Path) -> Path:
    """A file of rules, or one that ships with voc by its name.

    Raises:
        VocError: there is no such file.
    """
    path = Path(name)
    if path.is_file():
        return path
    for folder in _folders():
        if (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    raise VocError(
        f"--rules {name}: no such file",
        f"Give a YAML file, or one of the names: {', '.join(rule_names())}.",
        USAGE,
    )


def _folders() -> list[Path]:
    return [folder / "routing" for folder in pipeline_folders() if (folder / "routing").is_dir()]


def read_rules(name: str | Path, intents: Sequence[str]) -> Rules:
    """Read and check a routing file in full.

    Args:
        name: a file, or the name of one that ships with voc.
        intents: those that the intent model knows.

    Raises:
        VocError: the file can't be read, or has mistakes; all are named, each with its line.
    """
    path = find_rules(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VocError(f"{path} can't be read ({type(error).__name__})", "Check the file.", USAGE) from None
    return parse_rules(text, path.name, intents)


def parse_rules(text: str, name: str, intents: Sequence[str]) -> Rules:
    """As ``read_rules``, from the file's text."""
    from voc.routing.checks import check

    source = load_yaml(text, name)
    problems = list(source.problems)
    try:
        rules = Rules.model_validate(source.data)
    except ValidationError as error:
        problems += [_problem(detail, source) for detail in error.errors()]
        problems += _elsewhere(source.data, problems, intents)
    else:
        problems += check(rules, intents)
    if problems:
        raise explained(source, problems)
    return rules


def _elsewhere(data: Any, known: Sequence[Problem], intents: Sequence[str]) -> list[Problem]:
    """Problems of sense in what is left when the ill-formed parts are taken out."""
    from voc.routing.checks import check

    rest = {"fallback": next(iter(data.get("queues") or ["-"])), **deepcopy(data)}
    for problem in known:
        _take_out(rest, problem.place)
    if isinstance(rest.get("thresholds"), dict):
        rest["thresholds"] = {"auto_above": 1, "suggest_above": 0} | rest["thresholds"]
    try:
        found = check(Rules.model_validate(rest), intents, reach=False)
    except ValidationError:
        return []
    return [problem for problem in found if problem.place[:2] not in {one.place[:2] for one in known}]


def _take_out(data: Any, place: Place) -> None:
    *parents, last = place or ("",)
    for part in parents:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict) and last != "fallback":
        data.pop(last, None)


def load_yaml(text: str, name: str) -> Source:
    """YAML as data and lines. Only ``true`` and ``false`` are booleans: ``no`` is a language.

    Raises:
        VocError: it is not YAML, or no mapping.
    """
    import yaml

    if line := too_deep(text):
        raise VocError(f"{name} (line {line}): nested more than {DEEPEST} deep", "Write it flat.", USAGE)
    try:
        loader = _loader()(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date is a ValueError
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise VocError(
            f"{name}{where}: not valid YAML", "Check indentation, colons and quotes there.", USAGE
        ) from None
    if not isinstance(data, dict):
        raise VocError(f"{name} is no routing file", "`voc route --example` prints one.", USAGE)
    lines: dict[Place, int] = {}
    problems: list[Problem] = []
    _walk(node, (), lines, problems)
    return Source(name, data, lines, tuple(problems))


def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Without YAML 1.1's yes, no, on and off."""

    Loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


def _walk(
    node: Any, place: Place, lines: dict[Place, int], problems: list[Problem], seen: set[int] | None = None
) -> None:
    """Note the line of every place; what an alias repeats is walked once, or a few lines could stand for billions."""
    import yaml

    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            here = (*place, str(key_node.value))
            if here in lines:
                problems.append(Problem(here, "stands twice; the later one would win"))
            lines[here] = key_node.start_mark.line + 1
            _walk(value, here, lines, problems, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[*place, number] = value.start_mark.line + 1
            _walk(value, (*place, number), lines, problems, seen)


_SECTIONS: dict[str, type[BaseModel]] = {
    "priorities": Priority, "hours": HoursSpec, "thresholds": Thresholds,
    "intents": Limits, "languages": Limits, "safety": Escalation, "rules": Rule, "when": When,
}  # fmt: skip


def _problem(detail: Any, source: Source) -> Problem:
    """One of pydantic's errors in our words."""
    place = tuple(detail["loc"])
    while place and place not in source.lines and detail["type"] != "missing":
        place = place[:-1]  # pydantic adds the kinds of a union, and positions in what was one value
    name = place[-1] if place else ""
    if detail["type"] == "missing":
        text = (
            "is missing; it names the queue of people for whatever no rule takes"
            if name == "fallback"
            else "is missing"
        )
        return Problem(place, text)
    if detail["type"] == "extra_forbidden":
        return Problem(place, "no such setting" + nearest(str(name), _siblings(place)))
    text = detail["msg"].removeprefix("Value error, ")
    if detail["type"] != "value_error":
        text += f" (given: {str(detail['input'])[:80]!r})"
    return Problem(place, text)


def _siblings(place: Place) -> list[str]:
    section = next((str(part) for part in reversed(place[:-1]) if part in _SECTIONS), None)
    return list((_SECTIONS[section] if section else Rules).model_fields)


def explained(source: Source, problems: Iterable[Problem]) -> VocError:
    """One error for all problems, in the order of their lines."""
    lines = sorted({(source.line(p.place), ".".join(map(str, p.place)), p.text) for p in problems})
    count = f"{len(lines)} mistake{'s' if len(lines) != 1 else ''}"
    listed = "\n".join(f"  line {line}: {place + ': ' if place else ''}{text}" for line, place, text in lines)
    return VocError(
        f"{source.name}: {count}\n{listed}", "Mend these and run again; nothing was routed.", USAGE
    )
