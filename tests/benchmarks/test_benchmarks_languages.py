"""The measures of benchmarks/languages.py, on topics whose answer is known."""

import numpy as np
import pytest
from languages import measure, shared

SAID = np.array(["en", "de", "ko", "th"] * 30)
MEANT = np.repeat(["late", "broken", "dear"], 40)


def test_topics_that_are_what_is_meant_know_nothing_of_the_language():
    topics = np.repeat([0, 1, 2], 40)
    found = measure(topics, SAID, MEANT)
    assert found["NMI(topic, language)"] == pytest.approx(0, abs=1e-9)
    assert found["AMI(topic, intent)"] == pytest.approx(1)
    assert found["in shared topics"] == found["coverage"] == 1


def test_topics_that_are_the_languages_know_nothing_else():
    found = measure(np.unique(SAID, return_inverse=True)[1], SAID, MEANT)
    assert found["NMI(topic, language)"] == pytest.approx(1)
    assert found["AMI(topic, intent)"] == pytest.approx(0, abs=0.05)
    assert found["in shared topics"] == 0


def test_what_is_unclustered_counts_as_no_topic():
    topics = np.repeat([0, -1, 1], 40)
    found = measure(topics, SAID, MEANT)
    assert (found["coverage"], found["topics"]) == (pytest.approx(2 / 3), 2)


def test_a_topic_is_shared_by_half_of_the_languages():
    assert shared(np.array([0, 0, 1, 1]), np.array(["en", "de", "ko", "ko"])) == 0.5
