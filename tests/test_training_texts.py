"""The sentences that we wrote for training are in none of the sets that judge what was trained."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WRITTEN = sorted([*ROOT.glob("training/written/*.yaml"), *ROOT.glob("training/intent_examples/*.yaml")])
LEAST = 7
"""Letters of the shortest text that counts: "great!" is anybody's."""


def bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def texts(content: Any) -> Iterator[str]:
    if isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from texts(part)
    elif isinstance(content, str):
        yield content


@pytest.fixture(scope="module")
def judging() -> set[str]:
    truth = (ROOT / "tests/samples/truth.jsonl").read_text(encoding="utf-8").splitlines()
    plain = ast.walk(ast.parse((ROOT / "tests/models/plain_sentences.py").read_text(encoding="utf-8")))
    audit = [yaml.safe_load(path.read_text("utf-8")) for path in ROOT.glob("benchmarks/bias/*.yaml")]
    found = [*texts([json.loads(line) for line in truth]), *texts(audit)]
    found += [node.value for node in plain if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {bare(text) for text in found if len(bare(text)) >= LEAST}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_no_text_is_also_one_that_judges(path: Path, judging: set[str]) -> None:
    assert len(judging) > 1_000
    written = list(texts(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert written
    assert [text for text in written if bare(text) in judging] == []
