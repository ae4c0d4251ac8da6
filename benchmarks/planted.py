"""How much of what is planted in sample_reviews/ the report finds, with the measures of the tests.

usage: python benchmarks/planted.py

Prints each theme's recall and the rank of its first issue, the trends of the growing and the fixed
theme, and the sentiment of clear texts overall and by language.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import voc

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "samples"))

from samples_truth import ISSUES  # noqa: E402
from test_planted_issues import CLEAR, Planted  # noqa: E402


def main() -> None:
    """Analyse the samples as the tests do and print the measures."""
    os.environ.setdefault("VOC_AUTHOR_KEY", "a key for tests only")
    planted = Planted(voc.analyze(voc.read(ROOT / "sample_reviews"), cache=False))
    recalls = {theme: planted.recall(theme) for theme in ISSUES}
    for theme, recall in recalls.items():
        found = planted.issues_about(theme)
        print(f"{theme:22s} recall {recall:.2f}  first at rank {found[0].rank if found else '-'}")
    print(f"mean recall {sum(recalls.values()) / len(recalls):.3f}, {len(planted.result.ranked)} issues")
    for theme in ("app_crash", "late_delivery"):
        issues = planted.issues_about(theme)
        print(
            theme,
            [(i.trend_flag, i.volume, i.trend_ratio and round(i.trend_ratio.estimate, 2)) for i in issues],
        )
    said = [(planted.said(row, "sentiment"), row["sentiment"], row["lang"]) for row in CLEAR]
    opposite = sum({ours, theirs} == {"negative", "positive"} for ours, theirs, _ in said) / len(said)
    print(
        f"clear texts {len(said)}: right {sum(a == b for a, b, _ in said) / len(said):.3f}, opposite {opposite:.3f}"
    )
    for language in sorted({language for *_, language in said}):
        mine = [ours == theirs for ours, theirs, code in said if code == language]
        print(f"  {language} n {len(mine)} right {sum(mine) / len(mine):.2f}")


if __name__ == "__main__":
    main()
