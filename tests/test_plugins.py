"""Plug-ins: found without running anything, chosen by name, and refused with their package's name when wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "plugins"))

from installed import PROJECT, SOURCE, install

from voc import plugins
from voc.config import TopicSettings, resolve
from voc.errors import USAGE, VocError
from voc.io import ReadOptions, read, shapes
from voc.models.encoder import CachedEncoder, load_encoder
from voc.models.intent import load_intent
from voc.models.plugged import PluggedClusterer
from voc.models.sentiment import load_sentiment
from voc.text.redact import Redactor

DOCS = Path(__file__).resolve().parent.parent / "docs" / "extending.md"
Add = Callable[..., None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Installs another package: ``add("voc.encoders", {"name": "module:thing"})``."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(SOURCE))
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    shapes.all_shapes.cache_clear()

    def added(group: str, names: Mapping[str, str], package: str = "other-pack") -> None:
        install(site, package, "0.3", {group: names})

    yield added
    shapes.all_shapes.cache_clear()
    for name in set(sys.modules) - before:
        if name.startswith("voc_example"):
            del sys.modules[name]


@pytest.fixture
def example(add: Add, tmp_path: Path) -> Add:
    """The example package, installed."""
    install(tmp_path / "site", PROJECT["name"], PROJECT["version"], PROJECT["entry-points"])
    return add


def test_the_example_has_one_of_each_kind_and_finding_them_imports_nothing(example: Add) -> None:
    found = [plugin for group in plugins.GROUPS for plugin in plugins.found(group)]
    mine = [plugin for plugin in found if plugin.package == "voc-example"]
    assert sorted(plugin.group for plugin in mine) == sorted(plugins.GROUPS)
    assert {plugin.version for plugin in mine} == {"1.2.0"}
    assert not any(name.startswith("voc_example") for name in sys.modules)


def test_what_is_not_named_is_not_run(example: Add, tmp_path: Path) -> None:
    example("voc.encoders", {"bomb": "voc_example.bomb:Bomb"})
    assert {"bomb", "letters"} <= {plugin.name for plugin in plugins.found("voc.encoders")}
    assert load_encoder("letters").dim == 26
    assert read([_hotline(tmp_path)]).sources[0].shape == "hotline"
    assert "voc_example.bomb" not in sys.modules
    with pytest.raises(VocError, match=r"The encoder 'bomb' of the package other-pack 0\.3 can't be loaded"):
        load_encoder("bomb")


def _hotline(folder: Path) -> Path:
    path = folder / "calls.csv"
    path.write_text(
        "call_id,called_at,handled_by,note\nC1,2026-03-04,Kim,The door never opened\n", encoding="utf-8"
    )
    return path


def test_a_shape_is_recognised_and_is_data_only(example: Add, tmp_path: Path) -> None:
    path = _hotline(tmp_path)
    corpus = read([path])
    assert corpus.sources[0].shape == "hotline"
    record = corpus.records[0]
    assert (record.id, record.text, record.channel) == ("C1", "The door never opened", "chat")
    assert read([path], ReadOptions(shape="hotline")).records == corpus.records
    assert not any(name.startswith("voc_example") for name in sys.modules)


@pytest.mark.parametrize(
    ("name", "target", "says"),
    [
        ("gone", "voc_example.shapes:gone.yaml", "there is no file"),
        ("gone", "no_such_package:gone.yaml", "there is no file"),
        ("other", "voc_example.shapes:hotline.yaml", "calls itself 'hotline'"),
        ("code", "voc_example:models.py", "is not a shape"),
        ("zendesk-tickets", "voc_example.shapes:hotline.yaml", "voc has a shape of that name"),
    ],
)
def test_a_wrong_shape_is_named_with_its_package(add: Add, name: str, target: str, says: str) -> None:
    add("voc.shapes", {name: target})
    with pytest.raises(VocError, match=says) as error:
        shapes.all_shapes()
    assert f"The shape '{name}' of the package other-pack 0.3" in error.value.message


def test_a_redactor_redacts_and_redacting_again_changes_nothing(example: Add) -> None:
    redactor = Redactor({"ORDER": "B-[0-9]+"}, True, ["locker"])
    text, spans = redactor.redact("Left in locker ABC-DE for order B-17, mail me: kim@example.org")
    assert text == "Left in [LOCKER] for order [ORDER], mail me: [EMAIL]"
    assert [span.kind for span in spans] == ["LOCKER", "ORDER", "EMAIL"]
    assert redactor.redact(text) == (text, ())
    assert redactor.redact_value({"where": "locker ABC-DE"}) == {"where": "[LOCKER]"}
    plain = "Left in locker ABC-DE"
    assert Redactor().redact(plain) == (plain, ())


def test_a_redactor_that_fails_stops_the_run_without_quoting_the_customer(add: Add) -> None:
    add("voc.redactors", {"loud": "voc_example.broken:loud", "beyond": "voc_example.broken:beyond"})
    with pytest.raises(VocError, match="The redactor 'loud' of the package other-pack") as error:
        Redactor(redactors=["loud"]).redact("my secret is 42")
    assert "secret" not in str(error.value)
    with pytest.raises(VocError, match="does not fit"):
        Redactor(redactors=["beyond"]).redact("my secret is 42")


def test_two_redactors_cannot_share_a_placeholder(example: Add) -> None:
    with pytest.raises(VocError, match=r"\[LOCKER\]"):
        Redactor({"locker": "x+"}, True, ["locker"])


def test_an_encoder_gives_unit_rows_in_the_order_of_the_texts(example: Add) -> None:
    encoder = load_encoder("letters")
    heard: list[int] = []
    found = encoder.encode(["aab", "zz", "aab"], heard.append)
    assert found.vectors.shape == found.features.shape == (3, 26)
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=5e-4)
    assert found.vectors[1, 25] == 1
    assert (found.vectors[0] == found.vectors[2]).all()
    assert sum(heard) == 3
    assert encoder.encode([]).vectors.shape == (0, 26)
    assert encoder.id == "voc-example-1.2.0:letters:letters-1"


def test_an_encoder_gives_the_same_from_the_cache(example: Add, tmp_path: Path) -> None:
    from voc.store.cache import VectorStore

    texts = ["the parcel is late", "thank you"]
    direct = load_encoder("letters").encode(texts)
    store = VectorStore(tmp_path / "cache")
    CachedEncoder(load_encoder("letters"), store).encode(texts)
    again = CachedEncoder(load_encoder("letters"), store)
    assert (again.encode(texts).vectors == direct.vectors).all()
    assert again.hits == 2
    store.close()


def test_sentiment_and_intent_models(example: Add) -> None:
    assert load_sentiment("sour").predict(["a", "b"]).argmax(axis=1).tolist() == [0, 0]
    intent = load_intent("praise-or-fix")
    assert intent.labels == ("praise", "fix")
    assert intent.predict(["Thank you", "it broke"]).tolist() == [[1, 0], [0, 1]]
    assert intent.id == "voc-example-1.2.0:praise-or-fix:praise-or-fix-1"


BROKEN = {
    "no-encode": "NoEncode", "short": "Short", "loud": "Loud", "five": "NOT_CALLABLE", "gone": "NoSuchThing",
    "not-probabilities": "NotProbabilities", "twice": "TwiceTheSame", "fractions": "Fractions",
}  # fmt: skip


@pytest.mark.parametrize(
    ("group", "name", "use", "says"),
    [
        ("voc.encoders", "no-encode", lambda n: load_encoder(n), "has no encode"),
        ("voc.encoders", "five", lambda n: load_encoder(n), "is no function or class"),
        ("voc.encoders", "gone", lambda n: load_encoder(n), "can't be loaded"),
        (
            "voc.encoders",
            "short",
            lambda n: load_encoder(n).encode(["a", "b"]),
            r"shape \(1, 3\) where \(2, 3\)",
        ),
        ("voc.encoders", "loud", lambda n: load_encoder(n).encode(["top secret"]), "failed to encode"),
        (
            "voc.sentiment_models",
            "not-probabilities",
            lambda n: load_sentiment(n).predict(["a"]),
            "probabilities",
        ),
        ("voc.intent_models", "twice", lambda n: load_intent(n), "different names"),
        (
            "voc.clusterers",
            "fractions",
            lambda n: PluggedClusterer(plugins.named("voc.clusterers", n), TopicSettings()).fit(
                np.ones((4, 2))
            ),
            "whole numbers",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_package(
    add: Add, group: str, name: str, use: Callable[[str], object], says: str
) -> None:
    add(group, {name: f"voc_example.broken:{BROKEN[name]}"})
    with pytest.raises(VocError, match=says) as error:
        use(name)
    assert f"{plugins.GROUPS[group]} '{name}' of the package other-pack 0.3" in error.value.message
    assert error.value.exit_code == USAGE
    assert "secret" not in str(error.value)


def test_a_clusterer_is_numbered_by_size_and_chosen_by_its_name(example: Add) -> None:
    rows = np.repeat(np.eye(3, dtype=np.float32), [2, 5, 3], axis=0)
    settings = TopicSettings(clusterer="kmeans", max_issues=3)
    clusterer = PluggedClusterer(plugins.named("voc.clusterers", "kmeans"), settings)
    assert clusterer.fit_predict(rows).tolist() == [2, 2, 0, 0, 0, 0, 0, 1, 1, 1]
    assert clusterer.predict(rows[:3]).tolist() == [2, 2, 0]

    from voc.models import topics
    from voc.models.warm_start import Start

    fresh, unseen = Start(), np.ones(len(rows), np.bool_)
    assert isinstance(topics._clusterer(settings, fresh, unseen), PluggedClusterer)
    assert not isinstance(topics._clusterer(TopicSettings(), fresh, unseen), PluggedClusterer)


def test_unclustered_rows_stay_unclustered() -> None:
    model = SimpleNamespace(fit_predict=lambda rows: [-1, 7, 7, -1, 3])
    plugin = SimpleNamespace(
        create=lambda *_, **__: model, at_work=plugins.Plugin("voc.clusterers", *"abcd").at_work
    )
    clusterer = PluggedClusterer(plugin, TopicSettings()).fit(np.ones((5, 2), np.float32))  # type: ignore[arg-type]
    assert clusterer.labels_.tolist() == [-1, 0, 0, -1, 1]


def test_an_unknown_name_is_told_with_the_nearest_before_a_run_begins(example: Add) -> None:
    with pytest.raises(VocError, match="no clusterer 'kmeens'; did you mean 'kmeans'"):
        plugins.check("voc.clusterers", ["kmeens"])
    with pytest.raises(VocError, match="no report section 'langages'; did you mean 'languages'"):
        plugins.check("voc.report_sections", ["langages"])
    plugins.check("voc.clusterers", ["built-in"])


@pytest.mark.parametrize(
    ("group", "name"),
    [("voc.encoders", "embedded"), ("voc.clusterers", "built-in"), ("voc.redactors", "email")],
)
def test_a_built_in_name_is_refused_and_the_built_in_stays(add: Add, group: str, name: str) -> None:
    add(group, {name: "voc_example.bomb:Bomb"})
    with pytest.raises(VocError, match=rf"'{name}' of the package other-pack 0\.3 is refused: voc has"):
        plugins.find(group, name)
    assert "voc_example.bomb" not in sys.modules


def test_two_packages_with_one_name_are_refused(example: Add) -> None:
    example("voc.encoders", {"letters": "voc_example.models:Letters"})
    with pytest.raises(VocError, match="several packages have one of that name: other-pack, voc-example"):
        load_encoder("letters")


def test_names_that_look_like_files_or_hub_models_are_refused(add: Add) -> None:
    add("voc.encoders", {"some/model": "voc_example.models:Letters"})
    with pytest.raises(VocError, match="small letters"):
        load_encoder("some/model")


def test_settings_name_plugins_in_lists_and_in_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("text: {redactors: [locker]}\nreport: {sections: [languages]}\n", encoding="utf-8")
    settings = resolve(str(path), environ={"VOC_TEXT_REDACTORS": "locker; badge"}).settings
    assert settings.text.redactors == ["locker", "badge"]
    assert settings.report.sections == ["languages"]
    assert settings.topics.clusterer == "built-in"


def test_doctor_lists_plugins_and_imports_none(example: Add, capsys: pytest.CaptureFixture[str]) -> None:
    from voc.cli.doctor import _plugins

    example("voc.encoders", {"embedded": "voc_example.bomb:Bomb"})
    lines = {what: (good, cure) for good, what, cure in _plugins()}
    assert len([what for what in lines if "voc-example 1.2.0" in what]) == len(plugins.GROUPS)
    assert lines["plug-in: the encoder 'letters' of the package voc-example 1.2.0"][0]
    good, cure = lines["plug-in: the encoder 'embedded' of the package other-pack 0.3"]
    assert not good
    assert "uninstall other-pack" in cure
    assert not any(name.startswith("voc_example") for name in sys.modules)


def test_the_documentation_shows_the_example_package() -> None:
    text = DOCS.read_text(encoding="utf-8")
    shown = re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', text, re.DOTALL | re.MULTILINE)
    files = {title: code for title, code in shown if (SOURCE / title).is_file()}
    assert {"pyproject.toml", "voc_example/models.py", "voc_example/section.py"} <= set(files)
    for title, code in files.items():
        assert code == (SOURCE / title).read_text(encoding="utf-8"), title
    assert all(f"`{group}`" in text for group in plugins.GROUPS)
