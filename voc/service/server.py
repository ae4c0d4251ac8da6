"""Uvicorn around the application: no access log, patient with nobody, and a graceful end."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from fastapi import FastAPI

    from voc.service.limits import Limits

GRACE = 30
"""Seconds that requests under way have to end."""


class ImpatientProtocol(H11Protocol):
    """Closes a connection whose request line and headers do not come in time (slow loris)."""

    header_seconds = 10.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The clock starts before the first byte."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """It runs until the headers are whole; again once the next request begins."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Or is there already: an idle connection is not kept longer."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It stops."""
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(self.header_seconds, self.transport.close)

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def make_server(app: FastAPI, limits: Limits) -> uvicorn.Server:
    """A server for ``app``; call ``run(sockets=[...])``."""
    protocol = type("Protocol", (ImpatientProtocol,), {"header_seconds": limits.header_seconds})
    config = uvicorn.Config(
        app, http=protocol, ws="none", log_config=None, access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=limits.connections, backlog=limits.connections,
        timeout_keep_alive=round(limits.header_seconds) or 1, timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=16_384,
        lifespan="on",
    )  # fmt: skip
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        OSError: the address is in use, or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # Inherited by every connection. An answer's head and body are two packets: without this, the second one waits
    # some 40 ms for a delayed acknowledgement (asyncio sets it only on sockets that name their protocol).
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
