"""``voc serve`` and ``voc route --watch`` as people start and stop them: processes, with the real models."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from voc.cli import cli
from voc.cli.console import guarded
from voc.router import COLUMNS

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]
BUG = "The app crashes every time I open the settings page, please fix this bug"
DANGER = "The charger caught fire and burned my hand, my lawyer will be in touch"


def post(url: str, body: object, **headers: str) -> object:
    request = Request(url, json.dumps(body).encode(), {"content-type": "application/json", **headers})
    with urlopen(request, timeout=60) as response:
        return json.loads(response.read())


@pytest.mark.enable_socket
def test_it_serves_what_the_router_says_keeps_deliveries_and_ends_in_peace(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret that is long enough to use\n")
    secret.chmod(0o600)
    outbox = tmp_path / "outbox.sqlite"
    process = subprocess.Popen(
        [
            *VOC, "serve", "--rules", "support", "--port", "0", "--verbose", "--token-file", str(secret),
            "--webhook", "http://127.0.0.1:9/", "--webhook-secret-file", str(secret), "--outbox", str(outbox),
        ],
        stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"Listening on (http://\S+)\.", line):
            break
    url = found.group(1)
    token = {"authorization": "Bearer a secret that is long enough to use"}
    body = {"tickets": [{"id": "a", "text": BUG}, {"id": "b", "text": DANGER, "plan": "pro"}, {"text": " "}]}
    rows = post(f"{url}/route", body, **token)["tickets"]
    assert [row["id"] for row in rows] == ["a", "b", "3"]
    assert rows[1]["queue"] == "legal"
    assert rows[2]["error"] is not None
    assert set(rows[0]) == set(COLUMNS)
    classified = post(f"{url}/classify", body, **token)["tickets"]
    assert [row["intent"] for row in classified[:2]] == [row["intent"] for row in rows[:2]]
    with urlopen(f"{url}/health", timeout=60) as response:
        assert json.loads(response.read())["deliveries"] == {"waiting": 3, "dead": 0}
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert "3 deliveries wait for the next start" in rest
    log = "".join(said) + rest
    assert "POST /route 200" in log
    assert "crashes" not in log
    assert "fire" not in log


@contextmanager
def served(*arguments: str | Path) -> Iterator[str]:
    """The address of a service that runs meanwhile."""
    command = [*VOC, "serve", "--rules", "support", "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield next(found[1] for line in process.stderr if (found := re.search(r"(http://\S+)\.", line)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.mark.enable_socket
def test_the_third_contact_in_a_week_counts_across_restarts(tmp_path: Path) -> None:
    priorities = []
    for number in range(3):
        with served("--outbox", tmp_path / "state.sqlite") as url:
            ticket = {"id": number, "text": BUG, "author": "ann@example.org"}
            priorities += [row["priority"] for row in post(f"{url}/route", {"tickets": [ticket]})["tickets"]]
    assert priorities == ["normal", "normal", "high"]
    kept = (tmp_path / "state.sqlite").read_bytes()
    assert b"ann@" not in kept  # a pseudonym


def test_a_watch_counts_contacts_across_restarts(tmp_path: Path) -> None:
    inbox, results = tmp_path / "inbox", tmp_path / "results"
    inbox.mkdir()
    for number in range(3):
        ticket = {"id": f"T{number}", "text": BUG, "author": "ann"}
        (inbox / f"{number}.jsonl").write_text(json.dumps(ticket) + "\n")
        command = ["route", "--watch", str(inbox), "-o", str(results), "--rules", "support", "--once"]
        subprocess.run([*VOC, *command, "--settle", "0.05"], check=True, capture_output=True, timeout=120)
    rows = [json.loads(path.read_text()) for path in results.glob("[!.]*")]
    assert {row["id"]: row["priority"] for row in rows} == {"T0": "normal", "T1": "normal", "T2": "high"}


def test_a_watch_routes_what_is_there(tmp_path: Path) -> None:
    inbox, results = tmp_path / "inbox", tmp_path / "results"
    inbox.mkdir()
    (inbox / "tickets.jsonl").write_text(
        "".join(json.dumps({"id": f"T{n}", "text": text}) + "\n" for n, text in enumerate((BUG, DANGER)))
    )
    (inbox / "numbers.csv").write_text("a,b\n1,2\n3,4\n")
    done = subprocess.run(
        [*VOC, "route", "--watch", str(inbox), "-o", str(results), "--rules", "support", "--once",
         "--settle", "0.05"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (result,) = results.glob("[!.]*")
    rows = [json.loads(line) for line in result.read_text().splitlines()]
    assert [(row["id"], row["error"]) for row in rows] == [("T0", None), ("T1", None)]
    assert rows[1]["queue"] == "legal"
    assert [path.name for path in (inbox / "failed").iterdir()] == ["numbers.csv"]
    assert "tickets.jsonl: 2 rows" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--host", "0.0.0.0"], "--token-file"),
        (["serve", "--webhook", "https://example.org/"], "go together"),
        (["serve", "--token-file", "nowhere"], "No such file"),
        (["route"], "Name the INPUT"),
        (["route", "--watch", ".", "tickets.csv"], "Name the INPUT"),
        (["route", "--watch", ".", "--simulate"], "--simulate"),
        (["route", "--watch", "."], "-o"),
        (["route", "tickets.csv", "--webhook", "https://example.org/"], "--watch"),
        (["route", "tickets.csv", "--once"], "--watch"),
    ],
)
def test_wrong_usage(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["voc", *arguments, "--rules", "support"])
    assert guarded(cli) == 2
    assert said in capsys.readouterr().err
