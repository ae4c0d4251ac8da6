"""The documentation says what the code does: nothing is undocumented, out of date, or an example that fails."""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

from docs.generate import markdown, pages  # noqa: E402
from docs.generate.columns import segment_columns  # noqa: E402
from docs.generate.commands import commands  # noqa: E402

PAGES = sorted(path for path in DOCS.rglob("*.md") if path.name != "decisions.md")


def fences(path: Path, kind: str) -> list[str]:
    """The contents of a page's fenced blocks whose first line begins with ``kind``."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def options(command: click.Command) -> Iterator[tuple[str, str]]:
    """Every option of a command and its subcommands, with its help."""
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            for name in [*option.opts, *option.secondary_opts]:
                yield name, option.help or ""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from options(one)


def test_generated_pages_are_up_to_date() -> None:
    assert pages.stale() == [], "run: python -m docs.generate"


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_documented(name: str) -> None:
    command = commands()[name]
    page = (DOCS / "commands" / f"{name}.md").read_text(encoding="utf-8")
    assert command.help
    for option, says in options(command):
        assert says, f"voc {name} {option} has no help"
        assert f"`{option}`" in page
    if isinstance(command, click.Group):
        for sub, one in command.commands.items():
            assert one.help
            assert f"## voc {name} {sub}\n" in page
    assert f"commands/{name}.md" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    from voc.config import KEYS

    page = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
    assert all(f"| `{key}` |" in page for key in KEYS)


def test_nothing_is_described_that_is_gone() -> None:
    from voc.config import KEYS
    from voc.insight import drivers, issues, tables
    from voc.router import COLUMNS
    from voc.routing import spec

    there = {
        "settings": KEYS,
        "feedback": tables.FEEDBACK_COLUMNS,
        "segments": segment_columns(),
        "issues": issues.COLUMNS,
        "drivers": drivers.COLUMNS,
        "routed": COLUMNS,
        "rejected": ("malformed", "undecodable", "too_large", "no_text", "not_customer"),
        "routing": [name for kind in vars(spec).values() for name in _fields(kind)],
    }
    assert {kind: set(names) - set(there[kind]) for kind, names in markdown.words().items()} == {
        kind: set() for kind in there
    }


def _fields(kind: object) -> list[str]:
    """``Rule.queue`` and so on, for a model."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [f"{kind.__name__}.{name}" for name in kind.model_fields]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_shell_examples_name_what_exists(path: Path) -> None:
    for line in "\n".join(fences(path, "sh")).splitlines():
        for part in re.split(r"\s\|\s", line):
            words = shlex.split(part, comments=True)
            if not words or words[0].removeprefix(".venv/bin/") != "voc":
                continue
            assert words[1] in commands() or words[1].startswith("-"), line
            known = {name for name, _help in options(commands()[words[1]])} | {"--help"}
            assert {word for word in words[2:] if word.startswith("-") and word != "-"} <= known, line


def test_examples_in_yaml_are_accepted(tmp_path: Path) -> None:
    from voc.config import load_pipeline, resolve
    from voc.models.intents import read_intents
    from voc.models.topic_edits import load_edits
    from voc.routing.rulefile import parse_rules

    titled = {
        (page.name, title): text
        for page in PAGES
        for title in ("mine.yaml", "topics.yaml", "routing.yaml", "intents.yaml")
        for text in fences(page, f'yaml title="{title}"')
    }
    for (_page, title), text in titled.items():
        (tmp_path / title).write_text(text, encoding="utf-8")
    own = [intent.key for intent in read_intents()]
    pipeline = tmp_path / "mine.yaml"
    assert resolve(str(pipeline)).settings.name == load_pipeline(pipeline)["name"]
    assert len(load_edits(tmp_path / "topics.yaml").pin) == 1
    assert parse_rules(titled["routing.md", "routing.yaml"], "routing.yaml", own).fallback == "triage"
    assert [intent.key for intent in read_intents(tmp_path / "intents.yaml")] == [
        "seat_problem",
        "lost_luggage",
    ]


def test_examples_in_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page runs as one session; the run folder that it writes has the files and keys that are documented."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_reviews").symlink_to(ROOT / "sample_reviews")
    code = "\n".join(fences(DOCS / "python.md", "pycon"))
    test = doctest.DocTestParser().get_doctest(code, {}, "python.md", None, 0)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert test.examples
    assert not told, "".join(told)

    page = (DOCS / "run-folder.md").read_text(encoding="utf-8")
    written = {path.name + "/" * path.is_dir() for path in (tmp_path / "out").iterdir()}
    assert {name for name in written if f"`{name}`" not in page} == set()
    run = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {key for key in run if f"`{key}`" not in page} == set()


def test_the_model_card_is_the_page() -> None:
    """The card is included from the line after its front matter: the line that its page names."""
    line = int(re.search(r"README\.md:(\d+):", (DOCS / "model.md").read_text(encoding="utf-8"))[1])  # type: ignore[index]
    card = (ROOT / "voc/models/embedded/README.md").read_text(encoding="utf-8").splitlines()
    assert card[line - 1].startswith("# ")


class _Loaded(HTMLParser):
    """What a page makes a browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given.get("src") or ""]
        if tag == "link" and given.get("rel") not in ("canonical", "prev", "next"):
            self.found.append(given.get("href") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with every link checked."""
    pytest.importorskip(
        "material", reason="the site is not built here: pip install -e '.[docs]', or make docs"
    )
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_has_every_page_and_nothing_else(site: Path) -> None:
    for path in DOCS.rglob("*.md"):
        assert (site / path.relative_to(DOCS)).with_suffix(".html").is_file()
    assert not (site / "generate").exists()


def test_the_site_loads_nothing_from_other_hosts(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        loaded = _Loaded()
        loaded.feed(text)
        assert not [url for url in loaded.found if re.match(r"(https?:)?//", url)], path.name
        assert 'http-equiv="Content-Security-Policy" content="default-src \'self\'' in text
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text(encoding="utf-8"))
