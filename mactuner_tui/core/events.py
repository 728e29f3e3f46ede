"""What happened, in the past tense: all that an engine ever says, as one JSON object a line.

An event is a fact with a time; what the facts add up to is worked out in `history`.
"""

import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError


class BaseEvent(BaseModel):
    """A fact. `at` is seconds since the epoch, when it was written."""

    model_config = ConfigDict(frozen=True)

    at: float = Field(default_factory=time.time)

    def to_line(self) -> str:
        """The event as one line of JSON, without the line's end."""
        return self.model_dump_json()


# -- any job ----------------------------------------------------------------------------------------------------------


class JobStarted(BaseEvent):
    """A process took the job up; `attempt` counts from 1 and grows with each resume."""

    event: Literal["job_started"] = "job_started"
    attempt: int
    pid: int


class StageStarted(BaseEvent):
    """A part of the job began, named in a few words ("loading the model")."""

    event: Literal["stage_started"] = "stage_started"
    stage: str


class Progressed(BaseEvent):
    """`done` of `total` units of the present stage are done."""

    event: Literal["progressed"] = "progressed"
    done: float
    total: float
    unit: str = ""


class Noted(BaseEvent):
    """Something a person should know, in a sentence."""

    event: Literal["noted"] = "noted"
    text: str
    warning: bool = False


class ArtefactMade(BaseEvent):
    """A folder with a manifest is in place under its final name."""

    event: Literal["artefact_made"] = "artefact_made"
    kind: str
    name: str
    folder: str


class JobFinished(BaseEvent):
    """The job did all that was asked."""

    event: Literal["job_finished"] = "job_finished"


class JobStopped(BaseEvent):
    """The job ended early because it was asked to; it can be resumed."""

    event: Literal["job_stopped"] = "job_stopped"


class JobFailed(BaseEvent):
    """The job ended with an error: its class, what is wrong, what to do; `traceback` for bugs only."""

    event: Literal["job_failed"] = "job_failed"
    kind: str
    message: str
    hint: str = ""
    traceback: str = ""


# -- training ---------------------------------------------------------------------------------------------------------


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


# -- sessions ---------------------------------------------------------------------------------------------------------


class RequestFinished(BaseEvent):
    """A request of a session was carried out; nothing more comes for it."""

    event: Literal["request_finished"] = "request_finished"


class RequestCancelled(BaseEvent):
    """A request of a session ended early because it was cancelled."""

    event: Literal["request_cancelled"] = "request_cancelled"


class RequestFailed(BaseEvent):
    """A request of a session failed; the session lives on."""

    event: Literal["request_failed"] = "request_failed"
    kind: str
    message: str
    hint: str = ""


class ModelLoaded(BaseEvent):
    """A model is ready to answer. `adapter` is the adapter's name, or None for a base model alone."""

    event: Literal["model_loaded"] = "model_loaded"
    model: str
    base: str
    adapter: str | None
    device: str
    seconds: float


class TextGenerated(BaseEvent):
    """The next piece of an answer."""

    event: Literal["text_generated"] = "text_generated"
    text: str


class AnswerFinished(BaseEvent):
    """An answer is complete, or was cut off by `cancelled` or by the token limit (`ended` False)."""

    event: Literal["answer_finished"] = "answer_finished"
    prompt_tokens: int
    reused_tokens: int
    """Prompt tokens that were still in the cache from the turn before."""
    tokens: int
    first_token_seconds: float
    tokens_per_second: float
    ended: bool
    """Whether the model itself ended its turn."""


class CheckMade(BaseEvent):
    """The doctor looked at one thing."""

    event: Literal["check_made"] = "check_made"
    name: str
    passed: bool
    detail: str


Event = Annotated[
    JobStarted
    | StageStarted
    | Progressed
    | Noted
    | ArtefactMade
    | JobFinished
    | JobStopped
    | JobFailed
    | TrainingStarted
    | StepLogged
    | Evaluated
    | CheckpointSaved
    | CheckpointRemoved
    | RequestFinished
    | RequestCancelled
    | RequestFailed
    | ModelLoaded
    | TextGenerated
    | AnswerFinished
    | CheckMade,
    Field(discriminator="event"),
]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def parse_line(line: str | bytes) -> Event | None:
    """The event of a line, or None for a line that is none: torn by a crash, or written by a newer version."""
    try:
        return _EVENT.validate_json(line)
    except ValidationError:
        return None
