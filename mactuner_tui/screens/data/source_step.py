"""Source: where the rows come from, how they are read, and what they look like."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from mactuner_tui.core import paths
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import CellRead, Noted, RowsRead, SourceScanned
from mactuner_tui.core.specs.data import ReadSpec
from mactuner_tui.core.specs.data_requests import CellRequest, OpenRequest, RowsRequest, ScanRequest
from mactuner_tui.screens.data.bad_rows import BadRowsModal
from mactuner_tui.screens.data.messages import ReadingChosen, SourceChosen
from mactuner_tui.screens.data.offers import offers
from mactuner_tui.screens.data.reading import columns_of, head, key_title, kind, notes, places
from mactuner_tui.screens.data.step import Step
from mactuner_tui.widgets.choice import Choice, ChoiceModal, NumberModal
from mactuner_tui.widgets.progress_line import ProgressLine
from mactuner_tui.widgets.row_grid import RowGrid
from mactuner_tui.widgets.source_picker import SourcePicker
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.text_page import Part, TextPageModal
from mactuner_tui.widgets.texts import last_part

GROUPS = (Group("", tuple(ReadSpec.model_fields)),)
CELL_CHARACTERS = 10_000
"""Of a long cell, shown at once."""
REST_SECONDS = 0.5
"""How long a setting must rest before the source is read anew with it."""
WELCOME = (
    "Questions and answers, conversations or plain text: CSV, JSON, JSONL, TXT or Parquet. The steps above show what "
    "is in it, clean it, and show what the model will see; your file stays as it is."
)


class SourceStep(Step):
    """A picker while nothing is open; then the rows."""

    NAME = "source"
    TITLE = "Source"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "pick", "New", id="source.pick", tooltip="Choose another source"),
        Binding("g", "go_to", "Go to", id="source.go", tooltip="Go to a row by its number"),
        Binding("b", "bad_rows", "Bad rows", id="source.bad", tooltip="The rows that cannot be read, and why"),
        Binding("k", "choose_key", "Other rows", id="source.key", tooltip="Read other rows of the JSON document"),
        Binding("r", "reopen", "Reopen", show=False, id="source.reopen", tooltip="Read the source again"),
        Binding("escape", "leave_picker", "Back", show=False, id="source.leave", tooltip="Back to the open source"),
    ]

    grid = getters.query_one(RowGrid)
    picker = getters.query_one(SourcePicker)
    progress = getters.query_one("#source-progress", ProgressLine)
    form = getters.query_one(SpecForm)

    _opening = 0
    _picks = True
    _failure: MacTunerError | None = None

    def compose_middle(self) -> ComposeResult:
        with Vertical(id="source-choice"):
            yield Static("Where is the data?", classes="heading")
            yield Static(WELCOME, classes="quiet")
            yield SourcePicker()
        with Vertical(id="source-open"):
            yield Static(id="source-head")
            yield Static(id="source-places")
            yield Static(id="source-notes")
            yield ProgressLine(id="source-progress")
            yield RowGrid()

    def compose_side(self) -> ComposeResult:
        yield Static("Reading", classes="heading")
        yield SpecForm(ReadSpec, GROUPS)

    def on_mount(self) -> None:
        self.form.fill(self.state.reading)
        self.add_class("-picks")

    @property
    def main(self) -> Widget:
        return self.picker if self._picks else self.grid

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        if self.state.opening != self._opening:
            self._opening = self.state.opening
            self._open()
            return
        self.set_class(self._picks, "-picks")
        if self._picks:
            self.picker.show(offers(self.app.jobs))
            self.show_body()
        elif self._failure:
            self.show_failure(self._failure)
        elif self.state.opened:
            if not self.form.has_focus_within:
                self.form.fill(self.state.reading)
            self._show_rows()
            self.show_body()

    def show_failure(self, error: MacTunerError) -> None:
        keys = [("r", "try again"), ("n", "choose another source"), ("o", "say how to read it")]
        self.show_notice(error.message, error.hint, keys, mood="bad")

    def _show_rows(self) -> None:
        self.query_one("#source-head", Static).update(head(self.state))
        for name, told in (("places", places(self.state)), ("notes", notes(self.state))):
            line = self.query_one(f"#source-{name}", Static)
            line.display = bool(told)
            line.update(told)
        rows = self.state.scanned.rows if self.state.scanned else None
        columns = columns_of(self.state)
        self.grid.show_columns(columns, [kind(column, rows) for column in columns])

    def _tell(self, note: Noted) -> None:
        """What is told stands above the rows; where they are not in sight it is told at once too."""
        if not self.display:
            super()._tell(note)

    # -- opening -------------------------------------------------------------------------------------------------------

    @work(group="open", exclusive=True, exit_on_error=False)
    async def _open(self) -> None:
        """Open the source, show its first rows, and read it to its end."""
        state = self.state
        self._picks, self._failure = False, None
        self.remove_class("-picks")
        if not self.form.has_focus_within:
            self.form.fill(state.reading)
        self.show_notice(f"Opening {last_part(state.source)} …", mood="busy")
        try:
            self.grid.begin((), [])
            async for event in self.ask(OpenRequest(source=state.source, reading=state.reading)):
                self.follow_in_notice(event)
                if isinstance(event, RowsRead):
                    self.grid.take(event.rows, event.total or len(event.rows))
            self.progress.begin("reading all rows")
            async for event in self.ask(ScanRequest()):
                self.progress.follow(event)
                if isinstance(event, SourceScanned):
                    self.grid.take((), event.rows)
        except MacTunerError as error:
            self._failure = error
            self.show()
        finally:
            self.progress.end()

    @on(SourcePicker.Chosen)
    def choose_source(self, event: SourcePicker.Chosen) -> None:
        reading = self.form.spec
        self._ask_for(paths.settled_source(event.source), reading if isinstance(reading, ReadSpec) else ReadSpec())

    @on(SpecForm.Edited)
    @work(group="reading", exclusive=True, exit_on_error=False)
    async def read_otherwise(self, event: SpecForm.Edited) -> None:
        """Open the source anew, once typing rests."""
        reading = event.spec
        if self._picks or not isinstance(reading, ReadSpec) or reading == self.state.reading:
            return
        if event.path == "bad_rows":
            self.post_message(ReadingChosen(reading))
            return
        await asyncio.sleep(REST_SECONDS)
        self._ask_for(self.state.source, reading)

    def _ask_for(self, source: str, reading: ReadSpec) -> None:
        self._picks = False
        self.post_message(SourceChosen(source, reading))

    # -- rows ----------------------------------------------------------------------------------------------------------

    @on(RowGrid.RowsWanted)
    @work(group="rows", exclusive=True, exit_on_error=False)
    async def fetch_rows(self, event: RowGrid.RowsWanted) -> None:
        async for answer in self.ask(RowsRequest(start=event.start, count=event.count)):
            if isinstance(answer, RowsRead):
                self.grid.take(answer.rows, self.grid.shown)

    @on(RowGrid.CellChosen)
    def show_cell(self, event: RowGrid.CellChosen) -> None:
        title = f"Row {event.row + 1:,} · {event.column}"
        self.app.push_screen(TextPageModal(title, partial(self._read_cell, event.row, event.column)))

    async def _read_cell(self, row: int, column: str, start: int) -> Part:
        part = Part("", start, 0)
        async for event in self.ask(CellRequest(row=row, column=column, start=start)):
            if isinstance(event, CellRead):
                part = Part(event.text[:CELL_CHARACTERS], event.start, event.total_characters)
        return part

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_pick(self) -> None:
        """Choose another source, read as it comes unless the form says otherwise by then."""
        self._picks = True
        self.form.fill(ReadSpec(bad_rows=self.state.reading.bad_rows))
        self.show()
        self.call_after_refresh(self.picker.focus)

    def action_leave_picker(self) -> None:
        """Back to the rows, where there are some."""
        self._picks = False
        self.form.fill(self.state.reading)
        self.show()
        self.focus_middle()

    def action_reopen(self) -> None:
        self._ask_for(self.state.source, self.state.reading)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_go_to(self) -> None:
        row = await self.app.push_screen_wait(NumberModal("Go to row", self.grid.shown))
        if row is not None:
            self.grid.go_to(row - 1)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_choose_key(self) -> None:
        """Read the rows of another place in the document."""
        opened = self.state.opened
        if opened is None:
            return
        choices = [Choice(key_title(key), "read now" if key == opened.key else "") for key in opened.keys]
        chosen = await self.app.push_screen_wait(ChoiceModal("Which rows?", choices))
        if chosen is not None and opened.keys[chosen] != opened.key:
            self._ask_for(self.state.source, self.state.reading.model_copy(update={"key": opened.keys[chosen]}))

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_bad_rows(self) -> None:
        wanted = await self.app.push_screen_wait(BadRowsModal(self.ask, self.state.reading.bad_rows))
        if wanted is not None and wanted != self.state.reading.bad_rows:
            self.post_message(ReadingChosen(self.state.reading.model_copy(update={"bad_rows": wanted})))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "pick" | "reopen":
                return bool(self.state.source) and not self._picks
            case "go_to":
                return self.state.scanned is not None and not self._picks
            case "bad_rows":
                return bool(self.state.scanned and self.state.scanned.bad) and not self._picks
            case "choose_key":
                return self.state.opened is not None and len(self.state.opened.keys) > 1 and not self._picks
            case "leave_picker":
                return self._picks and self.state.opened is not None
        return super().check_action(action, parameters)
