"""Edits are checked whole, found again in later runs, and never dropped without a word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voc.errors import VocError
from voc.models.topic_edits import Edits, centred, known, load_edits, save_edits, unit
from voc.models.topic_plan import Grouped, Plan, apply_plan
from voc.types import TopicInfo

SIZE, DIM = 20, 32
NAMES = ("late parcel", "app crash", "double charge", "kind staff")


def centres() -> np.ndarray:
    return unit(np.random.default_rng(5).normal(size=(len(NAMES), DIM)).astype(np.float32))


def grouped(order: tuple[int, ...] = (0, 1, 2, 3), seed: int = 0, prefix: str = "i") -> Grouped:
    """Return the four themes as topics; ``order[theme]`` is the theme's number in this run."""
    rng = np.random.default_rng(seed)
    themes = np.repeat(np.arange(len(NAMES)), SIZE)
    rows = unit((centres()[themes] + rng.normal(scale=0.08, size=(len(themes), DIM))).astype(np.float32))
    numbers = np.array(order)[themes]
    info = {
        order[theme]: TopicInfo(order[theme], f"{prefix}-{theme}", f"label {theme}", tuple(name.split()), ())
        for theme, name in enumerate(NAMES)
    }
    return Grouped(numbers, rows, np.array(["en"] * len(rows)), info)


def remembered(run: Grouped, encoder: str = "enc") -> dict[str, dict[str, object]]:
    every = run.vectors.mean(axis=0)[None]
    counts = np.array([len(run.vectors)], dtype=np.float32)
    return {
        item.issue_id: known(
            item.label,
            item.keywords,
            encoder,
            centred(
                run.vectors[run.assigned == topic].mean(axis=0)[None],
                np.ones((1, 1), np.float32),
                every,
                counts,
            )[0],
        ).model_dump()
        for topic, item in run.info.items()
    }


def merge(before: np.ndarray, groups: list[list[int]]) -> np.ndarray:
    place = {topic: group[0] for group in groups for topic in group}
    return np.array([place.get(int(topic), int(topic)) for topic in before])


def edited(content: dict[str, object], run: Grouped, encoder: str = "enc", **seeds: object):
    return apply_plan(Plan(Edits.model_validate(content), encoder, **seeds), run, merge)


def test_a_renamed_topic_is_found_in_another_run_by_its_centroid() -> None:
    before, after = grouped(), grouped((3, 2, 1, 0), seed=7, prefix="j")
    out = edited({"rename": {"i-0": "Courier is late"}, "known": remembered(before)}, after)
    assert out.names == {3: "Courier is late"}
    assert out.notes == []


def test_with_another_encoder_the_keywords_decide() -> None:
    after = grouped((3, 2, 1, 0), seed=7, prefix="j")
    content = {"rename": {"i-1": "Crashes"}, "known": remembered(grouped(), "another encoder")}
    assert edited(content, after).names == {2: "Crashes"}


def test_merged_topics_are_one_and_keep_the_given_name() -> None:
    after = grouped((2, 0, 3, 1), seed=3, prefix="j")
    out = edited(
        {"merge": [{"topics": ["i-0", "i-2"], "name": "Orders"}], "known": remembered(grouped())}, after
    )
    assert len(set(out.assigned.tolist())) == 3
    assert set(out.assigned[:SIZE]) == set(out.assigned[2 * SIZE : 3 * SIZE])
    assert out.names[int(out.assigned[0])] == "Orders"


def test_a_dropped_topic_is_unclustered_and_said() -> None:
    out = edited({"drop": ["i-3"]}, grouped())
    assert (out.assigned[3 * SIZE :] == -1).all()
    assert (out.assigned[: 3 * SIZE] >= 0).all()
    assert "dropped" in out.notes[0]


def test_a_pin_takes_what_is_near_its_example_and_nothing_else() -> None:
    run = grouped()
    seed = run.vectors[SIZE][None]
    lost = Grouped(np.where(run.assigned == 1, -1, run.assigned), run.vectors, run.languages, run.info)
    out = edited({"pin": [{"name": "Crashes"}]}, lost, seeds=[seed], languages=[["en"]])
    pinned = next(topic for topic, name in out.names.items() if name == "Crashes")
    assert (out.assigned[SIZE : 2 * SIZE] == pinned).all()
    assert (np.delete(out.assigned, range(SIZE, 2 * SIZE)) != pinned).all()


@pytest.mark.parametrize("section", ["rename", "drop", "merge", "pin"])
def test_an_edit_that_finds_nothing_changes_nothing_and_is_reported(section: str) -> None:
    content = {
        "rename": {"rename": {"elephants": "Zoo"}},
        "drop": {"drop": ["elephants"]},
        "merge": {"merge": [["elephants", "i-1"]]},
        "pin": {"pin": [{"name": "elephants"}]},
    }[section]
    run = grouped()
    far, pins = unit(-run.vectors.mean(axis=0))[None], int(section == "pin")
    out = edited(content, run, seeds=[far] * pins, languages=[["en"]] * pins)
    assert (out.assigned == run.assigned).all()
    assert len(out.notes) == 1
    assert "elephants" in out.notes[0]


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    edits = Edits.model_validate({"rename": {"i-0": "늦은 배송"}, "known": remembered(grouped())})
    save_edits(path, edits)
    found = load_edits(path)
    assert found.rename == {"i-0": "늦은 배송"}
    assert set(found.known) == {"i-0"}
    assert found.known["i-0"] == edits.known["i-0"]


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(
        "merge:\n  - [i-1]\ndorp: [i-2]\npin:\n  - {name: x, min_similarity: 7}\n", encoding="utf-8"
    )
    with pytest.raises(VocError) as caught:
        load_edits(path)
    for word in ("merge.0.topics", "dorp", "min_similarity", "3 problems"):
        assert word in caught.value.message


def test_edits_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text("drop: [i-1]\nrename: {i-1: A, i-2: ''}\n", encoding="utf-8")
    with pytest.raises(VocError) as caught:
        load_edits(path)
    assert "2 problems" in caught.value.message
