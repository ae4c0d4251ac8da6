"""Secrets in files, and which addresses are this machine's own."""

from __future__ import annotations

import ipaddress
import logging
import os
from pathlib import Path

from voc.errors import USAGE, VocError

log = logging.getLogger(__name__)
SHORTEST = 24
"""Bytes."""


def read_secret(path: Path, option: str) -> bytes:
    """The first line of a file.

    Raises:
        VocError: it can't be read, or has fewer than 24 bytes.
    """
    try:
        secret = path.read_bytes().strip().partition(b"\n")[0].strip()
        exposed = os.name == "posix" and path.stat().st_mode & 0o077
    except OSError as error:
        raise VocError(f"{option} {path}: {error.strerror}.", "", USAGE) from None
    if len(secret) < SHORTEST:
        raise VocError(
            f"{option} {path}: the secret has fewer than {SHORTEST} bytes.",
            f"Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))' > {path}",
            USAGE,
        )
    if exposed:
        log.warning("%s can be read by others on this machine: chmod 600", path)
    return secret


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address or name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
