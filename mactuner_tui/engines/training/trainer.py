"""`transformers.Trainer` with our batches, our loss and our evaluation. It decides nothing: see `recipe`."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from mactuner_tui.core.errors import TrainingError
from mactuner_tui.engines.training.batches import Batch, PlannedBatches, collate, plan_evaluation
from mactuner_tui.engines.training.loss import AnswerLoss
from mactuner_tui.engines.training.tokens import TokenRow

NON_FINITE_HINT = (
    "Lower the learning rate, lengthen the warm-up, or look for broken rows in the data; then resume from the newest "
    "checkpoint or start anew."
)


class AnswerTrainer(Trainer):
    """A Trainer over a fixed plan of batches, with the loss of answers only."""

    def __init__(
        self,
        model: torch.nn.Module,
        arguments: TrainingArguments,
        *,
        loss: AnswerLoss,
        train: Sequence[TokenRow],
        plan: list[list[int]],
        valid: Sequence[TokenRow],
        pad_multiple: int,
        callback: TrainerCallback,
        scored: Callable[[int, int], bool],
    ) -> None:
        """`scored` is told, after each batch of an evaluation, how many rows of how many are done, and answers whether
        to go on.
        """
        super().__init__(model=model, args=arguments, callbacks=[callback])
        self.remove_callback(PrinterCallback)
        self._answer_loss = loss
        self._train_rows = train
        self._plan = plan
        self._valid_rows = valid
        self._pad_multiple = pad_multiple
        self._scored = scored
        self.step_tokens = 0
        """Tokens given to the model since this was last set to 0, padding not counted."""

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The plan's batches, each collated as it is reached."""
        return DataLoader(
            self._train_rows,  # type: ignore[arg-type]  # A sequence is all that a DataLoader needs.
            batch_sampler=PlannedBatches(self._plan),
            collate_fn=self._collate,
        )

    def training_step(self, model: torch.nn.Module, inputs: Batch, num_items_in_batch: Any = None) -> torch.Tensor:
        """Forward and backward. Raises `TrainingError` when the loss is no number, before it reaches the weights."""
        loss: torch.Tensor = super().training_step(model, inputs, num_items_in_batch)
        if not math.isfinite(loss.item()):
            raise TrainingError(f"The loss became {loss.item()} after step {self.state.global_step}.", NON_FINITE_HINT)
        return loss

    def compute_loss(
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """The summed loss over `num_items_in_batch` tokens, those of all accumulated batches together."""
        assert not return_outputs
        self.step_tokens += int(inputs["tokens"])
        with self.accelerator.autocast():
            score = self._answer_loss(inputs)
        self.loss_is_scaled_for_ga = num_items_in_batch is not None
        return score.loss / (num_items_in_batch if num_items_in_batch is not None else score.tokens)

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Mean loss and accuracy over all answer tokens of the validation rows; nothing when it was broken off.

        An evaluation that is broken off ends the run, with a checkpoint.
        """
        began = time.monotonic()
        assert self.model is not None
        self.model.eval()
        loss, correct, tokens, done = 0.0, 0, 0, 0
        with torch.no_grad(), self.accelerator.autocast():
            for numbers in plan_evaluation([len(row) for row in self._valid_rows], self.args.eval_batch_size):
                batch = self._prepare_inputs(self._collate([self._valid_rows[number] for number in numbers]))
                score = self._answer_loss(batch)
                loss, correct, tokens = loss + score.loss.item(), correct + score.correct, tokens + score.tokens
                done += len(numbers)
                if not self._scored(done, len(self._valid_rows)):
                    self.control.should_evaluate = False
                    self.control.should_save = self.control.should_training_stop = True
                    return {}
        metrics = {
            "eval_loss": loss / tokens,
            "eval_accuracy": correct / tokens,
            "eval_tokens": tokens,
            "eval_seconds": time.monotonic() - began,
        }
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def log(self, logs: dict[str, float], *_: Any) -> None:
        """Hand figures to the callback. The events keep them; Trainer's own growing list is left out of checkpoints."""
        self.control = self.callback_handler.on_log(self.args, self.state, self.control, logs)

    def _collate(self, rows: Sequence[TokenRow]) -> Batch:
        batch = collate(rows, self._pad_multiple)
        batch["tokens"] = torch.tensor(sum(len(row) for row in rows))
        return batch
