"""The bias audit: its sentences are parallel and clean, and a planted bias is found, tested and listed."""

from __future__ import annotations

import json
import re
import string
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import bias  # noqa: E402
from bias_measures import Readings, Variant, against_others, audit, interval, sign_flip  # noqa: E402

VARIANTS = bias.load()
SCRIPTS = {
    "ko": "[가-힣]", "ja": "[ぁ-ん]", "zh": "[一-鿿]", "ru": "[а-я]", "uk": "[а-яіїє]", "ar": "[ء-ي]",
    "hi": "[ऀ-ॿ]", "th": "[ก-๛]", "el": "[α-ωά-ώ]", "he": "[א-ת]",
}  # fmt: skip


def of_axis(name: str) -> list[Variant]:
    return [variant for variant in VARIANTS if variant.axis == name]


def people(biased: str = "", amount: float = 0.0) -> tuple[list[Variant], Readings]:
    """Ten complaints and ten praises by four groups, read rightly but for the planted shift to negative."""
    variants, sentiment = [], []
    for number in range(20):
        negative = number % 2 == 0
        base = 0.8 if negative else 0.1
        for place, group in enumerate("abcd"):
            expected = "negative" if negative else "positive"
            variants.append(Variant("people", f"t{number}", expected, group, group, f"{number} {group}"))
            wobble = 0.01 * (-1) ** (number // 2 + place)  # cancels over the templates
            p = base + wobble + (amount if group == biased else 0)
            sentiment.append([p, 0.05, 0.95 - p])
    return variants, Readings(np.array(sentiment), np.array(["praise"] * len(variants)))


def test_every_sentence_is_said_in_every_language() -> None:
    said: dict[str, dict[str, str]] = {}
    for variant in of_axis("language"):
        said.setdefault(variant.template, {})[variant.group] = variant.text
    languages = {frozenset(texts) for texts in said.values()}
    assert len(said) >= 40
    assert len(languages) == 1
    assert len(next(iter(languages))) >= 20
    kinds = {variant.template: variant.sentiment for variant in of_axis("language")}
    assert min(list(kinds.values()).count(kind) for kind in ("negative", "neutral", "positive")) >= 10


def test_languages_are_not_mixed_up() -> None:
    for variant in of_axis("language"):
        own = SCRIPTS.get(variant.group, "[a-z]")
        assert re.search(own, variant.text.lower()), variant
        foreign = [code for code in ("ko", "ja", "ru", "ar", "hi", "th", "el", "he") if SCRIPTS[code] != own]
        if variant.group != "uk":
            assert not any(re.search(SCRIPTS[code], variant.text.lower()) for code in foreign), variant
    texts = [variant.text for variant in of_axis("language")]
    assert len(set(texts)) == len(texts)


def test_numbers_stay_the_same_in_translation() -> None:
    orders = [variant for variant in of_axis("language") if variant.template.endswith("when_shipped")]
    assert all("48213" in variant.text for variant in orders)
    questions = [v for v in of_axis("language") if v.template.endswith("parking_nearby") and v.group != "th"]
    assert all(re.search(r"[?？;؟]", variant.text) for variant in questions)


def test_each_dialect_has_a_standard_to_be_held_against() -> None:
    for variant in of_axis("dialect"):
        standards = [
            v for v in of_axis("dialect") if v.template == variant.template and v.group == v.reference
        ]
        assert len(standards) == 1
        if variant.group != variant.reference:
            assert variant.text != standards[0].text
    assert len({variant.group for variant in of_axis("dialect")}) >= 20


def test_filled_templates_leave_no_slot_open() -> None:
    axes = {"name", "gender", "nationality", "religion", "identity"}
    assert axes <= {variant.axis for variant in VARIANTS}
    for variant in VARIANTS:
        assert not set("{}") & set(variant.text)
        assert variant.text[0] not in string.ascii_lowercase
    assert all(variant.filler in variant.text for variant in of_axis("name"))


def test_no_sentence_is_training_text() -> None:
    files = [*(ROOT / "training").glob("*.yaml"), *(ROOT / "training" / "written").glob("*.yaml")]
    files += [ROOT / "voc" / "models" / "intents.yaml", *(ROOT / "tests").rglob("*.py")]
    known = "\n".join(file.read_text(encoding="utf-8") for file in files).casefold()
    assert len(known) > 100_000
    texts = {v.text.casefold().rstrip(".。!！") for v in of_axis("language") + of_axis("dialect")}
    assert not [text for text in texts if text in known]


def test_a_planted_bias_is_found_and_is_no_chance() -> None:
    (axis,) = audit(*people(biased="c", amount=0.15))
    worst = {group.name: group for group in axis.groups}["c"]
    assert worst.shift is not None
    assert worst.shift.mean == pytest.approx(0.15, abs=0.02)
    assert worst.shift.q < 0.01
    assert max(axis.groups, key=lambda group: group.p_negative[0]).name == "c"
    assert "c (+0.1" in "\n".join(bias.markdown(axis))


def test_groups_that_are_read_alike_are_not_accused() -> None:
    (axis,) = audit(*people())
    assert all(group.shift is not None and group.shift.q > 0.05 for group in axis.groups)
    assert all(group.right == 1.0 for group in axis.groups)
    assert "served worse, q < 0.05: none" in "\n".join(bias.markdown(axis))


def test_errors_that_cancel_in_the_mean_are_seen_by_their_cost() -> None:
    variants, readings = people()
    for i, variant in enumerate(variants):
        if variant.group == "b":  # flips praise and complaint: p(neg) is the same on average
            readings.sentiment[i] = readings.sentiment[i, ::-1]
    (axis,) = audit(variants, readings)
    first = axis.groups[0]
    assert (first.name, first.right) == ("b", 0.0)
    assert (first.too_negative, first.too_positive) == (10, 10)
    assert first.right_by_class == {"negative": (0, 10), "neutral": (0, 0), "positive": (0, 10)}
    assert first.cost is not None
    assert first.cost.mean < -0.5
    assert first.cost.q < 0.01


def test_a_dialect_is_held_against_its_standard_only() -> None:
    def said(group: str) -> Variant:
        return Variant("dialect", "en/late", "negative", group, group, group, "standard")

    variants = [said("standard"), said("near"), said("far")]
    p = np.array([0.9, 0.8, 0.1])
    assert against_others(variants, p, "near") == {"en/late": pytest.approx(-0.1)}
    assert against_others(variants, p, "standard") == {}
    readings = Readings(np.stack([p, 0 * p, 1 - p], axis=1), np.array(["a", "b", "b"]))
    (axis,) = audit(variants, readings)
    assert [(group.name, group.same_intent) for group in axis.groups] == [
        ("far", 0.0), ("near", 0.0), ("standard", 1.0)
    ]  # fmt: skip
    assert axis.templates[0].spread == pytest.approx(0.8)
    assert (axis.templates[0].lowest, axis.templates[0].highest) == ("far", "standard")


def test_sign_flip_is_exact_for_few_and_close_for_many() -> None:
    assert sign_flip(np.array([0.2] * 5)) == pytest.approx(2 / 2**5)
    assert sign_flip(np.array([0.3, -0.3])) == 1.0
    assert sign_flip(np.zeros(20)) == 1.0
    assert sign_flip(np.full(20, 0.1)) < 0.001


def test_interval_holds_the_mean_and_narrows() -> None:
    few, many = interval(np.array([0.1, 0.5, 0.9])), interval(np.tile([0.1, 0.5, 0.9], 30))
    assert few[1] < few[0] < few[2]
    assert many[2] - many[1] < few[2] - few[1]


def test_the_command_lists_every_group_and_writes_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fake(texts: list[str], _folder: Path | None) -> Readings:
        p = np.random.default_rng(1).dirichlet([1, 1, 1], len(texts))
        return Readings(p, np.array(["other"] * len(texts)), "a model of no account")

    monkeypatch.setattr(bias, "read", fake)
    bias.main(["--json", str(tmp_path / "bias.json")])
    printed = capsys.readouterr().out
    written = json.loads((tmp_path / "bias.json").read_text(encoding="utf-8"))
    assert "a model of no account" in printed
    for axis in written["axes"]:
        names = {variant.group for variant in of_axis(axis["name"])}
        table = printed.split(f"## {axis['name']}\n")[1].split("| template |")[0]
        listed = [line.split(" | ")[0].strip("| ") for line in table.splitlines() if line.startswith("| ")]
        assert set(listed[1:]) == names == {group["name"] for group in axis["groups"]}
        shares = [group["right"] for group in axis["groups"]]
        assert shares == sorted(shares)
        assert sum(group["n"] for group in axis["groups"]) == len(of_axis(axis["name"]))


def test_the_shipped_model_reads_every_text() -> None:
    some = [variant.text for variant in of_axis("gender")[:6]]
    readings = bias.read(some)
    assert readings.sentiment.shape == (6, 3)
    assert np.allclose(readings.sentiment.sum(axis=1), 1, atol=1e-3)
    assert len(readings.intent) == 6
