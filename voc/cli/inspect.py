"""``voc inspect``: what voc sees in files, before anything is run."""

from __future__ import annotations

from typing import Any

import click

from voc.cli import options


@click.command("inspect", short_help="Say what voc sees in files; runs no model.")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout.")
@options.settling
@options.reading
@options.talking
def command(inputs: tuple[str, ...], as_json: bool, quiet: bool, verbose: bool, **values: Any) -> None:
    """Show encoding, dialect, column mapping, languages, dates, duplicates and problems of INPUT."""
    from voc.cli.console import set_up_logging
    from voc.config import resolve
    from voc.overview import overview

    set_up_logging(verbose, quiet)
    resolved = resolve(values["pipeline"], options.flags(values))
    found = overview(inputs, resolved.settings, options.as_of_day(values["as_of"]))
    if as_json:
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2, default=str).decode())
        return
    for source in found["sources"]:
        _print_source(source)
    _print_totals(found)


def _print_source(source: dict[str, Any]) -> None:
    click.secho(source["name"], bold=True)
    facts = [
        source["format"],
        source["encoding"],
        source["dialect"],
        source["sheet"] and f"sheet {source['sheet']}",
        source["shape"] and f"shape {source['shape']}",
    ]
    click.echo(
        f"  {', '.join(str(fact) for fact in facts if fact)}; {source['rows']:,} rows, {source['bytes']:,} bytes"
    )
    for role, column in source["mapping"].items():
        click.echo(f"  {role:<10} {column}")
    for note in source["notes"]:
        click.echo(f"  note       {note}")


def _print_totals(found: dict[str, Any]) -> None:
    click.secho("Altogether", bold=True)
    click.echo(
        f"  {found['rows_read']:,} rows: {found['records_kept']:,} kept, {found['duplicates']:,} duplicates, {found['rejected']:,} set aside"
    )
    for name in ("languages", "rejected_by_reason", "redactions"):
        if found[name]:
            click.echo(
                f"  {name.replace('_', ' ')}: "
                + ", ".join(f"{key} {count:,}" for key, count in found[name].items())
            )
    if found["dates"]:
        click.echo(f"  dates: {found['dates'][0]} to {found['dates'][1]} ({found['dated']:,} rows)")
    if found["mean_rating"] is not None:
        click.echo(f"  ratings: {found['rated']:,} rows, mean {found['mean_rating']:.2f} of 5")
