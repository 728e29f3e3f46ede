"""What any job says."""

from typing import Literal

from mactuner_tui.core.events.base import BaseEvent


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
