"""``voc open``: look through a run in the browser."""

from __future__ import annotations

import signal
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voc.cli import options
from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from voc.service.browse import Door


@click.command("open", short_help="Look through a run in the browser.")
@click.argument("run", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="Port to listen on [default: a free one]."
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@options.talking
def command(run: Path, port: int, no_browser: bool, quiet: bool, verbose: bool) -> int:
    """Show the report of a run folder, and behind every issue its records: searchable, a page at a time.

    It is answered to this machine alone, until Ctrl-C. The address that is printed works once, in one
    browser; nothing in the run is changed.

    \b
    voc open out
    """
    from voc.cli.console import set_up_logging

    set_up_logging(verbose, quiet)
    return look_through(run, "127.0.0.1", port, not no_browser)


def look_through(run: Path, host: str, port: int, browser: bool) -> int:
    """Serve a run to the browser of this machine until it is stopped.

    Raises:
        VocError: no run folder, no server installed, or ``host`` can be reached from other machines.
    """
    check_installed("voc open")
    from voc.cli.console import say
    from voc.service.browse import Door
    from voc.service.limits import Limits
    from voc.service.secrets import is_loopback
    from voc.service.server import listen, make_server

    if not is_loopback(host):
        raise VocError(
            f"--host {host} can be reached from other machines, and records are shown on this one only.",
            "Leave --host as it is.", USAGE,
        )  # fmt: skip
    sock = listen(host, port)
    door = Door(sock.getsockname()[1])
    app = _app(run, door, host)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{door.port}/enter?token={door.token}"
    # uvicorn raises the signal again once it has ended in peace: that must not kill us.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    say(f"Look at {address}\nThe address works once. Stop with Ctrl-C.")
    if browser:
        threading.Thread(target=_show, args=(address,), daemon=True).start()
    make_server(app, Limits()).run(sockets=[sock])
    return 0


def _app(run: Path, door: Door, host: str) -> FastAPI:
    from voc.report import whole_report
    from voc.report.html import render_html
    from voc.result import load_run
    from voc.service.browse import HOSTS, create_browser, links
    from voc.service.browse_data import Records

    result = load_run(run)
    report, words = whole_report(result.ranked, result.feedback, result.segments, result.run)
    page = render_html(report, words, links(result.ranked), "/records")
    records = Records(result.feedback, result.segments)
    return create_browser(records, result.ranked, page, words, door, HOSTS | {host.strip("[]").lower()})


def _show(address: str) -> None:
    import webbrowser

    webbrowser.open(address)


def check_installed(command: str) -> None:
    """Check that a server can be started.

    Raises:
        VocError: what it needs is not installed.
    """
    if missing := [name for name in ("fastapi", "uvicorn") if find_spec(name) is None]:
        raise VocError(f"{command} needs {' and '.join(missing)}.", "pip install 'voc[serve]'", USAGE)
