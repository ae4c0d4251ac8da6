from __future__ import annotations

import pytest

from voc.routing.conditions import contradiction, parse


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("plan == enterprise", "Enterprise", True),
        ("plan == enterprise", "enterprise plus", False),
        ("plan == enterprise", None, False),
        ("plan != enterprise", None, True),
        ("plan != enterprise", "ENTERPRISE", False),
        ("rating <= 2", 2.0, True),
        ("rating <= 2", 2.5, False),
        ("rating <= 2", None, False),
        ("rating <= 2", "two", False),
        ("amount == 10", "10.0", True),
        ("amount>100", "101", True),
        ("amount > 100", float("nan"), False),
        ("region in [EMEA, APAC]", "apac", True),
        ("region in [EMEA, APAC]", "AMER", False),
        ("region not in [EMEA, APAC]", "AMER", True),
        ("region not in [EMEA, APAC]", None, True),
        ('"plan type" == "a, b"', "a, b", True),
        ("tags == vip", ["new", "VIP"], True),
        ("tags == vip", [], False),
        ("tags != vip", ["new", "vip"], False),
        ("vip exists", "", False),
        ("vip exists", 0, True),
        ("vip missing", None, True),
        ("vip == true", True, True),
        ("vip == no", False, True),
        ("등급 == 골드", "골드", True),
    ],
)
def test_a_comparison_holds(text: str, value: object, holds: bool) -> None:
    assert parse(text).holds(value) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plan",
        "plan ==",
        "== enterprise",
        "rating < many",
        "region in []",
        "a exists now",
        "plan = x",
        "a in [b,]",
        "margin x",
    ],
)
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_nothing_is_run() -> None:
    assert parse("plan == __import__('os').system('x')").holds("anything") is False


@pytest.mark.parametrize(
    ("one", "other", "implies"),
    [
        ("a <= 1", "a <= 2", True),
        ("a <= 2", "a <= 1", False),
        ("a < 2", "a <= 2", True),
        ("a <= 2", "a < 2", False),
        ("a < 2", "a < 2", True),
        ("a >= 3", "a > 2", True),
        ("a >= 2", "a > 2", False),
        ("a > 2", "a >= 2", True),
        ("a > 1", "a < 2", False),
        ("a == 1", "a <= 2", True),
        ("a in [1, 5]", "a <= 2", False),
        ("a in [x, y]", "a in [x, y, z]", True),
        ("a == x", "a != y", True),
        ("a == x", "a exists", True),
        ("a missing", "a exists", False),
        ("a == x", "b == x", False),
    ],
)
def test_what_follows_from_what(one: str, other: str, implies: bool) -> None:
    assert parse(one).implies(parse(other)) is implies


@pytest.mark.parametrize(
    ("both", "clash"),
    [
        (["a == x", "a == y"], True),
        (["a >= 4", "a <= 2"], True),
        (["a > 2", "a <= 2"], True),
        (["a >= 2", "a <= 2"], False),
        (["a missing", "a == x"], True),
        (["a == x", "b == y"], False),
        (["a == 1", "a >= 2"], True),
    ],
)
def test_what_can_not_hold_together(both: list[str], clash: bool) -> None:
    assert (contradiction(map(parse, both)) is not None) is clash
