"""A run in blocks that was interrupted goes on where it stopped, and writes what it would have written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from large_samples import write_export
from tiny_models import WordEncoder, tiny_models

from voc import large
from voc.cli import cli
from voc.cli.console import guarded
from voc.config import resolve
from voc.engine.local import LocalEngine
from voc.models.understand import Models
from voc.result import Result
from voc.store.work import Shelf, Work
from voc.types import Encoded

ROWS, BLOCK = 300, 64
BLOCKS = -(-ROWS // BLOCK)


class Tiring(WordEncoder):
    """Counts the texts it is asked for, and breaks down after so many calls."""

    def __init__(self, calls: int) -> None:
        self.calls, self.texts = calls, 0

    def encode(self, texts: Sequence[str], progress=None) -> Encoded:
        if not self.calls:
            raise KeyboardInterrupt
        self.calls -= 1
        self.texts += len(texts)
        return super().encode(texts, progress)


def run(export: Path, output: Path, calls: int = 1000, resume: bool = False) -> tuple[Result, int]:
    """The result, and how many texts were encoded."""
    resolved = resolve("reviews", {})
    encoder = Tiring(calls)
    plain = tiny_models()
    models = Models(encoder, plain.sentiment, plain.intent, encoder)
    with pytest.MonkeyPatch.context() as patch, Work(output, resume) as work:
        patch.setattr(large, "BLOCK", BLOCK)
        patch.setenv("VOC_AUTHOR_KEY", "a key for tests only")
        opened = large.open_input([export], resolved.settings, LocalEngine(), fits=50)
        assert isinstance(opened, large.Large)
        result = large.analyze_large(large.begin(opened, resolved), models=lambda: models, work=work)
        work.done()
    return result, encoder.texts


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "reviews.csv", ROWS)


def same(one: Result, other: Result) -> None:
    pd.testing.assert_frame_equal(one.feedback, other.feedback)
    pd.testing.assert_frame_equal(one.segments, other.segments)
    assert one.ranked == other.ranked


def test_blocks_that_were_done_are_not_done_again(export: Path, tmp_path: Path) -> None:
    whole, all_texts = run(export, tmp_path / "whole")
    with suppress(KeyboardInterrupt):
        run(export, tmp_path / "out", calls=3)
    assert len(list((tmp_path / ".out.work").glob("answers-*"))) == 3
    resumed, texts = run(export, tmp_path / "out", resume=True)
    same(resumed, whole)
    assert 0 < texts < all_texts * 0.6
    assert not (tmp_path / ".out.work").exists()


def test_a_damaged_block_is_done_again(export: Path, tmp_path: Path) -> None:
    whole, all_texts = run(export, tmp_path / "whole")
    with suppress(KeyboardInterrupt):
        run(export, tmp_path / "out", calls=3)
    for block in (tmp_path / ".out.work").glob("answers-*"):
        raw = bytearray((block / "answers.safetensors").read_bytes())
        raw[-1] ^= 1
        (block / "answers.safetensors").write_bytes(raw)
    resumed, texts = run(export, tmp_path / "out", resume=True)
    same(resumed, whole)
    assert texts == all_texts


def test_topics_that_were_found_are_not_sought_again(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = run(export, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(large, "measured", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with suppress(KeyboardInterrupt):
            run(export, tmp_path / "out")
    monkeypatch.setattr("voc.models.topics.fit_topics", lambda *_: pytest.fail("topics are sought again"))
    resumed, texts = run(export, tmp_path / "out", resume=True)
    same(resumed, whole)
    assert texts == 0


def test_other_texts_are_asked_anew(export: Path, tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt):
        run(export, tmp_path / "out", calls=BLOCKS)
    export.write_text(export.read_text(encoding="utf-8").replace("parcel", "letter"), encoding="utf-8")
    resumed, _ = run(export, tmp_path / "out", resume=True)
    same(resumed, run(export, tmp_path / "whole")[0])


def test_a_machine_that_does_not_see_the_folder_keeps_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path / "elsewhere")
    assert shelf.stage("answers", "k", lambda: "said", lambda *_: None, lambda _: "found") == "said"
    assert not list(tmp_path.iterdir())
    assert not caplog.records  # it is no failure


def test_without_a_cache_each_sentence_is_encoded_once_whatever_block_it_is_in(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voc.models.embedded_runtime import EmbeddedEncoder

    halves, asked = EmbeddedEncoder.halves, list[str]()
    monkeypatch.setattr(
        EmbeddedEncoder,
        "halves",
        lambda self, texts, *more: asked.extend(texts) or halves(self, texts, *more),
    )
    monkeypatch.setattr(large, "FITS", 50)
    monkeypatch.setattr(large, "BLOCK", BLOCK)
    monkeypatch.setattr(
        "sys.argv", ["voc", "run", str(export), "-o", str(tmp_path / "out"), "-q", "--no-cache"]
    )
    assert guarded(cli) == 0
    said = [text for text in asked if text == "The zip broke after a week."]
    assert len(said) == 1
    assert len(asked) == len(set(asked)) > ROWS


def test_a_finished_run_in_blocks_is_known_again(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(large, "FITS", 50)
    monkeypatch.setattr(large, "BLOCK", BLOCK)
    arguments = ["voc", "run", str(export), "-o", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", [*arguments, "--quiet"])
    assert guarded(cli) == 0
    written = (tmp_path / "out" / "run.json").stat().st_mtime_ns
    monkeypatch.setattr(large, "analyze_large", lambda *_, **__: pytest.fail("the run is done again"))
    monkeypatch.setattr("sys.argv", [*arguments, "--resume"])
    assert guarded(cli) == 0
    assert (tmp_path / "out" / "run.json").stat().st_mtime_ns == written
    assert f"Read {ROWS} rows" in capsys.readouterr().err
