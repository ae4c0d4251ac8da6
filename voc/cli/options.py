"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from voc.engine import Engine

Command = TypeVar("Command", bound=Callable[..., Any])


def _apply(command: Command, options: list[Callable[[Command], Command]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def reading(command: Command) -> Command:
    """Columns, sheet, shape and dates: each overrides what voc would detect."""
    return _apply(
        command,
        [
            click.option(
                "--text-column", metavar="NAME", help="Column with the text; join two with 'a + b'."
            ),
            click.option("--id-column", metavar="NAME", help="Column with each row's id."),
            click.option("--date-column", metavar="NAME", help="Column with the date."),
            click.option("--rating-column", metavar="NAME", help="Column with the rating."),
            click.option("--author-column", metavar="NAME", help="Column with the author (pseudonymised)."),
            click.option("--language-column", metavar="NAME", help="Column with the language."),
            click.option(
                "--sheet", metavar="NAME", help="Sheet of a workbook [default: the first with text]."
            ),
            click.option(
                "--shape", metavar="NAME", help="Read the file as this known export [default: detect]."
            ),
            click.option(
                "--as-of",
                type=click.DateTime(["%Y-%m-%d"]),
                help="Day that '3 days ago' counts from, and trends end at.",
            ),
        ],
    )


def choosing_models(command: Command) -> Command:
    """Which models answer."""
    return _apply(
        command,
        [
            click.option(
                "--sentiment-model", metavar="MODEL", help="Hub name or folder of a sequence classifier."
            ),
            click.option(
                "--intent-model",
                metavar="MODEL",
                help="Classifier, zero-shot NLI model, intents YAML, or a folder from `voc train intent`.",
            ),
            click.option("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps ... for hub models."),
            click.option("--no-cache", is_flag=True, help="Neither read nor write the vector cache."),
        ],
    )


def settling(command: Command) -> Command:
    """Pipelines and single settings."""
    return _apply(
        command,
        [
            click.option(
                "--pipeline", metavar="NAME|FILE", help="reviews, support, survey, or your own YAML."
            ),
            click.option(
                "--set",
                "assignments",
                multiple=True,
                metavar="KEY=VALUE",
                help="Set any setting, such as topics.min_size=5.",
            ),
        ],
    )


def answering(command: Command) -> Command:
    """Where one answer a row goes, and in which form."""
    return _apply(
        command,
        [
            click.option(
                "-o",
                "--output",
                default="-",
                show_default=True,
                metavar="FILE|-",
                help="Where to write; a URL that fsspec knows, too.",
            ),
            click.option(
                "--format",
                "form",
                type=click.Choice(["csv", "jsonl", "parquet"]),
                help="Output format [default: by the file's name, else jsonl].",
            ),
            click.option("--force", is_flag=True, help="Replace the output file."),
            click.option("--strict", is_flag=True, help="Exit with 4 when a row can't be read."),
        ],
    )


def asking(command: Command) -> Command:
    """What else to find out about the issues."""
    return _apply(
        command,
        [
            click.option(
                "--event",
                "events",
                multiple=True,
                metavar="DATE:NAME",
                help="Compare each issue before and after, as in '2026-03-01:new courier'; repeatable.",
            ),
            click.option(
                "--by",
                multiple=True,
                metavar="COLUMN",
                help="Find which of this column's values drives which issue; repeatable.",
            ),
        ],
    )


def following(command: Command) -> Command:
    """Which earlier run this one follows."""
    return _apply(
        command,
        [
            click.option(
                "--workspace",
                metavar="FILE",
                help="DuckDB file that keeps runs: follow the last one in it, and add this one.",
            ),
            click.option(
                "--previous",
                metavar="RUN",
                help="Run folder to follow: issues keep their ids and names, and changes are reported.",
            ),
        ],
    )


def sending(kind: Callable[[str], Any]) -> Callable[[Command], Command]:
    """Let ``output`` be a URL: the command writes here, and what it wrote is sent when it ends well.

    ``kind`` is what the command takes its output as.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def sent(*arguments: Any, output: str, force: bool, **values: Any) -> Any:
            from voc.io.remote import written

            with written(output, force) as here:
                return command(*arguments, output=kind(here), force=force, **values)

        return sent  # type: ignore[return-value]

    return decorate


def row_by_row(command: Command) -> Command:
    """Where rows come from, what answers them and who does the work."""
    return settling(reading(choosing_models(scaling(talking(sending(str)(command))))))


def scaling(command: Command) -> Command:
    """Who does the work."""
    return _apply(
        command,
        [
            click.option(
                "--engine",
                type=click.Choice(["local", "ray"]),
                default="local",
                show_default=True,
                help="Work on this machine, or on a Ray cluster.",
            ),
            click.option(
                "--address",
                metavar="ADDRESS",
                help="Cluster for --engine ray: auto, HOST:PORT or ray://... [default: this machine].",
            ),
            click.option(
                "--workers",
                type=click.IntRange(1),
                metavar="N",
                help="Most processes that run models, with --engine ray [default: one a processor].",
            ),
            click.option(
                "--gpus",
                type=click.FloatRange(0, 64),
                default=0.0,
                metavar="N",
                help="GPUs for each of them; 0.5 shares one between two. Name the --device, too.",
            ),
        ],
    )


def engine(values: dict[str, Any], folder: Path | None = None) -> Engine:
    """Open the engine that the options name; ``folder`` is where it may set blocks aside."""
    from voc.engine import open_engine

    return open_engine(
        values["engine"],
        address=values["address"],
        workers=values["workers"],
        gpus=values["gpus"],
        folder=folder,
    )


def delivering(command: Command) -> Command:
    """Where routed tickets are sent."""
    return _apply(
        command,
        [
            click.option(
                "--webhook",
                metavar="URL",
                help="POST each routed ticket here, signed, again for three days until it arrives.",
            ),
            click.option(
                "--webhook-secret-file",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Holds the key of the signatures (whsec_..., or 24 bytes or more).",
            ),
        ],
    )


def talking(command: Command) -> Command:
    """How much is said."""
    return _apply(
        command,
        [
            click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
            click.option("-v", "--verbose", is_flag=True, help="Log what is done (ids only, never texts)."),
        ],
    )


def flags(values: dict[str, Any]) -> dict[str, Any]:
    """Turn option values into dotted settings; unset options become ``None``."""
    columns = (
        "text_column",
        "id_column",
        "date_column",
        "rating_column",
        "author_column",
        "language_column",
        "sheet",
        "shape",
    )
    found: dict[str, Any] = {f"input.{name}": values.get(name) for name in columns}
    found["models.encoder"] = values.get("encoder")
    found["models.sentiment"] = values.get("sentiment_model")
    found["models.intent"] = values.get("intent_model")
    found["models.device"] = values.get("device")
    found["topics.edits"] = values.get("topics_edits")
    found["report.language"] = values.get("report_language")
    found["report.title"] = values.get("title")
    found["report.pdf"] = True if values.get("pdf") else None
    found["history.workspace"] = values.get("workspace")
    found["history.previous"] = values.get("previous")
    found["insight.events"] = list(values.get("events") or ()) or None
    found["insight.by"] = list(values.get("by") or ()) or None
    for assignment in values.get("assignments", ()):
        key, separator, value = assignment.partition("=")
        if not separator:
            raise click.UsageError(f"--set {assignment}: write it as KEY=VALUE")
        found[key.strip()] = value.strip()
    return found


def as_of_day(value: datetime | None) -> datetime | None:
    """Return the end of the day given with ``--as-of``."""
    return value.replace(hour=23, minute=59, second=59) if value else None
