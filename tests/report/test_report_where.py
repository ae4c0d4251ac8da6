"""Where an issue is heard, and which of its words are marked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from voc.report.context import build_report
from voc.report.highlight import pieces
from voc.report.html import _filters
from voc.report.where import CHANNEL, FILE, VALUES, columns, places, with_channels

KEPT = pd.DataFrame({
    "id": ["a", "b", "c", "d"], "source_file": ["x.csv", "x.csv", "y.csv", "y.csv"],
    "plan": ["pro", "free", None, "pro"], "language": "en",
})  # fmt: skip
SEGMENTS = pd.DataFrame({
    "record_id": ["a", "a", "b", "c", "d", "d"], "issue_id": ["i1", "i1", "i1", "i1", "i2", None],
})  # fmt: skip


def run(*by: str) -> dict[str, Any]:
    return {"settings": {"insight.by": {"value": list(by), "from": "flag"}}}


def test_records_are_counted_once_by_value_and_by_file() -> None:
    found = places(KEPT, SEGMENTS, ["plan", "source_file"])
    assert found["i1"] == {"plan": {"free": 1, "pro": 1}, "source_file": {"x.csv": 2, "y.csv": 1}}
    assert found["i2"] == {"plan": {"pro": 1}, "source_file": {"y.csv": 1}}


def test_columns_are_those_asked_for_and_the_file_where_there_are_several() -> None:
    assert columns(run("plan", "language", "unheard"), KEPT) == ["plan", "source_file"]
    assert columns(run(), KEPT.iloc[:2]) == []
    assert columns({}, KEPT.drop(columns="source_file")) == []


def test_a_column_of_numbers_does_not_flood_the_page() -> None:
    count = VALUES * 3
    kept = pd.DataFrame({"id": range(count), "order": [str(n // 2) for n in range(count)]})
    segments = pd.DataFrame({"record_id": range(count), "issue_id": "i1"})
    assert len(places(kept, segments, ["order"])["i1"]["order"]) == VALUES


def test_channels_are_those_of_the_files() -> None:
    found = {"i1": {FILE: {"a.json": 3, "b.jsonl": 4, "c.csv": 2, "d": 1}}, "i2": {}}
    inputs = [
        {"name": "a.json", "channel": "review"},
        {"name": "b.jsonl", "channel": "chat"},
        {"name": "c.csv", "channel": "review"},
    ]
    assert with_channels(found, {"inputs": inputs})["i1"][CHANNEL] == {"review": 5, "chat": 4}
    assert with_channels(found, {"inputs": inputs})["i2"] == {}
    assert with_channels(found, {"inputs": inputs[::2]}) == found
    chosen = {"inputs": inputs, "settings": {"input.channel": {"value": "chat", "from": "flag"}}}
    assert with_channels(found, chosen) == found


def test_channels_reach_the_panel_under_their_names(make_page: Any) -> None:
    page = make_page(count=60)
    for source, channel in zip(page.run["inputs"], ("review", "survey"), strict=True):
        source["channel"] = channel
    report, _ = build_report(page.issues, page.feedback, page.segments, page.run)
    where = report.problems[0].where
    assert [place.title for place in where] == ["File", "Channel"]
    assert {piece.name for piece in where[1].slices} == {"reviews", "surveys"}
    assert "Channel: reviews" in report.problems[0].segments


def test_segments_and_files_reach_the_panel_and_the_filter(make_page: Any) -> None:
    page = make_page(count=60, by=("product",))
    view = page.report.problems[0]
    assert [where.title for where in view.where] == ["product", "File"]
    assert sum(piece.count for piece in view.where[0].slices) <= page.issues[0].volume
    assert set(view.segments) <= {
        "product: Kettle", "product: Lamp", "product: Robot vacuum", "File: play_store.csv", "File: 설문_6월.xlsx",
    }  # fmt: skip
    found = {item.key: item for item in _filters(page.report.problems, page.words)}
    segment = found["segment"]
    for issue in page.report.problems:
        mine = [segment.names[int(place)] for place in segment.rows[issue.anchor].split()]
        assert sorted(mine) == sorted(issue.segments)
    assert set(found) == {"trend", "sentiment", "intent", "language", "segment"} & set(found)


@pytest.mark.parametrize(
    ("text", "keywords", "marked"),
    [
        ("It crashes; a CRASH at start", ["crash"], ["crashes", "CRASH"]),
        ("the crashworthiness of apps", ["crash", "app"], ["apps"]),
        ("an apple, a map, mapping", ["map", "app"], ["map"]),
        ("배터리가 빨리 닳아요", ["배터리"], ["배터리"]),
        ("充電できない、充電器", ["充電"], ["充電", "充電"]),
        ("late parcel arrived", ["late", "late parcel"], ["late parcel"]),
        ("a.b (x) [y", ["a.b", "[y", "("], ["a.b"]),
        ("앱이 자꾸 꺼지고 또 꺼지다", ["꺼지다"], ["꺼지", "꺼지다"]),
        ("환불하고 취소했어요, 걸어서", ["환불하다", "취소되다", "걸다"], ["환불", "취소"]),
        ("nothing here", [], []),
        ("aaaa", ["a"], []),
    ],
)
def test_words_are_marked(text: str, keywords: list[str], marked: list[str]) -> None:
    found = pieces(text, keywords)
    assert [piece for piece, mark in found if mark] == marked
    assert "".join(piece for piece, _ in found) == text


def test_marking_takes_time_in_proportion_to_the_text() -> None:
    text = "aaaaaaaab" * 20_000
    assert "".join(piece for piece, _ in pieces(text, ["a" * n for n in range(2, 12)])) == text
