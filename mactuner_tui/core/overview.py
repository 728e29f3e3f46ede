"""A job as a screen sees it at one moment: what was asked, where it stands, what happened so far."""

from dataclasses import dataclass

from mactuner_tui.core import job
from mactuner_tui.core.history import History
from mactuner_tui.core.job import Status
from mactuner_tui.core.specs import JobSpec


@dataclass(frozen=True, eq=False)
class JobView:
    """One job at one moment. Nothing in it changes any more; two views of a job are equal only if they are the same."""

    id: str
    status: Status
    queued: float
    """When it was asked for or last resumed (seconds since the epoch)."""
    spec: JobSpec | None
    """None when `job.toml` was damaged."""
    history: History
    last_words: str = ""
    """The end of what its process printed, when that died without a word of its own."""

    @property
    def kind(self) -> str:
        return job.kind_of(self.id)

    @property
    def title(self) -> str:
        return self.spec.title if self.spec else self.id

    @property
    def needs_gpu(self) -> bool:
        return job.lane(self.id) == "gpu"
