"""``voc route --simulate``: labelled tickets in, what each threshold would have done out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from voc.router import Router
    from voc.routing.fit import Promise
    from voc.routing.simulate import Outcome

LABELS = ("intent", "label", "queue")
"""Columns taken for the label when none is named."""


def simulate(
    inputs: Sequence[str], router: Router, rules_file: str, output: str, form: str | None, force: bool,
    quiet: bool, values: Mapping[str, Any],
) -> int:  # fmt: skip
    """Report on stdout (``form`` None) or as a table; fit thresholds when a target is given."""
    from voc.cli.console import say
    from voc.io.write import check_output, open_writer
    from voc.routing.simulate import Costs, sweep

    target, new_rules = values["target_precision"], values["write_rules"]
    if new_rules:
        check_output(new_rules, force)
    router.load()
    found, left_out = _outcomes(inputs, router, values)
    if left_out and not quiet:
        say(f"{left_out:,} rows without a text or a label are left out.")
    costs = Costs(values["misroute_cost"], values["human_minutes"], values["minute_cost"])
    rows = sweep(found, costs)
    if form is None:
        click.echo(_table(rows), nl=False)
    else:
        with open_writer(output, form) as writer:
            writer.write(rows)
    if target:
        _fit(found, router, target, rules_file, new_rules)
    return 0


def _outcomes(inputs: Sequence[str], router: Router, values: Mapping[str, Any]) -> tuple[list[Outcome], int]:
    from voc.cli.options import as_of_day
    from voc.route_stream import file_batches
    from voc.routing.simulate import outcomes
    from voc.routing.ticket import Ticket
    from voc.types import Record

    tickets, labels, met = [], [], 0
    now = as_of_day(values["as_of"]) or datetime.now(UTC)
    for items in file_batches(inputs, router, as_of=as_of_day(values["as_of"])):
        met += len(items)
        records = [item for item in items if isinstance(item, Record)]
        wanted = values["label_column"] or _label_column(records)
        for record, ticket in zip(records, router.classify(records, now), strict=True):
            label = str(_cell(record, wanted) or "").strip()
            if label and isinstance(ticket, Ticket):
                tickets.append(ticket)
                labels.append(label)
    if not tickets:
        raise VocError("no row has a text and a label", "Name the column with --label-column.")
    return outcomes(tickets, labels, router.rules, router.languages), met - len(tickets)


def _label_column(records: Sequence[Any]) -> str:
    from voc.routing.ticket import same

    names: dict[str, str] = {same(name): name for record in records[:50] for name in record.metadata}
    found = next((names[name] for name in LABELS if name in names), None)
    if found is None:
        raise VocError(
            f"no column is called {', '.join(LABELS)}", "Name the label's with --label-column.", USAGE
        )
    return found


def _cell(record: Any, name: str) -> Any:
    from voc.routing.ticket import same

    wanted = same(name)
    return next((value for own, value in record.metadata.items() if same(own) == wanted), None)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as people read them."""
    lines = []
    for row in rows:
        if row["threshold"] == "rules":
            title = "all tickets" if row["by"] == "all" else f"{row['by']} {row['name']}"
            lines += [
                "", f"{title}: {row['tickets']:,}",
                "  auto above  coverage  precision (95 % interval)   misroutes   to people        cost",
            ]  # fmt: skip
        share = "-" if row["precision"] is None else f"{row['precision']:.1%}"
        interval = (
            "" if row["precision"] is None else f"({row['precision_low']:.1%} to {row['precision_high']:.1%})"
        )
        step = row["threshold"] if isinstance(row["threshold"], str) else f"{row['threshold']:.2f}"
        lines.append(
            f"  {step:>10}{row['coverage']:>10.1%}{share:>11} {interval:<18}{row['misroutes']:>8,}"
            f"{row['human']:>12,}{row['cost']:>12,.2f}"
        )
    return "\n".join(lines[1:]) + "\n"


def _fit(
    found: Sequence[Outcome], router: Router, target: float, rules_file: str, new_rules: Path | None
) -> None:
    from voc.cli.console import say
    from voc.routing.fit import fit, least
    from voc.routing.rewrite import with_thresholds
    from voc.routing.rulefile import find_rules, parse_rules

    promise = fit(found, router.rules.thresholds, target)
    say(
        f"Fitted on {promise.fitted_on:,} tickets: the lowest threshold whose lower 95 % bound of precision is at "
        f"least {target:.1%} (no fewer than {least(target)} automatic tickets), {promise.thresholds.auto_above:.2f}."
    )
    say(_proof(promise))
    if new_rules is None:
        say("Nothing was written: name a file with --write-rules.")
        return
    text = with_thresholds(find_rules(rules_file).read_text(encoding="utf-8"), promise.thresholds)
    parse_rules(text, new_rules.name, router.models.intent.labels)
    draft = new_rules.with_name(f".{new_rules.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(new_rules)
    say(f"Wrote {new_rules}.")


def _proof(promise: Promise) -> str:
    return (
        f"On the other {promise.proved_on:,}: {promise.automatic:,} automatic ({promise.coverage:.1%}), precision "
        f"{promise.precision:.1%} (95 % interval {promise.low:.1%} to {promise.high:.1%})."
    )
