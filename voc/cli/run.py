"""``voc run``: the main job."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS

if TYPE_CHECKING:
    from voc.engine import Engine
    from voc.large import Begun, Large
    from voc.result import Result
    from voc.types import Corpus


@click.command("run", short_help="Turn feedback files into a ranked issue report.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    metavar="DIR",
    help="Folder to write; a URL that fsspec knows, too.",
)
@click.option("--force", is_flag=True, help="Replace the run that is in the output folder.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted run to this folder stopped.")
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
@options.scaling
@click.option(
    "--report-language",
    metavar="CODE",
    help="Language of the report [default: auto].",
)
@click.option("--title", metavar="TEXT", help="Title of the report.")
@click.option(
    "--format",
    "pdf",
    type=click.Choice(["pdf"]),
    help="Write report.pdf, too, with the Chromium, Chrome or Edge of this machine.",
)
@options.talking
@options.sending(Path)
def command(
    inputs: tuple[str, ...],
    output: Path,
    force: bool,
    resume: bool,
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

    A run that was killed goes on with --resume: what the models said so far is not asked again.

    \b
    voc run reviews.csv -o out
    voc run exports/ 'chats/*.jsonl' --pipeline support -o out --force
    voc run reviews.csv -o out --event '2026-03-01:new courier' --by product
    voc run march.csv --workspace voc.duckdb -o march
    """
    from voc.cli.console import TerminalProgress, set_up_logging
    from voc.config import resolve
    from voc.large import Large, begin
    from voc.store.run_folder import MARKER, check_target
    from voc.store.work import Work

    set_up_logging(verbose, quiet)
    resolved = resolve(values["pipeline"] or "reviews", options.flags(values))
    if not (resume and (output / MARKER).is_file()):
        check_target(output, force)
    if resolved.settings.report.pdf:
        from voc.report.pdf import find_browser

        find_browser()  # told before hours of work, not after
    as_of = options.as_of_day(values["as_of"])
    progress = TerminalProgress(quiet)
    with Work(output, resume) as work:
        with progress.stage("read"):
            found = _read(inputs, resolved, as_of, options.engine(values, work.folder))
        corpus = begin(found, resolved, progress) if isinstance(found, Large) else found
        result = _finished(output, corpus, resolved, as_of) if resume else None
        if result is None:
            check_target(output, force)
            result = _analyze(corpus, resolved, progress, as_of, not values["no_cache"], work)
            with progress.stage("write"):
                result.report(output, force=force)
        work.done()
    if not quiet:
        _summary(result, output / "report.html")
    set_aside = sum(item.code != "not_customer" for item in result.rejected)
    return REJECTED_ROWS if strict and set_aside else 0


def _read(inputs: tuple[str, ...], resolved: Any, as_of: Any, engine: Engine) -> Corpus | Large:
    from voc.large import open_input

    return open_input(inputs, resolved.settings, engine, as_of)


def _finished(output: Path, corpus: Corpus | Begun, resolved: Any, as_of: Any) -> Result | None:
    """The very run that is asked for, if it is there; the end of a killed one is made up for."""
    from voc.large import Begun
    from voc.lineage import remember
    from voc.manifest import is_finished
    from voc.result import load_run

    read = corpus.corpus if isinstance(corpus, Begun) else corpus
    if not is_finished(output, read, resolved, as_of):
        return None
    result = load_run(output)
    if resolved.settings.history.workspace:
        remember(result, resolved.settings.history.workspace, output.absolute().name)
    return result


def _analyze(
    corpus: Corpus | Begun, resolved: Any, progress: Any, as_of: Any, cache: bool, work: Any
) -> Result:
    from voc.large import Begun, analyze_large
    from voc.pipeline import analyze

    if isinstance(corpus, Begun):
        return analyze_large(corpus, cache=cache, as_of=as_of, work=work)
    return analyze(corpus, resolved=resolved, progress=progress, cache=cache, as_of=as_of, work=work)


def _summary(result: Result, path: Path) -> None:
    from voc.cli.console import say
    from voc.report.issue_view import to_act_on

    counts = result.run["counts"]
    say(
        f"Read {counts['rows_read']:,} rows: {counts['records_kept']:,} kept, "
        f"{counts['duplicates']:,} duplicates, {counts['rejected']:,} set aside (rejected.jsonl)."
    )
    for issue in islice(filter(to_act_on, result.ranked), 5):
        say(f"  {issue.rank}. {issue.label}  [{issue.priority:.0f}]  {issue.reason}")
    for note in result.run.get("notes", ()):
        say(f"Note: {note}")
    say(f"Report: {path}")
