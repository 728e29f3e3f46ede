"""The state of a job as a pure fold over its events: charts, lists, the shell and tests all read this.

Replaying `events.jsonl` from the top gives exactly the state that whoever watched live has.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, fields, replace
from statistics import median
from typing import Any, Self

from mactuner_tui.core import events
from mactuner_tui.core.events import Event

LOG_LINES = 500
PACE_STEPS = 20
"""How many of the newest steps the present speed is judged by."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk. `loss` is its validation loss, if it was measured at that step."""

    step: int
    folder: str
    loss: float | None
    best: bool


@dataclass
class LogLine:
    """A sentence for the log, with the time it was written (seconds since the epoch)."""

    at: float
    text: str
    warning: bool = False


@dataclass
class Failure:
    """Why a job failed, as `JobFailed` says it."""

    kind: str
    message: str
    hint: str
    traceback: str


@dataclass
class History:
    """All that a job's events add up to. The training lists run in step order and have one entry per step."""

    applied: int = 0
    """How many events were taken in: two states of one history differ when this differs."""
    attempt: int = 0
    stage: str = ""
    done: float = 0
    total: float = 0
    unit: str = ""
    training: events.TrainingStarted | None = None
    steps: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    learning_rates: list[float] = field(default_factory=list)
    grad_norms: list[float] = field(default_factory=list)
    step_tokens: list[int] = field(default_factory=list)
    step_seconds: list[float] = field(default_factory=list)
    epoch: float = 0
    process_memory: int = 0
    device_memory: int = 0
    peak_memory: int = 0
    evaluations: list[events.Evaluated] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    artefacts: list[events.ArtefactMade] = field(default_factory=list)
    files: list[events.FileProgressed] = field(default_factory=list)
    """How far each file is that this attempt has come to, in the order in which it came to them."""
    checks: list[events.CheckMade] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)
    ending: events.JobFinished | events.JobStopped | events.JobFailed | None = None

    def apply(self, event: Event) -> None:
        """Take one more event in."""
        self.applied += 1
        match event:
            case events.JobStarted():
                self.attempt, self.ending = event.attempt, None
                self.files, self.checks = [], []
                self._say(event, "Started." if event.attempt == 1 else f"Resumed (attempt {event.attempt}).")
            case events.StageStarted():
                self.stage, self.done, self.total, self.unit = event.stage, 0, 0, ""
                self._say(event, event.stage[:1].upper() + event.stage[1:])
            case events.Progressed():
                self.done, self.total, self.unit = event.done, event.total, event.unit
            case events.Noted():
                self._say(event, event.text, event.warning)
            case events.ArtefactMade():
                self.artefacts = [*(made for made in self.artefacts if made.folder != event.folder), event]
                self._say(event, f"Made {event.kind} {event.name}")
            case events.FileProgressed():
                self._follow_file(event)
            case events.CheckMade():
                self.checks.append(event)
            case events.TrainingStarted():
                self.training = event
                self._rewind(event.start_step)
            case events.StepLogged():
                self._log_step(event)
            case events.Evaluated():
                self.evaluations.append(event)
                self._say(event, f"Step {event.step}: validation loss {event.loss:.3f}, accuracy {event.accuracy:.1%}")
            case events.CheckpointSaved():
                self._add_checkpoint(event)
            case events.CheckpointRemoved():
                self.checkpoints = [saved for saved in self.checkpoints if saved.step != event.step]
            case events.JobFinished() | events.JobStopped() | events.JobFailed():
                self._end(event)

    def copy(self) -> Self:
        """The present state, which later events leave as it is: for a reader in another thread."""
        lists: dict[str, Any] = {
            one.name: list(value) for one in fields(self) if isinstance(value := getattr(self, one.name), list)
        }
        return replace(self, **lists)

    @property
    def step(self) -> int:
        """The last step made, 0 before the first."""
        return self.steps[-1] if self.steps else 0

    @property
    def total_steps(self) -> int:
        """The steps of the whole run, 0 while unknown."""
        return self.training.total_steps if self.training else 0

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1: of the run for training, of the present stage otherwise."""
        if isinstance(self.ending, events.JobFinished):
            return 1.0
        if self.total_steps:
            return self.step / self.total_steps
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def tokens_per_second(self) -> float:
        """Tokens per second over the newest steps, padding not counted; 0 before the first step."""
        seconds = sum(self.step_seconds[-PACE_STEPS:])
        return sum(self.step_tokens[-PACE_STEPS:]) / seconds if seconds else 0.0

    @property
    def seconds_per_step(self) -> float:
        """Median duration of the newest steps: one slow step (a pause, a checkpoint) does not move it."""
        return median(self.step_seconds[-PACE_STEPS:]) if self.step_seconds else 0.0

    @property
    def speed(self) -> float:
        """Bytes a second that are downloaded now, all files together; 0 when none is."""
        return 0.0 if self.ending else sum(file.speed for file in self.files if file.done < file.size)

    @property
    def seconds_left(self) -> float | None:
        """An estimate of the time left to train or to download, None while there is nothing to judge by."""
        if self.speed and self.unit == "bytes":
            return (self.total - self.done) / self.speed
        if not self.step_seconds or self.ending:
            return None
        return (self.total_steps - self.step) * self.seconds_per_step

    @property
    def base_loss(self) -> float | None:
        """Validation loss of the base model, measured before the first step."""
        return next((scored.loss for scored in self.evaluations if scored.step == 0), None)

    @property
    def valid_loss(self) -> float | None:
        """The newest validation loss."""
        return self.evaluations[-1].loss if self.evaluations else None

    @property
    def failure(self) -> Failure | None:
        """Why the job failed, None when it did not."""
        if not isinstance(self.ending, events.JobFailed):
            return None
        return Failure(self.ending.kind, self.ending.message, self.ending.hint, self.ending.traceback)

    def _say(self, event: events.BaseEvent, text: str, warning: bool = False) -> None:
        self.log.append(LogLine(event.at, text, warning))
        del self.log[:-LOG_LINES]

    def _log_step(self, event: events.StepLogged) -> None:
        self.steps.append(event.step)
        self.losses.append(event.loss)
        self.learning_rates.append(event.learning_rate)
        self.grad_norms.append(event.grad_norm)
        self.step_tokens.append(event.tokens)
        self.step_seconds.append(event.seconds)
        self.epoch = event.epoch
        self.process_memory, self.device_memory = event.process_memory, event.device_memory
        self.peak_memory = max(self.peak_memory, event.device_memory or event.process_memory)

    def _follow_file(self, event: events.FileProgressed) -> None:
        paths = [file.path for file in self.files]
        if event.path in paths:
            self.files[paths.index(event.path)] = event
        else:
            self.files.append(event)

    def _rewind(self, step: int) -> None:
        """Forget what came after `step`: a resumed run makes those steps again."""
        kept = bisect_right(self.steps, step)
        for series in (
            self.steps,
            self.losses,
            self.learning_rates,
            self.grad_norms,
            self.step_tokens,
            self.step_seconds,
        ):
            del series[kept:]
        # The base model is scored anew only by a run that starts at its first step.
        self.evaluations = [scored for scored in self.evaluations if scored.step <= step and step > 0]
        self.checkpoints = [saved for saved in self.checkpoints if saved.step <= step]

    def _add_checkpoint(self, event: events.CheckpointSaved) -> None:
        if event.best:
            self.checkpoints = [replace(older, best=False) for older in self.checkpoints]
        self.checkpoints.append(Checkpoint(event.step, event.folder, event.loss, event.best))
        self._say(event, f"Step {event.step}: checkpoint saved" + (" (best so far)" if event.best else ""))

    def _end(self, event: events.JobFinished | events.JobStopped | events.JobFailed) -> None:
        self.ending, self.stage = event, ""
        match event:
            case events.JobFinished():
                self._say(event, "Finished.")
            case events.JobStopped():
                self._say(event, "Stopped. It can be resumed.")
            case events.JobFailed():
                self._say(event, f"Failed: {event.message} {event.hint}".rstrip(), warning=True)
