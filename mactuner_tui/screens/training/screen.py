"""The training screen: the list of runs, the chosen one's monitor, and the form for the next."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Button, DataTable, Static

from mactuner_tui.core import library
from mactuner_tui.core.job import Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.training import TrainSpec
from mactuner_tui.screens.training.monitor import Monitor
from mactuner_tui.screens.training.run_table import RunTable
from mactuner_tui.screens.training.settings import GROUPS, first_settings, missing_input, train_spec
from mactuner_tui.widgets.confirm import ConfirmModal
from mactuner_tui.widgets.host import ChatAsked, JobAsked, StartAsked
from mactuner_tui.widgets.notice import Notice
from mactuner_tui.widgets.shell import SIDE_BINDINGS, Shell, help_text
from mactuner_tui.widgets.spec_form import SpecForm

ACTS_BY_STATUS: dict[str, frozenset[Status]] = {
    "pause": frozenset({Status.RUNNING}),
    "continue": frozenset({Status.PAUSED}),
    "stop": frozenset({Status.RUNNING, Status.PAUSED, Status.QUEUED}),
    "resume": frozenset(status for status in Status if status.can_resume),
    "delete": frozenset(status for status in Status if status.is_over),
    "chat": frozenset({Status.FINISHED}),
}
"""Which acts make sense for a run in which state."""


class TrainingScreen(Shell):
    """Starts, watches and steers training runs."""

    MODE = "training"
    SIDE_FROM = 132
    HELP = help_text("training")
    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "Start", id="training.start", tooltip="Start a run with the settings of the form"),
        Binding("ctrl+s", "start", "Start", id="training.start.typing", tooltip="The same, while typing"),
        Binding("p", "pause", "Pause", id="training.pause", tooltip="Freeze the chosen run; its memory stays taken"),
        Binding("p", "continue", "Continue", id="training.continue", tooltip="Let the paused run go on"),
        Binding("x", "stop", "Stop", id="training.stop", tooltip="Save a checkpoint and end the chosen run"),
        Binding("r", "resume", "Resume", id="training.resume", tooltip="Go on from the newest checkpoint"),
        Binding("c", "chat", "Chat", id="training.chat", tooltip="Talk to the model that the chosen run made"),
        Binding("d", "delete", "Delete", id="training.delete", tooltip="Remove the run, its checkpoints and its log"),
        Binding("n", "new", "New", show=False, id="training.new", tooltip="Settings for a new run"),
        Binding("e", "edit", "Edit", show=False, id="training.edit", tooltip="Take the chosen run's settings"),
        Binding("enter", "open", "Open", show=False, id="training.open", tooltip="The chosen run on the whole screen"),
        *SIDE_BINDINGS,
    ]

    table = getters.query_one(RunTable)
    form = getters.query_one(SpecForm)
    chosen: reactive[str | None] = reactive(None, init=False, bindings=True)
    """The id of the run that the monitor shows."""
    state: reactive[Status | None] = reactive(None, init=False, bindings=True)
    """Its status: the keys in the footer follow it."""
    is_open: reactive[bool] = reactive(False, init=False)
    """Whether the monitor has the whole middle."""

    def __init__(self) -> None:
        super().__init__()
        self._known_runs: frozenset[str] | None = None
        self._opened: str | None = None
        """The job that was opened from the menu."""

    def compose_middle(self) -> ComposeResult:
        yield RunTable()
        yield Monitor()
        yield Notice(id="no-runs")

    def compose_side(self) -> ComposeResult:
        yield Static("New run", classes="heading")
        yield SpecForm(TrainSpec, GROUPS, {"model": library.base_names(), "data": library.dataset_names()})
        yield Button("Start  s", id="start", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no-runs", Notice).show(
            "No runs yet",
            "A run tunes a model on a dataset, and goes on when this window is closed. The settings at hand tune the "
            "starter model on questions about Python: a few minutes, nothing to download.",
            [("s", "start it"), ("o", "see the settings"), ("f1", "help")],
        )

    @property
    def runs(self) -> tuple[JobView, ...]:
        """The training runs, and besides them the job of another kind that was opened last."""
        return tuple(view for view in self.app.jobs if view.kind == TrainSpec.kind or view.id == self._opened)

    @property
    def run(self) -> JobView | None:
        """The chosen run."""
        return next((view for view in self.runs if view.id == self.chosen), None)

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        runs = self.runs
        self._take_in(runs)
        self.set_class(bool(runs), "-some")
        self.set_class(not runs, "-none")
        self.table.show(runs, self.chosen)
        self._show_run()

    def _take_in(self, runs: tuple[JobView, ...]) -> None:
        """Choose the run that just appeared; the first time, fill the form as well."""
        ids = frozenset(view.id for view in runs)
        if self._known_runs is None:
            self.form.fill(first_settings(runs))
        appeared = [view.id for view in runs if view.id not in (self._known_runs or ())]
        if appeared and (self._known_runs is not None or self.chosen is None):
            self.chosen = appeared[0]
        elif self.chosen not in ids:
            self.chosen = next((view.id for view in runs), None)
        self._known_runs = ids

    def _show_run(self) -> None:
        run = self.run
        self.state = run.status if run else None
        if run:
            self.query_one(Monitor).show(run)

    def open_job(self, job_id: str) -> None:
        """Show this run; a job of another kind, which has no screen of its own, is listed for the while."""
        self._opened = job_id
        if any(view.id == job_id for view in self.runs):
            self.chosen = job_id
            self.show_jobs(self.app.jobs)
            self.focus_middle()

    def prepare_run(self, model: str | None, data: str | None) -> None:
        """Show the form for a new run with these inputs, and with what a run begins with otherwise."""
        inputs = {name: value for name, value in (("model", model), ("data", data)) if value}
        self._edit(first_settings(self.runs).model_copy(update=inputs))

    def watch_chosen(self) -> None:
        if self.is_current and self.app.jobs_known:
            self.table.show(self.runs, self.chosen)
            self._show_run()

    def watch_is_open(self, is_open: bool) -> None:
        self.set_class(is_open, "-open")

    def focus_middle(self) -> None:
        if self.runs:
            self.table.focus()
        else:
            self.set_focus(None)

    @on(RunTable.Chosen)
    def choose_run(self, event: RunTable.Chosen) -> None:
        self.chosen = event.job_id

    @on(DataTable.RowSelected)
    def open_chosen_run(self) -> None:
        self.action_open()

    @on(Button.Pressed, "#start")
    def start_from_form(self) -> None:
        self.action_start()

    def action_open(self) -> None:
        self.is_open = not self.is_open

    def action_leave(self) -> None:
        if self.focused is None or self.focused is self.table:
            self.is_open = False
        super().action_leave()

    def action_start(self) -> None:
        spec = self.form.read()
        if isinstance(spec, TrainSpec):
            self._start(spec)
        else:
            self.side_open = True

    @work(group="start", exclusive=True, exit_on_error=False)
    async def _start(self, spec: TrainSpec) -> None:
        problem = await asyncio.to_thread(missing_input, spec)
        if problem:
            self.side_open = True
            self.form.show_problem(*problem)
            return
        self.fold_side_when_tight()
        self.post_message(StartAsked(spec))

    def action_new(self) -> None:
        self._edit(first_settings(self.runs))

    def action_edit(self) -> None:
        spec = train_spec(self.run) if self.run else None
        if spec:
            self._edit(spec)

    def _edit(self, spec: TrainSpec) -> None:
        self.form.field("model").suggest(library.base_names())
        self.form.field("data").suggest(library.dataset_names())
        self.form.fill(spec)
        self.side_open = True
        self.form.focus_first()

    def action_pause(self) -> None:
        self._ask("pause")

    def action_continue(self) -> None:
        self._ask("continue")

    def action_stop(self) -> None:
        self._ask("stop")

    def action_resume(self) -> None:
        self._ask("resume")

    def _ask(self, act: str) -> None:
        if self.run and self.run.status in ACTS_BY_STATUS[act]:
            self.post_message(JobAsked(act, self.run.id))

    def action_chat(self) -> None:
        made = self.run.history.artefacts if self.run else []
        # The run may have made the sample and unpacked its base model, too.
        theirs = (one.name for one in reversed(made) if one.kind != "dataset" and one.name != library.STARTER)
        if tuned := next(theirs, None):
            self.post_message(ChatAsked(tuned))

    @work(group="delete", exclusive=True, exit_on_error=False)
    async def action_delete(self) -> None:
        run = self.run
        if run is None or run.status not in ACTS_BY_STATUS["delete"]:
            return
        question = ConfirmModal(
            f"Delete the run {run.title}?", "Its curves, checkpoints and log are lost. What it made stays.", "Delete"
        )
        if await self.app.push_screen_wait(question):
            # Another run may be the chosen one by now.
            self.post_message(JobAsked("delete", run.id))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("chat", "edit") and self.run is not None and self.run.kind != TrainSpec.kind:
            return False
        if action in ACTS_BY_STATUS:
            return self.state in ACTS_BY_STATUS[action]
        if action in ("edit", "open"):
            return self.state is not None
        return super().check_action(action, parameters)
