"""``voc eval``: how well a model does on your own labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS

if TYPE_CHECKING:
    from voc.evaluation import Evaluation


@click.command("eval", short_help="Measure a model on labelled rows.")
@click.argument("inputs", nargs=-1, required=True, metavar="LABELLED...|-")
@click.option(
    "--task", required=True, type=click.Choice(["sentiment", "intent"]), help="What the labels name."
)
@click.option("--label-column", metavar="NAME", help="Column with the labels [default: by its name].")
@click.option("--ignore-unknown", is_flag=True, help="Leave rows with unknown labels out.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write everything as JSON; - instead of the text.")
@click.option("--force", is_flag=True, help="Replace the JSON file.")
@click.option("--strict", is_flag=True, help="Exit with 4 when a row was rejected.")
@options.settling
@options.reading
@options.choosing_models
@options.talking
def command(
    inputs: tuple[str, ...],
    task: str,
    label_column: str | None,
    ignore_unknown: bool,
    json_to: str | None,
    force: bool,
    strict: bool,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Compare a model's answers with the labels of LABELLED.

    Prints macro-F1, accuracy, each class and each language with 95 % intervals, calibration and
    confusions. The answers are those of `voc classify`. Stars 1..5 count as sentiments only when
    --label-column names them; languages with fewer than 50 rows get no numbers.

    \b
    voc eval labelled.csv --task sentiment
    voc eval tickets.xlsx --task intent --intent-model my.safetensors --json scores.json
    """
    from voc.cli.console import TerminalProgress, set_up_logging
    from voc.config import resolve
    from voc.evaluation import evaluate
    from voc.io.write import check_output

    set_up_logging(verbose, quiet)
    resolved = resolve(values["pipeline"], options.flags(values))
    if json_to:
        check_output(json_to, force)
    found = evaluate(
        list(inputs), task, label_column=label_column, ignore_unknown=ignore_unknown, resolved=resolved,
        cache=not values["no_cache"], progress=TerminalProgress(quiet),
    )  # fmt: skip
    _show(found, json_to, quiet)
    return REJECTED_ROWS if strict and found.rejected else 0


def _show(found: Evaluation, json_to: str | None, quiet: bool) -> None:
    import orjson

    from voc.cli.console import say

    content = orjson.dumps(found.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if json_to == "-":
        click.echo(content.decode(), nl=False)
        return
    click.echo(str(found))
    if json_to:
        _write(json_to, content)
        if not quiet:
            say(f"Wrote {json_to}")


def _write(output: str, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    from pathlib import Path

    path = Path(output)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
