"""Settings: layers, provenance, and errors that say everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.config import KEYS, pipeline_names, resolve
from voc.errors import VocError


def test_flag_beats_environment_beats_pipeline_beats_default(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("topics: {seed: 1, min_size: 4}\ntrends: {fdr: 0.2}\nmodels: {encoder: from-file}\n")
    environ = {"VOC_TOPICS_SEED": "2", "VOC_MODELS_ENCODER": "from-env"}
    found = resolve(str(path), {"models.encoder": "from-flag", "models.intent": None}, environ)
    assert found.settings.models.encoder == "from-flag"
    assert found.settings.topics.seed == 2
    assert found.settings.topics.min_size == 4
    assert found.settings.trends.fdr == 0.2
    assert found.settings.models.intent == "embedded"
    assert found.provenance["models.encoder"] == "flag"
    assert found.provenance["topics.seed"] == "environment VOC_TOPICS_SEED"
    assert found.provenance["topics.min_size"] == "pipeline mine.yaml"
    assert found.provenance["models.intent"] == "default"
    assert set(found.provenance) == set(KEYS)


def test_all_errors_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("topics: {min_sise: 3, seed: many}\nprioritty: {}\ntext: {patterns: {order: '(['}}\n")
    with pytest.raises(VocError) as error:
        resolve(str(path), environ={})
    message = error.value.message
    assert error.value.exit_code == 2
    assert "did you mean 'min_size'" in message
    assert "did you mean 'priority'" in message
    assert "topics.seed" in message
    assert "'order' is not a regular expression" in message


@pytest.mark.parametrize("content", ["- a\n- b\n", "topics: {seed: 1", "\x00"])
def test_a_broken_pipeline_file_is_an_error_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(content)
    with pytest.raises(VocError, match=r"broken\.yaml"):
        resolve(str(path), environ={})


def test_an_unknown_pipeline_names_the_nearest() -> None:
    with pytest.raises(VocError, match="did you mean 'reviews'"):
        resolve("review", environ={})


@pytest.mark.parametrize("name", ["reviews", "support", "survey"])
def test_the_shipped_pipelines_are_valid(name: str) -> None:
    assert name in pipeline_names()
    assert resolve(name, environ={}).settings.name == name


def test_an_unknown_flag_is_an_error() -> None:
    with pytest.raises(VocError, match=r"did you mean 'topics\.seed'"):
        resolve(None, {"topics.sed": 1}, {})
