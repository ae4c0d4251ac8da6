"""The command line: thin, and instant until a command is chosen (each is imported when it runs)."""

from __future__ import annotations

import importlib
import sys

import click

import voc

COMMANDS = {
    "run": "voc.cli.run",
    "classify": "voc.cli.classify",
    "route": "voc.cli.route",
    "open": "voc.cli.open",
    "serve": "voc.cli.serve",
    "train": "voc.cli.train",
    "label": "voc.cli.label",
    "eval": "voc.cli.eval",
    "compare": "voc.cli.compare",
    "topics": "voc.cli.topics",
    "inspect": "voc.cli.inspect",
    "doctor": "voc.cli.doctor",
}
SUMMARIES = {
    "run": "Turn feedback files into a ranked, evidenced issue report.",
    "classify": "Give language, sentiment and intent for every row.",
    "route": "Send tickets to queues, or to people; dry runs on labelled ones.",
    "open": "Look through a run in the browser: its report, and the records behind each issue.",
    "serve": "Route and classify over HTTP, on this machine unless told otherwise.",
    "train": "Learn your own intents from labelled rows.",
    "label": "Label the rows of a queue that teach a model most.",
    "eval": "Measure a model on labelled rows, with intervals.",
    "compare": "Say what is new, worse, better or gone between two runs.",
    "topics": "Show a run's issues; merge, rename, drop or pin them for the next run.",
    "inspect": "Say what voc sees in files; runs no model.",
    "doctor": "Check the installation, the models and the cache.",
}


class LazyGroup(click.Group):
    """Knows the commands by name and imports one only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command when the name is wrong."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            raise click.UsageError(
                f"No such command {args[0]!r}." + (f" Did you mean {close[0]!r}?" if close else ""), ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(voc.__version__, prog_name="voc")
def cli() -> None:
    """Voice-of-customer analytics on your own machine: from exports to ranked, evidenced issues.

    Start with: voc run reviews.csv -o out
    """


def main() -> None:
    """Run the command line and turn every error into a message and an exit code."""
    from voc.cli.console import guarded

    sys.exit(guarded(cli))
