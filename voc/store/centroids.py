"""``issues.safetensors``: the issues' centroids, by which the next run knows them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.errors import VocError
from voc.insight.matching import Profile
from voc.models.warm_start import Fitted, Frame

FILE = "issues.safetensors"
_ARRAYS = ("means", "shares", "language_means", "language_counts")
_SPACE = ("means", "centre", "components")


def dumps(profile: Profile) -> bytes:
    """Return a profile as safetensors, which holds numbers and never code; the same gives the same bytes."""
    import orjson
    from safetensors.numpy import save

    about: dict[str, Any] = {
        "encoder": profile.encoder,
        "issues": profile.issues,
        "languages": profile.languages,
        "retired": sorted(profile.retired),
    }
    arrays = {name: getattr(profile, name) for name in _ARRAYS}
    if profile.fitted is not None:
        about["fitted"], more = pack(profile.fitted)
        arrays |= more
    arrays = {name: np.ascontiguousarray(rows, dtype=np.float32) for name, rows in arrays.items()}
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
            fitted=unpack(about["fitted"], arrays) if "fitted" in about else None,
            **{key: arrays[key] for key in _ARRAYS},
        )
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise VocError(
            f"{name}: is damaged ({type(error).__name__})", "Run `voc run` again to write it anew."
        ) from None


def pack(fitted: Fitted) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """Return a clustering as plain data and arrays."""
    about = {"languages": fitted.frame.languages, "made_by": fitted.made_by, "share": fitted.share}
    arrays = {f"space_{name}": getattr(fitted.frame, name) for name in _SPACE}
    return about, {**arrays, "space_centroids": fitted.centroids}


def unpack(about: Mapping[str, Any], arrays: Mapping[str, NDArray[np.float32]]) -> Fitted:
    """Return what ``pack`` was given.

    Raises:
        KeyError, ValueError: something is missing, or does not fit together.
    """
    frame = Frame(tuple(about["languages"]), *(arrays[f"space_{name}"] for name in _SPACE))
    width = frame.components.shape[1]
    if frame.means.shape != (len(frame.languages) + 1, width) or frame.centre.shape != (width,):
        raise ValueError("the parts of the clustering space don't fit together")
    return Fitted(frame, arrays["space_centroids"], str(about["made_by"]), float(about["share"]))


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
