"""The outermost layer of the service: tokens, hosts, sizes and slow senders, before any body is read.

What goes wrong further in becomes an error without a word of the request in it, in the answer and in the log.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from voc.errors import VocError
from voc.service.limits import Limits, RefusedError

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
OPEN = ("/health",)
"""Paths that need no token: load balancers have none."""


class Gate:
    """ASGI middleware.

    Args:
        app: what is behind the gate.
        limits: bounds on the body.
        token: what ``Authorization: Bearer`` must hold; None asks for nothing.
        hosts: what the ``Host`` header may name, against pages that have a browser send requests to this
            machine under a name of theirs (DNS rebinding); None allows all.
    """

    def __init__(
        self, app: App, limits: Limits, token: bytes | None = None, hosts: frozenset[str] | None = None
    ) -> None:
        self.app, self.limits, self.token, self.hosts = app, limits, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, read the body, pass on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        reply = _Reply(send)
        start = time.perf_counter()
        try:
            given = dict(scope["headers"])
            self._check(scope["path"], given)
            await self.app(scope, _replay(await self._body(given, receive), receive), reply)
        except RefusedError as refusal:
            await reply.refuse(refusal)
        except VocError as error:  # a full disk, say: nothing was acknowledged
            log.error("%s", error.message)
            await reply.refuse(RefusedError(503, "unavailable", "It can't answer now; its log says why."))
        except Exception as error:
            log.error("%s %s: %s", scope["method"], _known(scope), type(error).__name__)
            await reply.refuse(RefusedError(500, "internal", "This is a bug in voc; the log names its kind."))
        log.info(
            "%s %s %s %.0f ms",
            scope["method"], _known(scope), reply.status, 1000 * (time.perf_counter() - start),
        )  # fmt: skip

    def _check(self, path: str, given: dict[bytes, bytes]) -> None:
        if self.hosts is not None and _host(given.get(b"host", b"")) not in self.hosts:
            raise RefusedError(421, "wrong_host", "The Host header names another machine than this one.")
        if self.token is not None and path not in OPEN:
            kind, _, token = given.get(b"authorization", b"").partition(b" ")
            if kind.lower() != b"bearer" or not hmac.compare_digest(token.strip(), self.token):
                raise RefusedError(
                    401, "unauthorized", "Send the token as Authorization: Bearer.",
                    headers={"www-authenticate": "Bearer"},
                )  # fmt: skip
        length = given.get(b"content-length", b"0")
        if not length.isdigit() or int(length[:20]) > self.limits.body_bytes:
            raise self._too_large()

    def _too_large(self) -> RefusedError:
        return RefusedError(413, "too_large", f"The body has over {self.limits.body_bytes:,} bytes.")

    async def _body(self, given: dict[bytes, bytes], receive: Receive) -> bytes:
        """All of it: bounded, and in time."""
        if b"content-length" not in given and b"transfer-encoding" not in given:
            return b""
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise RefusedError(400, "incomplete", "The body ended early.")
                    body += message.get("body", b"")
                    if len(body) > self.limits.body_bytes:
                        raise self._too_large()
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise RefusedError(408, "too_slow", "The body took too long.") from None


class _Reply:
    """Passes an answer on and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.send, self.status = send, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self.send(message)

    async def refuse(self, refusal: RefusedError) -> None:
        """Answer with an error and end the connection: the rest of the body may be unread."""
        import orjson

        if self.status:
            return
        body = orjson.dumps(refusal.content())
        headers = {
            "content-type": "application/json", "content-length": str(len(body)), "connection": "close",
            **refusal.headers,
        }  # fmt: skip
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": refusal.status, "headers": pairs})
        await self({"type": "http.response.body", "body": body})


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the whole body first, then what comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _host(header: bytes) -> str:
    """The name in a Host header, without port."""
    name = header.decode("latin-1").lower().strip()
    return name.partition("]")[0].lstrip("[") if name.startswith("[") else name.partition(":")[0]


def _known(scope: Scope) -> str:
    """The path if it is one of ours: others are the sender's words."""
    path = str(scope["path"])
    return path if path in ("/route", "/classify", "/health", "/openapi.json") else "(other)"
