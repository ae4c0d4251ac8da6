"""``voc classify``: one row out for every row in, in order, in constant memory."""

from __future__ import annotations

from typing import Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS


@click.command("classify", short_help="Give language, sentiment and intent for every row.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...|-")
@options.answering
@click.option(
    "--batch", default=512, show_default=True, type=click.IntRange(1, 100_000), help="Rows a batch."
)
@options.row_by_row
def command(
    inputs: tuple[str, ...],
    output: str,
    form: str | None,
    force: bool,
    strict: bool,
    batch: int,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Read INPUT (or - for stdin) and write one row for each row, in order.

    A row that can't be read gets an `error` and never disappears. Columns are named as in
    feedback.parquet.

    \b
    voc classify reviews.csv -o classified.csv
    echo "배송이 너무 늦어요" | voc classify -
    """
    from voc.cli.console import TerminalProgress, say, set_up_logging
    from voc.config import resolve
    from voc.io.write import check_output, format_of
    from voc.stream import classify

    set_up_logging(verbose, quiet)
    resolved = resolve(values["pipeline"], options.flags(values))
    form = form or format_of(output)
    check_output(output, force)
    progress = TerminalProgress(quiet)
    rows, errors = classify(
        inputs, output, form, resolved.settings, batch=batch, cache=not values["no_cache"],
        progress=progress, as_of=options.as_of_day(values["as_of"]), engine=options.engine(values),
    )  # fmt: skip
    if not quiet and output != "-":
        say(f"Wrote {rows:,} rows to {output}" + (f", {errors:,} of them with an error." if errors else "."))
    return REJECTED_ROWS if strict and errors else 0
