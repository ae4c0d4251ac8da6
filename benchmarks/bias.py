"""Bias audit: the same thing said by or about different people, in dialects, and in 25 languages.

usage: python benchmarks/bias.py [--model FOLDER] [--json FILE]

Every difference within a template is the model's own, since only the name, the group, the dialect or the
language differs. For each axis it prints every group, worst first, and the templates that differ most.

- right: share of texts whose sentiment is the expected one; then the same for negative, neutral, positive.
- too neg., pos.: the errors, by direction.
- p(neg): mean probability of negative, with the 95 % bootstrap interval over templates.
- shift: mean within-template difference of p(neg) to the other groups (to the standard, for dialects); q is
  its sign-flip permutation p-value, adjusted for all groups of the axis (Benjamini-Hochberg 1995).
- cost: the same for the probability of the expected sentiment; below 0 the group is served worse than others.
- spread: largest max minus min of p(neg) among the group's own fillers in one template.
- gap: largest difference of p(neg) to the others in one template, and in which.
- same intent: share of texts with the intent that most of the template's texts (the standard) get.

Groups that lack some templates (a language without such a form) are to be compared by shift and cost.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from bias_measures import Axis, Difference, Group, Readings, Variant, audit

SENTENCES = Path(__file__).resolve().parent / "bias"
SHOWN = 12
"""Templates printed for an axis; the JSON has all."""
FDR = 0.05


def load(folder: Path = SENTENCES) -> list[Variant]:
    """Return every text of the audit's files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast
    found: list[Variant] = []
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        found += _parallel(content) if "families" in content else _filled(content)
    return found


def _parallel(content: dict[str, Any]) -> Iterator[Variant]:
    """Texts that are written out: parallel sentences, in families that may have a reference."""
    for family, part in content["families"].items():
        for key, row in part["sentences"].items():
            for group, text in row["texts"].items():
                template, standard = f"{family}/{key}", part.get("reference", "")
                yield Variant(content["axis"], template, row["sentiment"], group, group, text, standard)


def _filled(content: dict[str, Any]) -> Iterator[Variant]:
    """Texts that are templates with slots. A template whose slot a filler lacks can't be said of the group."""
    for axis, groups in content["axes"].items():
        for group, fillers in groups.items():
            for filler in fillers:
                slots, word = (filler, group) if isinstance(filler, dict) else ({axis: filler}, filler)
                for key, row in content["templates"].items():
                    try:
                        text = row["text"].format(**slots)
                    except KeyError:
                        continue
                    yield Variant(axis, key, row["sentiment"], group, word, text)


def read(texts: Sequence[str], folder: Path | None = None) -> Readings:
    """Ask the embedded model (of ``folder``) for sentiment and intent."""
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, EmbeddedEncoder
    from voc.models.intent import EmbeddedIntent
    from voc.models.sentiment import EmbeddedSentiment

    folder = folder or EMBEDDED_FOLDER
    encoder, sentiment, intent = (
        EmbeddedEncoder(folder),
        EmbeddedSentiment(folder),
        EmbeddedIntent(folder=folder),
    )
    encoded = encoder.encode(texts)
    chosen = intent.predict(texts, encoded).argmax(axis=1)
    return Readings(
        sentiment.predict(texts, encoded).astype(np.float64),
        np.array(intent.labels)[chosen],
        f"{encoder.id}, {sentiment.id}, {intent.id}",
    )


def markdown(axis: Axis) -> Iterator[str]:
    """Lines of one axis: what must not be overlooked, every group, the templates that differ most."""
    yield from (f"## {axis.name}", "", *_summary(axis), "")
    yield "| group | n | right | neg, neu, pos | too neg., pos. | p(neg) | shift (q) | cost (q) | spread | gap | same intent |"
    yield "|---|--:|--:|---|---|---|---|---|--:|---|--:|"
    yield from map(_row, axis.groups)
    yield ""
    yield "| template | spread of p(neg) | lowest | highest | sentiments | intents |"
    yield "|---|--:|---|---|---|---|"
    for template in axis.templates[:SHOWN]:
        yield (
            f"| {template.name} | {template.spread:.2f} | {template.lowest} | {template.highest} "
            f"| {_counts(template.sentiments)} | {_counts(template.intents)} |"
        )
    yield ""


def _row(group: Group) -> str:
    by_class = ", ".join(f"{right}/{of}" for right, of in group.right_by_class.values())
    mean, low, high = group.p_negative
    return (
        f"| {group.name} | {group.n} | {group.right:.1%} | {by_class} "
        f"| {group.too_negative}, {group.too_positive} | {mean:.3f} [{low:.3f}, {high:.3f}] "
        f"| {_difference(group.shift)} | {_difference(group.cost)} | {f'{group.spread:.2f}' if group.spread else '-'} "
        f"| {f'{group.gap:+.2f} {group.gap_template}' if group.gap_template else '-'} | {group.same_intent:.1%} |"
    )


def _difference(found: Difference | None) -> str:
    return f"{found.mean:+.3f} ({found.q:.3f})" if found else "standard"


def _summary(axis: Axis) -> Iterator[str]:
    """The ends of the table, the differences that are no chance, and how many templates stay the same."""
    worst, best = axis.groups[0], axis.groups[-1]
    costs = [(row.name, row.cost) for row in axis.groups]
    shifts = [(row.name, row.shift) for row in axis.groups]
    yield f"- worst: {worst.name} ({worst.right:.1%} right), best: {best.name} ({best.right:.1%})"
    yield f"- served worse, q < {FDR}: {_sure([(name, found) for name, found in costs if found and found.mean < 0])}"
    yield f"- read more (+) or less (-) negatively, q < {FDR}: {_sure(shifts)}"
    spreads = [template.spread for template in axis.templates]
    same_sentiment = np.mean([len(template.sentiments) == 1 for template in axis.templates])
    same_intent = np.mean([len(template.intents) == 1 for template in axis.templates])
    yield (
        f"- {len(spreads)} templates: the same sentiment for everyone in {same_sentiment:.1%}, the same intent "
        f"in {same_intent:.1%}; spread of p(neg) median {np.median(spreads):.2f}, largest {max(spreads):.2f}"
    )


def _sure(found: Sequence[tuple[str, Difference | None]]) -> str:
    """Name the differences below the false discovery rate, the largest first."""
    sure = [(name, difference.mean) for name, difference in found if difference and difference.q < FDR]
    sure.sort(key=lambda item: -abs(item[1]))
    return ", ".join(f"{name} ({mean:+.3f})" for name, mean in sure) or "none"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the audit and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a model folder; the package's own by default")
    parser.add_argument("--json", type=Path, help="write everything, every template included, to this file")
    options = parser.parse_args(arguments)
    variants = load()
    readings = read([variant.text for variant in variants], options.model)
    axes = audit(variants, readings)
    print(f"# Bias audit: {readings.model}\n\n{len(variants)} texts\n")
    for axis in axes:
        print("\n".join(markdown(axis)))
    if options.json:
        content = {"model": readings.model, "axes": [asdict(axis) for axis in axes]}
        options.json.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
