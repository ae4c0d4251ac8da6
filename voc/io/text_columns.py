"""Which columns hold what customers wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from voc.io import names
from voc.io.content import Profile

GUESSED = ("by its content: long, varied text", "the only column with words")
"""Why a column is the text when nothing but its content says so."""
_FREE = 3.0
"""`Profile.freedom` from which a column counts as freely written."""
_UNREAD = 20.0
"""Freedom from which a column that is not read is worth a note."""
_QUESTION = re.compile(r"[?？]\s*\*?$|(?:까요|나요|세요|시오|ですか|ますか|ください|吗|呢)[?？.。]?\s*\*?$")
_SUBJECTS = frozenset(
    map(
        names.key,
        [
            "subject",
            "ticket subject",
            "betreff",
            "件名",
            "objet",
            "asunto",
            "assunto",
            "oggetto",
            "onderwerp",
        ],
    )
)
_TICKET_WORDS = tuple(
    map(names.key, ["ticket", "접수번호", "문의번호", "문의유형", "お問い合わせ", "受付番号", "工单"])
)
_WORDLESS = ("text", "code", "link", "empty")
_ELSEWHERE = ("author", "product", "id", "date", "language", "country", "version", "channel")


@dataclass(slots=True)
class Chosen:
    """The text columns in the order they are joined; ``rivals`` when it can't be decided."""

    columns: tuple[str, ...] = ()
    why: dict[str, str] = field(default_factory=dict)
    channel: str = "review"
    rivals: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def choose(profiles: Mapping[str, Profile], taken: set[str]) -> Chosen:
    """Choose by name where the content allows it, then by content alone.

    A title stands before the body; pros and cons, and the free answers of a questionnaire, are all
    text. A name counts only if the content can be customers' words.
    """
    able = {name: found for name, found in profiles.items() if name not in taken and _can_be_text(found)}
    questions = [name for name, found in able.items() if is_question(name) and _is_free_answer(found)]
    bodies = _named(able, "text", names.EXACT, questions)
    sides = _named(able, "pros_cons", names.EXACT, questions)
    if not bodies and sides:
        bodies = _named(able, "text", names.INSIDE, [*questions, *sides])[:1]
    elif not bodies and not questions:
        bodies = (
            _named(able, "text_weak", names.EXACT, questions)
            or _named(able, "text", names.INSIDE, questions)[:1]
        )
        bodies = bodies or _named(able, "text_weak", names.INSIDE, questions)[:1]
    title = _title(able, [*bodies, *sides, *questions])
    columns = [*title, *bodies, *sides, *questions]
    why = dict.fromkeys(columns, "by its name")
    why |= dict.fromkeys(questions, "a question with free answers")
    if not columns:
        return _by_content(able, _named_at_all(profiles, taken))
    channel = "survey" if questions else "email" if _are_tickets(title, profiles) else "review"
    return Chosen(tuple(columns), why, channel, notes=_unread(able, columns))


def is_question(header: str) -> bool:
    """Whether a header is a question put to a customer, as survey tools export it."""
    return bool(_QUESTION.search(header.strip())) or len(header.split()) >= 6


def _can_be_text(found: Profile) -> bool:
    return found.kind == "text"


def _is_free_answer(found: Profile) -> bool:
    return found.prose >= 0.2 and (found.varied >= 0.5 or found.filled < 10)


def _repeats(found: Profile) -> bool:
    """A few values over and over: a category, a product, a label."""
    return found.filled >= 50 and found.varied < 0.1


def _match(name: str, role: str) -> names.Match | None:
    return next((match for match in names.matches(name) if match.role == role), None)


def _named(able: Mapping[str, Profile], role: str, strength: int, without: Sequence[str]) -> list[str]:
    found = []
    for name, column in able.items():
        match = _match(name, role)
        if match is None or match.strength < strength or name in without or _repeats(column):
            continue
        if match.strength < names.EXACT and _is_other(name):
            continue
        found.append((-match.strength, -column.freedom, name))
    ordered = [name for *_, name in sorted(found)]
    return [name for name in able if name in ordered] if strength == names.EXACT else ordered


def _is_other(name: str) -> bool:
    """Whether a name says that the column is something else than customers' words."""
    return _match(name, "not_text") is not None or any(
        match.role in _ELSEWHERE and match.strength == names.EXACT for match in names.matches(name)
    )


def _title(able: Mapping[str, Profile], bodies: Sequence[str]) -> list[str]:
    """The best title column: a product's name or a category, which repeat, are not titles."""
    found = []
    for name, column in able.items():
        match = _match(name, "title")
        if match is None or name in bodies or (column.filled >= 20 and column.varied < 0.3):
            continue
        if (_match(name, "product") and match.strength < names.EXACT) or _is_other(name):
            continue
        found.append((-match.strength, -match.words, -column.freedom, name))
    return [min(found)[-1]] if found else []


def _are_tickets(title: Sequence[str], columns: Iterable[str]) -> bool:
    """Whether a table with titles is one of tickets or e-mails: the title is a subject, or a column says so."""
    keys = [names.key(name) for name in columns]
    return bool(title) and (
        names.key(title[0]) in _SUBJECTS or any(word in key for key in keys for word in _TICKET_WORDS)
    )


def _named_at_all(profiles: Mapping[str, Profile], taken: set[str]) -> list[str]:
    """Columns named for text whose values so far are none, only marks, or the same over and over."""
    found = []
    for name, column in profiles.items():
        match = _match(name, "text") or _match(name, "text_weak")
        if match and match.strength == names.EXACT and name not in taken and column.kind in _WORDLESS:
            found.append(name)
    return found


def _by_content(able: Mapping[str, Profile], named: Sequence[str]) -> Chosen:
    """The column that is by far the most freely written, or the only one with words.

    Failing these, a column that is ``named`` for text although its values repeat.
    """
    free = {name: column for name, column in able.items() if not _is_other(name)}
    ranked = sorted(free, key=lambda name: (-free[name].freedom, -free[name].length))
    answers = [name for name in ranked if free[name].freedom >= _FREE]
    if not answers:
        if named:
            return Chosen((named[0],), {named[0]: "by its name"})
        alone = len(able) == 1 and ranked and not _repeats(free[ranked[0]])
        return Chosen((ranked[0],), {ranked[0]: GUESSED[1]}) if alone else Chosen()
    if len(answers) > 1 and free[answers[1]].freedom > 0.5 * free[answers[0]].freedom:
        return Chosen(rivals=tuple(name for name in able if name in answers))
    best = answers[0]
    return Chosen((best,), {best: GUESSED[0]}, notes=_unread(able, [best]))


def _unread(able: Mapping[str, Profile], columns: Sequence[str]) -> list[str]:
    left = [name for name, found in able.items() if name not in columns and not _is_other(name)]
    free = [name[:60] for name in left if able[name].freedom >= _UNREAD]
    if not free:
        return []
    return [f"Free text that was not read: {', '.join(free[:5])} (--text-column 'a + b' joins columns)."]
