"""Renaming and removing models: what is refused, what is freed, what stays."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from mactuner_tui.core import files, library, manifest, paths
from mactuner_tui.core.errors import ModelError, SpecError
from mactuner_tui.core.job import Status
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.runtime import jobs, shelf
from tests.unit.helpers import Gate, put, wait_for_status, write_model


def _refer(name: str, to: Path) -> Path:
    folder = put(paths.models() / name, "model")
    (folder / "content").unlink()
    made = manifest.read(folder)
    assert made is not None
    manifest.replace(folder, made.model_copy(update={"location": str(to), "files": {}}))
    return folder


def _train_on(base: Path, name: str) -> None:
    folder = put(paths.models() / name, "adapter")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(base)}))


def _read(folder: Path) -> Manifest:
    made = manifest.read(folder)
    assert made is not None
    return made


def test_a_renamed_model_keeps_its_files_and_tells_its_new_name(tmp_path: Path) -> None:
    folder = put(paths.models() / "old", "gguf")
    manifest.replace(folder, _read(folder).model_copy(update={"location": "content"}))
    shelf.rename("old", "new")
    assert [model.name for model in library.models()] == ["new"]
    assert _read(paths.models() / "new").name == "new"
    assert library.find_model("new").read_text() == "content"


def test_a_referred_model_is_renamed_though_adapters_were_trained_on_it(tmp_path: Path) -> None:
    _refer("old", write_model(tmp_path / "snapshot"))
    _train_on(tmp_path / "snapshot", "tuned")
    shelf.rename("old", "new")
    assert library.find_model("new") == tmp_path / "snapshot"


@pytest.mark.parametrize("taken", ["tuned", "TUNED", "half"])
def test_a_taken_name_is_refused(taken: str) -> None:
    put(paths.models() / "old", "model")
    put(paths.models() / "tuned", "adapter")
    (paths.models() / "half").mkdir()
    with pytest.raises(ModelError, match=f"The name '{taken}' is taken"):
        shelf.rename("old", taken)
    assert library.find_model("old").is_dir()


@pytest.mark.parametrize("name", ["", "a/b", "../x", ".hidden", "x" * 81])
def test_what_is_no_name_is_refused(name: str) -> None:
    put(paths.models() / "old", "model")
    with pytest.raises(SpecError, match="name = "):
        shelf.rename("old", name)


@pytest.mark.parametrize(("old", "new"), [("starter", "mine"), ("other", "starter"), ("other", "Starter")])
def test_the_starter_keeps_its_name_to_itself(old: str, new: str) -> None:
    put(paths.models() / old, "model")
    with pytest.raises(ModelError, match="comes along"):
        shelf.rename(old, new)


@pytest.mark.parametrize("act", [lambda: shelf.rename("base", "new"), lambda: shelf.remove("base")])
def test_the_base_of_adapters_stays_where_it_is(act: Callable[[], object]) -> None:
    base = put(paths.models() / "base", "model")
    _train_on(base, "first")
    _train_on(base, "second")
    with pytest.raises(ModelError, match=r"it is the base of (first, second|second, first)"):
        act()
    shelf.remove("first")
    shelf.remove("second")
    act()
    assert not base.exists()


@pytest.mark.parametrize("act", [lambda: shelf.rename("model", "new"), lambda: shelf.remove("model")])
def test_a_model_that_a_job_uses_stays_where_it_is(act: Callable[[], object], gate: Gate, home: Path) -> None:
    (gate.folder / "model").rename(gate.folder / "away")
    model = write_model(paths.models() / "model")
    manifest.write(model, kind="model", name="model", job=None, inputs={})
    running = jobs.start(gate.spec.model_copy(update={"model": "model"}))
    with pytest.raises(ModelError, match=f"{running.id} uses it"):
        act()
    jobs.kill(running.id)
    wait_for_status(running.id, Status.INTERRUPTED)
    act()
    assert not model.exists()


def test_a_model_that_goes_frees_its_own_folder() -> None:
    folder = put(paths.models() / "mine", "model")
    size = sum(file.stat().st_size for file in folder.iterdir())
    planned = shelf.removal("mine")
    assert (planned.freed, planned.stays) == (size, None)
    assert folder.exists()
    assert shelf.remove("mine") == planned
    assert not folder.exists()


def test_a_referred_model_leaves_its_files_where_they_are(tmp_path: Path) -> None:
    snapshot = write_model(tmp_path / "snapshot")
    folder = _refer("mine", snapshot)
    _train_on(snapshot, "tuned")
    done = shelf.remove("mine")
    assert done.stays == snapshot
    assert done.freed < 1000
    assert not folder.exists()
    assert len(list(snapshot.iterdir())) == 3


def test_of_files_that_are_gone_none_stay(tmp_path: Path) -> None:
    _refer("mine", tmp_path / "gone")
    assert shelf.removal("mine").stays is None


def test_no_job_waits_for_what_makes_a_model() -> None:
    put(paths.models() / "mine", "model")
    removing, starting = Thread(target=shelf.remove, args=("mine",)), Thread(target=jobs.advance)
    with files.locked(paths.models()):
        removing.start()
        removing.join(0.3)  # So long it has to get as far as it can.
        starting.start()
        starting.join(10)
        waited = starting.is_alive()
    removing.join()
    starting.join()
    assert not waited
    assert library.models() == []


def test_of_a_linked_folder_only_the_link_goes(tmp_path: Path) -> None:
    put(tmp_path / "disk" / "mine", "model")
    paths.models().mkdir(parents=True)
    (paths.models() / "mine").symlink_to(tmp_path / "disk" / "mine")
    done = shelf.remove("mine")
    assert (done.freed, done.stays) == (0, tmp_path / "disk" / "mine")
    assert not (paths.models() / "mine").is_symlink()
    assert (tmp_path / "disk" / "mine" / "content").exists()


def test_what_is_not_there_or_damaged_is_named() -> None:
    (put(paths.models() / "damaged", "model") / manifest.FILE_NAME).write_text("{")
    with pytest.raises(ModelError, match=r"damaged is no model: its mactuner\.json is missing or damaged"):
        shelf.remove("damaged")
    with pytest.raises(ModelError, match="not unpacked yet") as caught:
        shelf.find("starter")
    assert "mactuner models get starter" in caught.value.hint
    with pytest.raises(ModelError, match="No model 'nothing' in the library"):
        shelf.remove("nothing")
    with pytest.raises(ModelError, match=r"No model '\.\.' in the library"):
        shelf.remove("..")
