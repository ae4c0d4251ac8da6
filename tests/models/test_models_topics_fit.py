"""Topics of a small corpus: the same in any order of rows, edited with BERTopic, grouped when many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from voc.config import TopicSettings
from voc.insight.mentions import by_voice, mentions
from voc.models.hierarchy import MANY, group_topics
from voc.models.topic_edits import Edits
from voc.models.topic_plan import Plan
from voc.models.topics import Topics, fit_topics
from voc.models.understand import Understanding
from voc.types import Segment

THEMES = (
    "parcel late courier",
    "app crash screen",
    "card charge twice",
    "staff phone answer",
    "filter price rise",
)
FILL = ("monday", "again", "really", "home", "week", "morning", "kitchen", "sister", "third", "summer")


def corpus(each: int = 30) -> tuple[list[Segment], Understanding]:
    """Return segments about five themes with noisy vectors around each theme's direction."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(len(THEMES), 48))
    segments, rows = [], []
    for number in range(each * len(THEMES)):
        theme = number % len(THEMES)
        text = f"{THEMES[theme]} {FILL[number // 5 % 10]} {FILL[number // 7 % 10]} {chr(97 + number % 26)}{number}"
        segments.append(Segment(f"r{number}", 0, 0, len(text), text, "en"))
        rows.append(centres[theme] + rng.normal(scale=0.35, size=48))
    vectors = np.array(rows, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    mood = np.tile(np.array([0.6, 0.3, 0.1], np.float32), (len(rows), 1))
    wants = np.tile(np.array([0.7, 0.3], np.float32), (len(rows), 1))
    return segments, Understanding(vectors, mood, wants, mood, wants, ("bug", "other"))


def shuffled(
    segments: list[Segment], answers: Understanding, seed: int
) -> tuple[list[Segment], Understanding, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(segments))
    # Ids are numbered by row in a real file, so they change with the order, too.
    moved = [replace(segments[row], record_id=f"r{place}") for place, row in enumerate(order)]
    return moved, replace(answers, vectors=answers.vectors[order]), order


def by_label(topics: Topics) -> dict[str, int]:
    return {item.label: int((topics.assigned == topic).sum()) for topic, item in topics.info.items()}


def test_shuffled_rows_give_the_same_issues() -> None:
    segments, answers = corpus()
    first = fit_topics(segments, answers, TopicSettings())
    assert len(first.info) == len(THEMES)
    for seed in (1, 2):
        moved, changed, order = shuffled(segments, answers, seed)
        again = fit_topics(moved, changed, TopicSettings())
        assert adjusted_rand_score(first.assigned[order], again.assigned) >= 0.95
        assert {item.issue_id for item in again.info.values()} == {
            item.issue_id for item in first.info.values()
        }
        assert by_label(again) == by_label(first)


def test_labels_are_the_words_of_the_theme() -> None:
    found = fit_topics(*corpus(), TopicSettings())
    for item in found.info.values():
        words = set(item.label.split(" · "))
        assert any(words <= set(theme.split()) for theme in THEMES), item.label


def test_quotes_say_what_the_issue_is_about() -> None:
    """A sentence can be the nearest by the context of its record, and name nothing of the issue."""
    segments, answers = corpus()
    vague = [
        replace(s, text=" ".join(s.text.split()[3:])) if row % 3 == 0 else s for row, s in enumerate(segments)
    ]
    vectors = answers.vectors.copy()
    for theme in range(len(THEMES)):
        mine = [row for row in range(len(vague)) if row % len(THEMES) == theme]
        near = [row for row in mine if row % 3 == 0]
        middle = vectors[mine].mean(axis=0)
        vectors[near] = middle / np.linalg.norm(middle)
    found = fit_topics(vague, replace(answers, vectors=vectors), TopicSettings())
    assert len(found.info) == len(THEMES)
    for item in found.info.values():
        named = [bool(set(item.label.split(" · ")) & set(vague[row].text.split())) for row in item.central]
        assert named == sorted(named, reverse=True)
        assert any(named)
        assert not all(named)


def test_edits_change_the_model_and_the_issues_alike() -> None:
    segments, answers = corpus()
    plain = fit_topics(segments, answers, TopicSettings())
    one, two, three, four, _ = (item.issue_id for item in plain.info.values())
    edits = Edits.model_validate(
        {
            "merge": [{"topics": [one, two], "name": "Joined"}],
            "drop": [three],
            "rename": {four: "My name"},
            "pin": [{"name": "Pinned", "min_similarity": 0.99}],
        }
    )
    seed = answers.vectors[:1]
    found = fit_topics(segments, answers, TopicSettings(), Plan(edits, "enc", [seed], [["en"]]))
    names = by_label(found)
    joined = (plain.assigned == 0).sum() + (plain.assigned == 1).sum()
    assert {"Joined", "My name", "Pinned"} <= set(names)
    assert names["Pinned"] == 1
    assert joined - 1 <= names["Joined"] <= joined
    assert (found.assigned == -1).sum() >= (plain.assigned == 2).sum() - 1
    assert [item.named for item in found.info.values()].count(True) == 3
    assert sorted(set(found.model.topics_)) == sorted(set(found.assigned.tolist()))
    assert len(found.model.topic_embeddings_) == len(set(found.assigned.tolist()))


def test_many_topics_come_in_groups_and_few_do_not() -> None:
    rng = np.random.default_rng(3)
    themes = np.repeat(np.arange(4), 5)
    rows = rng.normal(size=(4, 32))[themes] + rng.normal(scale=0.3, size=(20, 32))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    groups = group_topics(rows)
    # More groups than themes are asked for, so a theme may be split, but none may be mixed.
    assert all(len(set(themes[np.array(groups) == group])) == 1 for group in set(groups))
    assert 2 <= len(set(groups)) < len(rows)
    assert group_topics(rows[:MANY]) == []


def test_praise_in_the_same_review_does_not_wash_a_complaint_out() -> None:
    count = 6
    kept = pd.DataFrame(
        {
            "id": [f"r{n}" for n in range(count)],
            "voice": range(count),
            "created_at": pd.NaT,
            "sentiment": "positive",
            "p_negative": 0.2,
            "p_neutral": 0.1,
            "p_positive": 0.7,
        }
    )
    moods = {"i-bad": ("negative", (0.9, 0.08, 0.02)), "i-good": ("positive", (0.01, 0.04, 0.95))}
    segments = pd.DataFrame(
        {
            "record_id": f"r{n}",
            "issue_id": issue,
            "sentiment": mood,
            "p_negative": p[0],
            "p_neutral": p[1],
            "p_positive": p[2],
            "intent": "bug",
            "intent_confidence": 0.9,
            "language": "en",
        }
        for n in range(count)
        for issue, (mood, p) in moods.items()
    )
    pairs = mentions(kept, segments, {"bug": 1.0})
    rates = by_voice(pairs)
    assert rates.loc["i-bad", "negative"] == count
    assert rates.loc["i-bad", "harm"] > 0.9 * count
    assert rates.loc["i-good", "negative"] == 0
