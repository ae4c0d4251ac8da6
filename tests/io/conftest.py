from collections.abc import Callable
from pathlib import Path

import pytest

Given = Callable[..., Path]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Writes an input file and returns its path."""

    def write(content: str | bytes, name: str = "reviews.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return write
