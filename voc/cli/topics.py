"""``voc topics``: a run's issues, and edits to them that the next run applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli.console import say
from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from voc.models.topic_edits import Edits, Known
    from voc.result import Result

EDITS = "topics.yaml"


class _Topics(click.Group):
    """Shows the issues when what follows is a run, and no subcommand."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Read ``voc topics RUN`` as ``voc topics show RUN``."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group("topics", cls=_Topics, short_help="Show and edit a run's issues.")
def command() -> None:
    """Show the issues of a run, and record edits that the next run applies.

    \b
    voc topics out                                  show ids, labels and groups
    voc topics merge out i-1a2b3c4d i-5e6f7a8b --name "Late delivery"
    voc topics rename out i-1a2b3c4d "Courier is late"
    voc topics drop out i-9c8d7e6f
    voc topics pin "Battery fire" -e "smoke came out of the charger"
    voc run reviews.csv -o out --force --topics-edits topics.yaml

    An issue is named by its id, its rank or (part of) its label. Edits go to topics.yaml, which you
    can change by hand, too. Later runs find an issue again by its centroid and keywords; an edit
    that finds none is reported.
    """


def _edits_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--edits",
        "path",
        type=click.Path(dir_okay=False, path_type=Path),
        default=EDITS,
        show_default=True,
        help="File to record it in.",
    )(function)


@command.command("show", short_help="Show the issues of a run.")
@click.argument("run", type=click.Path(path_type=Path))
def show(run: Path) -> None:
    """List the issues of RUN: id, size and label, under their groups where there are many."""
    from voc.report.plain import plain
    from voc.result import load_run

    issues = load_run(run).ranked
    for group in dict.fromkeys(issue.group for issue in issues):
        if group:
            click.echo(plain(group))
        for issue in issues:
            if issue.group == group:
                line = f"{issue.rank:>4}  {issue.issue_id:<12} {issue.volume:>6,}  {plain(issue.label)}"
                click.echo(f"{line}  ({', '.join(plain(word) for word in issue.keywords[:6])})")
    if not issues:
        say(f"{run}: has no issues.")


@command.command("merge", short_help="Make several issues one.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("issues", nargs=-1, required=True, metavar="ISSUE ISSUE...")
@click.option("--name", metavar="TEXT", help="Name of the merged issue.")
@_edits_option
def merge(run: Path, issues: tuple[str, ...], name: str | None, path: Path) -> None:
    """Make several issues of RUN one in later runs."""
    found = _known(run, issues)
    if len(found) < 2:
        raise VocError("voc topics merge: needs two different issues", "See `voc topics RUN`.", USAGE)
    _record(
        path,
        lambda edits: {"merge": [*edits.merge, {"topics": list(found), "name": name}]},
        found,
        f"merge {' + '.join(found)}",
    )


@command.command("rename", short_help="Give an issue your own name.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("issue")
@click.argument("name")
@_edits_option
def rename(run: Path, issue: str, name: str, path: Path) -> None:
    """Call an issue of RUN by this NAME in later runs."""
    found = _known(run, [issue])
    _record(
        path,
        lambda edits: {"rename": {**edits.rename, **dict.fromkeys(found, name)}},
        found,
        f"rename {next(iter(found))}",
    )


@command.command("drop", short_help="Leave an issue out.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("issues", nargs=-1, required=True, metavar="ISSUE...")
@_edits_option
def drop(run: Path, issues: tuple[str, ...], path: Path) -> None:
    """Leave issues of RUN out of later runs: their texts are counted as unclustered."""
    found = _known(run, issues)
    _record(
        path,
        lambda edits: {"drop": list(dict.fromkeys([*edits.drop, *found]))},
        found,
        f"drop {', '.join(found)}",
    )


@command.command("pin", short_help="Ask for an issue that must be there.")
@click.argument("name")
@click.option(
    "-e", "--example", "examples", multiple=True, metavar="TEXT", help="A text of it [default: its name]."
)
@click.option(
    "--min-similarity",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.5,
    show_default=True,
    help="How near a text must be to an example.",
)
@_edits_option
def pin(name: str, examples: tuple[str, ...], min_similarity: float, path: Path) -> None:
    """Ask for an issue NAME of all texts near the examples, whatever the other issues are."""
    one = {"name": name, "examples": list(examples), "min_similarity": min_similarity}
    _record(path, lambda edits: {"pin": [*edits.pin, one]}, {}, "pin")


def _known(run: Path, names: Sequence[str]) -> dict[str, Known]:
    """Return what the file keeps of these issues of a run: id -> description."""
    from voc.models.topic_edits import known
    from voc.result import load_run

    result = load_run(run)
    centroids, encoder = _centroids(result)
    issues = [result.issue(name) for name in names]
    return {
        issue.issue_id: known(
            issue.label,
            issue.keywords,
            encoder if issue.issue_id in centroids else "",
            centroids.get(issue.issue_id),
        )
        for issue in issues
    }


def _centroids(result: Result) -> tuple[dict[str, Any], str]:
    from voc.models.topic_edits import centred

    profile = result.profile
    if profile is None:
        return {}, ""
    rows = centred(profile.means, profile.shares, profile.language_means, profile.language_counts)
    return dict(zip(profile.issues, rows, strict=True)), profile.encoder


def _record(
    path: Path, change: Callable[[Edits], dict[str, Any]], found: dict[str, Known], what: str
) -> None:
    from voc.models.topic_edits import Edits, as_edits, load_edits, save_edits

    edits = load_edits(path) if path.exists() else Edits()
    # Checked with plain data: a merge in its short form is one that the file may hold, too.
    changed = as_edits(edits, known={**edits.known, **found}, **change(edits))
    save_edits(path, changed)
    say(f"{path}: recorded ({what}). Apply it with: voc run ... --topics-edits {path}")
