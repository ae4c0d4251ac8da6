"""Plug-ins that are wrong, each in its own way: the tests register them, the package does not."""

import numpy as np

from voc.report.view import Section, Table


class NoEncode:
    id, dim = "x", 3

    def __init__(self, device=None):
        pass


class Short(NoEncode):
    """One row too few."""

    def encode(self, texts):
        return np.ones((len(texts) - 1, self.dim))


class Loud(NoEncode):
    """Quotes a customer in its error."""

    def encode(self, texts):
        raise ValueError(f"cannot encode {texts[0]}")


class NotProbabilities:
    id = "x"

    def __init__(self, device=None):
        pass

    def predict(self, texts, encoded=None):
        return np.ones((len(texts), 3))


class TwiceTheSame(NotProbabilities):
    labels = ("a", "a", "b")


def beyond(text):
    return [(0, len(text) + 1)]


def loud(text):
    raise RuntimeError(text)


def no_section(context):
    return "<b>bold</b>"


def hostile(context):
    from markupsafe import Markup

    table = Table("<i>caption</i>", ("<u>",), ((Markup("<script>alert(1)</script>"),),), "<s>note</s>")
    return Section(Markup("<img src=x onerror=alert(2)>"), (Markup("<svg/onload=alert(3)>"),), (table,))


class Fractions:
    def __init__(self, settings):
        pass

    def fit_predict(self, rows):
        return np.full(len(rows), 0.5)


NOT_CALLABLE = 5
