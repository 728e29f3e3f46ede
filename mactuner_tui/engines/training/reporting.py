"""Trainer's hooks turned into events, and the job's wishes (stop, evaluate, save) turned into Trainer's control."""

import math
import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from mactuner_tui.core import events
from mactuner_tui.core.errors import TrainingError
from mactuner_tui.core.history import History
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.engines.device import Device, process_memory
from mactuner_tui.engines.job_host import JobContext
from mactuner_tui.engines.training.checkpoints import Checkpoints
from mactuner_tui.engines.training.trainer import NON_FINITE_HINT, AnswerTrainer


class Reporter(TrainerCallback):
    """Speaks one event per step, evaluation and checkpoint; decides when to evaluate, to save and to stop."""

    def __init__(
        self,
        spec: TrainSpec,
        job: JobContext,
        device: Device,
        checkpoints: Checkpoints,
        *,
        batches_per_epoch: int,
        can_evaluate: bool,
        past: History,
    ) -> None:
        self._spec = spec
        self._job = job
        self._device = device
        self._checkpoints = checkpoints
        self._steps_per_epoch = batches_per_epoch / spec.gradient_accumulation_steps
        self._can_evaluate = can_evaluate
        best = next((saved for saved in past.checkpoints if saved.best), None)
        self._best_step = best.step if best else None
        self._best_loss = best.loss if best and best.loss is not None else math.inf
        self._evaluated: tuple[int, float] | None = None
        """Step and loss of the newest evaluation."""
        self._step_began = 0.0
        self.trainer: AnswerTrainer

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self._step_began = time.monotonic()
        self.trainer.step_tokens = 0

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        last = state.global_step >= state.max_steps
        if self._job.stop_requested:
            control.should_training_stop = True
        due = last or _is_due(state.global_step, self._spec.eval_steps)
        control.should_evaluate = self._can_evaluate and due and not self._job.stop_requested
        control.should_save = last or self._job.stop_requested or _is_due(state.global_step, self._spec.save_steps)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        logs: dict[str, float] = kwargs["logs"]
        if "grad_norm" not in logs:
            return  # The summary at the end of the run: all of it was said before.
        if not math.isfinite(logs["grad_norm"]):
            raise TrainingError(
                f"The gradient became {logs['grad_norm']} at step {state.global_step}.", NON_FINITE_HINT
            )
        self._job.emit(
            events.StepLogged(
                step=state.global_step,
                epoch=state.global_step / self._steps_per_epoch,
                loss=logs["loss"],
                learning_rate=logs["learning_rate"],
                grad_norm=logs["grad_norm"],
                tokens=self.trainer.step_tokens,
                seconds=time.monotonic() - self._step_began,
                process_memory=process_memory(),
                device_memory=self._device.memory(),
            )
        )

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        metrics: dict[str, float] = kwargs["metrics"]
        if not math.isfinite(metrics["eval_loss"]):
            raise TrainingError(f"The validation loss became {metrics['eval_loss']}.", NON_FINITE_HINT)
        self._evaluated = (state.global_step, metrics["eval_loss"])
        if state.global_step > 0 and metrics["eval_loss"] < self._best_loss:
            control.should_save = True  # Looked at after the evaluation: the best is kept wherever it falls.
        self._job.emit(
            events.Evaluated(
                step=state.global_step,
                loss=metrics["eval_loss"],
                accuracy=metrics["eval_accuracy"],
                tokens=int(metrics["eval_tokens"]),
                seconds=metrics["eval_seconds"],
            )
        )

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        step = state.global_step
        folder = self._checkpoints.accept(step)
        loss = self._evaluated[1] if self._evaluated and self._evaluated[0] == step else None
        best = loss is not None and loss < self._best_loss
        if best and loss is not None:
            self._best_step, self._best_loss = step, loss
        self._job.emit(events.CheckpointSaved(step=step, folder=str(folder), loss=loss, best=best))
        for gone in self._checkpoints.trim(self._spec.save_total_limit, self._best_step):
            self._job.emit(events.CheckpointRemoved(step=gone))


def _is_due(step: int, every: int) -> bool:
    return every > 0 and step % every == 0
