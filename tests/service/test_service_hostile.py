"""What strangers send to the service: paths that climb, headers that lie, many who dawdle. Nobody else waits."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from http.client import HTTPResponse

import pytest
from test_service_web import LIMITS, TOKEN, Start, start, tickets  # noqa: F401 - start is a fixture

PATHS = [
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/route/../../etc/passwd",
    "//etc/passwd", "/route%00.html", "/health/../route", "/./route", "/ROUTE", "/route/", "/static/..\\..\\x",
    "/docs", "/redoc", "/favicon.ico", "/" + "a" * 9000,
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_anywhere_else(start: Start, path: str) -> None:  # noqa: F811
    service = start(token=TOKEN)
    said = service.raw(
        b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: Bearer " + TOKEN + b"\r\n\r\n"
    )
    status = int(said.split(b" ", 2)[1])
    assert status in (400, 404, 405, 414, 431)
    assert b"root:" not in said
    assert b"Traceback" not in said


LIES = {
    "length and chunks": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length below zero": b"Content-Length: -1\r\n\r\n",
    "a length of letters": b"Content-Length: many\r\n\r\n",
    "a huge length": b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a bad chunk": b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n",
    "an endless chunk": b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" + b"x" * 9000,
    "a folded header": b"X: a\r\n b\r\n\r\n",
    "a NUL in a header": b"X: a\0b\r\n\r\n",
}


@pytest.mark.parametrize("lie", LIES)
def test_headers_that_lie_are_refused_and_the_next_caller_is_answered(start: Start, lie: str) -> None:  # noqa: F811
    service = start()
    said = service.raw(
        b"POST /route HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + LIES[lie]
    )
    assert not said or said.split(b" ", 2)[1][:1] == b"4"
    assert service.ask("POST", "/route", tickets("fine"))[0].status == 200


@pytest.mark.parametrize(
    "token", [b"", b"x", TOKEN[:-1], TOKEN + b"x", TOKEN.upper(), b"\xff\xfe", b"a" * 5000], ids=range(7)
)
def test_a_token_is_right_or_wrong(start: Start, token: bytes) -> None:  # noqa: F811
    service = start(token=TOKEN)
    body = json.dumps(tickets("fine")).encode()
    said = service.raw(
        b"POST /route HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + token + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    assert said.split(b" ", 2)[1] == b"401"
    assert TOKEN not in said


def test_a_crowd_that_dawdles_holds_up_nobody(start: Start) -> None:  # noqa: F811
    service = start()
    with ExitStack() as crowd:
        for _ in range(60):
            one = crowd.enter_context(service.connect())
            one.sendall(b"POST /route HTTP/1.1\r\nHost: local")
        begun = time.monotonic()
        assert service.ask("POST", "/route", tickets("fine"))[0].status == 200
        assert time.monotonic() - begun < 20
    response: HTTPResponse = service.ask("GET", "/health")[0]
    assert response.status == 200
    assert LIMITS.header_seconds < 1
