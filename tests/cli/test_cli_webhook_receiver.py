"""The receiver in docs/routing.md takes what ``voc serve`` and ``voc route --watch`` send, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from voc.service.delivery import Patience
from voc.service.events import events
from voc.service.webhook import TIMEOUT, headers, webhook_secret

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwq1o3dYwq", "a plain secret of more than 24 bytes"]
Genuine = Callable[[bytes, dict[str, str], bytes], bool]


@pytest.fixture
def receiver() -> tuple[Callable[[str], bytes], Genuine]:
    """``read_key`` and ``is_genuine`` of the page."""
    (code,) = re.findall(r'^```python title="receiver.py"\n(.*?)^```$', PAGE, re.DOTALL | re.MULTILINE)
    names: dict = {}
    exec(compile(code, "receiver.py", "exec"), names)
    return names["read_key"], names["is_genuine"]


@pytest.mark.parametrize("secret", SECRETS)
def test_the_receiver_of_the_page_takes_ours_and_nothing_else(receiver, secret: str, tmp_path: Path) -> None:
    read_key, is_genuine = receiver
    file = tmp_path / "secret"
    file.write_text(secret + "\n", encoding="utf-8")
    file.chmod(0o600)
    key = read_key(file.read_text(encoding="utf-8"))
    assert key == webhook_secret(file)

    ((name, body),) = events([{"id": "T-1", "queue": "billing", "action": "auto"}])
    now = int(time.time())
    sent = headers(key, name, now, body)
    assert is_genuine(key, sent, body)
    assert is_genuine(
        key, {**sent, "webhook-signature": f"v1,bm8= {sent['webhook-signature']}"}, body
    )  # keys change
    assert not is_genuine(key, sent, body + b" ")
    assert not is_genuine(b"x" * 32, sent, body)
    assert not is_genuine(key, {**sent, "webhook-id": "msg_other"}, body)
    assert not is_genuine(key, headers(key, name, now - 301, body), body)
    assert not is_genuine(key, {}, body)
    for stamp in ("", "now", "-1", "²", "9" * 5000):
        assert not is_genuine(key, {**sent, "webhook-timestamp": stamp}, body)


def test_the_delivery_and_the_times_on_the_page_are_those_of_the_code() -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    ((_, body),) = events([{"id": "T-1", "queue": "billing", "action": "auto"}])
    assert {**orjson.loads(shown), "timestamp": ""} == {**orjson.loads(body), "timestamp": ""}
    patience = Patience()
    assert (patience.give_up, patience.longest, patience.receiver) == (3 * 86400, 3600, 60)
    assert "**three days**" in PAGE
    assert f"voc waits {TIMEOUT:.0f} seconds" in PAGE
