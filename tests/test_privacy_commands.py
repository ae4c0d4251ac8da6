"""Nobody's data leaves the other commands that read texts, labels or runs, nor the service: see test_privacy.py."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from privacy_samples import COMPLAINTS, ORDINARY, SECRETS, Workplace, holders, plant

LATER = ("Nobody tells me where the {} coupon code has to be typed in", COMPLAINTS[0])
PARTED_BY_A_WORD = (
    f"The zorpal {{}} parcel came late {SECRETS['every text of one complaint']}",
    f"The zorpel {{}} parcel came late {SECRETS['every text of one complaint']}",
)
"""Complaints that only their n-grams tell apart well, so that a model of them keeps n-grams."""
REMEMBERING = ("--workspace", "written/voc.duckdb")
COMMANDS = {
    "runs": ("run", "input", "-o", "written/first", *REMEMBERING, "--then",
             "run", "later", "-o", "written/second", *REMEMBERING),
    "compare": ("compare", "written/first", "written/second", "-o", "written/changes.html", "--verbose"),
    "compare as JSON": ("compare", "written/first", "written/second", "--json"),
    "compare a workspace": ("compare", *REMEMBERING),
    "topics": ("topics", "show", "written/first"),
    "topics merge": ("topics", "merge", "written/first", "1", "2", "--edits", "written/topics.yaml"),
    "inspect": ("inspect", "input", "--verbose"),
    "inspect as JSON": ("inspect", "input", "--json"),
    "train": ("train", "intent", "labelled/*.csv", "-o", "written/model", "--verbose"),
    "eval": ("eval", "labelled/*.csv", "--task", "sentiment", "--ignore-unknown", "--json",
             "written/scores.json", "--verbose"),
    "label": ("label", "input", "-o", "written/answers.csv", "--next", "60", "--intent-model",
              "written/model", "--verbose"),
}  # fmt: skip
"""Name of the log -> arguments."""
TYPED = {"label": "1\n" * 60}
FILE = "[EMAIL] export.csv"
"""What is left of the name of the planted file."""
FOUND = (
    ("log of compare", "coupon"),
    ("log of compare as JSON", "coupon"),
    ("log of compare a workspace", "coupon"),
    ("changes.html", "coupon"),
    ("log of topics", ORDINARY),
    ("topics.yaml", ORDINARY),
    ("log of inspect", FILE),
    ("log of inspect as JSON", FILE),
    ("log of train", FILE),
    ("model/report.json", FILE),
    ("model/ngrams.json", ORDINARY),
    ("log of eval", FILE),
    ("scores.json", FILE),
    ("log of label", ORDINARY),
    ("answers.csv", ORDINARY),
    ("answers.csv", FILE),
)
"""What each file does hold of the planted texts or, where it keeps none, of their file's name."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commands over planted input; everything that they wrote, logged or removed lies in the folder."""
    place = Workplace(tmp_path_factory.mktemp("privacy"))
    plant(place.root / "input")
    plant(place.root / "later", LATER, month=3)
    plant(place.root / "labelled", PARTED_BY_A_WORD)
    for name, arguments in COMMANDS.items():
        place.run(*arguments, log=f"log of {name}", typed=TYPED.get(name, ""))
    return place.written


@pytest.mark.parametrize("field", SECRETS)
def test_no_secret_is_in_any_byte_written(written: Path, field: str) -> None:
    assert holders(written, SECRETS[field]) == []


@pytest.mark.parametrize(("name", "word"), FOUND)
def test_what_is_no_secret_is_found_in_the_same_files(written: Path, name: str, word: str) -> None:
    assert name in holders(written, word)


def test_every_text_of_the_queue_was_shown_and_kept(written: Path) -> None:
    """So the one with a secret in its text is among those searched."""
    kept = (written / "answers.csv").read_text()
    for name in ("my card [CARD] was charged twice", "reset[URL] crashes", "nobody answers [EMAIL]"):
        assert name in kept
        assert name in (written / "log of label").read_text()


def test_a_trained_model_holds_ngrams_of_the_texts_and_none_of_a_secret(written: Path) -> None:
    """It keeps words and parts of words: a secret would be there in pieces, and not be found whole."""
    from voc.models.custom_intent import load_linear
    from voc.models.ngrams import fit_ngrams

    def ngrams(text: str) -> set[str]:
        parts = fit_ngrams([text])[0].parts
        return {ngram for part in parts for ngram in part.vocabulary if len(ngram) >= 5}

    vectorizer = load_linear(written / "model")[0].vectorizer
    assert vectorizer is not None
    kept = {ngram for part in vectorizer.parts for ngram in part.vocabulary}
    assert ngrams(ORDINARY) <= kept
    for field, secret in SECRETS.items():
        assert ngrams(secret.partition("@")[0]) & kept == set(), field


def test_an_error_lists_the_columns_without_a_secret(tmp_path: Path) -> None:
    """A file without a header has its first row's cells for names."""
    from voc.config import Settings
    from voc.errors import VocError
    from voc.labelled import read_labelled

    file = tmp_path / "export.csv"
    file.write_text(f"review,{SECRETS['column name']}\n" + "The zip broke,x\n" * 3)
    with pytest.raises(VocError) as error:
        read_labelled([file], Settings())
    assert "(one of " in error.value.hint
    assert SECRETS["column name"] not in error.value.message + error.value.hint


TICKETS = (
    {
        "id": SECRETS["id"],
        "text": f"The {ORDINARY} crashes, write to {SECRETS['text']} or call {SECRETS['phone in the text']}",
        "author": SECRETS["author"],
        "language": SECRETS["language"],
        "plan": SECRETS["metadata"],
        SECRETS["column name"]: "x",
        "customer": {"notes": [SECRETS["nested value"]]},
    },
    {"id": SECRETS["rejected row"], "text": " ", "author": SECRETS["author of a rejected row"]},
    {"id": "T-7", "text": f"I was charged twice, card {SECRETS['card in the text']}"},
)
WRONG: dict[str, object] = {
    "date": {"text": "late", "created_at": SECRETS["date"]},
    "rating": {"text": "late", "rating": SECRETS["rating"]},
    "nps": {"text": "late", "nps": SECRETS["likelihood to recommend"]},
    "channel": {"text": "late", "channel": SECRETS["metadata"]},
    "text": {"text": [SECRETS["text"]]},
    "id": {"text": "late", "id": {SECRETS["id"]: SECRETS["id"]}},
    "author": {"text": "late", "author": [SECRETS["author"]]},
    "language": {"text": "late", "language": SECRETS["language"] * 9},
    "no ticket": SECRETS["text"],
}
"""Field -> a ticket that is refused for it."""


@contextmanager
def served(place: Workplace) -> Iterator[HTTPConnection]:
    """A connection to a service that runs meanwhile and keeps what it answers for a webhook that is not there."""
    key = place.root / "key"
    key.write_text("a secret that is long enough to use\n")
    key.chmod(0o600)
    arguments = (
        "serve", "--rules", "support", "--port", "0", "--verbose", "--outbox", "written/outbox.sqlite",
        "--webhook", "http://127.0.0.1:9/", "--webhook-secret-file", str(key),
    )  # fmt: skip
    process = subprocess.Popen(
        place.command(*arguments), cwd=place.root, env=place.environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said: list[str] = []
    try:
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"Listening on http://(\S+)\.", line):
                break
        yield HTTPConnection(found[1], timeout=60)
    finally:
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=60)[1])
        (place.written / "log of serve").write_text("".join(said))
    assert process.returncode == 0


def ask(service: HTTPConnection, path: str, body: str, file: Path) -> int:
    """Send a request, keep the answer with its head, and return its status."""
    service.request("POST", path, body.encode(), {"content-type": "application/json"})
    answer = service.getresponse()
    file.write_bytes(str(answer.headers).encode() + answer.read())
    return answer.status


@pytest.mark.enable_socket
def test_the_service_answers_logs_and_keeps_no_secret(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    answers = place.written / "answers"
    answers.mkdir()
    with served(place) as service:
        for path in ("route", "classify"):
            assert ask(service, f"/{path}", json.dumps({"tickets": TICKETS}), answers / path) == 200
            for field, ticket in WRONG.items():
                body = json.dumps({"tickets": [ticket]})
                assert ask(service, f"/{path}", body, answers / f"{path}, wrong {field}") == 422, field
        unknown = json.dumps({"tickets": [{"text": "late"}], SECRETS["metadata"]: SECRETS["metadata"]})
        assert ask(service, "/route", unknown, answers / "unknown field") == 422
        cut_off = '{"tickets": [{"text": "' + SECRETS["malformed row"]
        assert ask(service, "/route", cut_off, answers / "malformed") == 422
        elsewhere = f"/{SECRETS['token in the text']}?mail={SECRETS['title']}"
        assert ask(service, elsewhere, "{}", answers / "no such path") == 404
    leaks = {field: files for field, secret in SECRETS.items() if (files := holders(place.written, secret))}
    assert leaks == {}
    assert {"answers/route", "answers/classify", "outbox.sqlite"} <= set(holders(place.written, "T-7"))
    assert "EMAIL" in (answers / "classify").read_text()
    log = (place.written / "log of serve").read_text()
    for line in ("POST /route 200", "POST /classify 422", "POST (other) 404"):
        assert line in log
