"""Split: how the rows are divided, making the dataset, and the way on to training."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Static

from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import RequestCancelled
from mactuner_tui.core.job import Status
from mactuner_tui.core.overview import JobView
from mactuner_tui.core.specs.data import PrepareSpec
from mactuner_tui.core.specs.data_requests import SplitRequest
from mactuner_tui.screens.data import making
from mactuner_tui.screens.data.messages import OutputChosen, ReadingChosen, SideAsked
from mactuner_tui.screens.data.reading import columns_of
from mactuner_tui.screens.data.step import Step
from mactuner_tui.widgets.host import JobAsked, StartAsked, TrainAsked
from mactuner_tui.widgets.progress_line import ProgressLine
from mactuner_tui.widgets.spec_form import Group, SpecForm

REST_SECONDS = 0.3
STRATIFY = "split.stratify"
GROUPS = (Group("", ("name", "rows", "split.valid_share", "split.seed", STRATIFY, "split.similarity")),)


class SplitStep(Step):
    """What will be made; and once it is asked for, how far that is."""

    NAME = "split"
    TITLE = "Split"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "Make it", id="split.start", tooltip="Make the dataset"),
        Binding("ctrl+s", "start", "Make it", show=False, id="split.start.typing", tooltip="The same, while typing"),
        Binding("t", "train", "Train", id="split.train", tooltip="Train with the dataset that was made"),
        Binding("b", "skip", "Skip bad rows", id="split.skip", tooltip="Leave out the rows that cannot be read"),
        Binding("x", "stop", "Stop", id="split.stop", tooltip="Stop making the dataset"),
        Binding("e", "edit", "Edit", show=False, id="split.edit", tooltip="Name, number of rows, shares"),
        Binding("r", "again", "Count again", show=False, id="split.again", tooltip="Count again"),
    ]

    form = getters.query_one(SpecForm)
    progress = getters.query_one("#split-progress", ProgressLine)
    page = getters.query_one("#split-page", VerticalScroll)

    _asked: tuple[int, SplitRequest] | None = None
    _known_jobs: frozenset[str] | None = None
    """The jobs there were when making was asked for; None while it was not."""
    _job: str | None = None

    def compose_middle(self) -> ComposeResult:
        with VerticalScroll(id="split-page"):
            with Vertical(classes="card"):
                yield Static("the dataset", classes="heading")
                yield Static(id="split-plan")
                yield Static(id="split-bar")
                yield ProgressLine(id="split-progress")
            with Vertical(classes="card", id="split-made"):
                yield Static("making", classes="heading")
                yield Static(id="split-job")

    def compose_side(self) -> ComposeResult:
        yield Static("Dataset", classes="heading")
        yield SpecForm(PrepareSpec, GROUPS, rest=False)
        yield Button("Make it  s", id="start", compact=True)

    @property
    def main(self) -> Widget:
        return self.page

    @property
    def job(self) -> JobView | None:
        """The job that makes the dataset."""
        return next((view for view in self.app.jobs if view.id == self._job), None)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_data(self) -> None:
        self.show_body()
        if not self.form.has_focus_within:
            self.form.fill(self.state.output)
        self.query_one("#split-plan", Static).update(making.plan(self.state))
        self.query_one("#split-bar", Static).update(making.shares(self.state, self.page.size.width))
        if self._asked != (self.state.opening, self.state.split_request):
            self._count()
        self._show_job()

    def show_jobs(self) -> None:
        if self.state.opened is not None:
            self._show_job()

    def _show_job(self) -> None:
        """Find the job that was asked for, and say how far it is."""
        if self._known_jobs is not None:
            mine = [
                view.id for view in self.app.jobs if view.kind == PrepareSpec.kind and view.id not in self._known_jobs
            ]
            if mine:
                self._job, self._known_jobs = mine[0], None
        job = self.job
        self.query_one("#split-made").display = job is not None
        if job is not None:
            self.query_one("#split-job", Static).update(making.told(job))
        self.screen.refresh_bindings()

    # -- asking --------------------------------------------------------------------------------------------------------

    @work(group="count", exclusive=True, exit_on_error=False)
    async def _count(self) -> None:
        request = self.state.split_request
        self._asked = (self.state.opening, request)
        await asyncio.sleep(REST_SECONDS)
        self.progress.begin("counting rows")
        try:
            async for event in self.ask(request):
                self.progress.follow(event)
                if isinstance(event, RequestCancelled):
                    self._asked = None
        except MacTunerError as error:
            self._asked = None
            self.show_failure(error)
            if STRATIFY in error.message:  # The panel may cover what was said.
                columns = ", ".join(column.name for column in columns_of(self.state))
                self.form.show_problem(STRATIFY, f"There is no such column. The columns are {columns}.")
        finally:
            self.progress.end()

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(SpecForm.Edited)
    def take_edit(self, event: SpecForm.Edited) -> None:
        if isinstance(event.spec, PrepareSpec) and event.spec != self.state.output:
            self.post_message(OutputChosen(event.spec))

    @on(Button.Pressed, "#start")
    def start_from_form(self) -> None:
        self.action_start()

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_start(self) -> None:
        if self.form.read() is None:
            self.post_message(SideAsked(True))
            return
        spec = self.state.prepare_spec
        name = spec.name or paths.stem(spec.source)
        if (paths.datasets() / name).exists():
            self.post_message(SideAsked(True))
            self.form.show_problem("name", f"A dataset {name} exists already. Choose another name.")
            return
        self._known_jobs = frozenset(view.id for view in self.app.jobs)
        self.post_message(SideAsked(False))
        self.post_message(StartAsked(spec))

    def action_train(self) -> None:
        if self.job and (made := making.made(self.job)):
            self.post_message(TrainAsked(data=made))

    def action_stop(self) -> None:
        if self.job:
            self.post_message(JobAsked("stop", self.job.id))

    def action_skip(self) -> None:
        self.post_message(ReadingChosen(self.state.reading.model_copy(update={"bad_rows": "skip"})))

    def action_edit(self) -> None:
        self.post_message(SideAsked(True))
        self.call_after_refresh(self.form.focus_first)

    def action_again(self) -> None:
        self._asked = None
        self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        job = self.job
        match action:
            case "start":
                return self.state.opened is not None and (job is None or job.status.is_over)
            case "skip":
                return bool(self.state.stops_at)
            case "train":
                return job is not None and job.status is Status.FINISHED
            case "stop":
                return job is not None and not job.status.is_over
            case "edit" | "again":
                return self.state.opened is not None
        return super().check_action(action, parameters)
