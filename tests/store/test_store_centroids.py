"""``issues.safetensors`` gives back what was put into it, or says that it is damaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from voc.errors import VocError
from voc.insight.matching import Profile, profile_of, with_retired
from voc.models.warm_start import Fitted, Frame
from voc.store.centroids import dumps, loads


def profile() -> Profile:
    vectors = np.eye(4, dtype=np.float32)
    frame = Frame(("en",), vectors[:2], vectors[0], vectors[1:3])
    found = profile_of(vectors, ["en"] * 4, ["i-1", "i-1", "i-2", None], "encoder 1")
    return replace(found, fitted=Fitted(frame, vectors[:3, :3], "key", 0.9))


def test_the_clustering_comes_back_as_it_was() -> None:
    given = profile()
    found = loads(dumps(given)).fitted
    assert given.fitted is not None
    assert found is not None
    assert (found.made_by, found.share, found.frame.languages) == ("key", 0.9, ("en",))
    assert (found.centroids == given.fitted.centroids).all()
    for name in ("means", "centre", "components"):
        assert (getattr(found.frame, name) == getattr(given.fitted.frame, name)).all()
    assert dumps(loads(dumps(given))) == dumps(given)


def test_a_profile_of_an_older_run_has_none() -> None:
    assert loads(dumps(replace(profile(), fitted=None))).fitted is None


def test_issues_that_are_gone_do_not_bring_their_clustering_along() -> None:
    old = replace(profile(), issues=("i-1", "i-9"))
    new = profile()
    assert with_retired(new, old).fitted is new.fitted
    assert with_retired(new, old).retired == {"i-9"}


def test_parts_that_do_not_fit_together_are_told() -> None:
    given = profile()
    assert given.fitted is not None
    frame = replace(given.fitted.frame, centre=np.zeros(3, np.float32))
    with pytest.raises(VocError, match="damaged"):
        loads(dumps(replace(given, fitted=replace(given.fitted, frame=frame))))
