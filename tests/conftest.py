"""Fixtures that several rooms share. Every test runs offline and keeps its files to itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("voc", deadline=None)  # a busy machine is no failure
settings.load_profile("voc")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One vector cache for the whole session: a text is encoded once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_folders(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cache and the author key of the person who runs the tests out of them."""
    monkeypatch.setenv("VOC_CACHE_DIR", str(cache_folder))
    monkeypatch.setenv("VOC_AUTHOR_KEY", "a key for tests only")


@pytest.fixture(scope="session")
def sample_reviews() -> Path:
    """The folder of samples."""
    return ROOT / "sample_reviews"


@pytest.fixture(scope="session")
def sample_result(sample_reviews: Path, cache_folder: Path):
    """The samples, analysed once."""
    import voc

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOC_CACHE_DIR", str(cache_folder))
        patch.setenv("VOC_AUTHOR_KEY", "a key for tests only")
        return voc.analyze(voc.read(sample_reviews))
