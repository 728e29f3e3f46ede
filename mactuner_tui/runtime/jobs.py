"""Jobs: detached processes that live in folders. Start, list, follow, stop, pause, continue, resume, delete.

Every function reads the folders anew: there is no registry to fall out of step with them.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mactuner_tui.core import files, job, paths
from mactuner_tui.core.errors import JobError, MacTunerError, os_errors_in_words
from mactuner_tui.core.events import Event
from mactuner_tui.core.history import History
from mactuner_tui.core.job import State, Status
from mactuner_tui.core.specs import JobSpec
from mactuner_tui.core.specs.base import Lane
from mactuner_tui.runtime import processes
from mactuner_tui.runtime.environment import Purpose
from mactuner_tui.runtime.wire import Tail

POLL_SECONDS = 0.2
STOP_GRACE_SECONDS = 120.0
"""How long a job may take to finish its step and save a checkpoint before it is killed."""

PURPOSES: dict[str, Purpose] = {"prepare": "data", "train": "training"}


@dataclass(frozen=True)
class Job:
    """A job's folder, and its status at the moment this object was made."""

    folder: Path
    state: State
    status: Status

    @property
    def id(self) -> str:
        return self.folder.name

    @cached_property
    def spec(self) -> JobSpec:
        """What was asked. Raises `JobError` or `SpecError` when `job.toml` was damaged."""
        return job.read_spec(self.folder)

    @property
    def kind(self) -> str:
        return job.kind_of(self.id)

    @property
    def lane(self) -> Lane | None:
        return job.lane(self.id)

    @property
    def pid(self) -> int | None:
        """The living process, if there is one."""
        return self.state.pid if self.status.is_live else None


def get(job_id: str) -> Job:
    """The job with this id. Raises `JobError` when there is none."""
    folder = paths.jobs() / job_id
    state = job.read_state(folder)
    return Job(folder, state, _status(folder, state))


def list_all() -> list[Job]:
    """All jobs, the newest first."""
    found = []
    for state_file in paths.jobs().glob(f"[!.]*/{job.STATE_FILE}"):
        with contextlib.suppress(JobError):
            found.append(get(state_file.parent.name))
    return sorted(found, key=lambda one: (one.state.queued, one.id), reverse=True)


def _status(folder: Path, state: State) -> Status:
    """What the state file says, corrected by what the process is really doing."""
    if state.status is not Status.RUNNING:
        return state.status
    match processes.life_of(state.pid, state.process_started, folder):
        case "alive":
            return Status.RUNNING
        case "paused":
            return Status.PAUSED
        case "gone":
            return Status.INTERRUPTED


def start(spec: JobSpec) -> Job:
    """Put a job in the queue and start it if it may run. Raises `MacTunerError` when its folder cannot be made."""
    folder = paths.jobs() / job.new_id(spec.kind)
    with files.new_folder(folder) as staging:
        job.write_spec(staging, spec)
        job.write_state(staging, State(status=Status.QUEUED, queued=time.time()))
    advance()
    return get(folder.name)


def advance() -> None:
    """Start each queued job that may run: the oldest of each lane that is free, and all that have none.

    Raises the first `MacTunerError` met, after all others had their turn.
    """
    problems = []
    with lock():
        everything = list_all()
        taken = {one.lane for one in everything if one.status.is_live} - {None}
        for waiting in reversed([one for one in everything if one.status is Status.QUEUED]):
            if waiting.lane in taken:
                continue
            if waiting.lane is not None:
                taken.add(waiting.lane)
            try:
                _launch(waiting)
            except MacTunerError as problem:
                problems.append(problem)
    if problems:
        raise problems[0]


def lock() -> contextlib.AbstractContextManager[None]:
    """Hold the queue's lock: among all processes, one at a time decides what starts."""
    return files.locked(paths.jobs())


def _launch(waiting: Job) -> None:
    arguments = ["job", str(waiting.folder)]
    purpose = PURPOSES.get(waiting.kind, "inference")
    with os_errors_in_words(waiting.folder):
        pid = processes.start_detached(arguments, purpose, waiting.folder, waiting.folder / job.LOG_FILE)
        claim(waiting.folder, pid)


def claim(folder: Path, pid: int) -> bool:
    """Note that process `pid` runs the job; False unless it is queued or is this process's already.

    Call it under `lock`.
    """
    state = job.read_state(folder)
    if state.status is not Status.QUEUED:
        return state.status is Status.RUNNING and state.pid == pid
    running = State(
        status=Status.RUNNING,
        queued=state.queued,
        attempt=state.attempt,
        pid=pid,
        process_started=processes.started_at(pid),
    )
    job.write_state(folder, running)
    return True


def close(folder: Path, status: Status) -> None:
    """Note how the job ended. Called by its own process as the last thing it does for the job."""
    state = job.read_state(folder)
    job.write_state(folder, State(status=status, queued=state.queued, attempt=state.attempt))


def ask_to_stop(job_id: str) -> None:
    """Ask a job to save and stop, and return at once. A job that waits is over right away."""
    with lock():
        target = get(job_id)
        if target.status is Status.QUEUED:
            close(target.folder, Status.STOPPED)
            return
    if not target.status.is_live:
        raise JobError(f"{job_id} is not running: it is {target.status}.", "`mactuner jobs list` shows what runs.")
    _signal(target, signal.SIGTERM)
    _signal(target, signal.SIGCONT)


def kill(job_id: str) -> None:
    """End a job's process at once. What it did since its newest checkpoint is lost."""
    _signal(get(job_id), signal.SIGKILL)


def stop(job_id: str, grace: float = STOP_GRACE_SECONDS) -> Job:
    """Ask a job to save and stop, wait, and kill it after `grace` seconds. Blocks until it is over."""
    ask_to_stop(job_id)
    deadline = time.monotonic() + grace
    while (target := get(job_id)).status.is_live:
        if time.monotonic() > deadline:
            kill(job_id)
        time.sleep(POLL_SECONDS)
    return target


def pause(job_id: str) -> None:
    """Freeze a running job where it is. Its memory stays taken."""
    _signal_if(job_id, Status.RUNNING, signal.SIGSTOP)


def continue_(job_id: str) -> None:
    """Let a paused job go on."""
    _signal_if(job_id, Status.PAUSED, signal.SIGCONT)


def _signal_if(job_id: str, wanted: Status, number: signal.Signals) -> None:
    target = get(job_id)
    if target.status is not wanted:
        raise JobError(
            f"{job_id} is not {wanted}: it is {target.status}.", "`mactuner jobs list` shows where each job stands."
        )
    _signal(target, number)


def _signal(target: Job, number: signal.Signals) -> None:
    """Signal the job's whole session: it leads one of its own."""
    if target.pid is not None:
        # macOS refuses to signal a session of which only the ended leader is left.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(target.pid, number)


def resume(job_id: str) -> Job:
    """Queue a stopped, failed or interrupted job again; it goes on from its newest checkpoint."""
    with lock():
        target = get(job_id)
        if not target.status.can_resume:
            raise JobError(
                f"{job_id} cannot be resumed: it is {target.status}.", "Only stopped, failed and interrupted jobs can."
            )
        job.write_state(
            target.folder, State(status=Status.QUEUED, queued=time.time(), attempt=target.state.attempt + 1)
        )
    advance()
    return get(job_id)


def delete(job_id: str) -> None:
    """Remove a job that is over, with its checkpoints and its log. What it made stays."""
    with lock():
        target = get(job_id)
        if not target.status.is_over:
            raise JobError(f"{job_id} is {target.status}.", "Stop it first.")
        files.remove_folder(target.folder)


def follow(job_id: str) -> Iterator[Event]:
    """Every event of a job from its first, then each new one as it comes, until the job is over."""
    tail = Tail(get(job_id).folder / job.EVENTS_FILE)
    while True:
        # Asked before reading, so that nothing written in between is missed.
        status = get(job_id).status
        yield from tail.read()
        if status.is_over:
            return
        if status is Status.QUEUED:
            advance()
        time.sleep(POLL_SECONDS)


class Watcher:
    """Keeps the histories of jobs up to date, reading only what is new."""

    def __init__(self) -> None:
        self._tails: dict[str, Tail] = {}
        self._histories: dict[str, History] = {}

    def history(self, watched: Job) -> History:
        """The job's history, with all events that are there now taken in."""
        tail = self._tails.setdefault(watched.id, Tail(watched.folder / job.EVENTS_FILE))
        history = self._histories.setdefault(watched.id, History())
        for event in tail.read():
            history.apply(event)
        return history

    def forget(self, job_id: str) -> None:
        """Let go of a job's history; asked for again, it is read from the top."""
        self._tails.pop(job_id, None)
        self._histories.pop(job_id, None)


def summary(one: Job, history: History) -> dict[str, Any]:
    """What `jobs list` tells of a job."""
    failure = history.failure if one.status is Status.FAILED else None
    return {
        "id": one.id,
        "kind": one.kind,
        "status": str(one.status),
        "pid": one.pid,
        "step": history.step,
        "progress": round(history.progress, 4),
        "artefact": history.artefacts[-1].folder if history.artefacts else None,
        "error": None if failure is None else {"kind": failure.kind, "message": failure.message, "hint": failure.hint},
    }


def last_words(one: Job, lines: int = 8) -> str:
    """The end of what the job's process printed: the only witness when it died without a word."""
    try:
        text = (one.folder / job.LOG_FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
