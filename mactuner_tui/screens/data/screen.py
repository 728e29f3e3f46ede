"""The data screen: six steps from a file to a dataset, and the rows' way through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from mactuner_tui.core.specs.data_requests import CheckRequest, CleanRequest, ProfileRequest
from mactuner_tui.runtime.data_desk import DataDesk
from mactuner_tui.screens.data import messages
from mactuner_tui.screens.data.check_step import CheckStep
from mactuner_tui.screens.data.clean_step import CleanStep
from mactuner_tui.screens.data.explore_step import ExploreStep
from mactuner_tui.screens.data.flow import flow
from mactuner_tui.screens.data.map_step import MapStep
from mactuner_tui.screens.data.source_step import SourceStep
from mactuner_tui.screens.data.split_step import SplitStep
from mactuner_tui.screens.data.state import DataState
from mactuner_tui.screens.data.step import Step
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.parts_shell import PartsShell
from mactuner_tui.widgets.shell import SIDE_BINDINGS, help_text

STEPS: tuple[type[Step], ...] = (SourceStep, MapStep, CleanStep, ExploreStep, CheckStep, SplitStep)


class DataScreen(PartsShell):
    """Takes in what the steps tell, and lets the one in sight draw it."""

    MODE = "data"
    PARTS = STEPS
    HELP = help_text("data")
    BINDINGS: ClassVar[list[BindingType]] = [*SIDE_BINDINGS]

    def __init__(self, desk: DataDesk) -> None:
        super().__init__()
        self.state = DataState()
        self._desk = desk

    def compose_head(self) -> ComposeResult:
        yield Static(id="data-flow")

    def make_parts(self) -> Sequence[Part]:
        return [step(self._desk, self.state) for step in STEPS]

    def draw(self) -> None:
        self.bar.done = self._done()
        self.query_one("#data-flow", Static).update(flow(self.state, self.switcher.size.width or self.size.width))
        super().draw()

    def _done(self) -> frozenset[str]:
        """The steps that have a result."""
        state = self.state
        results = {
            SourceStep: state.scanned is not None,
            MapStep: state.is_mapped,
            CleanStep: state.is_finished(CleanRequest),
            ExploreStep: state.is_finished(ProfileRequest),
            CheckStep: state.is_finished(CheckRequest),
            SplitStep: state.counts is not None,
        }
        return frozenset(step.NAME for step, is_done in results.items() if is_done)

    # -- what the steps tell -------------------------------------------------------------------------------------------

    @on(messages.SourceChosen)
    def open_source(self, event: messages.SourceChosen) -> None:
        self.state.open(event.source, event.reading)
        self.draw()

    @on(messages.ReadingChosen)
    def read_like_this(self, event: messages.ReadingChosen) -> None:
        self.state.reading = event.reading
        self.draw()

    @on(messages.MappingChosen)
    def map_rows(self, event: messages.MappingChosen) -> None:
        self.state.mapping = event.mapping
        self.draw()

    @on(messages.RecipeChosen)
    def clean_rows(self, event: messages.RecipeChosen) -> None:
        self.state.change(event.topic, recipe=event.recipe)
        self.draw()

    @on(messages.ViewChosen)
    def look_through(self, event: messages.ViewChosen) -> None:
        self.state.model = event.model
        self.state.change(event.topic, max_length=event.max_length)
        self.draw()

    @on(messages.OutputChosen)
    def shape_output(self, event: messages.OutputChosen) -> None:
        self.state.output = event.output
        self.draw()

    @on(messages.PlanReturned)
    def return_plan(self, event: messages.PlanReturned) -> None:
        if self.state.undo() if event.back else self.state.redo():
            self.draw()

    @on(messages.Learnt)
    def take_in(self, event: messages.Learnt) -> None:
        if self.state.apply(event.request, event.event):
            self.draw()

    @on(messages.SideAsked)
    def show_side(self, event: messages.SideAsked) -> None:
        if event.is_open:
            self.side_open = True
        else:
            self.fold_what_covers()

    @on(messages.StepAsked)
    def go_to_step(self, event: messages.StepAsked) -> None:
        self.action_go_step(event.name)
