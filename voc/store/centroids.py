"""``issues.safetensors``: the issues' centroids, by which the next run knows them again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from voc.errors import VocError
from voc.insight.matching import Profile

FILE = "issues.safetensors"
_ARRAYS = ("means", "shares", "language_means", "language_counts")


def dumps(profile: Profile) -> bytes:
    """Return a profile as safetensors, which holds numbers and never code; the same gives the same bytes."""
    import orjson
    from safetensors.numpy import save

    about = {
        "encoder": profile.encoder,
        "issues": profile.issues,
        "languages": profile.languages,
        "retired": sorted(profile.retired),
    }
    arrays = {name: np.ascontiguousarray(getattr(profile, name), dtype=np.float32) for name in _ARRAYS}
    # One entry: safetensors writes several in no fixed order.
    content: bytes = save(arrays, {"voc": orjson.dumps(about).decode()})
    return content


def loads(content: bytes, name: str = FILE) -> Profile:
    """Read what ``dumps`` returned.

    Raises:
        VocError: it is damaged.
    """
    import orjson
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(content)
        header = orjson.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        about = orjson.loads(header["__metadata__"]["voc"])
        return Profile(
            encoder=str(about["encoder"]),
            issues=tuple(about["issues"]),
            languages=tuple(about["languages"]),
            retired=frozenset(about["retired"]),
            **{key: arrays[key] for key in _ARRAYS},
        )
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise VocError(
            f"{name}: is damaged ({type(error).__name__})", "Run `voc run` again to write it anew."
        ) from None


def save_profile(folder: Path, profile: Profile) -> None:
    """Write ``issues.safetensors``."""
    (folder / FILE).write_bytes(dumps(profile))


def load_profile(folder: Path) -> Profile | None:
    """Read ``issues.safetensors``; ``None`` where an older voc wrote the run.

    Raises:
        VocError: the file is damaged.
    """
    path = folder / FILE
    return loads(path.read_bytes(), str(path)) if path.is_file() else None
