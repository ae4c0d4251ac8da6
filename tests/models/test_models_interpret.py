"""What a topic's other languages say is heard in the main language's words."""

from __future__ import annotations

import numpy as np

from voc.models.interpret import Heard, Interpreter
from voc.models.labels import count_words, label_and_keywords

THEMES = {"late": ("배송", "지연"), "crash": ("앱", "꺼지다"), "refund": ("환불", "카드")}
PLACES = dict(zip(THEMES, np.eye(3, 8), strict=True))


def corpus(foreign: str = "fr") -> tuple[Interpreter, np.ndarray]:
    """20 Korean texts a theme, and 12 foreign ones on late parcels that share no word."""
    random = np.random.default_rng(3)
    said = [(theme, "ko", list(words)) for theme, words in THEMES.items() for _ in range(20)]
    said += [("late", foreign, [f"mot{i}"]) for i in range(12)]
    rows = np.array([PLACES[theme] for theme, *_ in said]) + random.normal(0, 0.05, (len(said), 8))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    languages = np.array([language for _, language, _ in said])
    tokens = [words for *_, words in said]
    every = count_words(tokens, languages.tolist())
    texts = [" ".join(words) for words in tokens]
    return Interpreter(rows, np.arange(len(said)), languages, tokens, texts, every, "ko"), np.arange(60, 72)


def label(interpreter: Interpreter, members: np.ndarray, heard: Heard | None) -> str:
    mine = count_words(
        [interpreter.tokens[i] for i in members], [str(interpreter.languages[i]) for i in members]
    )
    return label_and_keywords(mine, interpreter.every, "ko", {}, "texte", heard)[0]


def test_a_topic_of_another_language_is_named_in_the_main_one() -> None:
    interpreter, foreign = corpus()
    heard = interpreter.hear(foreign)
    assert heard is not None
    assert label(interpreter, foreign, None) not in ("배송 · 지연", "지연 · 배송")
    assert set(label(interpreter, foreign, heard).split(" · ")) == {"배송", "지연"}


def test_counts_stay_within_the_topic_and_the_corpus() -> None:
    interpreter, foreign = corpus()
    heard = interpreter.hear(np.concatenate([np.arange(5), foreign]))
    assert heard is not None
    assert heard.mine.sizes["ko"] == 17
    assert all(count <= 17 for count in heard.mine.words["ko"].values())
    assert all(heard.every.words["ko"][word] >= n for word, n in heard.mine.words["ko"].items())
    assert interpreter.every.words["ko"]["배송"] == 20  # the corpus's own counts are left as they are


def test_no_interpreter_where_the_topic_speaks_the_main_language_or_nobody_else_does() -> None:
    interpreter, foreign = corpus()
    assert interpreter.hear(np.arange(20)) is None
    interpreter.speakers = interpreter.speakers[:10]
    assert interpreter.hear(foreign) is None


def test_one_text_alone_names_nothing() -> None:
    interpreter, foreign = corpus()
    interpreter.tokens[0].append("옥천")
    heard = interpreter.hear(foreign)
    assert heard is not None
    assert "옥천" not in heard.mine.words["ko"]
