from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from voc.errors import VocError
from voc.service.database import Database
from voc.service.delivery import Delivery, Patience
from voc.service.events import events
from voc.service.outbox import SCHEMA, Message, Outbox
from voc.service.webhook import Endpoint, Reply, headers, signature, verify, webhook_secret

SECRET = b"a secret of some thirty-two bytes"


class Clock:
    """Time that passes when it is told to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    database = Database(tmp_path / "outbox.sqlite", SCHEMA)
    yield Outbox(database, clock)
    database.close()


def filled(outbox: Outbox, *keys: str) -> Outbox:
    outbox.add([(key, f'"{key}"'.encode()) for key in keys])
    return outbox


def test_the_signature_is_that_of_the_specification() -> None:
    # The example in the documentation of Standard Webhooks' reference libraries.
    import base64

    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_receiver_can_verify() -> None:
    body = b'{"data": 1}'
    sent = headers(SECRET, "msg_1", 1000, body)
    assert verify(SECRET, sent, body, now=1100)
    assert not verify(SECRET, sent, body, now=2000)  # replayed
    assert not verify(SECRET, sent, body + b" ", now=1100)
    assert not verify(SECRET, {**sent, "webhook-id": "msg_2"}, body, now=1100)
    assert not verify(SECRET, {**sent, "webhook-timestamp": "1001"}, body, now=1100)
    assert not verify(SECRET[:-1], sent, body, now=1100)
    assert not verify(SECRET, {}, body, now=1100)
    assert not verify(SECRET, {**sent, "webhook-timestamp": "1" * 5000}, body, now=1100)


def test_secrets_in_files(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    assert len(webhook_secret(path)) == 24
    path.write_text("an arbitrary secret that is long enough\n")
    assert webhook_secret(path) == b"an arbitrary secret that is long enough"
    for bad in ("short", "whsec_c2hvcnQ=xxxxxxxxxxxxxxxxxxxxxxx"):
        path.write_text(bad)
        with pytest.raises(VocError):
            webhook_secret(path)
    with pytest.raises(VocError, match="No such file"):
        webhook_secret(tmp_path / "none")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/b",
        "file:///etc/passwd",
        "example.com",
        "http://",
        "https://u:p@a/",
        "http://[",
        "http://a:x/",
    ],
)
def test_only_http_addresses_without_a_password(url: str) -> None:
    with pytest.raises(VocError) as error:
        Endpoint(url, SECRET)
    assert "u:p" not in str(error.value)


def test_every_message_arrives_once_in_order(outbox: Outbox) -> None:
    sent: list[str] = []
    delivery = Delivery(filled(outbox, "a", "b", "c"), lambda m: (sent.append(m.key), Reply())[1])
    while outbox.counts()["waiting"]:
        assert delivery.step() == 0
    assert sent == ["a", "b", "c"]


def test_what_waits_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    first = Outbox(Database(path, SCHEMA))
    filled(first, "a")
    first.add([("b", b"{}")], source="file")
    first.release("file")
    first.add([("c", b"{}")], source="unfinished")
    first.database.close()
    second = Outbox(Database(path, SCHEMA))
    second.drop_held()
    assert second.counts() == {"waiting": 2, "dead": 0}
    assert second.due() == Message(1, "a", b'"a"', 0, None)
    second.database.close()


def test_failures_wait_longer_and_longer_and_die_in_the_end(outbox: Outbox, clock: Clock) -> None:
    """The longest waits, as the jitter draws its maximum."""

    class Longest(random.Random):
        def uniform(self, low: float, high: float) -> float:
            return high

    keys: list[str] = []

    def refuse(message: Message) -> Reply:
        keys.append(message.key)
        return Reply("answered 400")

    delivery = Delivery(filled(outbox, "a"), refuse, Patience(give_up=1000, longest=300), Longest())
    waits = []
    while outbox.counts()["waiting"]:
        delivery.step()
        before = clock.now
        while outbox.counts()["waiting"] and outbox.due() is None:
            clock.now += 1
        waits.append(clock.now - before)
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert set(keys) == {"a"}
    assert outbox.counts() == {"waiting": 0, "dead": 1}
    assert outbox.revive() == 1
    assert outbox.due() is not None


def test_jitter_spreads_the_waits() -> None:
    chance = random.Random(3)
    waits = [Patience().wait(5, chance) for _ in range(200)]
    assert max(waits) <= 16
    assert min(waits) < 2
    assert max(waits) > 14


def test_one_bad_message_does_not_hold_up_the_others(outbox: Outbox) -> None:
    sent: Counter[str] = Counter()

    def pick(message: Message) -> Reply:
        sent[message.key] += 1
        return Reply("answered 422") if message.key == "bad" else Reply()

    delivery = Delivery(filled(outbox, "bad", "b", "c"), pick, Patience(first=100))
    for _ in range(4):
        delivery.step()
    assert sent["b"] == sent["c"] == 1
    assert outbox.counts()["waiting"] == 1


def test_while_the_receiver_is_down_all_rest(outbox: Outbox, clock: Clock) -> None:
    tries: list[str] = []

    def down(message: Message) -> Reply:
        tries.append(message.key)
        return Reply("no answer", down=True, retry_after=30)

    delivery = Delivery(filled(outbox, "a", "b"), down)
    assert delivery.step() >= 30  # what the receiver asked for
    assert tries == ["a"]
    assert delivery.failures == 1


def test_the_thread_delivers_and_ends(outbox: Outbox) -> None:
    arrived = threading.Event()
    delivery = Delivery(outbox, lambda _m: (arrived.set(), Reply())[1], poll=0.01)
    delivery.start()
    filled(outbox, "a")
    assert arrived.wait(10)
    delivery.close()
    assert outbox.counts() == {"waiting": 0, "dead": 0}


def test_events_hold_the_row_and_a_lasting_key() -> None:
    rows = [{"id": "1", "queue": "triage"}, {"id": "2", "queue": None}, {"id": "3", "queue": "legal"}]
    found = events(rows, "file:hash", 10)
    assert [json.loads(body)["data"]["id"] for _, body in found] == ["1", "3"]
    assert [key for key, _ in found] == [key for key, _ in events(rows, "file:hash", 10)]
    assert not {key for key, _ in found} & {key for key, _ in events(rows, "file:hash", 20)}
    assert not {key for key, _ in events(rows)} & {key for key, _ in events(rows)}


@contextmanager
def receiver(*statuses: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An HTTP server on this machine that answers with these statuses in turn, the last one for ever."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(statuses[min(len(got), len(statuses)) - 1])
            self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.send_header("retry-after", "7")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.enable_socket
def test_over_a_real_connection() -> None:
    message = Message(1, "msg_1", b'{"data": {}}', 0, None)
    with receiver(200, 503, 302) as (url, got):
        endpoint = Endpoint(url, SECRET)
        assert endpoint.send(message) == Reply()
        assert endpoint.send(message) == Reply("answered 503", down=True, retry_after=7)
        assert endpoint.send(message) == Reply("answered 302", retry_after=7)  # not followed
    assert len(got) == 3
    for given, body in got:
        assert body == message.body
        assert given["webhook-id"] == "msg_1"
        assert verify(SECRET, given, body)
    gone = endpoint.send(message)
    assert gone.down
    assert gone.problem is not None
