"""``python -m docs.generate`` writes the generated pages; ``--check`` only says which are out of date."""

from __future__ import annotations

import sys

from docs.generate.pages import DOCS, pages, stale


def main(arguments: list[str]) -> int:
    """Write what is out of date, or only name it with ``--check``; 1 when something was out of date then."""
    old = stale()
    if "--check" in arguments:
        for name in old:
            print(f"docs/{name} is out of date: run python -m docs.generate", file=sys.stderr)
        return int(bool(old))
    current = pages()
    for name in old:
        path = DOCS / name
        if name not in current:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(current[name], encoding="utf-8")
    print(f"{len(current)} pages, {len(old)} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
