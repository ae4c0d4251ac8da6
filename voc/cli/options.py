"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

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
                "--intent-model", metavar="MODEL", help="Classifier, zero-shot NLI model, or an intents YAML."
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
    found["report.language"] = values.get("report_language")
    found["report.title"] = values.get("title")
    for assignment in values.get("assignments", ()):
        key, separator, value = assignment.partition("=")
        if not separator:
            raise click.UsageError(f"--set {assignment}: write it as KEY=VALUE")
        found[key.strip()] = value.strip()
    return found


def as_of_day(value: datetime | None) -> datetime | None:
    """Return the end of the day given with ``--as-of``."""
    return value.replace(hour=23, minute=59, second=59) if value else None
