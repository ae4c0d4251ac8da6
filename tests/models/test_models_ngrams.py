"""TF-IDF without scikit-learn gives what scikit-learn gives, in every script."""

from __future__ import annotations

import numpy as np
import pytest

from voc.models.ngrams import SPANS, Vectorizer, fit_ngrams

TEXTS = [
    "The zip broke after two days",
    "the ZIP, again: broke!  twice   in a row",
    "배송이 너무 늦어요 정말",
    "배송은 빨랐어요",
    "ジッパーが壊れました。返金してください",
    "拉链坏了 要求退款",
    "ซิปพังหลังจากสองวัน",
    "Größe fällt klein aus, İstanbul'a geç geldi",
    "a b c",
    "x",
    "",
]
NEW = [*TEXTS, "zip zip zip broke", "never seen words", "返金", "\t late\n\ndelivery ", "o"]


@pytest.mark.parametrize("at", range(len(SPANS)))
def test_columns_and_values_are_those_of_scikit_learn(at):
    from sklearn.feature_extraction.text import TfidfVectorizer

    kind, span = list(SPANS.items())[at]
    theirs = TfidfVectorizer(analyzer=kind, ngram_range=span, sublinear_tf=True).fit(TEXTS)
    ours = Vectorizer((fit_ngrams(TEXTS)[0].parts[at],))
    order = [ours.parts[0].vocabulary[name] for name in theirs.get_feature_names_out()]
    np.testing.assert_allclose(
        ours.matrix(NEW).toarray()[:, order], theirs.transform(NEW).toarray(), atol=1e-6
    )


def test_projection_is_the_matrix_times_the_weights():
    vectorizer, _matrix = fit_ngrams(TEXTS)
    weight = np.random.default_rng(0).normal(size=(vectorizer.width, 3)).astype(np.float32)
    np.testing.assert_allclose(vectorizer.project(NEW, weight), vectorizer.matrix(NEW) @ weight, atol=1e-5)


def test_what_is_learned_from_is_what_new_texts_give():
    vectorizer, matrix = fit_ngrams(TEXTS)
    np.testing.assert_allclose(matrix.toarray(), vectorizer.matrix(TEXTS).toarray(), atol=1e-6)
    assert matrix.dtype == np.float32


def test_the_most_frequent_are_kept():
    vectorizer, _matrix = fit_ngrams(["zip zip", "zip broke", "zip late"], most=1)
    assert list(vectorizer.parts[0].vocabulary) == ["zip"]
    assert vectorizer.width == 2


def test_texts_without_words_leave_characters():
    assert [part.kind for part in fit_ngrams(["a", "b c"])[0].parts] == ["char_wb"]


def test_texts_without_anything_leave_nothing():
    vectorizer, matrix = fit_ngrams(["", "  "])
    assert (vectorizer.parts, matrix.shape) == ((), (2, 0))
