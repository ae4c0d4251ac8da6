"""voc: from a messy feedback export to a ranked, evidenced list of what to fix, offline.

>>> import voc
>>> result = voc.analyze(voc.read("sample_reviews/app_store_reviews.json"))
>>> result.issues.columns[:3].tolist()
['rank', 'issue_id', 'label']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voc.batch import batch_schema as batch_schema
    from voc.batch import understand_batch as understand_batch
    from voc.errors import VocError as VocError
    from voc.evaluation import Evaluation as Evaluation
    from voc.evaluation import evaluate as evaluate
    from voc.io.options import ReadOptions as ReadOptions
    from voc.pipeline import analyze as analyze
    from voc.pipeline import read as read
    from voc.result import Result as Result
    from voc.result import load_run as load_run
    from voc.router import Router as Router
    from voc.types import Corpus as Corpus
    from voc.types import Issue as Issue
    from voc.types import Record as Record

__version__ = "0.1.0"

_PUBLIC = {
    "Corpus": "voc.types",
    "Evaluation": "voc.evaluation",
    "Issue": "voc.types",
    "ReadOptions": "voc.io.options",
    "Record": "voc.types",
    "Result": "voc.result",
    "Router": "voc.router",
    "VocError": "voc.errors",
    "analyze": "voc.pipeline",
    "batch_schema": "voc.batch",
    "evaluate": "voc.evaluation",
    "load_run": "voc.result",
    "read": "voc.pipeline",
    "understand_batch": "voc.batch",
}
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:  # PEP 562: `import voc` stays instant
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'voc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
