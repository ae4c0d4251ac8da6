"""What voc loads and what it is made of: no pickle, nobody's code, hashes that fit, licences that are listed."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VOC = ROOT / "voc"
sys.path.insert(0, str(ROOT))

from docs.generate import licences  # noqa: E402

TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(VOC.rglob("*.py"))}
OWN_PROCESSES = {"engine/cluster.py", "engine/local.py"}
"""Where a run hands objects to itself and to its own workers; nothing that outlives the run is read so."""
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "pickle5"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """File, call and the dotted name of what is called."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path.relative_to(VOC).as_posix(), node, ast.unparse(node.func)


def test_no_pickle_is_imported() -> None:
    found = set()
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in PICKLES for name in names):
                found.add(path.relative_to(VOC).as_posix())
    assert found <= OWN_PROCESSES


def test_nothing_that_is_loaded_can_run_code() -> None:
    seen = 0
    for file, call, name in calls():
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        where = f"{file}:{call.lineno}"
        assert given.get("trust_remote_code", "False") == "False", where
        assert given.get("allow_pickle", "False") == "False", where
        assert given.get("shell", "False") == "False", where
        assert name not in RUNS_TEXT, where
        assert not re.search(
            r"(torch\.load|read_pickle|to_pickle|np\.load|numpy\.load|yaml\.unsafe_load)$", name
        ), where
        if name == "yaml.load":
            assert "Safe" in given["Loader"] or "loader" in given["Loader"].lower(), where
        if name.endswith("from_pretrained") or name == "SentenceTransformer":
            assert given["trust_remote_code"] == "False", where
            seen += 1
            if "AutoModel" in name or name == "SentenceTransformer":  # weights: safetensors alone
                assert given.get("model_kwargs", given.get(None)) == "SAFE" or "SAFE" in ast.unparse(call), (
                    where
                )
    assert seen >= 6


def test_what_hub_models_are_loaded_with() -> None:
    from voc.models.hub import SAFE

    assert SAFE == {"use_safetensors": True}


def test_topic_models_are_saved_without_pickle() -> None:
    saves = [
        ast.unparse(call)
        for file, call, name in calls()
        if file == "models/topics.py" and name == "model.save"
    ]
    assert saves
    assert all(
        "serialization='safetensors'" in save and "save_embedding_model=False" in save for save in saves
    )


def test_the_package_ships_no_file_that_could_run() -> None:
    allowed = {".json", ".safetensors", ".onnx", ".md", ".txt", ".yaml"}
    kinds = {path.suffix for path in (VOC / "models" / "embedded").rglob("*") if path.is_file()}
    assert kinds <= allowed


def test_every_file_that_decides_a_vector_has_its_hash() -> None:
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, read_manifest

    listed = set(read_manifest(EMBEDDED_FOLDER)["sha256"])
    graphs = {path.relative_to(EMBEDDED_FOLDER).as_posix() for path in EMBEDDED_FOLDER.rglob("*.onnx")}
    assert graphs
    assert graphs | {"tokenizer.json"} <= listed


def test_every_head_has_its_hash() -> None:
    """Whoever trains one: ``save_head`` and ``save_scope`` note it (``voc.models.sums.record_head``)."""
    from voc.models.embedded_runtime import EMBEDDED_FOLDER
    from voc.models.sums import heads_of, sha256_of

    files = {path.name: sha256_of(path) for path in EMBEDDED_FOLDER.glob("*.safetensors")}
    assert files
    assert heads_of(EMBEDDED_FOLDER) == files


@pytest.mark.parametrize("name", ["sentiment", "intent", "scope"])
def test_a_changed_head_is_not_loaded(tmp_path: Path, name: str) -> None:
    from voc.errors import VocError
    from voc.models.embedded_runtime import EMBEDDED_FOLDER
    from voc.models.heads import load_head
    from voc.models.scope import load_scope
    from voc.models.sums import record_head

    load = load_scope if name == "scope" else load_head
    path = tmp_path / f"{name}.safetensors"
    shutil.copyfile(EMBEDDED_FOLDER / path.name, path)
    shutil.copyfile(EMBEDDED_FOLDER / "model.json", tmp_path / "model.json")
    record_head(tmp_path, path.name)
    about = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert list(about)[-1] == "probe"
    assert "[ 4, 8, 12 ]" in (tmp_path / "model.json").read_text(encoding="utf-8")
    load(path)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(VocError, match="sha256 differs"):
        load(path)


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/model.onnx"])
def test_a_changed_model_is_not_run(tmp_path: Path, name: str) -> None:
    from voc.errors import VocError
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, EmbeddedEncoder

    folder = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, folder)
    raw = bytearray((folder / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / name).write_bytes(raw)
    with pytest.raises(VocError, match="sha256 differs"):
        EmbeddedEncoder(folder).encode(["late"])


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/model.onnx"])
@pytest.mark.parametrize("harm", ["one byte", "missing"])
def test_a_changed_file_of_the_model_is_found(tmp_path: Path, name: str, harm: str) -> None:
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, verify

    folder = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, folder)
    path = folder / name
    if harm == "missing":
        path.unlink()
    else:
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    (problem,) = verify(folder)
    assert name in problem


def test_a_changed_head_is_found_where_its_hash_is_kept(tmp_path: Path) -> None:
    from voc.models.embedded_runtime import EMBEDDED_FOLDER, verify

    folder = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, folder)
    path = folder / "model.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**about, "heads": {"sentiment.safetensors": "0" * 64}}), encoding="utf-8")
    (problem,) = verify(folder)
    assert "sentiment.safetensors" in problem


def test_every_dependency_has_its_licence_listed() -> None:
    assert licences.listed() >= {name for name in licences.required() if licences.is_installed(name)}


def test_no_licence_forbids_use_at_work() -> None:
    page = licences.PAGE.read_text(encoding="utf-8")
    assert not re.search(r"(?<!L)\bA?GPL|non-?commercial|proprietary", page, re.IGNORECASE), (
        "see docs/licences.md"
    )


def test_an_audit_can_be_asked_for() -> None:
    assert "pip-audit" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert json.loads(json.dumps(sorted(licences.required())))
