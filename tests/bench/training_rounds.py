"""The worker of `training_speed`: alternates the three ways of training and prints the medians."""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    get_cosine_schedule_with_warmup,
)

from mactuner_tui.core import demo, paths
from mactuner_tui.core.history import History
from mactuner_tui.core.records import read_records
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.models import ImportSpec
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.models.loading import load_causal_lm, load_tokenizer
from mactuner_tui.engines.training.batches import collate, plan_run
from mactuner_tui.engines.training.checkpoints import Checkpoints
from mactuner_tui.engines.training.loss import AnswerLoss
from mactuner_tui.engines.training.methods import attach_lora
from mactuner_tui.engines.training.recipe import Run, training_arguments
from mactuner_tui.engines.training.reporting import Reporter
from mactuner_tui.engines.training.tokens import TokenRow, tokenise
from mactuner_tui.engines.training.trainer import AnswerTrainer
from tests.running import run_to_end

ROUNDS = 3
BATCHES = 2
NAIVE_LENGTH, NAIVE_BATCH = 512, 4
SPEC = demo.TRAINING


class Stopwatch(TrainerCallback):
    """Seconds from the first step's beginning to the last one's end, without set-up and saving."""

    def __init__(self) -> None:
        self.began = self.ended = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self.began = self.began or time.monotonic()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.ended = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Ways:
    """The three ways, over the same batches."""

    def __init__(self, rows: Sequence[TokenRow]) -> None:
        self.rows = rows
        self.device = devices.pick()
        base = paths.models() / "starter"
        longest = max(len(row) for row in rows)
        self.model = attach_lora(load_causal_lm(base, self.device, self.device.attention(longest)), SPEC.lora)
        self.loss = AnswerLoss(self.model.get_base_model())
        self.naive_model = attach_lora(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), SPEC.lora)

    def ours(self, batches: list[list[int]]) -> float:
        """Seconds by the job's own trainer."""
        watch = Stopwatch()
        run = Run(batches, len(batches), len(batches), warmup_steps=0)
        with tempfile.TemporaryDirectory() as folder:
            checkpoints = Checkpoints(Path(folder) / "checkpoints")
            reporter = Reporter(
                SPEC,
                JobContext(Path(folder), attempt=1),
                self.device,
                checkpoints,
                batches_per_epoch=len(batches),
                can_evaluate=False,
                past=History(),
            )
            trainer = AnswerTrainer(
                self.model,
                training_arguments(SPEC, run, self.device, NAIVE_LENGTH, checkpoints.writing),
                loss=self.loss,
                train=self.rows,
                plan=batches,
                valid=[],
                pad_multiple=self.device.pad_multiple,
                callback=reporter,
                scored=lambda _done, _total: True,
            )
            reporter.trainer = trainer
            trainer.add_callback(watch)
            trainer.train()
        return watch.seconds

    def bare(self, batches: list[list[int]]) -> float:
        """Seconds by a loop of the fewest lines."""
        trainable = [weights for weights in self.model.parameters() if weights.requires_grad]
        optimizer = torch.optim.AdamW(trainable, lr=SPEC.learning_rate, weight_decay=SPEC.weight_decay, fused=True)
        schedule = get_cosine_schedule_with_warmup(optimizer, 0, len(batches))
        self.model.train()
        began = time.monotonic()
        for numbers in batches:
            batch = collate([self.rows[number] for number in numbers], self.device.pad_multiple)
            batch = {name: tensor.to(self.device.type) for name, tensor in batch.items()}
            with torch.autocast(self.device.type, self.device.dtype, enabled=self.device.bf16):
                score = self.loss(batch)
            (score.loss / score.tokens).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trainable, SPEC.max_grad_norm)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        return time.monotonic() - began

    def naive(self, batches: list[list[int]]) -> float:
        """Seconds by the recipe most people start with."""
        watch = Stopwatch()
        rows = [self.rows[number] for numbers in batches for number in numbers]
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder,
                per_device_train_batch_size=NAIVE_BATCH,
                num_train_epochs=1,
                learning_rate=SPEC.learning_rate,
                activation_checkpointing=True,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
                use_cpu=self.device.type == "cpu",
            )
            trainer = Trainer(self.naive_model, arguments, train_dataset=_padded(rows), callbacks=[watch])
            trainer.remove_callback(PrinterCallback)
            trainer.train()
        return watch.seconds


def _padded(rows: Sequence[TokenRow]) -> Any:
    """Rows as tensors of 512 tokens, all of them learnt but the padding."""
    examples = []
    for row in rows:
        batch = collate([row], NAIVE_LENGTH)
        mask = torch.arange(NAIVE_LENGTH) < len(row)
        labels = batch["input_ids"][0].where(mask, -100)
        examples.append({"input_ids": batch["input_ids"][0], "attention_mask": mask.long(), "labels": labels})
    return examples


def main() -> None:
    for made, spec in ((paths.models() / "starter", ImportSpec()), (paths.datasets() / "stdlib", PrepareSpec())):
        if not made.exists():
            run_to_end(spec)
    tokenizer = load_tokenizer(paths.models() / "starter")
    rows = tokenise(read_records(paths.datasets() / "stdlib" / "train.jsonl"), tokenizer, NAIVE_LENGTH).rows
    ways = Ways(rows)
    plan = plan_run([len(row) for row in rows], SPEC.per_device_train_batch_size, SPEC.seed, (ROUNDS + 1) * BATCHES)
    pace: dict[str, list[float]] = {"ours": [], "bare": [], "naive": []}
    for number in range(ROUNDS + 1):
        batches = plan[number * BATCHES : (number + 1) * BATCHES]
        tokens = sum(len(rows[row]) for batch in batches for row in batch)
        takes: dict[str, Callable[[list[list[int]]], float]] = {
            "ours": ways.ours,
            "bare": ways.bare,
            "naive": ways.naive,
        }
        order = list(takes) if number % 2 else list(reversed(takes))
        for way in order:
            seconds = takes[way](batches)
            if number > 0:  # The first round warms up.
                pace[way].append(tokens / seconds)
        print(f"round {number}", {way: round(values[-1]) for way, values in pace.items() if values}, flush=True)
    for way, values in pace.items():
        print(f"{way:>6}: median {statistics.median(values):6.1f} real tokens/s")
    for other in ("naive", "bare"):
        ratios = [a / b for a, b in zip(pace["ours"], pace[other], strict=True)]
        print(
            f"ours / {other}: median {statistics.median(ratios):.2f}  (rounds {min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
