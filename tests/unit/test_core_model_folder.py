"""Model folders that are whole, and every way in which they are not."""

import json
import os
import struct
from pathlib import Path

import pytest

from mactuner_tui.core import manifest
from mactuner_tui.core.errors import ModelError
from mactuner_tui.core.model_folder import AdapterFolder, check_model, is_adapter, read_adapter
from mactuner_tui.core.safetensors_header import read_header
from tests.unit.helpers import safetensors, write_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


@pytest.fixture
def adapter(tmp_path: Path, model: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(model)}))
    (folder / "adapter_model.safetensors").write_bytes(safetensors())
    return folder


def _refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        read_adapter(folder) if is_adapter(folder) else check_model(folder)
    assert caught.value.hint
    assert str(folder) in caught.value.message
    return caught.value.message


def test_a_whole_model_passes(model: Path) -> None:
    check_model(model)


def test_a_model_in_shards_passes_and_misses_any_shard(model: Path) -> None:
    (model / "model.safetensors").rename(model / "one.safetensors")
    (model / "two.safetensors").write_bytes(safetensors(16))
    index = {"metadata": {}, "weight_map": {"a": "one.safetensors", "b": "two.safetensors", "c": "two.safetensors"}}
    (model / "model.safetensors.index.json").write_text(json.dumps(index))
    check_model(model)
    (model / "two.safetensors").unlink()
    assert "two.safetensors is missing" in _refused(model)


@pytest.mark.parametrize("index", ["{}", '{"weight_map": {}}', '{"weight_map": ["a"]}'])
def test_an_index_without_a_list_of_shards_is_refused(model: Path, index: str) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors.index.json").write_text(index)
    assert "weight_map is missing or empty" in _refused(model)


@pytest.mark.parametrize("name", ["num_hidden_layers", "n_layer", "num_labels", "vocab_size"])
def test_sizes_that_would_fill_the_memory_are_refused(model: Path, name: str) -> None:
    (model / "config.json").write_text(json.dumps({"model_type": "llama", name: 10**9}))
    assert f"config.json: {name} = 1000000000" in _refused(model)


def test_a_folder_without_config_is_no_model(model: Path) -> None:
    (model / "config.json").unlink()
    assert "has no config.json" in _refused(model)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not valid JSON"),
        ('{"model_type": ', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "must hold a JSON object"),
        ("{}", "model_type is missing"),
    ],
)
def test_a_damaged_config_is_named(model: Path, content: str, words: str) -> None:
    (model / "config.json").write_text(content)
    message = _refused(model)
    assert words in message
    assert "config.json" in message


def test_a_model_without_tokenizer_is_refused(model: Path) -> None:
    (model / "tokenizer.json").unlink()
    assert "has no tokenizer" in _refused(model)


@pytest.mark.parametrize("name", ["tokenizer.model", "vocab.json", "spiece.model"])
def test_any_known_kind_of_tokenizer_will_do(model: Path, name: str) -> None:
    (model / "tokenizer.json").rename(model / name)
    check_model(model)


def test_a_model_without_weights_is_refused(model: Path) -> None:
    (model / "model.safetensors").unlink()
    assert "has no weights" in _refused(model)


def test_an_adapter_is_no_base_model(adapter: Path) -> None:
    with pytest.raises(ModelError, match="is an adapter"):
        check_model(adapter)


def test_a_whole_adapter_knows_its_base(adapter: Path, model: Path) -> None:
    assert read_adapter(adapter) == AdapterFolder(adapter, model)


@pytest.mark.parametrize("base", ["/nowhere/at/all", "someone/some-model", "", None, 5])
def test_an_adapter_whose_base_is_gone_names_it(adapter: Path, base: object) -> None:
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    assert f"base_model_name_or_path = {base!r}" in _refused(adapter)


def test_an_adapter_on_a_damaged_base_names_the_base(adapter: Path, model: Path) -> None:
    (model / "config.json").unlink()
    with pytest.raises(ModelError, match=f"{model} has no config"):
        read_adapter(adapter)


def test_an_adapter_without_weights_is_refused(adapter: Path) -> None:
    (adapter / "adapter_model.safetensors").unlink()
    assert "adapter_model.safetensors is missing" in _refused(adapter)


@pytest.mark.parametrize("cut", [0, 4, 8, 20, -1])
def test_weights_that_were_cut_off_are_refused(model: Path, cut: int) -> None:
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    assert "damaged or cut off" in _refused(model)


def test_weights_with_something_after_their_end_are_refused(model: Path) -> None:
    path = model / "model.safetensors"
    path.write_bytes(path.read_bytes() + b"x")
    message = _refused(model)
    assert f"{path.stat().st_size:,} bytes where its header says {path.stat().st_size - 1:,}" in message


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 100_000_001, 9])
def test_a_header_longer_than_the_file_is_not_read(tmp_path: Path, length: int) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", length) + b"{}      ")
    with pytest.raises(ModelError, match="too short for its header"):
        read_header(path)


def test_a_header_beyond_the_limit_is_not_read_even_if_the_file_is_as_long(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", 100_000_001))
    os.truncate(path, 100_000_100)
    with pytest.raises(ModelError, match="too short for its header"):
        read_header(path)


@pytest.mark.parametrize(
    "header",
    [
        "not json",
        "[]",
        '"text"',
        '{"w": []}',
        '{"w": {"dtype": "F32"}}',
        '{"w": {"data_offsets": [0]}}',
        '{"w": {"data_offsets": 8}}',
        '{"w": {"data_offsets": [0, "8"]}}',
        '{"w": {"data_offsets": [0, Infinity]}}',
        '{"w": {"data_offsets": [0, 8.0]}}',
        '{"w": {"data_offsets": [-8, 8]}}',
        '{"w": {"data_offsets": [9, 8]}}',
        "[" * 50_000,
    ],
)
def test_a_forged_header_is_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(8))
    with pytest.raises(ModelError, match="its header is not a list of tensors"):
        read_header(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shape": [3]}, "takes 8 bytes where F32 of shape [3] takes 12"),
        ({"dtype": "Q9"}, "dtype 'Q9', which is unknown"),
        ({"data_offsets": [8, 16]}, "overlaps another"),
        ({"data_offsets": [17, 25]}, "leaves a gap before it"),
    ],
)
def test_a_header_that_cannot_be_true_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    path = tmp_path / "x.safetensors"
    first = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
    second = {"dtype": "F32", "shape": [2], "data_offsets": [16, 24]}
    path.write_bytes(safetensors(24, first=first, second=second))
    assert {name: head.count for name, head in read_header(path).items()} == {"first": 4, "second": 2}
    path.write_bytes(safetensors(24, first=first, second={**second, **changes}))
    with pytest.raises(ModelError) as caught:
        read_header(path)
    assert words in caught.value.message


@pytest.mark.parametrize("name", ["../x.safetensors", "/x.safetensors", "a/x.safetensors", "x.bin", "", 5, None])
def test_an_index_names_nothing_but_files_beside_it(model: Path, name: object) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": {"a": name}}))
    assert "which is no .safetensors file of this folder" in _refused(model)


def test_of_a_file_and_an_index_the_file_counts_as_in_transformers(model: Path) -> None:
    (model / "model.safetensors.index.json").write_text("{")
    check_model(model)


def test_a_file_that_would_never_end_is_not_read(model: Path) -> None:
    (model / "config.json").unlink()
    os.mkfifo(model / "config.json")
    assert "has no config.json" in _refused(model)
    (model / "config.json").unlink()
    (model / "config.json").write_bytes(b"{}")
    os.truncate(model / "config.json", 10**11)
    assert "config.json is longer than 16 MB" in _refused(model)


def test_the_base_of_an_adapter_may_be_a_model_of_the_library(adapter: Path, home: Path) -> None:
    base = write_model(home / "models" / "base")
    manifest.write(base, kind="model", name="base", job=None, inputs={"repo": "someone/base"})
    for name in ("base", "someone/base"):
        (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": name}))
        assert read_adapter(adapter).base == base


def test_notes_in_a_header_are_no_tensors(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    path.write_bytes(safetensors(8, __metadata__={"format": "pt"}, weight=tensor))
    read_header(path)
