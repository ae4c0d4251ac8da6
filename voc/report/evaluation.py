"""An evaluation as aligned plain text, readable at 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from voc.types import Interval

if TYPE_CHECKING:
    from voc.evaluation import Evaluation, GroupScore
    from voc.insight.metrics import Scores

WIDEST_CONFUSION = 6
"""Classes up to which the whole confusion table fits; above, the commonest mistakes are listed."""
MISTAKES = 15
REASONS = {
    "empty_label": "without a label",
    "unknown_label": "with an unknown label",
    "no_text": "without text",
    "malformed": "malformed",
    "undecodable": "undecodable",
    "too_large": "too large",
    "not_customer": "not a customer's",
}
NOTE = """\
Intervals: 95 %, bootstrap over rows (1,000 draws with replacement, fixed seed, not stratified).
macro-F1: mean over the k classes that are labelled. Binary: of the rows labelled positive or
negative, how many have that pole as the more probable one. ECE: expected calibration error in 15 bins
of equal mass; "by chance" is what a perfectly calibrated model would show on as many rows."""


def render(found: Evaluation) -> str:
    """The tables of ``voc eval``: scores, classes, languages, calibration, confusion."""
    blocks = [_head(found), _overall(found.overall), _classes(found.overall.scores)]
    blocks += [_languages(found), _calibration(found.overall), _confusion(found.overall.scores), NOTE]
    return "\n\n".join(blocks)


def _head(found: Evaluation) -> str:
    counts = ", ".join(f"{n:,} {REASONS.get(code, code)}" for code, n in found.rejected.items())
    read = "; ".join(
        f"{name}: " + ", ".join(f"{label} ({found.label_counts[label]:,})" for label in labels)
        for name, labels in _by_class(found)
    )
    lines = [
        f"{found.task} by {found.model} on {', '.join(found.files)}",
        f"  text {found.text_column!r}, labels {found.label_column!r}",
        *_wrapped(f"  read as {read}"),
        f"  {found.rows_read:,} rows read = {found.used:,} used + {found.rows_read - found.used:,} rejected"
        + (f" ({counts})" if counts else ""),
    ]
    return "\n".join(lines)


def _by_class(found: Evaluation) -> Iterator[tuple[str, list[str]]]:
    for name in dict.fromkeys(c.label for c in found.overall.scores.classes):
        if labels := [label for label, read in found.labels.items() if read == name]:
            yield name, labels


def _overall(group: GroupScore) -> str:
    scores = group.scores
    rows = [
        ["macro-F1", _interval(scores.macro_f1), str(scores.n)],
        ["accuracy", _interval(scores.accuracy), str(scores.n)],
    ]
    if group.binary is not None:
        poles = sum(c.n for c in scores.classes if c.label != "neutral")
        rows.append(["binary accuracy", _interval(group.binary), str(poles)])
    return _table(["Overall", "estimate [95 %]", "n"], rows)


def _classes(scores: Scores) -> str:
    rows = [
        [c.label, str(c.n), str(c.answered), *map(_interval, (c.precision, c.recall, c.f1))]
        for c in scores.classes
        if c.n or c.answered
    ]
    return _table(["Class", "n", "answered", "precision", "recall", "F1"], rows)


def _languages(found: Evaluation) -> str:
    rows = []
    for language in found.languages:
        row = [language.language, str(language.n)]
        if language.score is None:
            rows.append([*row, f"too few rows (n={language.n})"])
            continue
        scores, calibration = language.score.scores, language.score.calibration
        row += [str(sum(c.n > 0 for c in scores.classes))]
        row += [_interval(scores.macro_f1), _interval(scores.accuracy)]
        if found.overall.binary is not None:
            row.append(_interval(language.score.binary))
        chance = calibration.by_chance
        rows.append([*row, f"{calibration.ece:.3f} (<{chance.high:.3f})"])
    binary = ["binary"] if found.overall.binary is not None else []
    return _table(["Lang", "n", "k", "macro-F1", "accuracy", *binary, "ECE (chance)"], rows)


def _calibration(group: GroupScore) -> str:
    found = group.calibration
    rows = [
        [f"{b.low:.3f}-{b.high:.3f}", str(b.n), f"{b.confidence:.3f}", _interval(b.accuracy)]
        for b in found.bins
    ]
    too = "over" if found.overconfidence > 0 else "under"
    head = (
        f"ECE {found.ece:.3f} (by chance {found.by_chance.low:.3f}-{found.by_chance.high:.3f}); "
        f"on the whole {abs(found.overconfidence):.3f} {too}confident"
    )
    return head + "\n" + _table(["Confidence", "n", "mean", "accuracy"], rows)


def _confusion(scores: Scores) -> str:
    seen = [i for i, c in enumerate(scores.classes) if c.n or c.answered]
    names = [c.label for c in scores.classes]
    if len(seen) <= WIDEST_CONFUSION:
        rows = [[names[i], *(str(scores.confusion[i][j]) for j in seen)] for i in seen]
        return _table(["Label \\ answer", *(names[j][:14] for j in seen)], rows)
    mistakes = [(-scores.confusion[i][j], names[i], names[j]) for i in seen for j in seen if i != j]
    common = [row for row in sorted(mistakes) if row[0] < 0][:MISTAKES]
    return _table(
        ["Commonest mistakes: label", "answer", "rows"],
        [[label, answer, str(-count)] for count, label, answer in common],
    )


def _interval(found: Interval | None) -> str:
    return "-" if found is None else f"{found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, counts to the right; a row that is cut short may run on."""
    full = [row for row in rows if len(row) == len(header)]
    counts = [bool(full) and all(row[i].isdigit() for row in full) for i in range(len(header))]
    widths = [max(len(row[i]) for row in (header, *full)) for i in range(len(header))]
    widths[:2] = [max([width, *(len(row[i]) for row in rows)]) for i, width in enumerate(widths[:2])]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if count and len(cell) <= width else cell.ljust(width)
            for cell, width, count in zip(row, widths, counts, strict=False)
        ]
        return "  ".join(cells).rstrip()

    return "\n".join(map(line, (header, *rows)))


def _wrapped(line: str) -> list[str]:
    import textwrap

    return textwrap.wrap(line, 100, subsequent_indent="    ", drop_whitespace=True) or [line]
