"""``voc route --watch``: files that are dropped into a folder, each routed once, and delivered if asked."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from voc.router import Router
    from voc.service.delivery import Delivery
    from voc.service.outbox import Outbox
    from voc.service.webhook import Endpoint


def endpoint(url: str | None, secret_file: Path | None) -> Endpoint | None:
    """Where routed tickets are sent; None when no webhook was named.

    Raises:
        UsageError: one of the two options is missing.
        VocError: one of them can't be used.
    """
    if (url is None) != (secret_file is None):
        raise click.UsageError("--webhook and --webhook-secret-file go together")
    if url is None or secret_file is None:
        return None
    from voc.service.webhook import Endpoint, webhook_secret

    return Endpoint(url, webhook_secret(secret_file))


def deliver(outbox: Outbox, to: Endpoint | None, tell: Callable[[str], None]) -> Delivery | None:
    """Start the deliveries; say what is left from the last time."""
    from voc.service.delivery import Delivery

    if to is None:
        if left := sum(outbox.counts().values()):
            tell(f"{left:,} deliveries wait: name the --webhook to send them.")
        return None
    if dead := outbox.revive():
        tell(f"{dead:,} dead letters, deliveries that were given up, are tried again.")
    delivery = Delivery(outbox, to.send)
    delivery.start()
    return delivery


def watch(router: Router, output: str, form: str | None, quiet: bool, values: dict[str, Any]) -> int:
    """Watch until a signal says stop, or with ``--once`` until nothing is left."""
    from voc.cli.console import say
    from voc.route_stream import file_batches
    from voc.router import COLUMNS
    from voc.service.watch import Watch

    if output == "-":
        raise VocError("--watch needs a folder for its results.", "Name it with -o.", USAGE)
    if Path(output).exists() and not Path(output).is_dir():
        raise VocError(f"{output} is a file.", "Name a folder with -o.", USAGE)
    tell = (lambda _line: None) if quiet else say
    to = endpoint(values["webhook"], values["webhook_secret_file"])
    router.load()
    watching = Watch(
        values["watch"], Path(output), lambda path: file_batches([path.absolute()], router), router.answer,
        COLUMNS, form=form or "jsonl", post=to is not None, repeat_within=router.rules.repeat_within, tell=tell,
    )  # fmt: skip
    router.contacts = watching.contacts
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: watching.stop.set())
    delivery = deliver(watching.outbox, to, say)
    try:
        tell(f"Watching {values['watch']}; results go to {output}. Stop with Ctrl-C.")
        watching.run(values["settle"], values["once"])
        if values["once"] and delivery:
            _drain(delivery)
    finally:
        if delivery:
            delivery.close()
        report_left(watching.outbox, say)
        watching.close()
    return 0


def report_left(outbox: Outbox, tell: Callable[[str], None]) -> None:
    """Say what was not delivered."""
    left = outbox.counts()
    if left["waiting"] or left["dead"]:
        tell(f"{left['waiting']:,} deliveries wait for the next start; {left['dead']:,} are dead letters.")


def _drain(delivery: Delivery) -> None:
    """Wait until everything was tried, or the receiver is found down."""
    while delivery.outbox.due() and not delivery.failures:
        time.sleep(0.05)
