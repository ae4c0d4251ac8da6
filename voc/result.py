"""What a run found, as tables, issues and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voc.errors import USAGE, VocError
from voc.types import Issue, Rejected

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Result:
    """A finished analysis.

    ``feedback`` has one row a record (duplicates included), ``segments`` one a sentence or
    clause, ``ranked`` the issues, most urgent first; ``run`` is the content of ``run.json``.
    """

    feedback: pd.DataFrame
    segments: pd.DataFrame
    ranked: tuple[Issue, ...]
    rejected: tuple[Rejected, ...]
    run: Mapping[str, Any]
    topic_model: Any = field(default=None, repr=False)
    """The fitted BERTopic model; ``None`` when there were too few texts, or in a loaded run."""

    @property
    def issues(self) -> pd.DataFrame:
        """One row an issue, with the columns of ``issues.csv``."""
        from voc.insight.issues import issues_table

        return issues_table(self.ranked)

    def issue(self, name: str) -> Issue:
        """Return the issue with this id, rank or (part of a) label.

        Raises:
            VocError: none, or several, fit.
        """
        wanted = name.casefold()
        exact = [i for i in self.ranked if wanted in {i.issue_id.casefold(), str(i.rank), i.label.casefold()}]
        found = exact or [issue for issue in self.ranked if wanted in issue.label.casefold()]
        if len(found) == 1:
            return found[0]
        what = "no issue fits" if not found else f"{len(found)} issues fit"
        raise VocError(
            f"{what} {name!r}",
            "Issues: " + ", ".join(issue.issue_id for issue in (found or self.ranked)),
            USAGE,
        )

    def report(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the whole run folder and return the path of ``report.html``.

        Raises:
            VocError: the folder exists (and no ``force``), or can't be written.
        """
        from voc.store.run_folder import new_run_folder

        target = Path(folder)
        with new_run_folder(target, force) as draft:
            self._write(draft)
        return target / "report.html"

    def _write(self, draft: Path) -> None:
        from voc.report import write_reports
        from voc.store import tables

        tables.save_tables(draft, self.feedback, self.segments)
        tables.save_issues(draft, self.ranked, self.issues)
        tables.save_rejected(draft, self.rejected)
        write_reports(draft, self.ranked, self.feedback, self.segments, self.run)
        if self.topic_model is not None:
            from voc.models.topics import save_topics

            save_topics(self.topic_model, draft / "topics")
        tables.save_run(draft, self.run)


def load_run(folder: str | Path) -> Result:
    """Open a run folder.

    Raises:
        VocError: it isn't one, it is damaged, or a newer voc wrote it.
    """
    from voc.store import tables

    path = Path(folder)
    run = tables.load_run_json(path)
    try:
        feedback, segments = tables.load_tables(path)
        return Result(feedback, segments, tables.load_issues(path), tuple(_rejected(path)), run)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VocError(
            f"{path}: a file of this run is missing or damaged ({type(error).__name__})",
            "Run `voc run` again.",
        ) from None


def _rejected(folder: Path) -> Iterable[Rejected]:
    import orjson

    for line in (folder / "rejected.jsonl").read_bytes().splitlines():
        yield Rejected(**orjson.loads(line))
