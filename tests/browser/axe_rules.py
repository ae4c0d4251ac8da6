"""What axe-core (in axe-playwright-python) says of a page."""

from __future__ import annotations

from typing import Any

GRAVE = {"serious", "critical"}


def grave(page: Any) -> list[str]:
    """Rules that are broken gravely, with the first element that breaks each."""
    from axe_playwright_python.sync_playwright import Axe

    # What lies far down must be laid out to be judged.
    page.add_style_tag(content=".many .issue { content-visibility: visible !important }")
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in GRAVE]
