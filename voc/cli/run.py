"""``voc run``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS

if TYPE_CHECKING:
    from voc.result import Result


@click.command("run", short_help="Turn feedback files into a ranked issue report.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o", "--output", "output", required=True, type=click.Path(path_type=Path), help="Folder to write."
)
@click.option("--force", is_flag=True, help="Replace the run that is in the output folder.")
@click.option("--strict", is_flag=True, help="Exit with 4 when rows were rejected.")
@options.settling
@options.reading
@click.option(
    "--encoder", metavar="MODEL", help="Hub name or folder of a sentence-transformers model for topics."
)
@options.choosing_models
@options.asking
@click.option(
    "--topics-edits", metavar="FILE", help="Apply the edits that `voc topics` recorded in this YAML."
)
@options.following
@click.option(
    "--report-language",
    metavar="CODE",
    help="Language of the report [default: auto].",
)
@click.option("--title", metavar="TEXT", help="Title of the report.")
@options.talking
def command(
    inputs: tuple[str, ...],
    output: Path,
    force: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Read INPUT (files, folders, globs, or - for stdin) and write a run folder.

    The folder holds report.html, report.md, issues.xlsx, issues.csv, issues.json,
    feedback.parquet, segments.parquet, rejected.jsonl, run.json and topics/; with --by also
    drivers.csv. With --workspace or --previous, issues keep the ids they had in the run before, and
    the report says what changed since.

    \b
    voc run reviews.csv -o out
    voc run exports/ 'chats/*.jsonl' --pipeline support -o out --force
    voc run reviews.csv -o out --event '2026-03-01:new courier' --by product
    voc run march.csv --workspace voc.duckdb -o march
    """
    from voc.cli.console import TerminalProgress, set_up_logging
    from voc.config import resolve
    from voc.store.run_folder import check_target

    set_up_logging(verbose, quiet)
    resolved = resolve(values["pipeline"] or "reviews", options.flags(values))
    check_target(output, force)
    as_of = options.as_of_day(values["as_of"])
    progress = TerminalProgress(quiet)
    result = _analyze(inputs, resolved, progress, as_of, not values["no_cache"])
    with progress.stage("write"):
        path = result.report(output, force=force)
    if not quiet:
        _summary(result, path)
    set_aside = sum(item.code != "not_customer" for item in result.rejected)
    return REJECTED_ROWS if strict and set_aside else 0


def _analyze(inputs: tuple[str, ...], resolved: Any, progress: Any, as_of: Any, cache: bool) -> Result:
    from voc import io
    from voc.pipeline import analyze, read_options, with_channel

    with progress.stage("read"):
        corpus = io.read(inputs, read_options(resolved.settings, as_of))
    corpus = with_channel(corpus, resolved.settings)
    return analyze(corpus, resolved=resolved, progress=progress, cache=cache, as_of=as_of)


def _summary(result: Result, path: Path) -> None:
    from voc.cli.console import say

    counts = result.run["counts"]
    say(
        f"Read {counts['rows_read']:,} rows: {counts['records_kept']:,} kept, "
        f"{counts['duplicates']:,} duplicates, {counts['rejected']:,} set aside (rejected.jsonl)."
    )
    for issue in result.ranked[:5]:
        say(f"  {issue.rank}. {issue.label}  [{issue.priority:.0f}]  {issue.reason}")
    for note in result.run.get("notes", ()):
        say(f"Note: {note}")
    say(f"Report: {path}")
