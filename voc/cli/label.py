"""``voc label``: asks about the rows whose labels would help most, and keeps each answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from voc.cli import options

if TYPE_CHECKING:
    from voc.queue import Answers, Proposal

_KEYS = "Type a number or an intent (its beginning will do), +name for a new one, Enter to skip, q to stop."


@click.command("label", short_help="Label the rows that teach a model most.")
@click.argument("inputs", nargs=-1, required=True, metavar="QUEUE...")
@click.option(
    "--next", "count", default=20, show_default=True, type=click.IntRange(1, 1000), help="Rows to ask."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE.csv",
    help="Answers so far, and new ones [default: QUEUE.labels.csv].",
)  # fmt: skip
@options.settling
@options.reading
@options.choosing_models
@options.talking
def command(
    inputs: tuple[str, ...], count: int, output: Path | None, quiet: bool, verbose: bool, **values: Any
) -> None:
    """Choose the rows of QUEUE that would teach most, and ask what they are about.

    Chosen are rows that the model is least sure of, that are typical of many, and that differ from each other.
    Every answer is on the disk before the next question; run it again to go on. Feed the
    answers to `voc train intent`.

    \b
    voc label queue.csv --next 20
    voc train intent queue.labels.csv -o my-intents
    voc label queue.csv --next 20 --intent-model my-intents
    """
    from voc.cli.console import say, set_up_logging
    from voc.config import resolve
    from voc.errors import USAGE, VocError
    from voc.models.encoder import EMBEDDED
    from voc.queue import Answers, propose, read_queue

    set_up_logging(verbose, quiet)
    if "-" in inputs:
        raise VocError("The queue can't be -: answers are read there", "Save the queue to a file.", USAGE)
    settings = resolve(values["pipeline"], options.flags(values)).settings
    answers = Answers(output or _beside(inputs[0]))
    records, aside = read_queue(inputs, settings)
    own = values["intent_model"] is not None or settings.models.intent != EMBEDDED
    encoder, model = _models(settings, own, not values["no_cache"])
    proposals = propose(records, answers, count, encoder, model)
    if not quiet:
        say(
            f"{len(records):,} different texts ({aside:,} rows repeat one or have no text), "
            f"{len(answers.ids):,} answered; asking about {len(proposals):,}. {_KEYS}"
        )
    given = _ask(proposals, answers, sorted(model.labels) if model else [])
    if not quiet:
        say(f"{given:,} answers added to {answers.path}; {len(answers.rows):,} in all.")


def _beside(name: str) -> Path:
    path = Path(name)
    return path.with_name(f"{path.stem}.labels.csv")


def _models(settings: Any, own: bool, cache: bool) -> tuple[Any, Any]:
    """The encoder and, when one is named, the intent model: a taxonomy of one's own begins with none."""
    from voc.models.encoder import CachedEncoder, Encoder, load_encoder
    from voc.models.intent import load_intent
    from voc.store.cache import VectorStore

    encoder: Encoder = load_encoder()
    if cache:
        encoder = CachedEncoder(encoder, VectorStore())
    return encoder, load_intent(settings.models.intent, settings.models.device, encoder) if own else None


def _ask(proposals: Sequence[Proposal], answers: Answers, offered: Sequence[str]) -> int:
    """Put the questions until they are answered, ``q`` is typed or the input ends; how many were answered."""
    given = 0
    for number, proposal in enumerate(proposals, 1):
        intents = sorted({*offered, *answers.intents})
        answer = _one(proposal, f"{number}/{len(proposals)}", intents)
        if answer is None:
            break
        if answer:
            answers.add(proposal.record, answer)
            given += 1
    return given


def _one(proposal: Proposal, where: str, intents: Sequence[str]) -> str | None:
    """The intent given; empty to skip the row, None to stop."""
    from voc.queue import nearest, read_answer

    likely = [name for name, _p in proposal.likely]
    click.echo(f"\n[{where}] {_shown(proposal.record.text)}", err=True)
    click.echo("   ".join(f"{i} {name} {p:.0%}" for i, (name, p) in enumerate(proposal.likely, 1)), err=True)
    while True:
        try:
            typed = click.prompt("intent", default="", show_default=False, err=True)
        except click.Abort:  # the input has ended, or Ctrl-C
            return None
        if typed.strip() in {"", "q"}:
            return "" if not typed.strip() else None
        found = read_answer(typed, likely, intents)
        if found:
            return found
        near = ", ".join(nearest(typed, intents)) or "none is like it"
        click.echo(f"No such intent. Near: {near}. Type +{typed.strip()} to add it.", err=True)


def _shown(text: str, most: int = 600) -> str:
    """The text for a terminal: no control characters, not endless."""
    clean = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
    return clean if len(clean) <= most else clean[:most] + " ..."
