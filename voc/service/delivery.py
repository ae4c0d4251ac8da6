"""A thread that empties the outbox: again and again, ever more patiently, until each message arrives or is dead."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from voc.service.outbox import Message, Outbox
from voc.service.webhook import Reply

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between attempts, in seconds, and when to stop.

    A message is dead when an attempt fails ``give_up`` seconds or more after its first one.
    """

    first: float = 1.0
    longest: float = 3600.0
    give_up: float = 3 * 86400.0
    receiver: float = 60.0
    """Longest pause for all messages while the receiver is down."""

    def wait(self, failures: int, chance: random.Random) -> float:
        """Exponential backoff with full jitter (M. Brooker, "Exponential backoff and jitter", 2015)."""
        return chance.uniform(0, min(self.longest, self.first * 2.0 ** min(failures - 1, 30)))


class Delivery:
    """Sends what the outbox holds, oldest first, from a thread of its own.

    Args:
        outbox: what to send.
        send: one attempt (``Endpoint.send``).
        patience: the waits.
        chance: jitter; of the operating system's randomness, so that no two processes march in step.
        poll: seconds between looks at an outbox with nothing due.
    """

    def __init__(
        self,
        outbox: Outbox,
        send: Callable[[Message], Reply],
        patience: Patience | None = None,
        chance: random.Random | None = None,
        poll: float = 0.5,
    ) -> None:
        self.outbox, self.send, self.poll = outbox, send, poll
        self.patience = patience or Patience()
        self.chance = chance or random.SystemRandom()
        self.failures = 0
        """Attempts in a row that found the receiver down."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="voc-delivery", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the attempt that is under way; what is left waits for the next start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> float:
        """Send one message if one is due; seconds to rest before the next step."""
        message = self.outbox.due()
        if message is None:
            return self.poll
        reply = self.send(message)
        if reply.problem is None:
            self.failures = 0
            self.outbox.delivered(message)
            return 0.0
        wait = self._failed(message, reply)
        self.failures = self.failures + 1 if reply.down else 0
        return min(wait, self.patience.receiver) if reply.down else 0.0

    def _failed(self, message: Message, reply: Reply) -> float:
        now = self.outbox.clock()
        dead = message.first_tried is not None and now - message.first_tried >= self.patience.give_up
        failures = max(message.attempts, self.failures if reply.down else 0) + 1
        wait = max(self.patience.wait(failures, self.chance), min(reply.retry_after or 0, 3600))
        self.outbox.failed(message, reply.problem or "", None if dead else wait)
        if dead:
            log.error("message %s is a dead letter: %s", message.key, reply.problem)
        else:
            log.info("message %s waits %.1f s: %s", message.key, wait, reply.problem)
        return wait

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                rest = self.step()
            except Exception as error:  # a full disk must not end deliveries for good
                log.error("delivery met %s; it goes on", type(error).__name__)
                rest = self.patience.receiver
            if rest:
                self._stop.wait(rest)
