"""What `voc classify` answers for rows that it can't use."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from voc.cli import cli


def test_the_id_of_an_empty_row_gives_no_address_away(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(
        "ticket_id,text\nana.lopez@example.com,...\nT-2,The parcel never came.\n", encoding="utf-8"
    )
    found = CliRunner().invoke(
        cli, ["classify", str(file), "--id-column", "ticket_id", "--text-column", "text", "-o", "-"]
    )
    assert found.exit_code == 0, found.stderr
    assert "ana.lopez" not in found.stdout
    empty, full = map(json.loads, found.stdout.splitlines())
    assert empty["error"]
    assert empty["id"].startswith("r_")
    assert full["id"] == "T-2"
