"""What goes into ``run.json``: what was read, what was decided, and with which models."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import voc
from voc.config import Resolved, Settings, report_languages
from voc.errors import VocError
from voc.types import Corpus

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = ("bertopic", "onnxruntime", "tokenizers", "scikit-learn", "numpy", "pandas")


def manifest(
    corpus: Corpus,
    feedback: pd.DataFrame,
    segments: pd.DataFrame,
    models: Mapping[str, str],
    resolved: Resolved,
    timings: Mapping[str, float],
    as_of: datetime | None,
) -> dict[str, Any]:
    """Return the content of ``run.json``.

    ``counts`` keeps the conservation law: rows_read = records_kept + duplicates + rejected.
    """
    counts = _counts(corpus, feedback, segments)
    settings = resolved.settings
    return {
        "voc": voc.__version__,
        "versions": _versions(),
        "fingerprint": fingerprint(corpus, resolved, as_of),
        "title": settings.report.title or "",
        "report_language": _report_language(settings, counts["languages"]),
        "as_of": as_of.isoformat() if as_of else None,
        "inputs": [asdict(source) for source in corpus.sources],
        "counts": counts,
        "settings": {
            key: {"value": _value(settings, key), "from": origin}
            for key, origin in resolved.provenance.items()
        },
        "models": dict(models),
        "timings": dict(timings),
    }


def fingerprint(corpus: Corpus, resolved: Resolved, as_of: datetime | None) -> str:
    """Hash all that decides what a run writes: version, input bytes, every setting and the edits of topics."""
    import hashlib

    import orjson

    settings, edits = resolved.settings, b""
    if settings.topics.edits and Path(settings.topics.edits).is_file():
        edits = Path(settings.topics.edits).read_bytes()
    hashes = [source.sha256 for source in corpus.sources]
    parts = [
        voc.__version__,
        hashes,
        settings.model_dump(mode="json"),
        as_of,
        hashlib.sha256(edits).hexdigest(),
    ]
    return hashlib.blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def is_finished(folder: Path, corpus: Corpus, resolved: Resolved, as_of: datetime | None) -> bool:
    """Whether ``folder`` holds this very run, complete."""
    from voc.store.tables import load_run_json

    try:
        return load_run_json(folder).get("fingerprint") == fingerprint(corpus, resolved, as_of)
    except VocError:
        return False


def _counts(corpus: Corpus, feedback: pd.DataFrame, segments: pd.DataFrame) -> dict[str, Any]:
    spans: Counter[str] = Counter()
    for found, times in Counter(feedback["redactions"]).items():  # a large run keeps no records
        for kind, count in re.findall(r"(.+?):(\d+)(?: |$)", found):
            spans[kind] += int(count) * times
    return {
        "rows_read": len(feedback) + len(corpus.rejected),
        "records_kept": int(feedback["duplicate_of"].isna().sum()),
        "duplicates": int(feedback["duplicate_of"].notna().sum()),
        "rejected": len(corpus.rejected),
        "rejected_by_code": dict(sorted(Counter(item.code for item in corpus.rejected).items())),
        "redactions": dict(sorted(spans.items())),
        "languages": dict(Counter(feedback["language"]).most_common()),
        "sentiments": dict(sorted(Counter(feedback["sentiment"]).items())),
        "segments": len(segments),
        "unclustered_segments": int((segments["topic"] == -1).sum()),
        "issues": int(segments["issue_id"].nunique()),
    }


def _value(settings: Settings, key: str) -> Any:
    node: Any = settings
    for part in key.split("."):
        node = getattr(node, part)
    return node


def _report_language(settings: Settings, languages: Mapping[str, int]) -> str:
    if settings.report.language != "auto":
        return settings.report.language
    main = next(iter(languages), "en")
    return main if main in report_languages() else "en"


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found
