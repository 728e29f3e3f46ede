"""The recipe: from rows and a base model to a tuned one. Read it from top to bottom."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedTokenizerBase, TrainingArguments, set_seed

from mactuner_tui.core import events, job
from mactuner_tui.core.errors import DataError
from mactuner_tui.core.history import History
from mactuner_tui.core.memory import checkpoints_itself
from mactuner_tui.core.records import Record
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.engines import device as devices
from mactuner_tui.engines.device import Device
from mactuner_tui.engines.job_host import JobContext, StopRequestedError
from mactuner_tui.engines.models.loading import load_tokenizer
from mactuner_tui.engines.training import result
from mactuner_tui.engines.training.batches import collate, plan_epoch, plan_run
from mactuner_tui.engines.training.checkpoints import Checkpoints
from mactuner_tui.engines.training.loss import AnswerLoss
from mactuner_tui.engines.training.methods import base_of, load_learner, parameter_count
from mactuner_tui.engines.training.reporting import Reporter
from mactuner_tui.engines.training.tokens import TokenRow, TokenRows, tokenise
from mactuner_tui.engines.training.trainer import AnswerTrainer
from mactuner_tui.runtime.wire import Tail

WARMUP_SHARE = 10
"""The warm-up is at most one such part of the run."""
EVALUATION_BATCHES = 2
"""Rows scored at once, in training batches: without gradients a row takes far less memory."""
EMPTY_CACHE_STEPS = 50


@dataclass(frozen=True)
class Inputs:
    """What a run works on: folders of the base model and the dataset, the rows, and where the result goes."""

    model: Path
    data: Path
    train: Sequence[Record]
    valid: Sequence[Record]
    result: Path


def fine_tune(spec: TrainSpec, inputs: Inputs, job: JobContext) -> None:
    """Train, going on from the newest checkpoint if there is one, and put the result into the library."""
    set_seed(spec.seed)
    device = devices.pick()

    job.begin("tokenising")
    tokenizer = load_tokenizer(inputs.model)
    train = _tokenise(inputs.train, "train", tokenizer, spec, job)
    valid = _tokenise(inputs.valid[: spec.eval_rows or None], "valid", tokenizer, spec, job)
    if not train.rows:
        raise DataError(
            f"{inputs.data / 'train.jsonl'}: no row has an answer within max_length = {spec.max_length} tokens.",
            "Raise the maximum length.",
        )

    job.begin("loading the model")
    longest = max(train.lengths + valid.lengths)
    model = load_learner(spec, inputs.model, device, device.attention(longest))
    device.release()
    loss = AnswerLoss(base_of(model))
    _check_loss(loss, train.rows, device, job)

    run = _plan(spec, train, job)
    checkpoints = Checkpoints(job.folder / "checkpoints")
    resume_from = checkpoints.newest()
    start_step = checkpoints.steps()[-1] if resume_from else 0

    job.emit(
        events.TrainingStarted(
            start_step=start_step,
            total_steps=run.total_steps,
            steps_per_epoch=run.batches_per_epoch / spec.gradient_accumulation_steps,
            epochs=run.total_steps * spec.gradient_accumulation_steps / run.batches_per_epoch,
            train_rows=len(train.rows),
            valid_rows=len(valid.rows),
            train_tokens=sum(train.lengths),
            parameters=parameter_count(model),
            trainable_parameters=parameter_count(model, trainable=True),
            device=device.type,
            dtype=device.dtype_name,
            device_memory_limit=device.memory_limit(),
        )
    )
    reporter = Reporter(
        spec,
        job,
        device,
        checkpoints,
        batches_per_epoch=run.batches_per_epoch,
        can_evaluate=bool(valid.rows),
        past=_past(job.folder),
    )

    def scored(done: int, total: int) -> bool:
        job.progress(done, total, "rows")
        return not job.stop_requested

    trainer = AnswerTrainer(
        model,
        training_arguments(spec, run, device, longest, checkpoints.writing),
        loss=loss,
        train=train.rows,
        plan=run.batches,
        valid=valid.rows,
        pad_multiple=device.pad_multiple,
        callback=reporter,
        scored=scored,
    )
    reporter.trainer = trainer
    if start_step == 0 and valid.rows:
        job.begin("scoring the base model")
        trainer.evaluate()
    job.begin("training")
    try:
        trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    finally:
        checkpoints.sweep()
    if trainer.state.global_step < run.total_steps:
        raise StopRequestedError

    job.begin("saving the result")
    kind = result.KINDS[spec.method]
    if not inputs.result.exists():
        origin = {"model": str(inputs.model), "data": str(inputs.data)}
        result.save(model, spec, inputs.result, job.id, origin, _past(job.folder))
    job.emit(events.ArtefactMade(kind=kind, name=inputs.result.name, folder=str(inputs.result)))


@dataclass(frozen=True)
class Run:
    """The whole run laid out: one entry of `batches` is one forward and backward pass."""

    batches: list[list[int]]
    batches_per_epoch: int
    total_steps: int
    warmup_steps: int


def _plan(spec: TrainSpec, train: TokenRows, job: JobContext) -> Run:
    batch_size = spec.per_device_train_batch_size
    per_epoch = len(plan_epoch(train.lengths, batch_size, spec.seed, 0))
    all_epochs = math.ceil(per_epoch * spec.num_train_epochs / spec.gradient_accumulation_steps)
    total = min(spec.max_steps, all_epochs) if spec.max_steps else all_epochs
    warmup = min(spec.warmup_steps, total // WARMUP_SHARE)
    if warmup < spec.warmup_steps:
        job.emit(
            events.Noted(text=f"Warm-up shortened from {spec.warmup_steps} to {warmup} steps, a tenth of the run.")
        )
    batches = plan_run(train.lengths, batch_size, spec.seed, total * spec.gradient_accumulation_steps)
    return Run(batches, per_epoch, total, warmup)


def _tokenise(
    records: Sequence[Record], part: str, tokenizer: PreTrainedTokenizerBase, spec: TrainSpec, job: JobContext
) -> TokenRows:
    def told(done: int) -> None:
        job.check()
        job.progress(done, len(records), "rows")

    tokens = tokenise(records, tokenizer, spec.max_length, told)
    if tokens.cut:
        text = f"{part}: {tokens.cut} of {len(records)} rows are longer than {spec.max_length} tokens and were cut."
        job.emit(events.Noted(text=text, warning=True))
    if tokens.dropped:
        text = f"{part}: {tokens.dropped} rows have no answer within {spec.max_length} tokens and were left out."
        job.emit(events.Noted(text=text, warning=True))
    return tokens


def _check_loss(loss: AnswerLoss, rows: Sequence[TokenRow], device: Device, job: JobContext) -> None:
    shortest = min(rows, key=len)
    batch = {name: tensor.to(device.type) for name, tensor in collate([shortest], device.pad_multiple).items()}
    if not loss.check(batch):
        job.emit(events.Noted(text="This model scales its logits: its own loss is used, which takes more memory."))


def _past(folder: Path) -> History:
    """What happened in this run up to the checkpoint it goes on from."""
    history = History()
    for event in Tail(folder / job.EVENTS_FILE).read():
        history.apply(event)
    return history


def training_arguments(spec: TrainSpec, run: Run, device: Device, longest: int, output: Path) -> TrainingArguments:
    automatic = checkpoints_itself(device.type, longest)
    checkpointing = automatic if spec.activation_checkpointing == "auto" else spec.activation_checkpointing == "on"
    return TrainingArguments(
        output_dir=str(output),
        per_device_train_batch_size=spec.per_device_train_batch_size,
        per_device_eval_batch_size=spec.per_device_train_batch_size * EVALUATION_BATCHES,
        gradient_accumulation_steps=spec.gradient_accumulation_steps,
        max_steps=run.total_steps,
        learning_rate=spec.learning_rate,
        warmup_steps=run.warmup_steps,
        lr_scheduler_type=spec.lr_scheduler_type,
        weight_decay=spec.weight_decay,
        max_grad_norm=spec.max_grad_norm,
        seed=spec.seed,
        bf16=device.bf16,
        use_cpu=device.type == "cpu",
        activation_checkpointing=checkpointing,
        # Reentrant checkpointing would run the forward pass without gradients, through kernels MPS has trouble with.
        activation_checkpointing_kwargs={"use_reentrant": False},
        torch_empty_cache_steps=None if device.type == "cpu" else EMPTY_CACHE_STEPS,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        logging_steps=1,
        # The default shows a loss that is no number as 0.
        logging_nan_inf_filter=False,
        # The Reporter says when.
        eval_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
