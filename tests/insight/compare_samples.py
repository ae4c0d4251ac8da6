"""Made-up runs for comparing: vectors with a language direction, and voices with known rates."""

import numpy as np
import pandas as pd

from voc.insight.matching import profile_of
from voc.insight.snapshot import Snapshot, Standing

DIMENSIONS = 48
RANDOM = np.random.default_rng(7)
COMMON = 4 * RANDOM.normal(size=DIMENSIONS)
LANGUAGES = {code: 2 * RANDOM.normal(size=DIMENSIONS) for code in ("en", "ko", "de")}
THEMES = {
    name: RANDOM.normal(size=DIMENSIONS) for name in ["late", "crash", "bill", "noise", "login", "price"]
}


def said(sizes, seed, languages=("en", "ko"), encoder="e1"):
    """A profile of ``{issue id: (theme, segments)}``: every segment has the encoder's and its language's lean."""
    random = np.random.default_rng(seed)
    vectors, codes, issues = [], [], []
    for issue, (theme, count) in sizes.items():
        for _ in range(count):
            code = str(random.choice(languages))
            row = COMMON + LANGUAGES[code] + THEMES[theme] + random.normal(size=DIMENSIONS)
            vectors.append(row / np.linalg.norm(row))
            codes.append(code)
            issues.append(issue)
    return profile_of(np.array(vectors, dtype=np.float32), codes, issues, encoder)


def run(issues, voices, name, profile=None, first=0, liked=(), last_day=""):
    """A run of as many voices, one record each; ``issues``: {id: (voices, of them negative)}, drawn apart."""
    keys = [f"k{first + number}" for number in range(voices)]
    rows, start = [], 0
    for issue, (count, negative) in issues.items():
        for place in range(count):
            number = (start + place) % voices
            rows.append((issue, keys[number], number, place < negative))
        start += count
    return Snapshot(
        pd.DataFrame({"key": keys, "voice": range(voices)}),
        pd.DataFrame(rows, columns=["issue_id", "key", "voice", "negative"]),
        tuple(Standing(name, name, rank, 50.0 - rank, name in liked) for rank, name in enumerate(issues, 1)),
        profile,
        name,
        last_day,
    )
