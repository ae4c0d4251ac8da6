"""What ``voc train intent`` found out: scores on rows that were not learned from, and what looks wrong with labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voc.labelled import LabelledRows, Row
from voc.types import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voc.insight.calibration import Calibration
    from voc.insight.labelling import Confusion, Suspect
    from voc.insight.metrics import Scores

Method = Literal["linear", "setfit", "finetune"]
REPORT = "report.json"
"""Its name in a model's folder."""


@dataclass(frozen=True)
class TrainingReport:
    """What a model was trained on and how well it does on rows it did not see.

    ``rows_read == used + sum(rejected.values())``. ``measured`` rows were held out: all of them in turn
    (cross-validation), or a part of them when something was fine-tuned. ``mix`` is each view's share.
    Rows are named by id, file and row; texts are not kept.
    """

    method: Method
    label_column: str
    rows_read: int
    used: int
    rejected: Mapping[str, int]
    measured: int
    mix: Mapping[str, float]
    scores: Scores
    calibration: Calibration
    mislabelled: tuple[Mapping[str, Any], ...]
    confusable: tuple[Mapping[str, Any], ...]
    contradictions: tuple[tuple[str, ...], ...]
    thin: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def make_report(
    method: Method,
    data: LabelledRows,
    labels: Sequence[str],
    y: NDArray[np.int64],
    held: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    mix: Mapping[str, float],
) -> TrainingReport:
    """Scores, calibration and label problems of the rows at the positions ``held``."""
    import numpy as np

    from voc.insight.calibration import calibrate
    from voc.insight.labelling import confusable_pairs, contradictions, likely_mislabelled, thin_classes
    from voc.insight.metrics import score

    truth, guess = y[held], probabilities.argmax(axis=1).astype(np.int64)
    names, marks = [row.label for row in data.rows], [row.mark for row in data.rows]
    suspects = likely_mislabelled(probabilities, truth)
    return TrainingReport(
        method=method,
        label_column=data.label_column,
        rows_read=data.rows_read,
        used=len(data.rows),
        rejected=data.rejected,
        measured=len(held),
        mix=mix,
        scores=score(truth, guess, labels),
        calibration=calibrate(probabilities.max(axis=1).astype(np.float64), truth == guess),
        mislabelled=tuple(_suspect(found, data.rows[held[found.row]], labels) for found in suspects),
        confusable=tuple(_pair(found, labels) for found in confusable_pairs(guess, truth, len(labels))),
        contradictions=tuple(
            tuple(data.rows[at].id for at in found) for found in contradictions(names, marks)
        ),
        thin=thin_classes(names, marks),
    )


def _suspect(found: Suspect, row: Row, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "source_file": row.source_file,
        "source_row": row.source_row,
        "label": labels[found.label],
        "likelier": labels[found.likelier],
        "margin": round(found.margin, 4),
    }


def _pair(found: Confusion, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "label": labels[found.label],
        "taken_for": labels[found.taken_for],
        "rows": found.rows,
        "share": round(found.share, 4),
    }


def write_report(path: Path, report: TrainingReport) -> None:
    """Write the report as JSON."""
    import orjson

    path.write_bytes(orjson.dumps(report.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        return value._asdict()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
