"""``voc doctor``: is everything here, and what to do if not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

import voc

PACKAGES = (
    "torch", "transformers", "sentence-transformers", "bertopic", "onnxruntime", "tokenizers",
    "scikit-learn", "pandas", "pyarrow",
)  # fmt: skip


@click.command("doctor", short_help="Check the installation, the models and the cache.")
@click.option("--deep", is_flag=True, help="Also load the model and classify a sentence.")
def command(deep: bool) -> int:
    """Check the environment, the model's files and the cache; say what to do about problems.

    Exits with 1 when something must be mended.
    """
    problems = 0
    for good, what, cure in _checks(deep):
        click.echo(f"{'ok ' if good else 'BAD'}  {what}")
        if not good:
            problems += 1
            click.echo(f"     {cure}")
    click.echo(
        "Everything is in order." if not problems else f"{problems} problem(s): see the lines marked BAD."
    )
    return 1 if problems else 0


def _checks(deep: bool) -> Iterator[tuple[bool, str, str]]:
    yield (
        sys.version_info >= (3, 11),
        f"Python {sys.version.split()[0]}, voc {voc.__version__}",
        "Install Python 3.11 or newer.",
    )
    for name in PACKAGES:
        try:
            yield True, f"{name} {version(name)}", ""
        except PackageNotFoundError:
            yield False, f"{name} is missing", "Run `make install`, or pip install voc again."
    yield from _model()
    yield from _folders()
    yield from _plugins()
    if deep:
        yield _answer()


def _model() -> Iterator[tuple[bool, str, str]]:
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, verify

    problems = verify(EMBEDDED_FOLDER)
    size = sum(path.stat().st_size for path in EMBEDDED_FOLDER.rglob("*") if path.is_file()) / 1e6
    yield (
        not problems,
        f"embedded model, {size:.0f} MB, checksums {'match' if not problems else 'differ'}",
        "; ".join(problems),
    )


def _folders() -> Iterator[tuple[bool, str, str]]:
    from voc.store.cache import VectorStore, cache_folder

    store = VectorStore()
    entries, size = store.size()
    store.close()
    folder = cache_folder()
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    yield (
        writable,
        f"cache {folder}: {entries:,} vectors, {size / 1e6:.0f} MB",
        "Set VOC_CACHE_DIR to a folder you can write to.",
    )
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    yield free > 1, f"{free:.0f} GB free here", "Free at least 1 GB before a large run."
    yield True, f"{os.cpu_count()} cores", ""


def _plugins() -> Iterator[tuple[bool, str, str]]:
    """List the plug-ins that are installed, importing none; of shapes, which are data, the files are read."""
    from voc import plugins
    from voc.errors import VocError
    from voc.io.shapes import own_shapes, plugged_shape

    shapes = {shape.name for shape in own_shapes()}
    for group in plugins.GROUPS:
        installed = plugins.found(group)
        for plugin in installed:
            why = plugins.problem(plugin, installed, shapes if group == plugins.SHAPES else ())
            if not why and group == plugins.SHAPES:
                try:
                    plugged_shape(plugin)
                except VocError as error:
                    why = error.message
            cure = f"{why}: uninstall {plugin.package}, or ask its makers to mend it."
            yield not why, f"plug-in: {plugin}", cure


def _answer() -> tuple[bool, str, str]:
    from voc.models.encoder import load_encoder
    from voc.models.sentiment import load_sentiment
    from voc.types import SENTIMENTS

    text = "The delivery was late and nobody answered my calls."
    probabilities = load_sentiment().predict([text], load_encoder().encode([text]))[0]
    found = SENTIMENTS[int(probabilities.argmax())]
    return (
        found == "negative",
        f"a clear complaint reads as {found} ({probabilities.max():.2f})",
        "The model is damaged: reinstall voc.",
    )
