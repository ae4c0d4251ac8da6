"""``voc route``: tickets into queues, a dry run on labelled ones, and thresholds for a promised precision."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import REJECTED_ROWS

if TYPE_CHECKING:
    from voc.router import Router


def _example(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from voc.routing.rulefile import find_rules

        click.echo(find_rules("support").read_text(encoding="utf-8"), nl=False)
        ctx.exit()


@click.command("route", short_help="Send tickets to queues, or to people.")
@click.argument("inputs", nargs=-1, metavar="INPUT...|-")
@click.option("--rules", required=True, metavar="FILE|NAME", help="Routing file, or `support`.")
@options.answering
@click.option(
    "--lines", is_flag=True, help="Read - as JSON Lines as they come [default: when it begins with {]."
)
@click.option(
    "--batch", default=512, show_default=True, type=click.IntRange(1, 100_000), help="Most rows a batch."
)
@click.option(
    "--example", is_flag=True, is_eager=True, expose_value=False, callback=_example,
    help="Print a routing file to start from.",
)  # fmt: skip
@click.option("--simulate", is_flag=True, help="Dry run: INPUT is labelled with intents or queues.")
@click.option("--label-column", metavar="NAME", help="Column with the label [default: intent, label, queue].")
@click.option(
    "--target-precision", type=click.FloatRange(0.5, 0.999), metavar="SHARE",
    help="With --simulate: fit thresholds to this precision.",
)  # fmt: skip
@click.option(
    "--write-rules", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the rules with the fitted thresholds.",
)  # fmt: skip
@click.option("--misroute-cost", default=10.0, show_default=True, help="What a wrong automatic ticket costs.")
@click.option("--human-minutes", default=3.0, show_default=True, help="A person's minutes a ticket.")
@click.option("--minute-cost", default=0.7, show_default=True, help="What such a minute costs.")
@click.option(
    "--watch", type=click.Path(path_type=Path), metavar="DIR",
    help="Route each file that is dropped into DIR, once; -o names a folder.",
)  # fmt: skip
@click.option("--once", is_flag=True, help="With --watch: end when nothing is left to route.")
@click.option(
    "--settle", default=2.0, show_default=True, type=click.FloatRange(0.01, 3600),
    help="With --watch: seconds for which a file must not have changed.",
)  # fmt: skip
@options.delivering
@options.row_by_row
def command(
    inputs: tuple[str, ...], rules: str, output: str, form: str | None, force: bool, strict: bool,
    lines: bool, batch: int, quiet: bool, verbose: bool, **values: Any,
) -> int:  # fmt: skip
    """Read INPUT (or - for stdin) and write one row for each ticket, in order.

    JSON Lines on stdin are answered as they come. A row that can't be read gets an `error` and goes to
    people.

    \b
    voc route tickets.csv --rules routing.yaml -o routed.csv
    tail -f tickets.jsonl | voc route - --rules routing.yaml
    voc route labelled.csv --rules routing.yaml --simulate --target-precision 0.95 --write-rules new.yaml
    voc route --watch inbox/ -o routed/ --rules routing.yaml
    """
    from voc.cli.console import set_up_logging
    from voc.config import resolve
    from voc.io.write import check_output, format_of
    from voc.router import Router

    set_up_logging(verbose, quiet)
    _check_usage(inputs, values)
    settings = resolve(values["pipeline"], options.flags(values)).settings
    if values["watch"]:
        from voc.cli.route_watch import watch

        if strict or lines or force:
            raise click.UsageError("--strict, --lines and --force go with INPUT, not with --watch")
        return watch(
            Router(rules, settings=settings, cache=not values["no_cache"]), output, form, quiet, values
        )
    as_text = form is None and output == "-"
    form = form or format_of(output)
    check_output(output, force)
    router = Router(rules, settings=settings, cache=not values["no_cache"])
    if values["simulate"]:
        from voc.cli.route_dry import simulate

        return simulate(inputs, router, rules, output, None if as_text else form, force, quiet, values)
    return _route(inputs, router, output, form, strict, lines, batch, quiet, values)


def _check_usage(inputs: tuple[str, ...], values: dict[str, Any]) -> None:
    if bool(inputs) == bool(values["watch"]):
        raise click.UsageError("Name the INPUT to route (- for stdin), or a folder with --watch")
    if values["watch"] and values["simulate"]:
        raise click.UsageError("--simulate goes with INPUT, not with --watch")
    if (values["webhook"] or values["once"]) and not values["watch"]:
        raise click.UsageError("--webhook and --once go with --watch")
    if values["engine"] != "local" and (values["watch"] or values["simulate"]):
        raise click.UsageError("--engine goes with INPUT, not with --watch or --simulate")
    for name in ("target_precision", "write_rules", "label_column"):
        if values[name] is not None and not values["simulate"]:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --simulate")
    if values["write_rules"] and not values["target_precision"]:
        raise click.UsageError("--write-rules goes with --target-precision")


def _route(
    inputs: tuple[str, ...], router: Router, output: str, form: str, strict: bool,
    lines: bool, batch: int, quiet: bool, values: dict[str, Any],
) -> int:  # fmt: skip
    from voc.cli.console import TerminalProgress, say
    from voc.route_stream import engine_answers, file_batches, is_live, line_batches, route_all

    as_of = options.as_of_day(values["as_of"])
    router.load()
    stdin = sys.stdin.buffer
    if lines and inputs != ("-",):
        raise click.UsageError("--lines goes with - alone")
    if values["engine"] != "local":
        answers = engine_answers(inputs, router, options.engine(values), batch, as_of)
    else:
        live = lines or (inputs == ("-",) and is_live(stdin))
        batches = (line_batches(stdin, router, batch, as_of) if live
                   else file_batches(inputs, router, batch, as_of))  # fmt: skip
        answers = (router.answer(items, as_of) for items in batches)
    rows, errors = route_all(answers, output, form, progress=TerminalProgress(quiet))
    if rows and router.unseen and not quiet:
        say(f"Note: no ticket has the fields {', '.join(sorted(router.unseen))} that the rules ask for.")
    if not quiet and output != "-":
        say(f"Wrote {rows:,} rows to {output}" + (f", {errors:,} of them with an error." if errors else "."))
    return REJECTED_ROWS if strict and errors else 0
