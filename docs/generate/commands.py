"""One page a command, from click: usage, help, examples and every option."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from docs.generate.markdown import code, options_as_code, page, prose, table
from voc.cli import COMMANDS, SUMMARIES, cli

SEE = {
    "run": "[Getting started](../start.md) and [the report explained](../report.md)",
    "classify": "[the columns](../reference/columns.md)",
    "route": "[routing tickets](../routing.md)",
    "open": "[the report explained](../report.md#behind-an-issue)",
    "serve": "[routing tickets](../routing.md#as-they-come)",
    "train": "[your own intents](../intents.md)",
    "label": "[your own intents](../intents.md)",
    "eval": "[evaluating](../evaluate.md)",
    "compare": "[comparing runs](../compare.md)",
    "topics": "[editing topics](../topics.md)",
    "inspect": "[reading your export](../reading.md)",
    "doctor": "[getting started](../start.md)",
}
"""Command -> the guide that goes with it."""
EXIT_CODES = """\
| exit code | means |
| --- | --- |
| 0 | done |
| 2 | wrong usage: an option, a setting or a file of rules; nothing was read |
| 3 | the input can't be used |
| 4 | done, but rows were rejected and `--strict` was given |
| 130 | stopped with Ctrl-C; no half-written result is left |"""


def pages() -> dict[str, str]:
    """``commands/NAME.md`` for each command, and the list of them."""
    found = {f"commands/{name}.md": _command_page(name, command) for name, command in commands().items()}
    rows = [[f"[`voc {name}`]({name}.md)", SUMMARIES[name]] for name in COMMANDS]
    notes = (
        "Results go to files or standard output, everything for people to standard error. Nothing that exists is "
        "replaced without `--force`. `voc COMMAND --help` prints what stands on these pages."
    )
    found["commands/index.md"] = page(
        "Commands", "the commands' own help", table(["command", "does"], rows), notes, EXIT_CODES
    )
    return found


def nav(text: str) -> str:
    """``mkdocs.yml`` with a line for each command below the list of them."""
    first = "      - All commands: commands/index.md\n"
    lines = "".join(f"      - {name}: commands/{name}.md\n" for name in COMMANDS)
    return re.sub(rf"{first}(      - [\w-]+: commands/.*\n)*", first + lines, text)


def commands() -> dict[str, click.Command]:
    """Every command, imported."""
    context = click.Context(cli, info_name="voc")
    found = {name: cli.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def _command_page(name: str, command: click.Command) -> str:
    see = [f"See {SEE[name]}."] if name in SEE else []
    return page(f"voc {name}", f"voc {name} --help", *_sections(command, f"voc {name}", 2), *see)


def _sections(command: click.Command, path: str, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    yield f"```text\n{path} {' '.join(command.collect_usage_pieces(context))}\n```"
    yield _help(command)
    yield _options(command, context)
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield f"{'#' * level} {path} {name}"
            yield from _sections(one, f"{path} {name}", level + 1)


def _help(command: click.Command) -> str:
    """The help's paragraphs; one that click must not wrap (``\\b``) is a block of commands."""
    parts = []
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            parts.append("```sh\n" + paragraph.removeprefix("\b").strip("\n") + "\n```")
        else:
            parts.append(options_as_code(prose(paragraph)))
    return "\n\n".join(parts)


def _options(command: click.Command, context: click.Context) -> str:
    rows = []
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
            value = (
                "" if option.is_flag else code(option.make_metavar(context).replace("%Y-%m-%d", "YYYY-MM-DD"))
            )
            rows.append([names, value, _meaning(option, context)])
    return table(["option", "value", "meaning"], rows) if rows else ""


def _meaning(option: click.Option, context: click.Context) -> str:
    notes = ["required"] if option.required else []
    extra = option.get_help_extra(context)
    if default := extra.get("default"):
        notes.append(f"default: {default}")
    if bounds := extra.get("range"):
        notes.append(bounds)
    if option.multiple and "repeat" not in (option.help or ""):
        notes.append("repeatable")
    return options_as_code(prose(option.help or "").removesuffix(".")) + (
        f" ({'; '.join(notes)})" if notes else ""
    )
