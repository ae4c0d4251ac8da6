"""Route the files that are dropped into a folder, each exactly once, whatever kills the process.

The order makes it so: the result is complete under a draft name; one transaction records the file and who wrote,
and lets its messages go; the draft gets its name; the file is moved. Before the record the work is done again from
nothing, after it only what is left of it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from voc.errors import USAGE, VocError
from voc.io.write import open_writer
from voc.service import contacts, journal, outbox
from voc.service.contacts import KeptContacts
from voc.service.database import Database
from voc.service.events import events
from voc.service.inbox import DONE, FAILED, Dropped, Inbox
from voc.service.journal import Entry, Journal, draft_of
from voc.service.outbox import Outbox
from voc.types import Record, Rejected

log = logging.getLogger(__name__)
STATE = ".voc-watch.sqlite"
LONGEST_NAME = 200
"""Bytes of a file's name that its result's name keeps. File systems take 255, and up to 46 are added: the hash and
the format, what marks a draft, and what marks a draft that is being written."""
Items = Sequence[Record | Rejected]
Rows = list[dict[str, Any]]


class _StoppedError(Exception):
    """Asked to end in the middle of a file."""


class _ChangedError(Exception):
    """The file was written to while it was read."""


class _UnreadableError(Exception):
    """The dropped file is at fault."""


class Watch:
    """A watched folder, a folder of results, and what was done.

    Args:
        inbox: where files are dropped.
        results: folder of the results, ``NAME.HASH.jsonl`` (or csv, parquet), and of the journal.
        read: a file's rows, some hundred at a time; raises VocError when it can't be read.
        answer: one row for each item, in order.
        columns: of the rows.
        form: ``jsonl``, ``csv`` or ``parquet``.
        post: whether each routed ticket is put into the outbox.
        repeat_within: how far back ``contacts`` looks, whatever restarts lie between.
        tell: given one line for people after each file.

    Raises:
        VocError: a folder can't be used, or another voc is at it.
    """

    def __init__(
        self,
        inbox: Path,
        results: Path,
        read: Callable[[Path], Iterator[Items]],
        answer: Callable[[Items], Rows],
        columns: Sequence[str],
        *,
        form: str = "jsonl",
        post: bool = False,
        repeat_within: timedelta = timedelta(days=7),
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self.results, self.read, self.answer, self.columns = results, read, answer, columns
        self.form, self.post, self.tell = form, post, tell
        self.stop = threading.Event()
        if results.resolve() == inbox.resolve():
            raise VocError("Results can't go where files are dropped.", "Name another folder with -o.", USAGE)
        self.inbox = Inbox(inbox)
        results.mkdir(parents=True, exist_ok=True)
        schema = ";".join((journal.SCHEMA, outbox.SCHEMA, contacts.SCHEMA))
        self.database = Database(results / STATE, schema)
        self.journal, self.outbox = Journal(self.database), Outbox(self.database)
        self.contacts = KeptContacts(self.database, repeat_within)
        """For ``answer``: kept with the file whose tickets it counted."""
        self._recover()

    def run(self, settle: float = 2.0, once: bool = False) -> None:
        """Look every ``settle`` seconds until ``stop`` is set; ``once``: until nothing is left to route.

        Raises:
            VocError: a result can't be written, or a model can't answer: nothing is skipped over.
        """
        while not self.stop.is_set():
            whole, growing = self.inbox.look()
            for dropped in whole:
                if self.stop.is_set():
                    return
                self._handle(dropped)
            if once and not whole and not growing:
                return
            self.stop.wait(settle)

    def close(self) -> None:
        """Let others use both folders."""
        self.database.close()
        self.inbox.close()

    def _recover(self) -> None:
        """Finish what was recorded, and clear what was not."""
        self.outbox.drop_held()
        for draft in self.results.glob(".*.draft"):
            output = draft.name[1 : -len(".draft")]
            if self.journal.has_output(output):
                draft.replace(self.results / output)
            else:
                draft.unlink()
        for half in self.results.glob("..*.draft.*.tmp"):
            half.unlink()

    def _handle(self, dropped: Dropped) -> None:
        try:
            digest = dropped.sha256()
            entry = self.journal.find(dropped.name, digest)
            if entry is None:
                entry = self._routed(dropped, digest)
            elif dropped.changed():
                raise _ChangedError
            else:
                self.tell(f"{dropped.name}: routed before, and not again")
        except (_StoppedError, _ChangedError, FileNotFoundError):
            self.outbox.drop_held()
        except PermissionError as error:
            log.warning("%r can't be read: %s", dropped.name, error.strerror)
            self.inbox.leave(dropped)
        except _UnreadableError as error:
            # Not recorded: dropped again, perhaps with other options, it is tried again.
            self.outbox.drop_held()
            self.tell(f"{dropped.name}: {error}")
            self.inbox.put_away(dropped, FAILED, digest)
        else:
            self._publish(entry)
            self.inbox.put_away(dropped, DONE, digest)

    def _routed(self, dropped: Dropped, digest: str) -> Entry:
        """Write the draft, then record it together with its messages."""
        source = f"{dropped.name}:{digest}"
        kept = dropped.name.encode()[:LONGEST_NAME].decode("utf-8", "ignore")
        output = f"{kept}.{digest[:16]}.{self.form}"
        rows = errors = 0
        self.contacts.forget()  # of a file that was not finished
        with open_writer(self.results / draft_of(output), self.form, self.columns) as writer:
            for items in self._items(dropped):
                answers = self.answer(items)
                writer.write(answers)
                if self.post:
                    self.outbox.add(events(answers, source, rows), source)
                rows += len(answers)
                errors += sum(answer["error"] is not None for answer in answers)
        entry = Entry(dropped.name, digest, output, rows, errors)
        with self.database.transaction():
            self.journal.record(entry)
            self.outbox.release(source)
            self.contacts.keep()
        self.tell(f"{dropped.name}: {rows:,} rows" + (f", {errors:,} with an error" if errors else ""))
        return entry

    def _items(self, dropped: Dropped) -> Iterator[Items]:
        """The file's batches; tells a file that can't be read from a result that can't be written."""
        try:
            for items in self.read(dropped.path):
                if self.stop.is_set():
                    raise _StoppedError
                yield items
        except VocError as error:
            raise (_ChangedError if dropped.changed() else _UnreadableError(error.message)) from None
        if dropped.changed():
            raise _ChangedError

    def _publish(self, entry: Entry) -> None:
        """Give the result its name; there is no draft when that was done before a crash."""
        draft = self.results / draft_of(entry.output)
        if draft.exists():
            draft.replace(self.results / entry.output)
            _sync(self.results)


def _sync(folder: Path) -> None:
    """Have a rename on disk; folders can't be synced everywhere."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
