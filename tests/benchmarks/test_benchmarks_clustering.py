"""The table of the clustering benchmark counts what is left out, and its bars say what they mean."""

from __future__ import annotations

import json
from pathlib import Path

import clustering
import numpy as np
import pytest
from clustering import Labelled, Score, measure, verdicts

from voc.types import Encoded

GOLD = np.repeat(["a", "b", "c", "d"], 25)
DATA = Labelled("made up", "en", ["text"] * 100, GOLD, aim=0.8)


def found(monkeypatch: pytest.MonkeyPatch, labels: list[int]) -> Score:
    monkeypatch.setitem(clustering.METHODS, "voc", lambda _vectors, _language, _seed: np.array(labels))
    return measure(DATA, np.zeros((100, 3), np.float32), "voc")


def test_a_perfect_grouping_scores_one(monkeypatch: pytest.MonkeyPatch) -> None:
    score = found(monkeypatch, np.repeat([7, 3, 5, 0], 25).tolist())
    assert (score.ami, score.coverage, score.topics, score.gold, score.texts) == (1.0, 1.0, 4, 4, 100)


def test_what_is_left_unclustered_costs_ami_and_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    half = [group if place % 2 else -1 for place, group in enumerate(np.repeat([0, 1, 2, 3], 25))]
    score = found(monkeypatch, half)
    assert score.coverage == 0.5
    assert score.topics == 4
    assert 0.2 < score.ami < 0.7


def test_bars_compare_with_the_defaults_of_the_same_run() -> None:
    mine = Score("made up", "voc", 100, 0.7, 0.95, 7, 4, (9.0, 1.0))
    theirs = Score("made up", "UMAP+HDBSCAN", 100, 0.65, 0.8, 4, 4, (20.0, 2.0))
    met = dict(verdicts(DATA, mine, theirs))
    assert [value for _, value in met.items()] == [True, False, True, False, False]
    assert "AMI >= UMAP+HDBSCAN's (+0.050)" in met
    assert "time <= 0.3 of UMAP+HDBSCAN's (0.50)" in met


def test_a_run_prints_both_sides_and_writes_json(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Planted:
        def encode(self, texts: list[str]) -> Encoded:
            rows = np.eye(4, 8, dtype=np.float32)[[int(text) for text in texts]]
            rows += np.random.default_rng(1).normal(0, 0.05, rows.shape).astype(np.float32)
            return Encoded(rows, rows)

    texts = np.repeat(["0", "1", "2", "3"], 100).tolist()
    monkeypatch.setattr(clustering, "load_encoder", lambda: None)
    monkeypatch.setattr(clustering, "CachedEncoder", lambda _encoder, _store: Planted())
    monkeypatch.setitem(
        clustering.SETS, "BANKING77", lambda: Labelled("made up", "en", texts, np.array(texts))
    )
    monkeypatch.setitem(
        clustering.METHODS, "UMAP+HDBSCAN", lambda vectors, _language, _seed: vectors.argmax(axis=1)
    )
    scores = clustering.main(["BANKING77", "--quick", "--json", str(tmp_path / "scores.json")])
    assert [score.method for score in scores] == ["voc", "UMAP+HDBSCAN"]
    assert all(score.texts == 40 and score.gold == 4 for score in scores)
    assert scores[1].ami == 1.0
    assert [row["ami"] for row in json.loads((tmp_path / "scores.json").read_text())] == [
        s.ami for s in scores
    ]
    printed = capsys.readouterr().out
    assert "topics    4 / 4" in printed
    with pytest.raises(SystemExit):
        clustering.main(["NOSUCH"])
