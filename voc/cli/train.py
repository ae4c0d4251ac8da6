"""``voc train intent``: your own intents from labelled rows, with an honest report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS

if TYPE_CHECKING:
    from voc.training_report import TrainingReport
    from voc.types import Interval

_MOST = 10
"""Lines shown of each list; report.json has all."""


@click.group("train", short_help="Learn your own intents from labelled rows.")
def command() -> None:
    """Learn a classifier from your own labelled rows."""


@command.command("intent", short_help="Learn intents; use them with --intent-model.")
@click.argument("inputs", nargs=-1, required=True, metavar="LABELLED...")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder to write the model to."
)
@click.option("--label-column", metavar="NAME", help="Column with the intents [default: by its name].")
@click.option(
    "--method",
    type=click.Choice(["linear", "setfit", "finetune"]),
    default="linear",
    show_default=True,
    help="linear takes seconds to minutes; the others tune --base.",
)
@click.option(
    "--base", metavar="MODEL", help="Hub name or folder of the model that setfit or finetune tunes."
)
@click.option("--device", metavar="NAME", help="cpu, cuda ... for setfit and finetune.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the vector cache.")
@click.option("--force", is_flag=True, help="Replace the model that is in the output folder.")
@click.option("--strict", is_flag=True, help="Exit with 4 when a row was rejected.")
@options.settling
@options.reading
@options.talking
def intent(
    inputs: tuple[str, ...],
    output: Path,
    label_column: str | None,
    method: Any,
    base: str | None,
    no_cache: bool,
    force: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Learn the intents of LABELLED, any export with a text and a label in each row.

    Prints how well it does on rows it did not see, and what looks wrong with the labels; all of it
    is in report.json in the folder. Five rows an intent are a start, ten are better.

    \b
    voc train intent tickets.csv -o my-intents
    voc route queue.jsonl --rules routing.yaml --intent-model my-intents -o routed.csv
    """
    from voc.cli.console import say, set_up_logging
    from voc.config import resolve
    from voc.training import train_intents

    set_up_logging(verbose, quiet)
    settings = resolve(values["pipeline"], options.flags(values)).settings
    report = train_intents(
        list(inputs), output, settings, label_column=label_column, method=method, base=base, force=force,
        cache=not no_cache, tell=say if verbose else None,
    )  # fmt: skip
    if not quiet:
        for line in describe(report):
            click.echo(line)
        say(f"Wrote {output}. Use it with --intent-model {output}")
    return REJECTED_ROWS if strict and report.rejected else 0


def describe(report: TrainingReport) -> Iterator[str]:
    """The report in lines for people."""
    yield _rows(report)
    yield f"Mix: {', '.join(f'{name} {share:.0%}' for name, share in report.mix.items())}"
    how = "each by a model that did not see it" if report.method == "linear" else "held out"
    yield f"Measured on {report.measured:,} rows, {how}:"
    yield f"  accuracy {_percent(report.scores.accuracy)}, macro-F1 {_percent(report.scores.macro_f1)}"
    chance = report.calibration.by_chance.estimate
    yield f"  calibration error (ECE) {report.calibration.ece:.3f}, of which about {chance:.3f} is chance"
    yield from _classes(report)
    yield from _problems(report)


def _rows(report: TrainingReport) -> str:
    aside = sum(report.rejected.values())
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in report.rejected.items())
    return (
        f"Read {report.rows_read:,} rows: {report.used:,} used, {aside:,} set aside"
        + (f" ({reasons})" if reasons else "")
        + f"; labels from column {report.label_column!r}"
    )


def _classes(report: TrainingReport) -> Iterator[str]:
    width = min(40, max(len(found.label) for found in report.scores.classes))
    yield f"  {'intent':<{width}} {'rows':>6}  precision  recall  F1 (95 %)"
    for found in sorted(report.scores.classes, key=lambda c: (c.f1.estimate if c.f1 else -1, c.label)):
        precision, recall = (
            f"{value.estimate:.2f}" if value else "-" for value in (found.precision, found.recall)
        )
        f1 = f"{found.f1.estimate:.2f} ({found.f1.low:.2f}-{found.f1.high:.2f})" if found.f1 else "-"
        yield f"  {found.label[:width]:<{width}} {found.n:>6,}  {precision:>9}  {recall:>6}  {f1}"


def _problems(report: TrainingReport) -> Iterator[str]:
    if report.thin:
        yield "Few rows (label more of these first): " + ", ".join(f"{k} {n}" for k, n in report.thin.items())
    yield from _listed(
        "Confusable intents (merge them, or tell them apart with more rows):",
        [
            f"{p['label']} taken for {p['taken_for']}: {p['rows']} rows ({p['share']:.0%})"
            for p in report.confusable
        ],
    )
    yield from _listed(
        "Likely mislabelled rows (look at these):",
        [
            f"{s['source_file']} row {s['source_row']} (id {s['id']}): {s['label']}, rather {s['likelier']}"
            for s in report.mislabelled
        ],
    )
    yield from _listed(
        "The same text with different labels:", [", ".join(ids) for ids in report.contradictions]
    )


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"  {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"  ... and {len(lines) - _MOST:,} more in report.json"


def _percent(found: Interval) -> str:
    return f"{found.estimate:.1%} ({found.low:.1%} to {found.high:.1%})"
