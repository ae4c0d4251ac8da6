"""Records as read -> records fit to be seen: cleaned, in a known language, redacted; then folded and cut.

The language comes before redaction because it says which countries' numbers to look for; the
identifier itself is given the text without digits, addresses and URLs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from voc.text.clean import clean, says_something
from voc.text.fold import fold
from voc.text.language import clear_languages, identify_all
from voc.text.redact import Redactor, keyed_hash, pseudonym
from voc.text.segment import segment
from voc.types import Corpus, Record, Rejected, Segment

_STEP = 1_000
_NOBODY = frozenset((
    "anonymous", "anonymous user", "anonym", "anonyme", "anonymer nutzer", "anónimo", "anonimo",
    "anônimo", "anoniem", "anonim", "аноним", "анонім", "ανώνυμος", "ẩn danh", "ไม่ระบุชื่อ", "مجهول",
    "ناشناس", "אנונימי", "익명", "익명의 사용자", "비회원", "匿名", "匿名さん", "匿名希望", "匿名用户", "匿名用戶", "名無し", "名無しさん",
    "guest", "gast", "invité", "invitado", "convidado", "ospite", "misafir", "гость", "ゲスト", "游客",
    "khách", "زائر", "a google user", "google user", "google-nutzer", "amazon customer",
    "amazon kunde", "amazon-kunde", "client d'amazon", "cliente amazon", "cliente de amazon",
    "kindle customer", "amazonカスタマー", "customer", "user", "client", "cliente", "kunde", "고객", "구매자",
    "사용자", "お客様", "用户", "unknown", "unbekannt", "none", "null", "nan", "n/a", "na", "-", "--", ".",
    "?",
))  # fmt: skip
"""Names that many people share."""
_MASK = re.compile(r"[*＊●○〇×_xX]{2,}|[*＊●○〇]")
_PSEUDONYM = re.compile(r"a_[0-9a-f]{12}")


def prepare(
    records: Sequence[Record],
    redactor: Redactor,
    author_key: bytes,
    advance: Callable[[int], None] | None = None,
    votes: Mapping[str, Mapping[str, int]] | None = None,
) -> tuple[list[Record], list[Rejected]]:
    """Clean the records, name their languages and take personal data out of every field.

    Args:
        records: as read; ``language`` may hold the cell of a language column.
        redactor: what to redact.
        author_key: key of the pseudonyms (``voc.text.redact.pseudonym``).
        advance: told how many more records are done, now and then.
        votes: ``language_votes`` of all records, where these are only some of them.

    Returns:
        The records in their order, and those whose text is empty once cleaned as ``no_text``. Offsets in
        ``redactions`` are into the cleaned text. An id with personal data in it becomes a keyed hash.
    """
    texts = [clean(record.text, record.channel) for record in records]
    languages = _languages(records, texts, votes)
    kept: list[Record] = []
    rejected: list[Rejected] = []
    for i, (record, text, (language, confidence)) in enumerate(
        zip(records, texts, languages, strict=True), 1
    ):
        if says_something(text):
            named = replace(record, text=text, language=language, language_confidence=confidence)
            kept.append(_without_personal_data(named, redactor, author_key))
        else:
            rejected.append(_no_text(record, text, redactor, author_key))
        if advance and (i % _STEP == 0 or i == len(records)):
            advance(i % _STEP or _STEP)
    return kept, rejected


def redact_rejected(
    item: Rejected, redactor: Redactor, author_columns: frozenset[str] = frozenset(), author_key: bytes = b""
) -> Rejected:
    """Return a rejected row with the personal data in it redacted, and pseudonyms in its author columns."""
    row = item.row
    if isinstance(row, Mapping):
        row = {
            name: _author(str(cell or ""), author_key) if name in author_columns else cell
            for name, cell in row.items()
        }
    return replace(item, row=redactor.redact_value(row))


def redact_sources(corpus: Corpus, redactor: Redactor, key: bytes) -> Corpus:
    """Take personal data out of what a run tells of its files: their names, sheets, columns and notes.

    A name that loses something gains six digits of its keyed hash, so that two files stay two.
    """
    items: tuple[Record | Rejected, ...] = (*corpus.records, *corpus.rejected)
    names = {name: safe_name(name, redactor, key) for name in {item.source_file for item in items}}
    if any(name != safe for name, safe in names.items()):
        corpus = replace(
            corpus,
            records=tuple(
                replace(record, source_file=names[record.source_file]) for record in corpus.records
            ),
            rejected=tuple(replace(item, source_file=names[item.source_file]) for item in corpus.rejected),
        )
    clean_one = redactor.redact_value
    sources = (
        replace(
            source,
            name=safe_name(source.name, redactor, key),
            sheet=clean_one(source.sheet),
            columns=tuple(clean_one(column) for column in source.columns),
            mapping={role: clean_one(column) for role, column in source.mapping.items()},
            notes=tuple(clean_one(note) for note in source.notes),
        )
        for source in corpus.sources
    )
    return replace(corpus, sources=tuple(sources))


def safe_name(name: str, redactor: Redactor, key: bytes) -> str:
    """Return a file's name redacted; one that loses something gains six digits of its keyed hash."""
    redacted = redactor.redact(name)[0]
    return name if redacted == name else f"{redacted} ({keyed_hash(name, key)[:6]})"


def fold_records(records: Sequence[Record]) -> list[Record]:
    """Return the records, those that repeat another with ``duplicate_of`` set to its id."""
    firsts = fold(
        [record.text for record in records],
        [record.author for record in records],
        [record.created_at for record in records],
    )
    return [
        record if first == i else replace(record, duplicate_of=records[first].id)
        for i, (record, first) in enumerate(zip(records, firsts, strict=True))
    ]


def segments(records: Sequence[Record], max_chars: int = 600) -> list[Segment]:
    """Return the segments of all records, in order; ``index`` counts within a record from 0."""
    return [
        Segment(record.id, index, start, end, record.text[start:end], record.language or "und")
        for record in records
        for index, (start, end) in enumerate(segment(record.text, record.language or "und", max_chars))
    ]


def language_votes(records: Sequence[Record]) -> dict[str, Counter[str]]:
    """Count, file by file, the languages of the records (as read) whose texts are clear."""
    return {
        name: clear_languages(
            [clean(records[i].text, records[i].channel) for i in members],
            [records[i].language for i in members],
        )
        for name, members in _by_file(records).items()
    }


def _languages(
    records: Sequence[Record], texts: Sequence[str], votes: Mapping[str, Mapping[str, int]] | None = None
) -> list[tuple[str, float]]:
    """Identify languages file by file, since a file's clear texts say what its short ones are in."""
    found: dict[int, tuple[str, float]] = {}
    for name, members in _by_file(records).items():
        answers = identify_all(
            [texts[i] for i in members],
            [records[i].language for i in members],
            votes[name] if votes is not None else None,
        )
        found.update(zip(members, answers, strict=True))
    return [found[i] for i in range(len(records))]


def _by_file(records: Sequence[Record]) -> dict[str, list[int]]:
    files: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        files[record.source_file].append(i)
    return files


def _without_personal_data(record: Record, redactor: Redactor, author_key: bytes) -> Record:
    text, spans = redactor.redact(record.text, record.language)
    return replace(
        record,
        id=safe_id(record.id, redactor, author_key),
        text=text,
        redactions=spans,
        author=_author(record.author, author_key),
        metadata=redactor.redact_value(record.metadata),
    )


def safe_id(name: str, redactor: Redactor, key: bytes) -> str:
    """Return an id as it is, or its keyed hash where it holds personal data (an e-mail address as a ticket's id)."""
    return f"r_{keyed_hash(name, key)}" if redactor.find(name) else name


def _author(author: str | None, key: bytes) -> str | None:
    """Return the pseudonym, or ``None`` for a name that many share (``A Google user``, ``김**``)."""
    name = " ".join((author or "").split()).casefold()
    if not name or name in _NOBODY or (_MASK.search(name) and len(_MASK.sub("", name)) <= 3):
        return None
    return name if _PSEUDONYM.fullmatch(name) else pseudonym(name, key)


def _no_text(record: Record, text: str, redactor: Redactor, key: bytes) -> Rejected:
    row = {"id": record.id, "text": record.text, **record.metadata}
    if author := _author(record.author, key):
        row["author"] = author
    reason = "No text is left once mark-up is taken out."
    if text or not record.text.strip():
        reason = "The text holds no words." if text else "The text is empty."
    return Rejected(record.source_file, record.source_row, "no_text", reason, redactor.redact_value(row))
