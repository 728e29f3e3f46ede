"""Artefacts found by their manifests, and names that become folders."""

import hashlib
import os
from pathlib import Path

import pytest

from mactuner_tui.core import files, library, manifest, paths
from mactuner_tui.core.errors import DataError, ModelError
from tests.unit.helpers import put


def test_a_manifest_tells_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("abc")
    (tmp_path / "sub" / "b.txt").write_text("de")
    written = manifest.write(
        tmp_path, kind="dataset", name="mine", job="prepare-1", inputs={"source": "x"}, details={"rows": 2}
    )
    assert manifest.read(tmp_path) == written
    assert written.size_bytes == 5
    assert written.files == {
        "a.txt": hashlib.sha256(b"abc").hexdigest(),
        "sub/b.txt": hashlib.sha256(b"de").hexdigest(),
    }


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"kind": "poem", "name": "x"}'])
def test_a_broken_manifest_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / manifest.FILE_NAME).write_text(content)
    assert manifest.read(tmp_path) is None


def test_a_manifest_that_never_ends_or_never_comes_is_none(tmp_path: Path) -> None:
    for name in ("pipe", "endless"):
        (tmp_path / name).mkdir()
    os.mkfifo(tmp_path / "pipe" / manifest.FILE_NAME)
    (tmp_path / "endless" / manifest.FILE_NAME).touch()
    os.truncate(tmp_path / "endless" / manifest.FILE_NAME, 10**12)
    assert manifest.read(tmp_path / "pipe") is manifest.read(tmp_path / "endless") is None


def test_a_folder_without_manifest_has_none(tmp_path: Path) -> None:
    assert manifest.read(tmp_path) is None
    assert manifest.read(tmp_path / "nowhere") is None


def test_an_empty_home_has_nothing_but_what_comes_along() -> None:
    assert library.models() == library.datasets() == []
    assert library.newest_tuned() is None
    assert (library.base_names(), library.chat_names(), library.dataset_names()) == (
        ["starter"],
        ["starter"],
        ["stdlib"],
    )


def test_artefacts_are_listed_the_newest_first() -> None:
    put(paths.models() / "old", "adapter", "2026-01-01T00:00:00+00:00")
    put(paths.models() / "new", "adapter", "2026-03-01T00:00:00+00:00")
    put(paths.models() / "base", "model", "2026-02-01T00:00:00+00:00")
    assert [model.name for model in library.models()] == ["new", "base", "old"]
    newest = library.newest_tuned()
    assert newest is not None
    assert newest.name == "new"
    assert library.base_names() == ["starter", "base"]
    assert library.chat_names() == ["new", "old", "starter", "base"]


def test_a_whole_model_that_was_tuned_counts_as_tuned() -> None:
    put(paths.models() / "got", "model", "2026-03-01T00:00:00+00:00")
    tuned = paths.models() / "tuned"
    tuned.mkdir()
    manifest.write(tuned, kind="model", name="tuned", job="train-1", inputs={"model": "got", "data": "stdlib"})
    newest = library.newest_tuned()
    assert newest is not None
    assert newest.name == "tuned"


def test_what_is_half_made_or_broken_is_not_listed() -> None:
    put(paths.datasets() / "whole", "dataset")
    put(paths.datasets() / f"{files.STAGING_PREFIX}half-12345678", "dataset")
    (paths.datasets() / "bare").mkdir()
    (put(paths.datasets() / "broken", "dataset") / manifest.FILE_NAME).write_text("{")
    (paths.datasets() / "file").touch()
    assert [data.name for data in library.datasets()] == ["whole"]


def test_a_name_or_a_path_becomes_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = put(paths.models() / "mine", "model")
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert library.find_model("mine") == mine
    assert library.find_model(str(elsewhere)) == elsewhere
    assert library.find_model("./elsewhere") == elsewhere
    with pytest.raises(ModelError):
        library.find_model("elsewhere")


def test_a_model_that_is_not_there_is_named_with_those_that_are() -> None:
    put(paths.models() / "mine", "model")
    with pytest.raises(ModelError, match=r"No model 'yours': neither in the library \(mine\)") as caught:
        library.find_model("yours")
    assert "mactuner models list" in caught.value.hint


@pytest.mark.parametrize("name", ["", " "])
def test_no_name_is_no_model(name: str) -> None:
    put(paths.models() / "mine", "model")
    with pytest.raises(ModelError, match="No model is named"):
        library.find_model(name)


def test_of_many_models_only_some_are_named() -> None:
    for number in range(12):
        put(paths.models() / f"model-{number:02}", "model")
    with pytest.raises(ModelError, match=r"\((model-\d\d, ){10}\.\.\.\)"):
        library.find_model("yours")


def test_what_can_chat_is_adapters_then_models_then_gguf_files(tmp_path: Path) -> None:
    for name, kind in (("file", "gguf"), ("base", "model"), ("tuned", "adapter")):
        put(paths.models() / name, kind)  # type: ignore[arg-type]
    assert library.chat_names() == ["tuned", "starter", "base", "file"]
    assert library.base_names() == ["starter", "base"]


def test_a_gguf_file_is_known_by_its_kind_or_its_name(tmp_path: Path) -> None:
    folder = put(paths.models() / "small", "gguf")
    made = manifest.read(folder)
    assert made is not None
    manifest.replace(folder, made.model_copy(update={"location": "content"}))
    put(paths.models() / "base", "model")
    assert library.find_model("small") == folder / "content"
    assert (library.is_gguf("small"), library.is_gguf("base"), library.is_gguf("starter")) == (True, False, False)
    file = tmp_path / "some.GGUF"
    file.touch()
    assert library.find_model(str(file)) == file
    assert library.is_gguf(str(file))
    with pytest.raises(ModelError, match="No model"):
        library.find_model(str(tmp_path / "none.gguf"))


def test_a_dataset_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"No dataset '/no/where': neither in the library \(none yet\)") as caught:
        library.find_dataset("/no/where")
    assert "mactuner data list" in caught.value.hint


def test_a_free_name_counts_on_from_two(tmp_path: Path) -> None:
    assert library.free_name(tmp_path / "nowhere", "x") == "x"
    assert library.free_name(tmp_path, "x") == "x"
    (tmp_path / "x").mkdir()
    assert library.free_name(tmp_path, "x") == "x-2"
    (tmp_path / "x-2").mkdir()
    (tmp_path / "x-4").mkdir()
    assert library.free_name(tmp_path, "x") == "x-3"
    with files.new_folder(tmp_path / "x-3"):
        assert library.free_name(tmp_path, "x") == "x-5"


@pytest.mark.parametrize(("taken", "wanted"), [("Notes", "notes"), ("notes", "Notes")])
def test_names_that_differ_in_case_only_are_not_both_free(tmp_path: Path, taken: str, wanted: str) -> None:
    (tmp_path / taken).mkdir()
    assert library.free_name(tmp_path, wanted) == f"{wanted}-2"
