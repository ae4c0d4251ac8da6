"""Files behind URLs are read as if they were here, and results are sent whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest

import voc
from voc.cli import cli
from voc.cli.console import guarded
from voc.io import remote

ROWS = "id,review\nr1,The parcel came two weeks late\nr2,The zip broke after a week\n"


@pytest.fixture
def store() -> Iterator[Any]:
    """An object store in memory."""
    found = fsspec.filesystem("memory")
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def command(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["voc", *arguments])
        return guarded(cli)


def test_a_file_a_folder_and_a_glob(store: Any) -> None:
    for name in ("march/b.csv", "march/a.csv", "april/c.csv"):
        store.pipe(f"/bucket/{name}", ROWS.replace("r1", name).replace("r2", name + "2").encode())
    names = {
        url: [source.name for source in voc.read(url).sources]
        for url in ("memory://bucket/march/a.csv", "memory://bucket/march", "memory://bucket/*/*.csv")
    }
    assert list(names.values()) == [["a.csv"], ["a.csv", "b.csv"], ["c.csv", "a.csv", "b.csv"]]


def test_what_is_read_is_what_the_file_says(store: Any) -> None:
    store.pipe("/bucket/reviews.csv", ROWS.encode())
    corpus = voc.read("memory://bucket/reviews.csv")
    assert [(record.id, record.text) for record in corpus.records] == [
        ("r1", "The parcel came two weeks late"),
        ("r2", "The zip broke after a week"),
    ]
    assert corpus.sources[0].bytes == len(ROWS)


def test_files_of_one_name_are_told_apart(store: Any) -> None:
    for folder in ("march", "april"):
        store.pipe(f"/bucket/{folder}/reviews.csv", ROWS.encode())
    assert [source.name for source in voc.read("memory://bucket/*/reviews.csv").sources] == [
        "april/reviews.csv",
        "march/reviews.csv",
    ]


@pytest.mark.parametrize("url", ["memory://bucket/none.csv", "memory://bucket/none/*.csv"])
def test_nothing_there_is_an_error(store: Any, url: str) -> None:
    with pytest.raises(voc.VocError, match="No such file or folder"):
        voc.read(url)


def test_a_kind_of_address_that_nobody_knows() -> None:
    with pytest.raises(voc.VocError, match="nowhere://: this kind of address"):
        voc.read("nowhere://bucket/a.csv")


def test_an_error_says_no_password(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("no")

    monkeypatch.setattr(type(store), "isfile", refuse)
    with pytest.raises(voc.VocError) as caught:
        remote.files("memory://ann:secret@bucket/a.csv")
    assert "secret" not in str(caught.value)


def test_a_result_is_sent_when_it_is_whole(store: Any) -> None:
    with remote.written("memory://bucket/out/answers.csv") as here:
        with open(here, "w", encoding="utf-8") as file:
            file.write("id\n1\n")
        assert not store.exists("/bucket/out/answers.csv")
    assert store.cat("/bucket/out/answers.csv") == b"id\n1\n"


def test_nothing_is_sent_after_an_error(store: Any) -> None:
    def stop() -> None:
        with remote.written("memory://bucket/answers.csv") as here:
            open(here, "w").close()
            raise KeyError

    with pytest.raises(KeyError):
        stop()
    assert not store.exists("/bucket/answers.csv")


def test_what_is_there_is_replaced_only_by_force(store: Any) -> None:
    store.pipe("/bucket/answers.csv", b"mine")
    with pytest.raises(voc.VocError, match="exists already"), remote.written("memory://bucket/answers.csv"):
        pass
    with remote.written("memory://bucket/answers.csv", force=True) as here, open(here, "w") as file:
        file.write("new")
    assert store.cat("/bucket/answers.csv") == b"new"


def test_a_folder_is_sent_whole_and_leaves_nothing_of_the_old(store: Any, tmp_path: Any) -> None:
    import os

    store.pipe("/bucket/run/old.txt", b"old")
    with remote.written("memory://bucket/run", force=True) as here:
        os.makedirs(os.path.join(here, "topics"))
        for name in ("run.json", "topics/a.json"):
            with open(os.path.join(here, name), "w") as file:
                file.write(name)
    assert sorted(store.find("/bucket/run")) == ["/bucket/run/run.json", "/bucket/run/topics/a.json"]


def test_classify_from_and_to_a_store(store: Any) -> None:
    store.pipe("/bucket/reviews.csv", ROWS.encode())
    assert (
        command("classify", "memory://bucket/reviews.csv", "-o", "memory://bucket/answers.jsonl", "-q") == 0
    )
    lines = store.cat("/bucket/answers.jsonl").decode().splitlines()
    assert [voc_id in line for voc_id, line in zip(('"r1"', '"r2"'), lines, strict=True)] == [True, True]
    assert (
        command("classify", "memory://bucket/reviews.csv", "-o", "memory://bucket/answers.jsonl", "-q") == 2
    )
