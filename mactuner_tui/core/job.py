"""A job as its folder tells it: `job.toml` (what was asked) and `state.json` (what was last known of its process)."""

import datetime
import secrets
import tomllib
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from mactuner_tui.core import files, toml
from mactuner_tui.core.errors import JobError, os_errors_in_words
from mactuner_tui.core.specs import JOB_SPECS, JobSpec
from mactuner_tui.core.specs.base import Lane

SPEC_FILE = "job.toml"
STATE_FILE = "state.json"
EVENTS_FILE = "events.jsonl"
LOG_FILE = "log.txt"


class Status(StrEnum):
    """Where a job stands. `running` is only ever said of a process that is alive."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def symbol(self) -> str:
        """One character that says it without colour."""
        return _SYMBOLS[self]

    @property
    def is_live(self) -> bool:
        """Whether a process works on it."""
        return self in (Status.RUNNING, Status.PAUSED)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen unless someone asks."""
        return self not in (Status.QUEUED, Status.RUNNING, Status.PAUSED)

    @property
    def can_resume(self) -> bool:
        return self in (Status.STOPPED, Status.FAILED, Status.INTERRUPTED)


_SYMBOLS = {
    Status.QUEUED: "◌",
    Status.RUNNING: "⏵",
    Status.PAUSED: "⏸",
    Status.FINISHED: "✓",
    Status.STOPPED: "■",
    Status.FAILED: "!",
    Status.INTERRUPTED: "~",
}


class State(BaseModel):
    """`state.json`."""

    model_config = ConfigDict(frozen=True)

    status: Status
    queued: float
    """When it was asked for, or last resumed (seconds since the epoch): the order of the queue."""
    attempt: int = 1
    pid: int | None = None
    process_started: float | None = None
    """Tells the process from a later one with the same pid (seconds since the epoch)."""


def new_id(kind: str) -> str:
    """`train-20261122-140327-9f3a`: sorts by time within a kind."""
    return f"{kind}-{datetime.datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def kind_of(job_id: str) -> str:
    """The kind of job that an id names."""
    return job_id.partition("-")[0]


def lane(job_id: str) -> Lane | None:
    """The lane in which the job waits its turn. Told by its id, so that a damaged `job.toml` stops no one."""
    spec_class = JOB_SPECS.get(kind_of(job_id))
    return spec_class.lane if spec_class else None


def write_spec(folder: Path, spec: JobSpec) -> None:
    """Write `job.toml`: the kind of job, then every field of its spec."""
    content = {"kind": spec.kind, "spec": spec.model_dump(mode="json")}
    files.replace_text(folder / SPEC_FILE, toml.dump(content))


def read_spec(folder: Path) -> JobSpec:
    """The spec in `job.toml`. Raises `JobError` when the file cannot be read, `SpecError` when a value is wrong."""
    path = folder / SPEC_FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        spec_class = JOB_SPECS[content["kind"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JobError(f"{path} is not a job: {error}.", "Start the work anew.") from error
    return spec_class.of(content.get("spec", {}), str(path))


def write_state(folder: Path, state: State) -> None:
    """Replace `state.json`. Raises `MacTunerError` when there is no room for it, or no permission."""
    with os_errors_in_words(folder):
        files.replace_text(folder / STATE_FILE, state.model_dump_json() + "\n")


def read_state(folder: Path) -> State:
    """The state last written. Raises `JobError` when the folder has none."""
    try:
        return State.model_validate_json((folder / STATE_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise JobError(f"{folder} is not a job folder.", "`mactuner jobs list` shows the jobs.") from error
