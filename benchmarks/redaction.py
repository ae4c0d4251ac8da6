"""How much personal data redaction finds, and how much else it takes with it.

usage: python benchmarks/redaction.py [--show] [--json FILE]

Reads ``tests/cases/redaction/*.yaml``, one file a language: customer sentences of our own, where
``[[EMAIL:ana@example.com]]`` must go and ``{{ORDER:112-7746391-0045821}}`` must stay. Every identity in them is
made up; checksums hold where the kind has them. Names and street addresses are not redacted and not labelled.

- recall: labelled spans of which no letter or digit is left; "named": those under the right kind as well.
- precision: spans redacted that take no letter or digit from outside of the labels.
- kept: look-alikes of which nothing was redacted.

Every text is read twice, with its language known and unknown. Intervals are Wilson's, 95 %. The rules were mended
where this set showed them weak: before that, recall was 0.895 (0.870-0.916), precision 0.922 (0.899-0.940) and 0.922
of the look-alikes were kept. Expect something between those and what is printed on texts of other people.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from model_common import ROOT, Row, markdown

from voc.insight.intervals import wilson
from voc.text.redact import Redactor
from voc.types import Interval, Span

CASES = ROOT / "tests" / "cases" / "redaction"
_LABEL = re.compile(r"\[\[([A-Z]+):(.+?)\]\](?!\])|\{\{([A-Z]+):(.+?)\}\}")


@dataclass(frozen=True)
class Case:
    """A sentence without its labels, what must go from it and what must stay."""

    language: str
    text: str
    personal: tuple[Span, ...]
    lookalikes: tuple[Span, ...]


@dataclass(frozen=True)
class Judged:
    """One span and its verdict: ``measure`` is recall, named, precision or kept."""

    measure: str
    kind: str
    language: str
    right: bool
    text: str


def read_case(line: str, language: str) -> Case:
    """Take the labels out of a line; spans are offsets into what is left."""
    text, end = "", 0
    personal, lookalikes = [], []
    for label in _LABEL.finditer(line):
        text += line[end : label.start()]
        kind, inside = label[1] or label[3], label[2] or label[4]
        (personal if label[1] else lookalikes).append(Span(len(text), len(text) + len(inside), kind))
        text, end = text + inside, label.end()
    return Case(language, text + line[end:], tuple(personal), tuple(lookalikes))


def cases(folder: Path = CASES) -> list[Case]:
    """Every sentence of the set."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [read_case(line, content["language"]) for line in content["texts"].splitlines()]
    return found


def judge(case: Case, redacted: Iterable[Span]) -> Iterator[Judged]:
    """Hold what was redacted against the labels."""
    redacted = tuple(redacted)
    gone, due = _signs(case.text, redacted), _signs(case.text, case.personal)

    def verdict(measure: str, span: Span, right: bool) -> Judged:
        return Judged(measure, span.kind, case.language, right, case.text[span.start : span.end])

    for span in case.personal:
        found = _signs(case.text, [span]) <= gone
        yield verdict("recall", span, found)
        if found:
            named = any(_overlap(span, other) and span.kind == other.kind for other in redacted)
            yield verdict("named", span, named)
    for span in case.lookalikes:
        yield verdict("kept", span, not _signs(case.text, [span]) & gone)
    for span in redacted:
        yield verdict("precision", span, _signs(case.text, [span]) <= due)


def _signs(text: str, spans: Iterable[Span]) -> set[int]:
    """Offsets of the letters and digits in the spans."""
    return {i for span in spans for i in range(span.start, span.end) if text[i].isalnum()}


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def measure(found: Iterable[Case], known: bool = True) -> list[Judged]:
    """Redact every case, with its language or without, and judge it."""
    redactor = Redactor()
    return [
        judged
        for case in found
        for judged in judge(case, redactor.find(case.text, case.language if known else None))
    ]


def share(judged: Iterable[Judged]) -> Interval:
    """Share of right verdicts with its interval."""
    verdicts = [one.right for one in judged]
    return Interval(*map(float, wilson(sum(verdicts), len(verdicts))))


def table(known: list[Judged], unknown: list[Judged], by: str) -> list[Row]:
    """A row a kind or language: count, recall, named, precision, recall with the language unknown."""
    rows = []
    for value in [*sorted({getattr(one, by) for one in known if one.measure == "recall"}), "all"]:
        mine, blind = ([j for j in part if value in ("all", getattr(j, by))] for part in (known, unknown))
        parts = {name: [one for one in mine if one.measure == name] for name in MEASURES}
        row: Row = {by: value, "spans": len(parts["recall"])}
        row |= {name: share(part) for name, part in parts.items() if part}
        row["recall, language unknown"] = share(one for one in blind if one.measure == "recall")
        row["precision, language unknown"] = share(one for one in blind if one.measure == "precision")
        rows.append(row)
    return rows


MEASURES = ("recall", "named", "precision")


def lookalikes(known: list[Judged], unknown: list[Judged]) -> list[Row]:
    """A row a kind of look-alike: count, and the share that was left alone."""
    kinds = Counter(one.kind for one in known if one.measure == "kept")
    rows = []
    for kind, count in [*sorted(kinds.items()), ("all", kinds.total())]:
        mine, blind = (
            share(one for one in part if one.measure == "kept" and kind in ("all", one.kind))
            for part in (known, unknown)
        )
        rows.append({"look-alike": kind, "spans": count, "kept": mine, "kept, language unknown": blind})
    return rows


def wrong(known: list[Judged]) -> list[str]:
    """A line for every wrong verdict."""
    return [f"{j.language} {j.measure} {j.kind}: {j.text}" for j in known if not j.right]


def main() -> None:
    """Measure, print, and write JSON when asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="list what went wrong")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    chosen = parser.parse_args()
    found = cases()
    known, unknown = measure(found), measure(found, known=False)
    tables: dict[str, Any] = {
        "kinds": table(known, unknown, "kind"),
        "languages": table(known, unknown, "language"),
        "lookalikes": lookalikes(known, unknown),
    }
    head = f"## redaction\n\n{len(found)} sentences in {len({case.language for case in found})} languages"
    print("\n\n".join([head, *map(markdown, tables.values())]))
    if chosen.show:
        print("\n" + "\n".join(wrong(known)))
        print("\nlanguage unknown:\n" + "\n".join(wrong(unknown)))
    if chosen.json:
        content = json.dumps({"benchmark": "redaction", **tables}, indent=1, ensure_ascii=False)
        chosen.json.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
