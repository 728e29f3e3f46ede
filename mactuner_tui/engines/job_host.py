"""The process of a job: takes the job up, carries it out, says how it ended and starts the next in the queue."""

import contextlib
import importlib
import os
import signal
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from mactuner_tui.core import events, files, job, paths
from mactuner_tui.core.events import BaseEvent
from mactuner_tui.core.job import Status
from mactuner_tui.engines.failures import in_users_words
from mactuner_tui.runtime import jobs
from mactuner_tui.runtime.wire import EventLog

ENGINES = {
    "download": "mactuner_tui.engines.models.download",
    "import": "mactuner_tui.engines.models.job",
    "prepare": "mactuner_tui.engines.data.job",
    "train": "mactuner_tui.engines.training.job",
}
"""The module that carries out each kind of job, by a function `run(spec, job)`."""

PROGRESS_SECONDS = 0.5
RESERVE_BYTES = 256 * 1024
"""Room kept on the disk, so that a job that fills it can still say so."""


class StopRequestedError(Exception):
    """Someone asked the job to stop, and it is safe to."""


class JobContext:
    """What an engine is given: its job's folder and id, a place to speak events, and whether it should stop."""

    def __init__(self, folder: Path, attempt: int) -> None:
        self.folder = folder
        self.attempt = attempt
        self.stop_requested = False
        self._told = 0.0
        self._log = EventLog(folder / job.EVENTS_FILE)
        signal.signal(signal.SIGTERM, self._request_stop)
        # Whoever started this process held the signal back until it can be understood.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    @property
    def id(self) -> str:
        return self.folder.name

    def emit(self, event: BaseEvent) -> None:
        """Tell the world what happened."""
        self._log.write(event)

    def check(self) -> None:
        """Raise `StopRequestedError` when the job was asked to stop."""
        if self.stop_requested:
            raise StopRequestedError

    def begin(self, stage: str) -> None:
        """Name the part of the job that begins. Raises `StopRequestedError` when the job was asked to stop."""
        self.check()
        self.emit(events.StageStarted(stage=stage))

    def progress(self, done: float, total: float, unit: str = "") -> None:
        """Tell how much of the part is done, at most twice a second."""
        if done >= total or time.monotonic() - self._told > PROGRESS_SECONDS:
            self._told = time.monotonic()
            self.emit(events.Progressed(done=done, total=total, unit=unit))

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True


def run_job(folder: Path) -> int:
    """Carry out the job in `folder`. Returns the process's exit status."""
    with jobs.lock():
        if not jobs.claim(folder, os.getpid()):
            return 0
    for shelf in (paths.models(), paths.datasets(), paths.jobs()):
        files.sweep(shelf)
    status = _carry_out(folder)
    jobs.close(folder, status)
    jobs.advance()
    return 0 if status in (Status.FINISHED, Status.STOPPED) else 1


def _carry_out(folder: Path) -> Status:
    context = JobContext(folder, job.read_state(folder).attempt)
    ending: BaseEvent
    try:
        with _reserve(folder):
            context.emit(events.JobStarted(attempt=context.attempt, pid=os.getpid()))
            spec = job.read_spec(folder)
            importlib.import_module(ENGINES[spec.kind]).run(spec, context)
        ending, status = events.JobFinished(), Status.FINISHED
    except StopRequestedError:
        ending, status = events.JobStopped(), Status.STOPPED
    except Exception as error:
        ending, status = _failure(error, folder), Status.FAILED
    context.emit(ending)
    return status


@contextlib.contextmanager
def _reserve(folder: Path) -> Iterator[None]:
    """Hold some room on the disk, and give it back, for the job's last words, however the block ends."""
    held = folder / ".reserve"
    try:
        held.write_bytes(bytes(RESERVE_BYTES))
        yield
    finally:
        held.unlink(missing_ok=True)


def _failure(error: Exception, folder: Path) -> events.JobFailed:
    """The one shape of a failed job. What is no one's fault but ours carries its traceback."""
    traceback.print_exception(error)
    known = in_users_words(error, folder)
    if known is not None:
        return events.JobFailed(kind=known.kind, message=known.message, hint=known.hint)
    return events.JobFailed(
        kind=type(error).__name__,
        message=f"Unexpected error: {error}",
        hint=f"This is a bug of MacTuner. The details are in {folder / job.LOG_FILE}.",
        traceback="".join(traceback.format_exception(error)),
    )
