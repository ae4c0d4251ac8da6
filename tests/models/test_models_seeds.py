"""Seeds of groups: the same for every order of rows and every number of threads, and identical rows stay together."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from voc.models.clusterer import VoiceClusterer, VoiceSpace
from voc.models.seeds import MANY, seed_centroids, unit

GROUPS = 40


def planted(rows: int = 6000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows near one of 40 random directions, of uneven numbers, a tenth of them near none; each row's group."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(2, GROUPS + 2)
    labels = rng.choice(GROUPS, rows, p=weights / weights.sum())
    labels[: rows // 10] = -1
    centres = np.vstack([rng.normal(size=(GROUPS, 64)) / 8, np.zeros((1, 64))])
    return unit((centres[labels] + rng.normal(scale=0.07, size=(rows, 64))).astype(np.float32)), labels


def digest() -> str:
    """What many rows become, from their vectors to their groups."""
    rng = np.random.default_rng(1)
    vectors = np.hstack([planted()[0], 0.1 * rng.normal(size=(6000, 320)).astype(np.float32)])
    space = VoiceSpace(np.array(["en", "ko"] * 3000), np.zeros((6000, 1), np.float32))
    return hashlib.sha256(VoiceClusterer().fit_predict(space.transform(vectors)).tobytes()).hexdigest()


def test_many_rows_are_parted_more_finely_than_by_linkage() -> None:
    rows, labels = planted()
    inside = labels >= 0
    found = VoiceClusterer().fit_predict(rows)
    assert adjusted_mutual_info_score(labels[inside], found[inside]) > 0.95
    assert abs(len(set(found[inside].tolist()) - {-1}) - GROUPS) <= 4


def test_the_order_of_rows_does_not_matter() -> None:
    rows, _ = planted()
    shuffled = rows[np.random.default_rng(5).permutation(len(rows))]
    assert np.array_equal(seed_centroids(rows, 15, 0.68, 42), seed_centroids(shuffled, 15, 0.68, 42))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_the_number_of_threads_does_not_matter(threads: str) -> None:
    if int(threads) > (os.cpu_count() or 1):
        pytest.skip("fewer processors than threads")
    code = "from test_models_seeds import digest; print(digest())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "NUMBA_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        cwd=os.path.dirname(__file__),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == digest()


def test_the_number_of_threads_is_left_as_it_was() -> None:
    before = numba.get_num_threads()
    seed_centroids(planted()[0], 15, 0.68, 42)
    assert numba.get_num_threads() == before


@pytest.mark.parametrize("distinct", [1, 2, 40, 3000])
def test_identical_rows_are_not_parted(distinct: int) -> None:
    rows, _ = planted(seed=3)
    copies = np.repeat(rows[300 : 300 + distinct], -(-MANY * 2 // distinct), axis=0)
    found = VoiceClusterer().fit_predict(copies).reshape(distinct, -1)
    assert (found == found[:, :1]).all()


def test_few_columns_and_zeros_are_no_obstacle() -> None:
    rows, _ = planted()
    assert seed_centroids(unit(rows[:, :3].copy()), 15, 0.68, 42).shape[1] == 3
    rows[:500] = 0
    assert np.isfinite(seed_centroids(rows, 15, 0.68, 42)).all()


def test_too_few_rows_have_no_groups() -> None:
    assert seed_centroids(planted()[0][:4], 5, 0.68, 42).shape == (0, 64)
