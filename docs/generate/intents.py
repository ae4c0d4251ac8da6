"""The intents that the embedded model knows, from ``voc/models/intents.yaml``."""

from __future__ import annotations

from docs.generate import markdown
from docs.generate.markdown import code, table


def page() -> str:
    """The intents with their meaning and urgency, and the languages of their examples."""
    from voc.models.intents import read_intents
    from voc.routing.spec import ESCALATED

    intents = read_intents()
    rows = [[code(one.key), one.description, f"{one.urgency:g}"] for one in intents]
    languages = sorted(set.intersection(*(set(one.examples) for one in intents)))
    return markdown.page(
        "Intents",
        "voc/models/intents.yaml",
        "What the embedded model says people want. `urgency` (0..1) is what an intent weighs in an issue's priority; "
        "`priority.intent_weights` changes it.",
        table(["intent", "meaning", "urgency"], rows),
        f"Every intent has examples in {', '.join(languages)}; only in these languages may `voc route` act without "
        "people, unless the rules name others. "
        f"{' and '.join(code(name) for name in ESCALATED)} go to people whatever the rules say.",
        "Other intents: [your own](../intents.md).",
    )
