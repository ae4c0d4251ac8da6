"""The known exports, from ``voc/io/shapes``, and the codes of rejected rows."""

from __future__ import annotations

from docs.generate import markdown
from docs.generate.markdown import code, meaning, prose, table


def page() -> str:
    """The shapes with their titles and channels, how to write one, and why rows are rejected."""
    from voc.io import shapes

    found = sorted(shapes.own_shapes(), key=lambda shape: shape.name)
    rows = [[code(one.name), one.title, one.channel or "told by the file"] for one in found]
    first, _, rest = (shapes.__doc__ or "").partition("\n\n")
    intro, _, after = rest.partition("::\n\n")
    form, _, note = after.partition("\n\n")
    yaml = "\n".join(line.removeprefix("    ") for line in form.splitlines())
    return markdown.page(
        "Known exports",
        "voc/io/shapes/*.yaml and voc/io/shapes.py",
        prose(first),
        table(["`--shape`", "export", "channel"], rows),
        "## Your own shape",
        "A YAML file, given with `--shape FILE.yaml`. " + prose(intro) + ":",
        f"```yaml\n{yaml}\n```",
        prose(note),
        "## Why a row is rejected",
        table(
            ["code", "means"],
            [[code(name), meaning("rejected", name)] for name in markdown.words()["rejected"]],
        ),
    )
