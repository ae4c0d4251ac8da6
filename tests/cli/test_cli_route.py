"""``voc route`` as people run it: a process, its streams, its files."""

from __future__ import annotations

import csv
import json
import os
import select
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import voc
from voc.cli import cli
from voc.cli.console import guarded
from voc.errors import VocError
from voc.io.options import ReadOptions
from voc.routing.lines import LineReader

Run = Callable[..., tuple[str, str]]
MODULE = [sys.executable, "-c", "from voc.cli import main; main()", "route"]
BUG = "The app crashes every time I open the settings page, please fix this bug"
DANGER = "The charger caught fire and burned my hand, my lawyer will be in touch"


def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*MODULE, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ},
    )  # fmt: skip


def answer_within(process: subprocess.Popen[bytes], seconds: float) -> dict:
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    assert ready, "no answer while the stream is open"
    return json.loads(process.stdout.readline())


def test_each_line_is_answered_while_the_stream_is_open() -> None:
    process = start("-", "--rules", "support", "--quiet")
    lines = [
        json.dumps({"id": "a", "text": BUG}),
        '{"id": "b", "text": ',
        json.dumps({"id": "c", "text": DANGER, "plan": "enterprise"}),
        json.dumps({"id": "d", "text": "  "}),
    ]
    found = []
    for line in lines:
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        found.append(answer_within(process, 600))
    process.stdin.close()
    assert process.wait(600) == 0
    assert process.stdout.read() == b""
    assert [row["id"] for row in found] == ["a", "stdin:2", "c", "stdin:4"]
    assert [row["error"] is None for row in found] == [True, False, True, False]
    assert found[2]["action"] == "human"
    assert found[2]["queue"] == "legal"
    for bad in (found[1], found[3]):
        assert (bad["queue"], bad["action"]) == ("triage", "human")
    assert all(set(row) == set(found[0]) for row in found)


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket_id", "message", "plan", "intent"])
        for number in range(30):
            text, label = ((BUG, "bug_report"), (DANGER, "safety_or_legal"))[number % 2]
            writer.writerow([f"T{number}", f"{text} (ticket {number})", "pro", label])
    return path


@pytest.fixture
def route(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["voc", "route", *map(str, arguments)])
        returned = guarded(cli)
        out, err = capsys.readouterr()
        assert returned == code, err
        assert "Traceback" not in err
        return out, err

    return run


def test_a_file_gives_one_row_a_ticket_in_order(tickets: Path, tmp_path: Path, route: Run) -> None:
    out = tmp_path / "routed.csv"
    route(tickets, "--rules", "support", "-o", out)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"T{number}" for number in range(30)]
    assert {row["queue"] for row in rows[1::2]} == {"legal"}
    assert {row["action"] for row in rows[1::2]} == {"human"}
    _, told = route(tickets, "--rules", "support", "-o", out, code=2)
    assert "--force" in told


def test_mistakes_in_the_rules_come_before_any_ticket(tickets: Path, tmp_path: Path, route: Run) -> None:
    shown, _ = route("--example")
    mine = tmp_path / "routing.yaml"
    mine.write_text(shown.replace("refund_request", "refund_reqest"), encoding="utf-8")
    _, told = route(tickets, "--rules", mine, "-o", tmp_path / "routed.jsonl", code=2)
    assert "did you mean 'refund_request'" in told
    assert (
        f"line {1 + next(n for n, line in enumerate(shown.splitlines()) if 'refund_request' in line)}:"
        in told
    )
    assert not (tmp_path / "routed.jsonl").exists()


def test_a_dry_run_reports_and_refuses_to_promise_on_few_rows(
    tickets: Path, tmp_path: Path, route: Run
) -> None:
    new = tmp_path / "new.yaml"
    shown, told = route(
        tickets,
        "--rules",
        "support",
        "--simulate",
        "--target-precision",
        "0.95",
        "--write-rules",
        new,
        code=3,
    )
    assert "all tickets: 30" in shown
    assert "intent bug_report" in shown
    assert "73" in told
    assert not new.exists()


def test_options_that_do_not_go_together(tickets: Path, route: Run) -> None:
    _, told = route(tickets, "--rules", "support", "--target-precision", "0.9", code=2)
    assert "--simulate" in told


def test_the_router_answers_texts_and_records_alike(tickets: Path) -> None:
    router = voc.Router("support")
    texts = [DANGER, "", BUG, DANGER]
    found = router.route(texts)
    assert [decision.id for decision in found] == ["1", "2", "3", "4"]
    assert [decision.queue for decision in found[:2]] == ["legal", "triage"]
    assert found[1].action == "human"
    records = voc.read(tickets).records
    assert [decision.id for decision in router.route(records)] == [record.id for record in records]
    assert router.route(DANGER)[0].queue == "legal"


def test_a_router_with_bad_rules_says_so(tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text("queues: [a]\n", encoding="utf-8")
    with pytest.raises(VocError, match="fallback"):
        voc.Router(tmp_path / "routing.yaml").route("words")


def test_ten_thousand_lines_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(10_000):
            file.write(json.dumps({"id": number, "text": f"words of ticket {number}"}) + "\n")
    held, rows = {}, 0
    tracemalloc.start()
    with path.open("rb") as stream:
        for batch in LineReader(stream, ReadOptions(), batch=100):
            rows += len(batch)
            held[rows // 1000] = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert rows == 10_000
    assert held[9] < held[2] + 1_000_000  # a chunk of lines may be in hand
