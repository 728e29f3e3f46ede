"""Map: which column is what, and what comes of it for real rows."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import RowsMapped
from mactuner_tui.core.events.data import MappedRow
from mactuner_tui.core.specs.data import MapSpec
from mactuner_tui.core.specs.data_requests import MapRequest
from mactuner_tui.core.template import placeholder
from mactuner_tui.screens.data.mapped_rows import MappedRows
from mactuner_tui.screens.data.messages import MappingChosen, SideAsked
from mactuner_tui.screens.data.reading import columns_of, kind
from mactuner_tui.screens.data.step import Step
from mactuner_tui.widgets.choice import NumberModal
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.spec_form import Group, SpecForm
from mactuner_tui.widgets.texts import shortened

GROUPS = (Group("", tuple(MapSpec.model_fields)),)
TEMPLATES = ("system", "prompt", "answer", "text")
TYPING_SECONDS = 0.15
"""How long typing must rest before rows are rendered anew."""
SHOWN_ROWS = 4
FORMATS = {
    "messages": "a conversation of messages in each row",
    "sharegpt": "ShareGPT: a conversation of from and value in each row",
    "alpaca": "Alpaca: instruction, input and output",
    "prompt_completion": "prompt and completion",
    "question_answer": "question and answer",
    "text": "plain text",
    "custom": "columns joined by your templates",
}


class MapStep(Step):
    """The templates above, rendered rows below; the columns at the right."""

    NAME = "map"
    TITLE = "Map"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", id="map.edit", tooltip="Say which column is what"),
        Binding("right", "turn(1)", "Next row", id="map.next", tooltip="The next row"),
        Binding("left", "turn(-1)", "Row before", show=False, id="map.before", tooltip="The row before"),
        Binding("g", "go_to", "Go to row", id="map.go", tooltip="Go to a row by its number"),
        Binding("a", "recognise", "Auto", id="map.auto", tooltip="Forget the templates and recognise the format"),
    ]

    form = getters.query_one(SpecForm)
    rows = getters.query_one(MappedRows)
    columns = getters.query_one("#map-columns", OptionList)

    _row = 0
    _shown_for: tuple[int, MapSpec, int] | None = None
    _template: TextArea | None = None
    """The template that had the focus last: columns are inserted there."""

    def compose_middle(self) -> ComposeResult:
        yield Static(id="map-format")
        yield SpecForm(MapSpec, GROUPS, long=TEMPLATES)
        yield Static("What comes of it", classes="heading")
        with Page(id="map-rows"):
            yield MappedRows()

    def compose_side(self) -> ComposeResult:
        yield Static("Columns", classes="heading")
        yield Static("enter puts one into the template", classes="quiet")
        yield OptionList(id="map-columns", compact=True)

    @property
    def main(self) -> Widget:
        return self.query_one("#map-rows")

    def show_data(self) -> None:
        self.show_body()
        self._show_columns()
        wanted = (self.state.opening, self.state.mapping, self._row)
        if wanted != self._shown_for:
            if self._shown_for is None or self._shown_for[0] != self.state.opening:
                self._row = 0
                self.form.fill(self.state.mapping)
            self._render_rows(TYPING_SECONDS)

    def _show_columns(self) -> None:
        rows = self.state.scanned.rows if self.state.scanned else None
        options = []
        for column in columns_of(self.state):
            example = shortened(" ".join(column.example.split()), 60)
            note = Content.assemble((column.name, "bold"), (f"  {kind(column, rows)}\n", "$quiet"), f"  {example}")
            options.append(Option(note, id=column.name))
        if [option.id for option in self.columns.options] != [option.id for option in options]:
            self.columns.set_options(options)

    # -- rendering -----------------------------------------------------------------------------------------------------

    @work(group="map", exclusive=True, exit_on_error=False)
    async def _render_rows(self, pause: float = 0) -> None:
        self._shown_for = (self.state.opening, self.state.mapping, self._row)
        await asyncio.sleep(pause)
        mapping = self.state.mapping
        try:
            rows: tuple[MappedRow, ...] = ()
            while answer := await self._ask_rows(mapping, self._row + len(rows), SHOWN_ROWS - len(rows)):
                rows += answer.rows
                self._take(answer.model_copy(update={"rows": rows}), mapping)
                if not answer.rows or len(rows) >= SHOWN_ROWS or self._row + len(rows) > self._last:
                    break
        except MacTunerError as error:
            self.rows.show_problem(error)
            self._say_format(None)

    async def _ask_rows(self, mapping: MapSpec, start: int, count: int) -> RowsMapped | None:
        """Some of these rows: fewer where they are long."""
        answer = None
        async for event in self.ask(MapRequest(mapping=mapping, start=start, count=count)):
            if isinstance(event, RowsMapped):
                answer = event
        return answer

    def _take(self, event: RowsMapped, asked: MapSpec) -> None:
        total = self.state.scanned.rows if self.state.scanned else None
        self.rows.show(event.rows, total)
        self._say_format(event.mapping)
        if asked.format != "custom":
            self.form.fill(event.mapping)

    def _say_format(self, mapping: MapSpec | None) -> None:
        said = self.query_one("#map-format", Static)
        if mapping is None:
            said.update(Content.assemble(("! ", "bold $state-warn"), "This mapping does not fit: see below."))
        else:
            word = "Recognised: " if self.state.mapping.format == "auto" else "Format: "
            said.update(Content.assemble(("✓ ", "$state-good"), word, (FORMATS[mapping.format], "bold")))

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(SpecForm.Edited)
    def take_edit(self, event: SpecForm.Edited) -> None:
        spec = event.spec
        if not isinstance(spec, MapSpec):
            return
        if event.path != "format":
            mapping = spec.model_copy(update={"format": "custom"})
            if spec.format != "custom":
                self.form.fill(mapping)
        else:
            mapping = spec if spec.format == "custom" else MapSpec(format=spec.format)
        if mapping != self.state.mapping:
            self.post_message(MappingChosen(mapping))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, TextArea):
            self._template = event.widget

    @on(OptionList.OptionSelected, "#map-columns")
    def insert_column(self, event: OptionList.OptionSelected) -> None:
        template = self._template or self.form.field("prompt").query_one(TextArea)
        template.insert(placeholder(event.option_id or ""))
        self.post_message(SideAsked(False))
        template.focus()

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        self.form.field("prompt").focus_editor()

    def action_turn(self, direction: int) -> None:
        self._go_to(self._row + direction)

    def action_recognise(self) -> None:
        self._shown_for = None
        self.post_message(MappingChosen(MapSpec()))

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_go_to(self) -> None:
        row = await self.app.push_screen_wait(NumberModal("Go to row", self._last + 1))
        if row is not None:
            self._go_to(row - 1)

    @property
    def _last(self) -> int:
        return self.state.scanned.rows - 1 if self.state.scanned else 9

    def _go_to(self, row: int) -> None:
        self._row = min(max(row, 0), max(self._last, 0))
        self._render_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("edit", "turn", "go_to", "recognise"):
            return not self.has_notice
        return super().check_action(action, parameters)
