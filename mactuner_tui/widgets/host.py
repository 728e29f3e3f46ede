"""What screens and widgets may know of the app: the live values it holds, and what can be asked of it.

Values go down from here as reactives; wishes go up as messages. Who reads jobs or starts processes is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import App
from textual.message import Message
from textual.reactive import var
from textual.worker import Worker, WorkerState

if TYPE_CHECKING:
    from mactuner_tui.core.machine import Machine, Snapshot
    from mactuner_tui.core.overview import JobView
    from mactuner_tui.core.specs import JobSpec

WIDE = 110
"""Columns from which menu, middle and right panel stand side by side."""
HIGH = 32
"""Rows from which there is room for space between things."""


class Place(NamedTuple):
    """A screen in the menu: the key that opens it, its mode and its name."""

    key: str
    mode: str
    title: str


class Host(App[None]):
    """The app as its screens see it."""

    # Textual declares these two as instance variables.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high")]  # noqa: RUF012
    PLACES: ClassVar[tuple[Place, ...]] = ()
    """The screens that exist, in the order of the menu."""

    jobs: var[tuple[JobView, ...]] = var(())
    """All jobs, the newest first, as they were a moment ago."""
    jobs_known: var[bool] = var(False)
    """Whether the jobs were read at all since the start."""
    snapshot: var[Snapshot | None] = var(None)
    """The newest reading of the machine."""
    cpu_history: var[tuple[float, ...]] = var(())
    """CPU load in percent over the last readings, the oldest first."""
    machine: var[Machine | None] = var(None)
    account: var[str] = var("")
    """The user's name on the Hub; empty while nobody is known to be logged in."""

    @property
    def live_job(self) -> JobView | None:
        """The job that runs or is paused, the one with the GPU before others."""
        live = [view for view in self.jobs if view.status.is_live]
        return min(live, key=lambda view: not view.needs_gpu, default=None)

    @on(Worker.StateChanged)
    def show_unexpected_error(self, event: Worker.StateChanged) -> None:
        """A bug in a worker, the app's or a screen's, must not end the app, nor pass unseen."""
        if event.state is WorkerState.ERROR:
            self.log.error(event.worker.error)
            self.notify(repr(event.worker.error), title="Unexpected error", severity="error", timeout=20, markup=False)


@dataclass
class StartAsked(Message):
    """A job shall be started."""

    spec: JobSpec


@dataclass
class JobAsked(Message):
    """Something shall be done with a job: one of the acts of `runtime.jobs`."""

    act: str
    job_id: str


@dataclass
class JobOpened(Message):
    """A job was chosen in the menu; the screen of its kind shall show it."""

    job_id: str


@dataclass
class ChatAsked(Message):
    """The chat shall answer with this model."""

    model: str


@dataclass
class TrainAsked(Message):
    """A run shall be trained on this dataset, or of this model, or both."""

    data: str | None = None
    model: str | None = None


@dataclass
class LoggedIn(Message):
    """This user is logged in to the Hub; nobody is when the name is empty."""

    name: str
