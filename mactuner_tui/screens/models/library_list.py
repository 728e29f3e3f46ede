"""What the library tab shows: the models on this machine and those on their way, and the highlighted one's details."""

from __future__ import annotations

import asyncio

from textual import getters, on, work
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static

from mactuner_tui.core.job import Status
from mactuner_tui.core.machine import Machine
from mactuner_tui.core.overview import JobView
from mactuner_tui.screens.models.lines import COLUMNS, job_line, model_line
from mactuner_tui.screens.models.local import Local, Reader, made_by, matching, shown_jobs
from mactuner_tui.screens.models.panel import job_panel, model_panel
from mactuner_tui.widgets.column_list import ColumnList, Line
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.part import Part

WELCOME = (
    "A model is got from the Hugging Face Hub, taken from a folder of yours, or unpacked: the starter model comes "
    "along with MacTuner, and there is nothing to download for it."
)


class LibraryList(Part):
    """Reads the library when it comes up and when a job is done; draws jobs as they go on."""

    table = getters.query_one("#library-list", ColumnList)
    field = getters.query_one("#library-filter", Input)

    def __init__(self) -> None:
        super().__init__()
        self._reader = Reader()
        self._reading = asyncio.Lock()
        self._models: tuple[Local, ...] | None = None
        self._shown: list[Local] = []
        self._jobs: list[JobView] = []
        self._seen_jobs: frozenset[str] | None = None
        self._done_jobs: frozenset[str] = frozenset()
        self._lines: dict[str, Line] = {}
        """Of all models, by key."""
        self._wanted: str | None = None
        """What the cursor shall go to as soon as it is there."""

    def compose_middle(self) -> ComposeResult:
        yield Input(placeholder="filter by name, origin, base", compact=True, id="library-filter", classes="search")
        yield ColumnList(COLUMNS, id="library-list")

    def compose_side(self) -> ComposeResult:
        yield Static("Model", classes="heading")
        with Page(classes="details"):
            yield Static(id="library-panel")

    @property
    def main(self) -> Widget:
        return self.table.options

    def on_mount(self) -> None:
        self.field.display = False
        self.watch(self.app, "machine", self._judge_anew, init=False)

    # -- what the cursor is on -----------------------------------------------------------------------------------------

    @property
    def model(self) -> Local | None:
        return next((one for one in self._shown if one.key == self.table.key), None)

    @property
    def job(self) -> JobView | None:
        return next((view for view in self._jobs if f"job:{view.id}" == self.table.key), None)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        self.read()
        self.show_jobs()

    @work(group="read", exit_on_error=False)
    async def read(self) -> None:
        """Read the library anew, and judge what fits, off the event loop: it may be long."""
        async with self._reading:
            self._models, self._lines = await asyncio.to_thread(self._look, self.app.machine)
        self._list_models()

    def _look(self, machine: Machine | None) -> tuple[tuple[Local, ...], dict[str, Line]]:
        models = self._reader.read()
        return models, {one.key: model_line(one, machine) for one in models}

    def _judge_anew(self) -> None:
        """What fits depends on the machine, which is known a little later."""
        if self._models is not None:
            self.read()

    def show_jobs(self) -> None:
        jobs, before = shown_jobs(self.app.jobs), self.table.key
        done = frozenset(view.id for view in self.app.jobs if view.status is Status.FINISHED)
        if done - self._done_jobs and self._models is not None:
            ended = next((view for view in self.app.jobs if f"job:{view.id}" == before and view.id in done), None)
            self._wanted = made_by(ended) if ended else self._wanted
            self.read()
        self._done_jobs = done
        appeared = [view.id for view in jobs if self._seen_jobs is not None and view.id not in self._seen_jobs]
        if appeared:
            self._wanted = f"job:{appeared[0]}"
        self._seen_jobs = frozenset(view.id for view in self.app.jobs)
        self._jobs = jobs
        self._draw()

    def open_job(self, job_id: str) -> None:
        """Put the cursor on this job, or on the model it made."""
        view = next((view for view in self.app.jobs if view.id == job_id), None)
        if view is not None:
            self._wanted = made_by(view) or f"job:{job_id}"
            self._draw()

    def _list_models(self) -> None:
        """Choose the models that match."""
        self._shown = matching(self._models or (), self.field.value)
        self._draw()

    def _draw(self) -> None:
        if self._models is None:
            self.show_notice("Reading the library …", mood="busy")
            return
        lines = [
            *([] if self.field.value else map(job_line, self._jobs)),
            *(self._lines[one.key] for one in self._shown),
        ]
        if not lines and not self.field.value:
            keys = [("s", "unpack the starter"), (".", "search the Hub"), ("n", "add a model of this machine")]
            self.show_notice("No models yet", WELCOME, keys)
        else:
            self.show_body()
        wanted = self._wanted if any(line.key == self._wanted for line in lines) else None
        self._wanted = None if wanted else self._wanted
        self.table.show(lines, wanted)
        self._show_details()

    @on(ColumnList.Highlighted)
    def show_highlighted(self) -> None:
        self._show_details()

    def _show_details(self) -> None:
        panel = self.query_one("#library-panel", Static)
        job, model = self.job, self.model
        if job is not None:
            panel.update(job_panel(job))
        elif model is not None:
            panel.update(model_panel(model, self.app.machine))
        else:
            panel.update("")
        self.screen.refresh_bindings()

    # -- the filter ----------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.field.display = True
        self.field.focus()

    def action_leave_filter(self) -> None:
        self.field.value = ""
        self.field.display = False
        self.focus_middle()

    @on(Input.Changed, "#library-filter")
    def narrow_down(self) -> None:
        self._list_models()

    @on(Input.Submitted, "#library-filter")
    def go_to_list(self) -> None:
        self.table.focus()
