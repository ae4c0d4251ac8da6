"""``voc open`` and ``voc serve --run``: what they refuse, and where they look."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voc.cli import cli
from voc.cli.console import guarded


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["open", "nowhere"], 3, "not a run folder"),
        (["serve", "--run", "nowhere"], 3, "not a run folder"),
        (["serve", "--run", "nowhere", "--host", "0.0.0.0"], 2, "on this one only"),
        (["serve"], 2, "--rules"),
        (["serve", "--rules", "support", "--run", "nowhere"], 2, "either"),
        (["open"], 2, "DIR"),
    ],
)
@pytest.mark.enable_socket
def test_wrong_usage(
    arguments: list[str], code: int, said: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["voc", *arguments])
    assert guarded(cli) == code
    assert said in capsys.readouterr().err


def test_without_the_server_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("voc.cli.open.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["voc", "open", "out"])
    assert guarded(cli) == 2
    assert "pip install 'voc[serve]'" in capsys.readouterr().err
