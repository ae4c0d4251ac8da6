"""The whole service but for its models: uvicorn on a Unix socket, spoken to byte by byte."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from voc.errors import VocError
from voc.router import COLUMNS
from voc.service.limits import Limits
from voc.service.server import listen, make_server
from voc.service.tickets import Routed
from voc.service.web import create_app
from voc.service.worker import Worker
from voc.types import Record

SECRET_WORDS = "Xylophone-Quetzal"
LIMITS = Limits(
    body_bytes=5000, tickets=4, text_chars=200, fields=10, header_seconds=0.4, body_seconds=0.4,
    answer_seconds=2,
)  # fmt: skip
TOKEN = b"a token that nobody could guess"


def rows(records: Sequence[Record]) -> list[dict[str, Any]]:
    if any("explode" in record.text for record in records):
        raise RuntimeError(records[0].text)  # as a bug might: with a customer's words in it
    return [
        {**dict.fromkeys(COLUMNS), "id": record.id, "queue": str(record.metadata.get("plan"))}
        for record in records
    ]


class Service:
    """A running server."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.path = str(folder / "s")
        self.worker = Worker({"route": options.pop("answer", rows), "classify": rows}, most_waiting=4)
        app = create_app(self.worker, options.pop("limits", LIMITS), closing=self.worker.close, **options)
        self.server = make_server(app, LIMITS)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        listening.listen()
        self.thread = threading.Thread(target=self.server.run, args=([listening],), daemon=True)
        self.thread.start()

    def connect(self) -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(10)
        made.connect(self.path)
        return made

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[HTTPResponse, Any]:
        connection = HTTPConnection("localhost")
        connection.sock = self.connect()
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        with suppress(BrokenPipeError):  # refused, and closed, before the body was sent
            connection.request(method, path, data, given)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, json.loads(content)

    def raw(self, data: bytes) -> bytes:
        """What comes back until the server closes."""
        with self.connect() as connection:
            with suppress(BrokenPipeError):
                connection.sendall(data)
            found = b""
            while part := connection.recv(65536):
                found += part
            return found

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    made: list[Service] = []

    def begin(**options: Any) -> Service:
        made.append(Service(tmp_path_factory.mktemp("u"), **options))
        return made[-1]

    yield begin
    for service in made:
        service.close()


def tickets(*texts: str, **more: Any) -> dict[str, Any]:
    return {"tickets": [{"text": text, **more} for text in texts]}


def test_one_row_for_each_ticket_in_order(start: Start) -> None:
    service = start(health=lambda: {"deliveries": {"waiting": 2}})
    response, found = service.ask(
        "POST", "/route", {"tickets": [{"text": "a"}, {"text": "b", "id": "T7", "plan": "pro"}]}
    )
    assert response.status == 200
    assert [(row["id"], row["queue"]) for row in found["tickets"]] == [("1", "None"), ("T7", "pro")]
    response, found = service.ask("POST", "/classify", tickets("a", "b", "c"))
    assert [row["id"] for row in found["tickets"]] == ["1", "2", "3"]
    _, found = service.ask("GET", "/health")
    assert found == {"status": "ok", "waiting": 0, "deliveries": {"waiting": 2}}


def test_half_a_character_does_no_harm(start: Start) -> None:
    body = b'{"tickets": [{"text": "\\ud800 words", "plan": "\\ud800"}]}'
    response, found = start().ask("POST", "/route", body)
    assert response.status == 200
    assert [(row["id"], row["queue"]) for row in found["tickets"]] == [("1", "?")]


def test_the_description_names_what_is_there_and_no_other_machine(start: Start) -> None:
    service = start(token=TOKEN)
    assert service.ask("GET", "/openapi.json")[0].status == 401
    _, found = service.ask("GET", "/openapi.json", authorization=f"Bearer {TOKEN.decode()}")
    assert set(found["paths"]) == {"/route", "/classify", "/health"}
    assert found["security"] == [{"token": []}]
    assert "://" not in json.dumps(found)
    said = found["paths"]["/route"]["post"]["responses"]
    assert said["503"]["description"] == "Busy or stopping: see Retry-After"
    assert set(Routed.model_fields) == set(COLUMNS)
    for path in ("/docs", "/redoc", "/", "/../etc/passwd", "/route/../../x"):
        assert service.ask("GET", path, authorization=f"Bearer {TOKEN.decode()}")[0].status == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": f"Basic {TOKEN.decode()}"}, 401),
        ({"authorization": f"Bearer {TOKEN.decode()}x"}, 401),
        ({"authorization": f"bearer {TOKEN.decode()}"}, 200),
    ],
)
def test_tokens(start: Start, given: dict[str, str], status: int) -> None:
    service = start(token=TOKEN)
    response, _ = service.ask("POST", "/route", tickets("a"), **given)
    assert response.status == status
    assert service.ask("GET", "/health")[0].status == 200


def test_a_page_cannot_reach_it_under_a_name_of_its_own(start: Start) -> None:
    service = start(hosts=frozenset({"localhost", "127.0.0.1", "::1"}))
    for host, status in (
        ("evil.example", 421), ("localhost:8378", 200), ("127.0.0.1", 200), ("[::1]:8378", 200),
        ("127.0.0.1.evil.example", 421), ("", 421),
    ):  # fmt: skip
        assert service.ask("POST", "/route", tickets("a"), host=host)[0].status == status, host
    plain = service.ask("POST", "/route", tickets("a"), content_type="text/plain")[0]
    assert plain.status == 422  # what a page may send without asking is not read


@pytest.mark.parametrize(
    ("body", "status", "code", "where"),
    [
        (b'{"tickets": [{"text": "' + b"x" * 6000 + b'"}]}', 413, "too_large", None),
        (tickets("x" * 201), 413, "too_long", ["tickets", 0, "text"]),
        (tickets(*"abcde"), 413, "too_many", ["tickets"]),
        (tickets("a", **{f"f{n}": n for n in range(11)}), 413, "too_many", ["tickets", 0]),
        ({"tickets": []}, 422, "too_short", ["tickets"]),
        ({"tickets": [{"id": "1"}]}, 422, "missing", ["tickets", 0, "text"]),
        (tickets("a", rating=9), 422, "less_than_equal", ["tickets", 0, "rating"]),
        (tickets("a", created_at=SECRET_WORDS), 422, "datetime_from_date_parsing", ["tickets", 0, "created_at"]),
        ({SECRET_WORDS: 1, "tickets": [{"text": "a"}]}, 422, "extra_forbidden", None),
        (f'{{"tickets": [{{"text": "{SECRET_WORDS}"'.encode(), 422, "malformed", None),
        (b"[" * 4000, None, None, None),
        (b"\xff\xfe", None, None, None),
        (b"", 422, None, None),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_without_repeating_it(
    start: Start,
    caplog: pytest.LogCaptureFixture,
    body: Any,
    status: int | None,
    code: str | None,
    where: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    response, found = start().ask("POST", "/route", body)
    assert response.status == status or (status is None and 400 <= response.status < 500)
    assert code is None or found["error"]["code"] == code
    assert where is None or found["error"]["where"] == where
    assert SECRET_WORDS not in json.dumps(found) + caplog.text


def test_a_bug_tells_its_kind_and_nothing_else(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service = start()
    response, found = service.ask("POST", "/route", tickets(f"explode {SECRET_WORDS}"))
    assert (response.status, found["error"]["code"]) == (500, "internal")
    assert "RuntimeError" in caplog.text
    assert SECRET_WORDS not in json.dumps(found) + caplog.text
    assert service.ask("POST", "/route", tickets("fine"))[0].status == 200


def test_what_cannot_be_kept_is_not_acknowledged(start: Start) -> None:
    def full(_records: Sequence[Record]) -> list[dict[str, Any]]:
        raise VocError("outbox.sqlite can't be written: the disk is full.")

    response, found = start(answer=full).ask("POST", "/route", tickets("a"))
    assert (response.status, found["error"]["code"]) == (503, "unavailable")


def test_a_body_without_a_length_is_bounded_too(start: Start) -> None:
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    head = b"POST /route HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    assert start().raw(head + chunk * 2).startswith(b"HTTP/1.1 413")


def test_slow_senders_are_cut_off_and_hold_up_nobody(start: Start) -> None:
    service = start()
    body = b"POST /route HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"
    with ThreadPoolExecutor(8) as pool:
        waiting = [
            pool.submit(service.raw, data) for data in (b"", b"POST /ro", b"GET / HTTP/1.1\r\na: b\r\n", body)
        ]
        assert service.ask("POST", "/route", tickets("a"))[0].status == 200
        silent, line, head, slow = (future.result(10) for future in waiting)
    assert (silent, line, head) == (b"", b"", b"")
    assert slow.startswith(b"HTTP/1.1 408")


def test_a_slow_second_request_on_a_connection_is_cut_off_too(start: Start) -> None:
    service = start()
    asked = time.monotonic()
    found = service.raw(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\nGET /hea")
    assert found.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - asked < 10  # not for ever


def test_long_headers_are_refused(start: Start) -> None:
    assert b" 400 " in start().raw(b"GET / HTTP/1.1\r\nx: " + b"y" * 40_000)[:20]


def test_beyond_what_may_wait_the_answer_is_503_and_when_to_come_back(start: Start) -> None:
    go = threading.Event()
    service = start(answer=lambda records: (go.wait(10), rows(records))[1])
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(service.ask, "POST", "/route", tickets("a", "b", "c", "d"))
        while not service.worker.waiting:
            time.sleep(0.005)
        response, found = service.ask("POST", "/route", tickets("e"))
        assert (response.status, found["error"]["code"]) == (503, "busy")
        assert int(response.headers["retry-after"]) >= 1
        assert service.ask("GET", "/health")[1]["waiting"] == 4
        go.set()
        assert first.result()[0].status == 200


def test_an_answer_that_takes_too_long_is_503(start: Start) -> None:
    go = threading.Event()
    service = start(answer=lambda records: (go.wait(10), rows(records))[1], limits=Limits(answer_seconds=0.1))
    assert service.ask("POST", "/route", tickets("a"))[0].status == 503
    go.set()


@pytest.mark.enable_socket
def test_no_packet_waits_for_an_acknowledgement() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()) as caller:
        answering, _address = listening.accept()
        with answering:
            assert answering.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert caller.recv(1) == b""


def test_at_the_end_requests_under_way_are_answered(start: Start) -> None:
    go = threading.Event()
    service = start(answer=lambda records: (go.wait(10), rows(records))[1])
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(service.ask, "POST", "/route", tickets("a"))
        while not service.worker.waiting:
            time.sleep(0.005)
        service.server.should_exit = True
        time.sleep(0.3)
        go.set()
        assert first.result()[0].status == 200
