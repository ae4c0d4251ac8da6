"""One signed HTTP POST, after the Standard Webhooks specification (webhook-id, -timestamp, -signature).

Receivers can check it with any library of that specification, or with ``verify``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voc.errors import USAGE, VocError
from voc.service.secrets import is_loopback, read_secret

if TYPE_CHECKING:
    from voc.service.outbox import Message

log = logging.getLogger(__name__)
PREFIX = "whsec_"
TIMEOUT = 10.0
"""Seconds to connect, and then to wait for an answer."""
_LONGEST_STAMP = 15
"""Digits of a timestamp that is read: Python refuses to read thousands of them, by an error."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one attempt. ``problem`` is None when the message arrived.

    ``down``: the receiver itself is in trouble (no answer, 429, 5xx), not this message alone.
    ``retry_after``: seconds, when it said so.
    """

    problem: str | None = None
    down: bool = False
    retry_after: float | None = None


def signature(secret: bytes, key: str, timestamp: int, body: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256 over ``key.timestamp.body``."""
    signed = hmac.new(secret, f"{key}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def headers(secret: bytes, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one delivery; ``webhook-id`` is the idempotency key."""
    return {
        "content-type": "application/json",
        "user-agent": "voc-webhook",
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, key, timestamp, body),
    }


def verify(
    secret: bytes, given: Mapping[str, str], body: bytes, *, tolerance: float = 300, now: float | None = None
) -> bool:
    """Whether a delivery is ours and fresh: for receivers in Python.

    Args:
        secret: as ``webhook_secret`` gives it.
        given: the request's headers, names in lower case.
        body: its body, byte for byte.
        tolerance: seconds that its timestamp may be off, against replays.
        now: seconds since 1970; the present by default.
    """
    stamp = given.get("webhook-timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > _LONGEST_STAMP:
        return False
    fresh = abs((time.time() if now is None else now) - int(stamp)) <= tolerance
    wanted = signature(secret, given.get("webhook-id", ""), int(stamp), body).encode()
    found = given.get("webhook-signature", "").encode().split()
    return fresh and any(hmac.compare_digest(wanted, one) for one in found)


def webhook_secret(path: Path) -> bytes:
    """The key in a file: base64 after ``whsec_``, else its bytes as they are.

    Raises:
        VocError: the file can't be read, or the key is too short.
    """
    secret = read_secret(path, "--webhook-secret-file")
    if not secret.startswith(PREFIX.encode()):
        return secret
    try:
        decoded = base64.b64decode(secret[len(PREFIX) :], validate=True)
    except binascii.Error:
        decoded = b""
    if len(decoded) < 24:
        raise VocError(f"{path}: what follows {PREFIX} is not the base64 of 24 bytes or more.", "", USAGE)
    return decoded


class Endpoint:
    """Where messages go.

    Args:
        url: of http or https, without a password in it.
        secret: the key of the signatures.

    Raises:
        VocError: the URL can't be used, or urllib3 is missing.
    """

    def __init__(self, url: str, secret: bytes) -> None:
        self.url, self.secret = url, secret
        self.host = _checked(url)
        try:
            import urllib3
        except ImportError:
            raise VocError("Webhooks need urllib3.", "pip install 'voc[serve]'", USAGE) from None
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=TIMEOUT, read=TIMEOUT), retries=False
        )

    def send(self, message: Message) -> Reply:
        """Try once. Redirects are not followed: the user named this address and no other."""
        from urllib3.exceptions import HTTPError

        stamped = headers(self.secret, message.key, int(time.time()), message.body)
        try:
            response = self._pool.request(
                "POST", self.url, body=message.body, headers=stamped, redirect=False, preload_content=False
            )
            reply = _read(response)
            response.read1(1 << 16)  # a short answer leaves the connection usable
            response.close()
        except HTTPError as error:
            return Reply(f"no answer ({type(error).__name__})", down=True)
        return reply


def _read(response: Any) -> Reply:
    if 200 <= response.status < 300:
        return Reply()
    after = response.headers.get("retry-after", "")
    down = response.status == 429 or response.status >= 500
    return Reply(
        f"answered {response.status}", down, float(after) if after.isascii() and after.isdigit() else None
    )


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise VocError("--webhook is not an http or https URL.", "", USAGE)
    if parts.username or parts.password:
        raise VocError("--webhook has a user or password in it.", "Deliveries are signed instead.", USAGE)
    if parts.scheme == "http" and not is_loopback(host):
        log.warning("deliveries to %s are not encrypted: use https", host)
    return host
