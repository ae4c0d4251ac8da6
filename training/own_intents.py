"""Our own intent examples for training, and which of them are held out."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
import yaml
from common import ROOT
from numpy.typing import NDArray

from voc.models.intents import read_intents

Example = tuple[str, str, str]
"""(text, intent, language)"""
MORE = ROOT / "training" / "intent_examples"
"""Plain, frequent ways of saying things; those that ship with the package were written close to the borders."""


def own_examples() -> list[Example]:
    """The package's examples, in the file's order, then those of ``intent_examples/``."""
    found = [
        (text, intent.key, language)
        for intent in read_intents()
        for language, texts in intent.examples.items()
        for text in texts
    ]
    known = {(text, language) for text, _intent, language in found}
    for path in sorted(MORE.glob("*.yaml")):
        for intent, by_language in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for language, texts in by_language.items():
                found += [(text, intent, language) for text in texts if (text, language) not in known]
    return found


def held_out(examples: list[Example]) -> NDArray[np.bool_]:
    """True for a fifth of each (intent, language): drawn among the package's and among the others apart."""
    shipped = len([text for intent in read_intents() for text in intent.texts])
    return np.concatenate([_fifth(examples[:shipped]), _fifth(examples[shipped:])])


def _fifth(examples: list[Example]) -> NDArray[np.bool_]:
    rng = random.Random(5)
    cells: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for i, (_text, intent, language) in enumerate(examples):
        cells[intent, language].append(i)
    test = np.zeros(len(examples), bool)
    for _cell, at in sorted(cells.items()):
        test[rng.sample(at, max(1, round(len(at) / 5)))] = True
    return test
