"""``voc serve``: the router and the classifier over HTTP."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.cli.open import check_installed, look_through
from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from voc.router import Router
    from voc.service.contacts import KeptContacts
    from voc.service.database import Database
    from voc.service.outbox import Outbox
    from voc.types import Record

Rows = list[dict[str, Any]]
WARM = "Where is my order? It should have come last week."


@click.command("serve", short_help="Route and classify over HTTP.")
@click.option("--rules", metavar="FILE|NAME", help="Routing file, or `support`.")
@click.option(
    "--run", type=click.Path(path_type=Path), metavar="DIR",
    help="Show this run to the browsers of this machine instead, as `voc open` does.",
)  # fmt: skip
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address to listen on."
)
@click.option(
    "--port", default=8378, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for a free one."
)
@click.option(
    "--token-file", type=click.Path(path_type=Path), metavar="FILE",
    help="Holds the token that requests must send; needed unless ADDRESS is this machine's alone.",
)  # fmt: skip
@click.option(
    "--max-body", default=1_000_000, show_default=True, type=click.IntRange(1000), help="Bytes of a request."
)
@click.option(
    "--max-tickets", default=256, show_default=True, type=click.IntRange(1), help="Tickets of a request."
)
@click.option(
    "--max-text", default=20_000, show_default=True, type=click.IntRange(1), help="Characters of a text."
)
@click.option(
    "--max-waiting", default=1000, show_default=True, type=click.IntRange(1),
    help="Tickets that may wait; beyond them the answer is 503.",
)  # fmt: skip
@options.delivering
@click.option(
    "--outbox", type=click.Path(path_type=Path), metavar="FILE",
    help="Where deliveries wait and repeat contacts are kept [default: outbox.sqlite in voc's data folder].",
)  # fmt: skip
@options.settling
@options.choosing_models
@options.talking
def command(
    rules: str | None, run: Path | None, host: str, port: int, quiet: bool, verbose: bool, **values: Any
) -> int:
    """Answer POST /route and /classify with one row for each ticket, in order; GET /health; /openapi.json.

    \b
    voc serve --rules routing.yaml
    curl localhost:8378/route -H 'content-type: application/json' -d '{"tickets": [{"text": "..."}]}'
    """
    from voc.cli.console import set_up_logging
    from voc.cli.route_watch import endpoint
    from voc.config import resolve
    from voc.router import Router

    set_up_logging(verbose, quiet)
    if (rules is None) == (run is None):
        raise VocError(
            "voc serve needs either --rules, to route tickets, or --run, to show a run.",
            "For example: voc serve --rules support, or voc open out.", USAGE,
        )  # fmt: skip
    if run is not None:
        return look_through(run, host, port, browser=False)
    assert rules is not None
    check_installed("voc serve")
    token = _token(host, values["token_file"])
    to = endpoint(values["webhook"], values["webhook_secret_file"])
    settings = resolve(values["pipeline"], options.flags(values)).settings
    router = Router(rules, settings=settings, cache=not values["no_cache"]).load()
    router.classify(_warm_up(), datetime.now(UTC))
    return _serve(router, host, port, token, to, quiet, values)


def _serve(
    router: Router, host: str, port: int, token: bytes | None, to: Any, quiet: bool, values: dict[str, Any]
) -> int:
    from voc.cli.console import say
    from voc.cli.route_watch import deliver, report_left
    from voc.service.contacts import KeptContacts
    from voc.service.limits import Limits
    from voc.service.outbox import Outbox
    from voc.service.server import listen, make_server
    from voc.service.web import create_app
    from voc.service.worker import Worker

    database = _database(values["outbox"], to is not None, router, say)
    contacts = KeptContacts(database, router.rules.repeat_within) if database else None
    router.contacts = contacts or router.contacts
    outbox = Outbox(database) if database and to else None
    sock = listen(host, port)
    delivery = deliver(outbox, to, say) if outbox else None
    worker = Worker(_answers(router, outbox, contacts), values["max_waiting"])
    limits = Limits(values["max_body"], values["max_tickets"], values["max_text"])
    app = create_app(
        worker, limits, token=token, hosts=_hosts(host) if token is None else None,
        health=lambda: {"deliveries": outbox.counts()} if outbox else {}, closing=worker.close,
    )  # fmt: skip
    # uvicorn raises the signal again once it has ended in peace: that must not kill us.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    if not quiet:
        name = f"[{host}]" if ":" in host else host
        say(f"Listening on http://{name}:{sock.getsockname()[1]}. Stop with Ctrl-C.")
    try:
        make_server(app, limits).run(sockets=[sock])
    finally:
        if delivery:
            delivery.close()
        if outbox:
            report_left(outbox, say)
        if database:
            database.close()
    return 0


def _answers(
    router: Router, outbox: Outbox | None, contacts: KeptContacts | None
) -> dict[str, Callable[[Sequence[Record]], Rows]]:
    """What the worker does for each kind of request."""
    from voc.service.events import events
    from voc.stream import classify_items

    def route(records: Sequence[Record]) -> Rows:
        if contacts is None:
            return router.answer(records)
        contacts.forget()  # of a request that was not answered
        rows = router.answer(records)
        with contacts.database.transaction():
            if outbox:  # on disk before the sender hears that its tickets are routed
                outbox.add(events(rows))
            contacts.keep()
        return rows

    return {
        "route": route,
        "classify": lambda records: classify_items(records, router.settings, router.models),
    }


def _database(
    path: Path | None, delivers: bool, router: Router, tell: Callable[[str], None]
) -> Database | None:
    """What must outlive the process; None when nothing must, or nobody asked for it and it can't be had."""
    from voc.routing.ticket import same
    from voc.service import contacts, outbox
    from voc.service.database import Database
    from voc.store.secret import data_folder

    if not (delivers or path or "contacts" in map(same, router.rules.asked)):
        return None
    file = path or data_folder() / "outbox.sqlite"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return Database(file, f"{outbox.SCHEMA};{contacts.SCHEMA}")
    except (VocError, OSError) as error:
        if delivers or path:
            raise
        why = error.message if isinstance(error, VocError) else error.strerror
        tell(f"Repeat contacts are forgotten when this ends ({why}); name a file with --outbox.")
        return None


def _token(host: str, file: Path | None) -> bytes | None:
    from voc.service.secrets import is_loopback, read_secret

    if file is None and not is_loopback(host):
        raise VocError(
            f"--host {host} can be reached from other machines.",
            "Name a --token-file, or leave --host as it is.", USAGE,
        )  # fmt: skip
    return read_secret(file, "--token-file") if file else None


def _hosts(host: str) -> frozenset[str]:
    return frozenset({"localhost", "127.0.0.1", "::1", host.lower().strip("[]")})


def _warm_up() -> list[Record]:
    """The first answer of a process loads the models: not on a customer's time."""
    from voc.types import Record

    return [Record("warm", "warm-up", 1, WARM)]
