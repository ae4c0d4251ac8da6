"""Whatever bytes come: no exception but VocError, no hang, no row lost, memory bounded.

Always the same examples; `python benchmarks/fuzz.py` looks further.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "io")]

from fuzz_targets import TARGETS, run, seeds  # noqa: E402

from voc.errors import VocError  # noqa: E402

MEGABYTES = 700
"""That the whole module may add to what is in memory when it begins."""
SAME = {"derandomize": True, "database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}
FEW = {"dates": 10, "ods": 10, "xls": 10, "pipeline": 20, "rules": 30}
"""Changed seeds tried of each target; 40 of the others."""


@pytest.fixture(scope="module", autouse=True)
def bounded_memory() -> Iterator[None]:
    for name in TARGETS:
        run(name, seeds(name)[0]) if name != "dates" else None  # libraries are loaded before it counts
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024


def mutated(data: DataObject, name: str) -> bytes:
    """A seed with some bytes changed, cut out, doubled or put in."""
    raw = bytearray(data.draw(st.sampled_from(seeds(name))))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        kind = data.draw(st.sampled_from(["flip", "cut", "double", "insert", "swap"]))
        size = data.draw(st.integers(1, 40))
        if kind == "flip" and raw:
            raw[at] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del raw[at : at + size]
        elif kind == "double":
            raw[at:at] = raw[at : at + size]
        elif kind == "insert":
            raw[at:at] = data.draw(st.binary(max_size=8) | st.sampled_from(TOKENS))
        else:
            raw[at : at + size] = bytes(reversed(raw[at : at + size]))
    return bytes(raw)


TOKENS = [b'"', b'""', b"\n", b"\r", b"\t", b"\0", b",", b";", b"\xff\xfe", b"\xef\xbb\xbf", b"[[[[", b"{" * 9, b"- &a *a", b"!!python/object:os.system", b"1e999", b"\xed\xa0\x80", b"<<: *x", "👍🏽".encode()]  # fmt: skip


FOUND = sorted((Path(__file__).parent / "cases" / "found").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once(path: Path) -> None:
    run(path.name.partition("-")[0], path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_that_were_changed(name: str) -> None:
    @settings(max_examples=FEW.get(name, 40), **SAME)
    @given(st.data())
    def check(data: DataObject) -> None:
        run(name, mutated(data, name))

    check()


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "dates"])
def test_bytes_from_nowhere(name: str) -> None:
    @settings(max_examples=20, **SAME)
    @given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
    def check(data: bytes) -> None:
        run(name, data)

    check()


CELL = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "",
        " ",
        "NULL",
        "=1+1",
        "4/5",
        "2026-03-01",
        "so slow today, and loud",
        "\ufeff",
        "\u202e",
        "a\nb",
        '"',
        "01/02/03",
    ]
)
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=8)


@settings(max_examples=50, **SAME)
@given(
    TABLE,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16", "cp949"]),
)
def test_tables_of_any_cells(table: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(table)
    run("csv", buffer.getvalue().encode(encoding, "ignore"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(CELL, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50, **SAME)
@given(st.lists(JSON, max_size=5), st.booleans())
def test_json_of_any_shape(values: list[object], lines: bool) -> None:
    if lines:
        run("jsonl", "\n".join(json.dumps(value) for value in values).encode())
    else:
        run("json", json.dumps(values).encode())


KEYS = st.sampled_from(["input", "text", "topics", "priority", "report", "rules", "queues", "when", "intent", "to", "name", "default", "any", "all", "text_column", "min_size", "weights", "contains"])  # fmt: skip
YAML = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | CELL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | CELL, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=50, **SAME)
@given(YAML, st.sampled_from(["rules", "pipeline"]))
def test_yaml_of_any_shape(value: object, name: str) -> None:
    import yaml

    run(name, yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("name", ["rules", "pipeline"])
@pytest.mark.parametrize(
    "text", [BOMB, "[" * 900, "a: " * 900, "- " * 900, "? " * 900, "&a " * 900, "{" * 900]
)
def test_yaml_that_grows_or_nests(name: str, text: str) -> None:
    run(name, text.encode())


DEEP = ["[" * 3000, "[" * 3000 + "]" * 3000, "{a: " * 2000, "- " * 3000, "? " * 3000, "[{" * 1500]


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_yaml_is_refused_for_its_depth_before_it_is_parsed(tmp_path: Path, text: str) -> None:
    from voc.config import resolve
    from voc.models.intents import read_intents
    from voc.routing.rulefile import read_rules

    path = tmp_path / "deep.yaml"
    path.write_text(text, encoding="utf-8")
    for read in (lambda: resolve(str(path)), lambda: read_rules(path, ["bug"]), lambda: read_intents(path)):
        before = time.process_time()
        with pytest.raises(VocError, match=r"line 1\W+ nested more than 50 deep") as error:
            read()
        assert error.value.hint
        assert time.process_time() - before < 0.2
