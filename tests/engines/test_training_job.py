"""The `train` job on the real starter model: what it leaves, and how it fails."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from mactuner_tui.core import events, manifest
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs.training import LoraSpec, TrainSpec
from mactuner_tui.runtime import jobs
from tests.conftest import WriteDataset
from tests.running import run_to_end


def _spec(model: str | Path, data: Path, **settings: Any) -> TrainSpec:
    quick: dict[str, Any] = {
        "learning_rate": 1e-3,
        "per_device_train_batch_size": 4,
        "max_steps": 6,
        "eval_steps": 2,
        "save_steps": 2,
        "lora": LoraSpec(r=8, lora_dropout=0),
    }
    return TrainSpec(model=str(model), data=str(data), **{**quick, **settings})


def _history(job: jobs.Job) -> History:
    return jobs.Watcher().history(job)


def _failure(spec: TrainSpec) -> tuple[str, str]:
    """The message and hint that the job ends with."""
    with pytest.raises(MacTunerError) as caught:
        run_to_end(spec)
    return caught.value.message, caught.value.hint


def test_a_run_learns_and_leaves_a_plain_adapter(starter: Path, write_dataset: WriteDataset, home: Path) -> None:
    data = write_dataset(train=32, valid=6)
    job = run_to_end(_spec("starter", data, name="sums", save_total_limit=1))
    history = _history(job)

    assert history.steps == [1, 2, 3, 4, 5, 6]
    assert history.base_loss is not None
    assert history.valid_loss is not None
    assert history.valid_loss < 0.7 * history.base_loss
    assert [scored.step for scored in history.evaluations] == [0, 2, 4, 6]
    best = min(history.evaluations[1:], key=lambda scored: scored.loss).step
    kept = {int(path.name.removeprefix("checkpoint-")) for path in (job.folder / "checkpoints").glob("checkpoint-*")}
    assert kept == {6, best} == {saved.step for saved in history.checkpoints}

    adapter = home / "models" / "sums"
    made = manifest.read(adapter)
    assert made is not None
    assert (made.kind, made.job, made.details["valid_loss"]) == ("adapter", job.id, history.valid_loss)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (adapter / name).read_bytes() == (starter / name).read_bytes()
    assert not (job.folder / ".reserve").exists()
    printed = (job.folder / "log.txt").read_text()
    assert not [line for line in printed.splitlines() if "mactuner_tui/" in line and "Warning" in line]
    assert _plain_loss(starter, None, data / "valid.jsonl") == pytest.approx(history.base_loss, rel=0.01)
    assert _plain_loss(starter, adapter, data / "valid.jsonl") == pytest.approx(history.valid_loss, rel=0.01)


def _plain_loss(base: Path, adapter: Path | None, valid: Path) -> float:
    """Validation loss by transformers and PEFT alone: token mean over the answers."""
    tokenizer: Any = AutoTokenizer.from_pretrained(base)
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    if adapter is not None:
        model = PeftModel.from_pretrained(model, adapter)
    model.eval()
    total, tokens = 0.0, 0
    for line in valid.read_text().splitlines():
        messages = json.loads(line)["messages"]
        full = tokenizer.apply_chat_template(messages, return_dict=True, return_tensors="pt")["input_ids"]
        asked = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, return_dict=True)["input_ids"]
        labels = full.clone()
        labels[:, : len(asked)] = -100
        count = int((labels != -100).sum())
        with torch.no_grad():
            total += model(input_ids=full, labels=labels).loss.item() * count
        tokens += count
    return total / tokens


def test_a_stopped_run_saves_first_and_goes_on_from_there(starter: Path, write_dataset: WriteDataset) -> None:
    job = jobs.start(_spec("starter", write_dataset(), max_steps=40, num_train_epochs=20, save_steps=1000))
    for event in jobs.follow(job.id):
        if isinstance(event, events.StepLogged) and event.step == 2:
            assert jobs.stop(job.id).status is Status.STOPPED
    stopped_at = _history(jobs.get(job.id)).checkpoints[-1].step
    assert 2 <= stopped_at < 40

    jobs.resume(job.id)
    for event in jobs.follow(job.id):
        if isinstance(event, events.TrainingStarted) and event.start_step > 0:
            assert event.start_step == stopped_at
            jobs.stop(job.id)
    assert jobs.get(job.id).status is Status.STOPPED
    assert _history(jobs.get(job.id)).attempt == 2


def test_a_loss_that_is_no_number_stops_the_run(starter: Path, write_dataset: WriteDataset, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(starter, broken)
    weights = load_file(broken / "model.safetensors")
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    message, hint = _failure(_spec(broken, write_dataset(valid=0)))
    assert message == "The loss became nan after step 0."
    assert "learning rate" in hint
    assert not (starter.parent / "data-lora").exists()


def test_rows_without_a_whole_answer_are_named(starter: Path, write_dataset: WriteDataset) -> None:
    message, hint = _failure(_spec("starter", write_dataset(), max_length=16))
    assert "no row has an answer within max_length = 16 tokens" in message
    assert "Raise" in hint


BAD_ROWS = [
    (
        '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "  "}]}',
        "content = '  ': empty",
    ),
    ('{"messages": [{"role": "user"', "not valid JSON"),
    ('{"messages": [{"role": "robot", "content": "q"}]}', "role = 'robot': unknown role"),
]


@pytest.mark.parametrize(("row", "said"), BAD_ROWS, ids=["empty answer", "broken line", "unknown role"])
def test_a_bad_row_is_named_with_its_place(
    row: str, said: str, starter: Path, write_dataset: WriteDataset, home: Path
) -> None:
    good = '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}'
    data = write_dataset(train=[good, good, row])
    message, hint = _failure(_spec("starter", data))
    assert f"{data / 'train.jsonl'}, row 3: " in message
    assert said in message
    assert hint
    assert [folder.name for folder in (home / "models").glob("[!.]*")] == ["starter"]


def _without(name: str, folder: Path) -> None:
    (folder / name).unlink()


def _cut(name: str, folder: Path) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])


BAD_MODELS: list[tuple[Any, str, str]] = [
    (_without, "config.json", "has no config.json"),
    (_without, "tokenizer.json", "has no tokenizer"),
    (_cut, "model.safetensors", "model.safetensors is damaged or cut off"),
]


@pytest.mark.parametrize(("damage", "name", "said"), BAD_MODELS, ids=["no config", "no tokenizer", "cut off"])
def test_a_bad_model_folder_is_refused_with_the_reason(
    damage: Any, name: str, said: str, starter: Path, write_dataset: WriteDataset, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(starter, model)
    damage(name, model)
    message, hint = _failure(_spec(model, write_dataset()))
    assert said in message
    assert str(model) in message
    assert hint


def test_a_disk_that_fills_up_at_a_checkpoint(
    small_disk: Callable[[int], Path], write_dataset: WriteDataset, unpacked_starter: Path
) -> None:
    # A checkpoint of this adapter takes some 29 MB.
    models = small_disk(12 * 1024) / "models"
    models.mkdir()
    (models / "starter").symlink_to(unpacked_starter)
    message, hint = _failure(_spec("starter", write_dataset()))
    assert message.startswith("No space left on the disk")
    assert "Free some space" in hint
    (job,) = jobs.list_all()
    assert job.status is Status.FAILED
    assert not list((job.folder / "checkpoints").glob("*checkpoint-*"))
    assert [folder.name for folder in models.glob("[!.]*")] == ["starter"]


def test_sigkill_in_mid_save_leaves_no_half_checkpoint(starter: Path, write_dataset: WriteDataset) -> None:
    job = jobs.start(_spec("starter", write_dataset(), save_steps=1))
    for event in jobs.follow(job.id):
        # The next checkpoint is being written about now.
        if isinstance(event, events.StepLogged) and event.step == 3 and (pid := jobs.get(job.id).pid):
            os.kill(pid, signal.SIGKILL)
    whole = {"adapter_model.safetensors", "optimizer.pt", "rng_state.pth", "scheduler.pt", "trainer_state.json"}
    saved = list((job.folder / "checkpoints").glob("checkpoint-*"))
    assert saved
    for checkpoint in saved:
        assert whole <= {file.name for file in checkpoint.iterdir()}
