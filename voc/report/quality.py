"""The account of the data: what was read, folded, rejected, removed, and with which settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voc.report.plain import plain
from voc.report.view import Table
from voc.report.words import Words

if TYPE_CHECKING:
    import pandas as pd


def sentences(run: Mapping[str, Any], segments: pd.DataFrame, words: Words) -> tuple[str, ...]:
    """State the conservation law (rows read = kept + folded + rejected) and what was left out of issues."""
    counts = run.get("counts") or {}
    named = {name: int(counts.get(key, 0)) for name, key in _LAW.items()}
    found = [words("quality.law", rows=words("quality.rows", n=int(counts.get("rows_read", 0))), **named)]
    if not named["rejected"]:
        found.append(words("quality.clean"))
    if named["duplicates"]:
        found.append(words("quality.duplicates", n=named["duplicates"]))
    total = len(segments)
    if loose := int(segments["issue_id"].isna().sum()):
        found.append(words("quality.unclustered", n=total, share=words.percent(loose / total)))
    return tuple(found)


_LAW = {"kept": "records_kept", "duplicates": "duplicates", "rejected": "rejected"}


def tables(run: Mapping[str, Any], kept: pd.DataFrame, words: Words) -> tuple[Table, ...]:
    """Return the tables of the data quality section; those with nothing to say are left out."""
    counts = run.get("counts") or {}
    found = [
        _counted("rejected", ("reason", "count"), counts.get("rejected_by_code") or {}, "codes", words),
        _counted("redactions", ("kind", "times"), counts.get("redactions") or {}, "redactions", words),
        _languages(kept, words),
        _files(run, words),
    ]
    return tuple(table for table in found if table.rows or table.note)


def _counted(key: str, heads: tuple[str, str], counts: Mapping[str, int], group: str, words: Words) -> Table:
    rows = tuple(
        (plain(words.name(group, code)), words.number(int(count))) for code, count in counts.items() if count
    )
    none = words("quality.redactions_none") if key == "redactions" else ""
    return Table(
        caption=words(f"quality.{key}"),
        heads=tuple(words(f"quality.{head}") for head in heads),
        rows=rows,
        note=words(f"quality.{key}_note") if rows else none,
        numeric=frozenset({1}),
    )


def _languages(kept: pd.DataFrame, words: Words) -> Table:
    found = kept["language"].value_counts()
    order = sorted(found.index, key=lambda code: (-found[code], str(code)))
    return Table(
        caption=words("quality.languages"),
        heads=tuple(words(f"quality.{head}") for head in ("language", "feedback", "share")),
        rows=tuple(
            (
                plain(words.name("languages", code)),
                words.number(int(found[code])),
                words.percent(found[code] / len(kept)),
            )
            for code in order
        ),
        numeric=frozenset({1, 2}),
    )


def _files(run: Mapping[str, Any], words: Words) -> Table:
    rows = [_file(source, words) for source in run.get("inputs") or ()]
    return Table(
        caption=words("quality.files"),
        heads=tuple(
            words(f"quality.{head}") for head in ("file", "format", "rows_column", "columns", "notes")
        ),
        rows=tuple(rows),
        numeric=frozenset({2}),
    )


def _file(source: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    detail = [source.get(key) for key in ("format", "encoding", "sheet", "shape")]
    columns = (source.get("mapping") or {}).items()
    return (
        plain(source.get("name", "")),
        plain(" · ".join(str(item) for item in detail if item)),
        words.number(int(source.get("rows", 0))),
        plain(", ".join(f"{words.name('roles', role)}: {column}" for role, column in columns)),
        plain(" ".join(str(note) for note in source.get("notes") or ())),
    )


def settings_table(run: Mapping[str, Any], words: Words) -> Table:
    """List the settings that differ from the defaults, and who set them."""
    settings = (run.get("settings") or {}).items()
    return Table(
        caption=words("settings.changed"),
        heads=tuple(words(f"settings.{head}") for head in ("key", "value", "from")),
        rows=tuple(
            (plain(key), plain(entry["value"]), plain(entry["from"]))
            for key, entry in settings
            if entry["from"] != "default"
        ),
    )


def models_table(run: Mapping[str, Any], words: Words) -> Table:
    """List the models by their content ids."""
    rows = tuple((plain(role), plain(name)) for role, name in (run.get("models") or {}).items())
    return Table(words("settings.models"), (words("settings.key"), words("settings.value")), rows)


def pipeline_yaml(run: Mapping[str, Any]) -> str:
    """Write the settings as a pipeline file that gives the same report again."""
    import yaml

    tree: dict[str, Any] = {}
    for key, entry in (run.get("settings") or {}).items():
        *sections, name = str(key).split(".")
        node = tree
        for section in sections:
            node = node.setdefault(section, {})
        node[name] = entry["value"]
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=100) if tree else ""
