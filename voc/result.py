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

    from voc.insight.matching import Profile
    from voc.issue_view import IssueView
    from voc.plots import Plots

_NAMED = 10
"""Issues that a message names at most."""


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

    profile: Profile | None = field(default=None, repr=False)
    """The issues' centroids, by which a later run knows them again."""

    @property
    def issues(self) -> pd.DataFrame:
        """One row an issue, with the columns of ``issues.csv``."""
        from voc.insight.issues import issues_table

        return issues_table(self.ranked)

    @property
    def drivers(self) -> pd.DataFrame:
        """One row a segment (a value of a column given with ``--by``) and issue: ``drivers.csv``."""
        from voc.insight.drivers import drivers_table

        return drivers_table(self.ranked)

    @property
    def plot(self) -> Plots:
        """Charts, drawn with matplotlib: ``plot.priorities()``, ``plot.trends()``, ``plot.sentiment()``."""
        from voc.plots import Plots

        return Plots(self)

    def issue(self, name: str | int) -> IssueView:
        """Return the issue with this id, rank, label, or words of its label.

        Raises:
            VocError: none, or several, fit.
        """
        from voc.issue_view import IssueView

        wanted = str(name).strip().casefold()
        found = [i for i in self.ranked if wanted in {i.issue_id.casefold(), str(i.rank), i.label.casefold()}]
        if not found and wanted:
            words = wanted.split()
            found = [i for i in self.ranked if all(word in i.label.casefold() for word in words)]
        if len(found) == 1:
            return IssueView(found[0], self)
        what = "no issue fits" if not found else f"{len(found)} issues fit"
        known = ", ".join(f"{issue.rank} ({issue.issue_id})" for issue in (found or self.ranked)[:_NAMED])
        raise VocError(f"{what} {name!r}", f"Name one by rank or id: {known or 'there are none'}", USAGE)

    def __repr__(self) -> str:
        return f"Result({len(self.ranked):,} issues in {len(self.feedback):,} records)"

    def _repr_html_(self) -> str:
        from voc.display import result_html

        return result_html(self)

    def report(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the whole run folder, save the run in its workspace (if it has one); return ``report.html``.

        Raises:
            VocError: the folder exists (and no ``force``), or can't be written.
        """
        from voc.store.run_folder import new_run_folder

        target = Path(folder)
        with new_run_folder(target, force) as draft:
            self._write(draft)
        workspace = (self.run.get("settings") or {}).get("history.workspace", {}).get("value")
        if workspace:
            from voc.lineage import remember

            remember(self, workspace, target.absolute().name)
        return target / "report.html"

    def _write(self, draft: Path) -> None:
        from voc.report import write_reports
        from voc.store import tables
        from voc.store.checksums import write_sums

        tables.save_tables(draft, self.feedback, self.segments)
        tables.save_issues(draft, self.ranked, self.issues)
        if any(issue.drivers for issue in self.ranked):
            tables.save_drivers(draft, self.drivers)
        tables.save_rejected(draft, self.rejected)
        write_reports(draft, self.ranked, self.feedback, self.segments, self.run)
        if self.profile is not None:
            from voc.store.centroids import save_profile

            save_profile(draft, self.profile)
        if self.topic_model is not None:
            from voc.models.topics import save_topics

            save_topics(self.topic_model, draft / "topics")
        tables.save_run(draft, self.run)
        write_sums(draft)


def load_run(folder: str | Path) -> Result:
    """Open a run folder.

    Raises:
        VocError: it isn't one, it is damaged, or a newer voc wrote it.
    """
    from voc.store import tables
    from voc.store.centroids import load_profile

    path = Path(folder)
    run = tables.load_run_json(path)
    tables.check_whole(path)
    try:
        feedback, segments = tables.load_tables(path)
        return Result(
            feedback,
            segments,
            tables.load_issues(path),
            tuple(_rejected(path)),
            run,
            profile=load_profile(path),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VocError(
            f"{path}: a file of this run is missing or damaged ({type(error).__name__})",
            "Run `voc run` again.",
        ) from None


def _rejected(folder: Path) -> Iterable[Rejected]:
    import orjson

    for line in (folder / "rejected.jsonl").read_bytes().splitlines():
        yield Rejected(**orjson.loads(line))
