"""What a training run says."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


class TrainingStarted(BaseEvent):
    """The first step is about to be made; `start_step` is 0, or the step of the checkpoint it goes on from."""

    event: Literal["training_started"] = "training_started"
    start_step: int
    total_steps: int
    steps_per_epoch: float
    epochs: float
    train_rows: int
    valid_rows: int
    train_tokens: int
    """Tokens of one epoch, padding not counted."""
    parameters: int
    trainable_parameters: int
    device: str
    dtype: str
    device_memory_limit: int
    """Bytes the accelerator should stay below; 0 on a CPU."""


class StepLogged(BaseEvent):
    """One optimizer step was made."""

    event: Literal["step_logged"] = "step_logged"
    step: int
    epoch: float
    loss: float
    """Mean cross-entropy over the trained tokens of the step, in nats."""
    learning_rate: float
    grad_norm: float
    """Norm of all gradients before clipping."""
    tokens: int
    """Tokens of the step, padding not counted."""
    seconds: float
    process_memory: int
    """Resident bytes of the job's process."""
    device_memory: int
    """Bytes that the accelerator's driver holds for the process; 0 on a CPU."""


class Evaluated(BaseEvent):
    """The validation rows were scored. Step 0 is the base model: an adapter starts as no change at all."""

    event: Literal["evaluated"] = "evaluated"
    step: int
    loss: float
    accuracy: float
    """Share of trained tokens that the model would have chosen itself (0 to 1)."""
    tokens: int
    """Trained tokens that were scored."""
    seconds: float


class CheckpointSaved(BaseEvent):
    """A checkpoint is in place. `loss` is its validation loss, if measured; `best` whether that is the lowest yet."""

    event: Literal["checkpoint_saved"] = "checkpoint_saved"
    step: int
    folder: str
    loss: float | None = None
    best: bool = False


class CheckpointRemoved(BaseEvent):
    """An old checkpoint made room for newer ones."""

    event: Literal["checkpoint_removed"] = "checkpoint_removed"
    step: int
