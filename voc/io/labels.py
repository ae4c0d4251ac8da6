"""The labels of a labelled export: which column holds them, and what people call the sentiments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from voc.errors import USAGE, VocError
from voc.io import names
from voc.io.columns import find_column
from voc.io.records import BLANK
from voc.types import Record, Rejected, Source

USUAL = (
    "label", "labels", "gold label", "gold", "class", "category", "target", "annotation", "tag",
    "라벨", "레이블", "분류", "카테고리", "유형", "ラベル", "カテゴリ", "分類", "标签", "標籤", "类别", "類別",
    "etiqueta", "étiquette", "kategorie", "catégorie", "categoría", "categoria", "y",
)  # fmt: skip
"""Names of a label column for any task, the likeliest first."""
OWN = {
    "sentiment": (
        "sentiment", "sentiment label", "polarity", "감성", "감정", "긍부정", "センチメント", "極性",
        "感情", "情感", "sentimiento", "sentimento", "stimmung", "duygu",
    ),
    "intent": ("intent", "intent label", "intention", "의도", "インテント", "意図", "意图", "absicht"),
}  # fmt: skip
"""Names of a label column for one task: looked for first."""
_SENTIMENT_NAMES = {
    "negative": (
        "negative", "neg", "-", "bad", "negativ", "negativo", "negativa", "négatif", "négative", "negatif",
        "부정", "부정적", "ネガティブ", "否定", "否定的", "负面", "負面", "消极", "负", "негативный", "негатив",
    ),
    "neutral": (
        "neutral", "neu", "mixed", "neutro", "neutra", "neutre", "neutrale", "netral", "nötr",
        "중립", "중립적", "ニュートラル", "中立", "中性", "нейтральный", "нейтрально",
    ),
    "positive": (
        "positive", "pos", "+", "good", "positiv", "positivo", "positiva", "positif", "positive",
        "긍정", "긍정적", "ポジティブ", "肯定", "肯定的", "正面", "积极", "積極", "正", "позитивный", "позитив",
    ),
}  # fmt: skip
_SHOWN = 12
"""Unknown labels listed in an error."""
_STARS = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}


def find_labels(
    items: Sequence[Record | Rejected], sources: Sequence[Source], task: str, given: str | None
) -> str:
    """The column with the labels, the same in all files.

    Raises:
        VocError: there is none, or it is also (part of) the text.
    """
    columns = list(dict.fromkeys(name for source in sources for name in source.columns))
    text = {part for source in sources for part in source.mapping.get("text", "").split(" + ")}
    where = ", ".join(source.name for source in sources)
    filled = {
        name
        for item in items
        if isinstance(item, Record)
        for name, value in item.metadata.items()
        if label_text(value) is not None
    }
    if given is None:
        found = label_column([name for name in columns if name in filled and name not in text], task)
    else:
        found = find_column(given, columns, "label", where)
    if found is None:
        listed = ", ".join(names.shown(name) for name in columns[:20] if name not in text)
        raise VocError(
            f"{where}: no column is named like {task} labels", f"Name it with --label-column: {listed}."
        )
    if found in text:
        raise VocError(
            f"The column {found!r} is read as text, so that its labels would give themselves away",
            "Name the column with the text alone with --text-column.",
            USAGE,
        )
    if lacking := [source.name for source in sources if found not in source.columns]:
        raise VocError(f"{lacking[0]} has no column {found!r}", "Evaluate files of one form together.")
    return found


def known_labels(
    written: Sequence[str | None],
    task: str,
    classes: Sequence[str],
    column: str,
    named: bool,
    ignore_unknown: bool,
) -> Mapping[str, str]:
    """Label as written -> class.

    Raises:
        VocError: labels name no class and are not to be ignored; both are listed.
    """
    counts = Counter(label for label in written if label)
    order = [label for label, _count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    known = read_sentiments(order, named) if task == "sentiment" else read_labels(order, classes)
    unknown = [label for label in order if label not in known]
    if unknown and not ignore_unknown:
        shown = ", ".join(_shown(label, counts[label]) for label in unknown[:_SHOWN])
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        hint = f"Known: {', '.join(classes)}. Rename them, or leave such rows out with --ignore-unknown."
        if task == "sentiment":
            hint += " Numbers must be -1/0/1, 0/1, 0/1/2 or 0/2/4; stars 1..5 need --label-column."
        raise VocError(f"Column {column!r} holds labels that are no {task}: {shown}{more}", hint)
    return known


def _shown(label: str, count: int) -> str:
    """A label for an error, with the rows that carry it."""
    return f"{repr(label) if names.shown(label) == label else names.shown(label)} ({count:,})"


def label_column(columns: Sequence[str], task: str) -> str | None:
    """The column that holds the labels by its name, or None.

    A whole name goes before one that ends in it (``airline_sentiment``), the task's own names before those
    that any task uses.
    """
    for name in (*OWN[task], *USUAL):
        wanted = names.words(name)
        for column in columns:
            if names.key(column) == "".join(wanted):
                return column
        for column in columns:
            if names.words(column)[-len(wanted) :] == wanted:
                return column
    return None


def label_text(value: Any) -> str | None:
    """A label as written, ``1.0`` as ``1``; None for a blank one."""
    if value is None or value != value:  # NaN
        return None
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value).strip()
    return None if text in BLANK else text or None


def read_labels(labels: Iterable[str], classes: Sequence[str]) -> Mapping[str, str]:
    """Label as written -> class, for the labels that name one, without regard to case, spaces and hyphens."""
    same = {names.key(name): name for name in reversed(classes)}
    found = {label: label if label in classes else same.get(names.key(label)) for label in labels}
    return {label: name for label, name in found.items() if name}


def read_sentiments(labels: Iterable[str], stars: bool) -> Mapping[str, str]:
    """Label as written -> sentiment, for the labels that name one.

    Names in any case and several languages; numbers only where together they can mean one thing: -1, 0, 1;
    0 and 1 (negative, positive); 0, 1, 2; 0, 2, 4 (Sentiment140). With ``stars`` (the user named the
    column) also 1..5, when a 4 or a 5 shows that they are stars: 1-2 negative, 3 neutral, 4-5 positive.
    """
    given = list(labels)
    numbers = {label: number for label in given if (number := _number(label)) is not None}
    scale = _scale(set(numbers.values()), stars)
    spelled = {_plain(word): name for name, words in _SENTIMENT_NAMES.items() for word in words}
    found = {
        label: scale.get(numbers[label]) if label in numbers else spelled.get(_plain(label))
        for label in given
    }
    return {label: name for label, name in found.items() if name}


def _plain(label: str) -> str:
    return names.key(label) or label.strip()


def _number(label: str) -> int | None:
    try:
        value = float(label)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None


def _scale(values: set[int], stars: bool) -> Mapping[int, str]:
    poor, fair, good = "negative", "neutral", "positive"
    if -1 in values and values <= {-1, 0, 1}:
        return {-1: poor, 0: fair, 1: good}
    if values == {0, 1}:
        return {0: poor, 1: good}
    if values == {0, 1, 2}:
        return {0: poor, 1: fair, 2: good}
    if {0, 4} <= values <= {0, 2, 4}:
        return {0: poor, 2: fair, 4: good}
    return _STARS if stars and values <= set(_STARS) and values & {4, 5} else {}
