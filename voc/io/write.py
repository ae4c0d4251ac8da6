"""Writing tables: CSV that spreadsheets can't run, JSON Lines, Parquet; never half a file under its name."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from voc.errors import USAGE, VocError
from voc.io import sinks
from voc.io.sinks import Row

FORMATS = ("csv", "jsonl", "parquet")
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".parquet": "parquet"}


def format_of(output: str | Path) -> str:
    """The format that a file's extension names; JSON Lines for ``-`` and for none.

    Raises:
        VocError: the extension is of a format that is not written.
    """
    suffix = Path(str(output)).suffix.lower()
    if not suffix or str(output) == "-":
        return "jsonl"
    if suffix not in _SUFFIXES:
        raise VocError(
            f"Tables are not written as {suffix}.", f"Use --format with {', '.join(FORMATS)}.", USAGE
        )
    return _SUFFIXES[suffix]


def check_output(output: str | Path, force: bool) -> None:
    """Make sure that a file can be written, before any work is done.

    Raises:
        VocError: it exists and ``force`` is not set, is a folder, or its folder can't be written.
    """
    if str(output) == "-":
        return
    path = Path(output)
    if path.is_dir():
        raise VocError(f"{path} is a folder.", "Name a file.", USAGE)
    if path.is_file() and not force:
        raise VocError(f"{path} exists already.", "Use --force to replace it, or name another file.", USAGE)
    if not path.parent.is_dir():
        raise VocError(f"There is no folder {path.parent}.", "Create it first.", USAGE)
    if not os.access(path.parent, os.W_OK):
        raise VocError(f"You are not allowed to write into {path.parent}.", "Name a file elsewhere.", USAGE)


class Writer:
    """A context manager with ``write(rows)``; the file appears under its name only when all went well.

    CSV and Parquet need all columns and their types: unless ``columns`` are given, rows wait in a
    temporary file, in constant memory, and are written when the writer closes. Columns come in the order of the
    widest row, then as met.
    """

    def __init__(self, output: str | Path, form: str, columns: Sequence[str] | None = None) -> None:
        if form not in FORMATS:
            raise VocError(f"Tables are not written as {form!r}.", f"Formats: {', '.join(FORMATS)}.", USAGE)
        self.output, self.form = str(output), form
        self.columns = list(columns) if columns is not None else None
        self._widest: list[str] = []
        self._met: dict[str, str] = {}
        self._file: IO[bytes] | None = None
        self._lines: IO[bytes] | None = None
        self._temporary: Path | None = None

    def __enter__(self) -> Writer:
        with self._explained():
            self._file = self._open()
            if not self._direct():
                self._lines = tempfile.TemporaryFile(prefix="voc-")
            elif self.form == "csv":
                sinks.write_csv(self._file, [], self.columns or [])
        return self

    def _direct(self) -> bool:
        return self.form == "jsonl" or (self.form == "csv" and self.columns is not None)

    def _open(self) -> IO[bytes]:
        if self.output == "-":
            return tempfile.TemporaryFile(prefix="voc-") if self.form == "parquet" else sys.stdout.buffer
        path = Path(os.path.realpath(self.output))
        if path.exists() and not path.is_file():
            # A device or a pipe has no half-written state, and must not be replaced by a file.
            return path.open("wb")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        self._temporary = Path(name)
        return os.fdopen(handle, "wb")

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows.

        Raises:
            VocError: the disk is full, or a row has a column that is not among those given.
        """
        if self._file is None:
            raise RuntimeError("The writer is not open: use it in a with-statement.")
        with self._explained():
            if not self._direct():
                self._learn(rows)
                sinks.write_lines(self._lines or self._file, rows)
            elif self.form == "jsonl":
                sinks.write_lines(self._file, rows)
                if self.output == "-":
                    self._file.flush()
            else:
                sinks.write_csv(self._file, rows, self.columns or [], header=False)

    def _learn(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if len(row) > len(self._widest):
                self._widest = list(row)
            for name, value in row.items():
                kind = sinks.kind(value)
                known = self._met.get(name)
                if known is None or (kind != known and kind):
                    self._met[name] = sinks.wider(known or "", kind)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with self._explained():
                    self._finish()
        finally:
            self._tidy()

    def _finish(self) -> None:
        file = self._file
        if file is None:
            return
        if self._lines is not None:
            columns = self.columns or list(dict.fromkeys([*self._widest, *self._met]))
            if self.form == "csv":
                sinks.write_csv(file, [], columns)
                for batch in sinks.batches(self._lines):
                    sinks.write_csv(file, batch, columns, header=False)
            else:
                sinks.write_parquet(
                    file, sinks.batches(self._lines), {name: self._met.get(name, "") for name in columns}
                )
        if self.output == "-":
            if self.form == "parquet":
                file.seek(0)
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        elif self._temporary:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            # mkstemp makes files for their owner alone; give what the user's mask gives.
            mask = os.umask(0)
            os.umask(mask)
            self._temporary.chmod(0o666 & ~mask)
            self._temporary.replace(os.path.realpath(self.output))
            self._temporary = None

    def _tidy(self) -> None:
        if self._lines is not None:
            self._lines.close()
        # In a notebook sys.stdout has no buffer.
        if self._file is not None and self._file is not getattr(sys.stdout, "buffer", None):
            with suppress(OSError):
                self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
        self._file = None

    def _explained(self) -> _Explained:
        return _Explained(self.output)


class _Explained:
    """Turns a full disk or a refused write into an error that says so."""

    def __init__(self, output: str) -> None:
        self.output = output

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            where = "standard output" if self.output == "-" else self.output
            raise VocError(
                f"Cannot write {where}: {error.strerror}.", "Check the disk and permissions."
            ) from error


def open_writer(path_or_dash: str | Path, form: str, columns: Sequence[str] | None = None) -> Writer:
    """A writer for ``csv``, ``jsonl`` or ``parquet`` to a file or, for ``-``, to standard output.

    Raises:
        VocError: the format is unknown; on entering, the file can't be written.
    """
    return Writer(path_or_dash, form, columns)
