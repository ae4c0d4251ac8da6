"""What people see: progress and errors on stderr, exit codes, and never a traceback."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from voc.errors import USAGE, VocError

INTERRUPTED = 130


def guarded(command: click.Command) -> int:
    """Run ``command`` with the process's arguments and return the exit code."""
    try:
        code = command.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("Stopped; no half-written result was left.")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except VocError as error:
        fail(error.message, error.hint)
        return error.exit_code
    except BrokenPipeError:
        # The reader went away (`voc classify ... | head`): end quietly, as other tools do.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        fail(_os_message(error), "Check the disk's space and the permissions of the path, then run again.")
        return 3
    except MemoryError:
        fail("not enough memory", "Close other programs, or split the input into parts.")
        return 3
    except Exception as error:
        if logging.getLogger("voc").isEnabledFor(logging.DEBUG):
            raise
        fail(
            f"voc met an error it did not expect ({type(error).__name__})",
            "This is a bug in voc. Run again with --verbose and report what it prints.",
        )
        return 1


def _os_message(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full; nothing was replaced"
    return f"{error.filename or 'a file'}: {error.strerror or error}"


def say(message: str) -> None:
    """Tell people something, on stderr."""
    click.echo(message, err=True)


def fail(message: str, hint: str = "") -> None:
    """Print an error and what to do next, on stderr."""
    click.echo(click.style("Error: ", fg="red", bold=True) + message, err=True)
    if hint:
        click.echo("  " + hint, err=True)


def set_up_logging(verbose: bool, quiet: bool) -> None:
    """Send voc's log to stderr: warnings by default, everything with ``--verbose``."""
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        logging.Formatter("%(levelname)s %(name)s: %(message)s" if verbose else "Note: %(message)s")
    )
    logger = logging.getLogger("voc")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class TerminalProgress:
    """Progress bars on a terminal; nothing when stderr is a file, or with ``--quiet``."""

    def __init__(self, quiet: bool = False) -> None:
        self.active = not quiet and sys.stderr.isatty()

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Any]:
        """Show one stage."""
        if not self.active:
            yield lambda amount: None
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        parts = [SpinnerColumn(), TextColumn("{task.description}")]
        parts += [BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()] if total else []
        with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(name, total=total)
            yield lambda amount: bar.advance(task, amount)
