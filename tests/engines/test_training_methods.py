"""Full fine-tuning and QLoRA by the real job, on a tiny model: what they leave, and that a kill leaves no trace."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from mactuner_tui.core import events, files, manifest, model_folder
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.training.methods import base_of, load_learner, parameter_count
from mactuner_tui.runtime import jobs
from tests.conftest import WriteDataset
from tests.running import run_to_end

STEPS = 6
SIZES: dict[str, Any] = {
    "vocab_size": 49_152,
    "hidden_size": 64,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "tie_word_embeddings": True,
}


@pytest.fixture
def tiny(starter: Path) -> Path:
    """A small model with random weights in bfloat16 and the starter's tokenizer."""
    torch.manual_seed(0)
    folder = starter.parent / "tiny"
    LlamaForCausalLM(LlamaConfig(**SIZES)).bfloat16().save_pretrained(folder)
    for file in starter.glob("*token*"):
        shutil.copyfile(file, folder / file.name)
    shutil.copyfile(starter / "chat_template.jinja", folder / "chat_template.jinja")
    return folder


def _spec(method: str, model: Path, data: Path, name: str) -> TrainSpec:
    """Dropout and accumulation on: random state and the place in the data both matter."""
    return TrainSpec.model_validate(
        {
            "model": str(model),
            "data": str(data),
            "method": method,
            "name": name,
            "learning_rate": 1e-3,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 2,
            "max_steps": STEPS,
            "save_steps": 2,
            "lora": LoraSpec(r=4, lora_dropout=0.2),
        }
    )


def _killed_once(spec: TrainSpec) -> jobs.Job:
    """The job after a SIGKILL between two checkpoints and a resumption."""
    job = jobs.start(spec)
    for event in jobs.follow(job.id):
        if isinstance(event, events.StepLogged) and event.step == 3 and (pid := jobs.get(job.id).pid):
            os.kill(pid, signal.SIGKILL)
    assert jobs.get(job.id).status is Status.INTERRUPTED
    jobs.resume(job.id)
    started = [event for event in jobs.follow(job.id) if isinstance(event, events.TrainingStarted)]
    assert started[-1].start_step >= 2
    return jobs.get(job.id)


def _history(job: jobs.Job) -> History:
    return jobs.Watcher().history(job)


@pytest.mark.parametrize(("method", "file"), [("full", "model.safetensors"), ("qlora", "adapter_model.safetensors")])
def test_it_learns_leaves_a_plain_folder_and_survives_a_kill(
    method: str, file: str, tiny: Path, write_dataset: WriteDataset
) -> None:
    data = write_dataset(train=24, valid=4)
    job = run_to_end(_spec(method, tiny, data, "untouched"))
    killed = _killed_once(_spec(method, tiny, data, "killed"))
    assert job.status is killed.status is Status.FINISHED
    untouched = tiny.parent / "untouched"
    assert files.sha256(untouched / file) == files.sha256(tiny.parent / "killed" / file)

    history = _history(job)
    assert history.losses == _history(killed).losses
    assert history.base_loss is not None
    assert history.valid_loss is not None
    assert history.valid_loss < history.base_loss - 0.02
    assert _plain_loss(tiny, untouched, data / "valid.jsonl") == pytest.approx(history.valid_loss, rel=0.01)

    made = manifest.read(untouched)
    assert made is not None
    assert (made.kind, made.details["method"]) == (("model", "Full") if method == "full" else ("adapter", "QLoRA r4"))
    assert made.inputs == {"model": str(tiny), "data": str(data)}
    assert [(one.kind, one.name) for one in history.artefacts] == [(made.kind, "untouched")]
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        assert (untouched / name).read_bytes() == (tiny / name).read_bytes()
    if method == "full":
        config = json.loads((untouched / "config.json").read_bytes())
        assert (config["dtype"], config["use_cache"]) == ("bfloat16", True)
        # It can be tuned further.
        model_folder.check_model(untouched)
        assert load_learner(_spec("lora", untouched, data, "further"), untouched, devices.pick(), "sdpa")


def _plain_loss(base: Path, tuned: Path, valid: Path) -> float:
    """Validation loss by transformers and PEFT alone: token mean over the answers."""
    tokenizer: Any = AutoTokenizer.from_pretrained(tuned)
    whole = (tuned / "config.json").exists()
    model: Any = AutoModelForCausalLM.from_pretrained(tuned if whole else base, dtype=torch.float32)
    model = model if whole else PeftModel.from_pretrained(model, tuned)
    model.eval()
    total, tokens = 0.0, 0
    for line in valid.read_text().splitlines():
        messages = json.loads(line)["messages"]
        ids = tokenizer.apply_chat_template(messages, return_dict=True, return_tensors="pt")["input_ids"]
        asked = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, return_dict=True)["input_ids"]
        labels = ids.clone()
        labels[:, : len(asked)] = -100
        count = int((labels != -100).sum())
        with torch.no_grad():
            total += model(input_ids=ids, labels=labels).loss.item() * count
        tokens += count
    return total / tokens


def test_qlora_packs_the_base_and_counts_what_it_holds(tiny: Path) -> None:
    spec = TrainSpec(model=str(tiny), data="sample", method="qlora", lora=LoraSpec(r=4))
    model = load_learner(spec, tiny, devices.pick(), "sdpa")
    packed = base_of(model).model.layers[0].mlp.up_proj.base_layer.weight
    assert packed.dtype is torch.uint8
    assert packed.numel() == 64 * 192 // 2
    trainable = {weights.dtype for weights in model.parameters() if weights.requires_grad}
    assert trainable == {torch.float32}
    whole = sum(weights.numel() for weights in LlamaForCausalLM(LlamaConfig(**SIZES)).parameters())
    assert parameter_count(model) == whole + parameter_count(model, trainable=True)


def test_full_learns_every_weight_in_float32(tiny: Path) -> None:
    spec = TrainSpec(model=str(tiny), data="sample", method="full")
    model = load_learner(spec, tiny, devices.pick(), "sdpa")
    assert {weights.dtype for weights in model.parameters()} == {torch.float32}
    assert parameter_count(model) == parameter_count(model, trainable=True) > 3_000_000


@pytest.mark.parametrize(("method", "name"), [("lora", "LoRA r8"), ("qlora", "QLoRA r8"), ("full", "Full")])
def test_a_run_is_called_by_its_data_and_method(method: str, name: str) -> None:
    spec = TrainSpec.model_validate({"model": "starter", "data": "/somewhere/poems", "method": method})
    assert (spec.title, spec.method_name) == (f"poems-{method}", name)
