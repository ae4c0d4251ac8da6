"""``voc topics`` shows a run's issues and records edits in a file that people can read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from voc.cli.topics import command
from voc.errors import VocError
from voc.insight.matching import Profile
from voc.models.topic_edits import load_edits
from voc.result import Result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> str:
    """A run of two issues."""
    issues = tuple(
        SimpleNamespace(issue_id=f"i-{n}", rank=n, label=label, keywords=(label,), volume=9, group="Money")
        for n, label in enumerate(["refund", "price"], 1)
    )
    means = np.eye(2, 4, dtype=np.float32)
    profile = Profile(
        "enc", ("i-1", "i-2"), ("en",), means, np.ones((2, 1), np.float32),
        means.mean(axis=0)[None], np.array([40], np.float32),
    )  # fmt: skip
    fake = SimpleNamespace(ranked=issues, profile=profile)
    fake.issue = lambda name: Result.issue(fake, name)
    monkeypatch.setattr("voc.result.load_run", lambda folder: fake)
    return "out"


def call(*arguments: object) -> str:
    result = CliRunner().invoke(command, [str(item) for item in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_run_is_shown_by_its_groups(run: str) -> None:
    lines = call(run).splitlines()
    assert lines[0] == "Money"
    assert "i-1" in lines[1]
    assert "refund" in lines[1]
    assert call("show", run).splitlines() == lines


def test_edits_add_up_in_the_file_with_what_finds_them_again(run: str, tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    call("merge", run, "1", "price", "--name", "Money back", "--edits", path)
    call("rename", run, "i-1", "Refunds", "--edits", path)
    call("pin", "Fire", "-e", "smoke from the charger", "--edits", path)
    edits = load_edits(path)
    assert edits.merge[0].topics == ["i-1", "i-2"]
    assert edits.merge[0].name == "Money back"
    assert edits.rename == {"i-1": "Refunds"}
    assert edits.pin[0].phrases == ["smoke from the charger"]
    assert edits.known["i-1"].encoder == "enc"
    assert np.allclose(edits.known["i-1"].vector(), [0.7071, -0.7071, 0, 0], atol=1e-3)
    assert path.read_text(encoding="utf-8").startswith("# Edits to issues")


def test_an_edit_against_another_is_refused_and_the_file_stays(run: str, tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    call("rename", run, "i-1", "Refunds", "--edits", path)
    before = path.read_bytes()
    with pytest.raises(VocError, match="dropped"):
        call("drop", run, "i-1", "--edits", path)
    with pytest.raises(VocError, match="no issue fits"):
        call("drop", run, "elephants", "--edits", path)
    assert path.read_bytes() == before
