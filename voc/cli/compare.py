"""``voc compare``: what is new, worse, better and gone between two runs, or over all runs of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options
from voc.errors import USAGE, VocError

if TYPE_CHECKING:
    import pandas as pd

    from voc.report.words import Words

_NAMES = {
    "new": "New", "worse": "Worse", "mixed": "Mixed", "better": "Better", "gone": "Gone",
    "no_clear_change": "No clear change", "regrouped": "Only grouped differently", "too_few": "Too few to say",
}  # fmt: skip
_RUNS_SHOWN = 6
_HISTORY_SHOWN = 30
_UNSURE_SHOWN = 10


@click.command("compare", short_help="Say what changed between two runs.")
@click.argument("runs", nargs=-1, metavar="[RUN_A RUN_B]")
@click.option("--workspace", metavar="FILE", help="Show the runs kept in this DuckDB file instead.")
@click.option("--fdr", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True,
              help="Share of false alarms allowed among the changes named.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the changes as .html or .md.")
@click.option(
    "--language", default="en", show_default=True, metavar="CODE", help="Language of the file written."
)
@click.option("--force", is_flag=True, help="Replace the output file.")
@options.talking
def command(
    runs: tuple[str, ...],
    workspace: str | None,
    fdr: float,
    as_json: bool,
    output: Path | None,
    language: str,
    force: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Compare RUN_B, the later run folder, with RUN_A.

    Each issue is judged by the feedback that RUN_A didn't have: the share of customers who mention it,
    and how many of those are negative. Only changes that an exact test supports, corrected for
    looking at all issues, are called new, worse, better or gone.

    \b
    voc compare out/february out/march
    voc compare out/february out/march -o changes.html
    voc compare --workspace voc.duckdb
    """
    from voc.cli.console import set_up_logging

    set_up_logging(verbose, quiet)
    if (len(runs) != 2) == (workspace is None) or (workspace and runs):
        raise click.UsageError("give two run folders, or --workspace FILE")
    if output is not None:
        _check_output(output, force)
    comparison, history = _from_workspace(workspace) if workspace else (_from_folders(runs, fdr), None)
    if as_json:
        _print_json(comparison, history)
    else:
        for line in _lines(comparison, history):
            click.echo(line)
    if output is not None:
        _write(output, comparison, language, quiet)
    return 0


def _from_folders(runs: tuple[str, ...], fdr: float) -> dict[str, Any]:
    from voc.lineage import compare_runs
    from voc.result import load_run

    before, after = (load_run(folder) for folder in runs)
    return compare_runs(before, after, (runs[0], runs[1]), fdr).to_dict()


def _from_workspace(path: str) -> tuple[dict[str, Any] | None, pd.DataFrame]:
    import orjson

    from voc.store.workspace import Workspace

    if not Path(path).is_file():
        raise VocError(f"--workspace {path}: no such file", "`voc run --workspace FILE` makes it.", USAGE)
    workspace = Workspace(path)
    found, history = workspace.comparison(), workspace.history()
    return (orjson.loads(found) if found else None), history


def _check_output(output: Path, force: bool) -> None:
    if output.suffix not in {".html", ".md"}:
        raise VocError(
            f"-o {output}: is neither .html nor .md", "Name the file with one of these endings.", USAGE
        )
    if output.exists() and not force:
        raise VocError(
            f"-o {output}: exists already", "Add --force to replace it, or choose another name.", USAGE
        )


def _lines(comparison: dict[str, Any] | None, history: pd.DataFrame | None) -> Iterator[str]:
    if history is not None:
        yield from _history(history)
    if comparison is None:
        yield "Nothing to compare yet: the workspace holds no run that followed another."
        return
    yield (
        f"{comparison['before']} -> {comparison['after']}: {comparison['fresh']:,} new pieces of feedback "
        f"against {comparison['former_records']:,}; issues matched by {comparison['matched_by']}."
    )
    if comparison["backwards"]:
        yield "Note: the later run ends before the earlier one. Were the two swapped?"
    groups: dict[str, list[dict[str, Any]]] = {}
    for change in comparison["changes"]:
        groups.setdefault(change["verdict"], []).append(change)
    if not set(groups) & {"new", "worse", "mixed", "better", "gone"}:
        yield "Nothing changed for sure."
    for verdict, changes in groups.items():
        yield ""
        yield f"{_NAMES[verdict]} ({len(changes)})"
        limit = len(changes) if verdict in {"new", "worse", "mixed", "better", "gone"} else _UNSURE_SHOWN
        yield from map(_line, changes[:limit])
        if len(changes) > limit:
            yield f"  ... and {len(changes) - limit} more (--json shows all)"


def _line(change: dict[str, Any]) -> str:
    from voc.report.plain import plain

    pieces = [f"  {change['issue_id']:<12} {plain(change['label'])[:40]:<40}"]
    if change["rate"] and change["former_rate"] and change["verdict"] != "regrouped":
        pieces.append(f"{change['former_rate'][0]:>6.1%} -> {change['rate'][0]:>6.1%} of customers")
    if change["negative"] and change["former_negative"] and change["ratio"]:
        pieces.append(f"negative {change['former_negative'][0]:>4.0%} -> {change['negative'][0]:>4.0%}")
    if change["rate_p"] is not None:
        pieces.append(f"p {min(p for p in (change['rate_p'], change['mood_p']) if p is not None):.2g}")
    return "  ".join(pieces)


def _history(history: pd.DataFrame) -> Iterator[str]:
    """Show the last runs side by side: each issue's share of customers."""
    from voc.report.plain import plain

    numbers = sorted(history["number"].unique())[-_RUNS_SHOWN:]
    yield "Share of customers by run (the last ones)"
    yield f"  {'issue':<12} {'label':<40}" + "".join(f"{f'run {number}':>9}" for number in numbers)
    shown = history[history["number"].isin(numbers)]
    labels = shown.drop_duplicates("issue_id", keep="last").set_index("issue_id")["label"]
    shares = shown.pivot_table(index="issue_id", columns="number", values="share", aggfunc="first")
    order = shares.max(axis=1).sort_values(ascending=False, kind="stable").index[:_HISTORY_SHOWN]
    for name in order:
        cells = [shares.loc[name].get(number) for number in numbers]
        texts = ["" if cell is None or cell != cell else f"{cell:.1%}" for cell in cells]
        yield f"  {name:<12} {plain(labels[name])[:40]:<40}" + "".join(f"{text:>9}" for text in texts)
    yield ""


def _print_json(comparison: dict[str, Any] | None, history: pd.DataFrame | None) -> None:
    import orjson

    found: Any = comparison
    if history is not None:
        rows = history.astype("object").where(history.notna(), None).to_dict("records")
        found = {"history": rows, "comparison": comparison}
    click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY).decode())


def _write(output: Path, comparison: dict[str, Any] | None, language: str, quiet: bool) -> None:
    from voc.cli.console import say
    from voc.report.changes import render_markdown, render_page, since
    from voc.report.words import available, load_words

    if language not in available():
        raise VocError(f"--language {language}: there is none", "There are: " + ", ".join(available()), USAGE)
    words: Words = load_words(language)
    block = since(comparison, words)
    if block is None:
        raise VocError(
            f"-o {output}: there is nothing to compare yet", "Save a second run in the workspace first."
        )
    text = render_markdown(block, "#") if output.suffix == ".md" else render_page(block, words)
    draft = output.with_name(f".{output.name}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
    if not quiet:
        say(f"Wrote {output}")
