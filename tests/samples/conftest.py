"""One reading and one analysis of sample_reviews/ for the whole test session: they take a while."""

from __future__ import annotations

import pytest
from samples_truth import SAMPLES

import voc


@pytest.fixture(scope="session")
def sample_corpus() -> voc.Corpus:
    return voc.read(SAMPLES)


@pytest.fixture(scope="session")
def sample_result(sample_corpus: voc.Corpus) -> voc.Result:
    return voc.analyze(sample_corpus, cache=False)
