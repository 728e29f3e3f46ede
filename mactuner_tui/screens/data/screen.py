"""The data screen: six steps from a file to a dataset, and the rows' way through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static

from mactuner_tui.core.overview import JobView
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
from mactuner_tui.widgets.shell import SIDE_BINDINGS, Shell, help_text
from mactuner_tui.widgets.steps_bar import StepsBar

STEPS: tuple[type[Step], ...] = (SourceStep, MapStep, CleanStep, ExploreStep, CheckStep, SplitStep)
NAMES = tuple(step.NAME for step in STEPS)


class DataScreen(Shell):
    """Shows one step at a time. Takes in what the steps tell, and lets the one in sight draw it."""

    MODE = "data"
    SIDE_FROM = 132
    HELP = help_text("data")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop,right_square_bracket", "turn_step(1)", "Next step", id="data.next", tooltip="The next step"),
        Binding(
            "comma,left_square_bracket",
            "turn_step(-1)",
            "Step before",
            show=False,
            id="data.before",
            tooltip="The step before",
        ),
        *SIDE_BINDINGS,
    ]

    current: reactive[str] = reactive(NAMES[0], init=False)
    """The name of the step that is shown."""
    switcher = getters.query_one(ContentSwitcher)

    def __init__(self, desk: DataDesk) -> None:
        super().__init__()
        self.state = DataState()
        self._desk = desk

    def compose_middle(self) -> ComposeResult:
        yield StepsBar([(step.NAME, step.TITLE) for step in STEPS])
        yield Static(id="data-flow")
        with ContentSwitcher(initial=self.current):
            for step in STEPS:
                yield step(self._desk, self.state)

    def compose_panel(self) -> ComposeResult:
        """Each step has its own."""
        yield from ()

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.query_one(f"#{self.current}", Step)

    @property
    def actors(self) -> Sequence[DOMNode]:
        return (self.step, self)

    def on_mount(self) -> None:
        self.watch_side_open(self.side_open)
        self._draw()
        self.call_after_refresh(self.focus_middle)

    def show_jobs(self, views: tuple[JobView, ...]) -> None:
        self.step.show_jobs()

    def _draw(self) -> None:
        """Draw the bars and the step in sight."""
        bar = self.query_one(StepsBar)
        bar.current, bar.done = self.current, self._done()
        self.query_one("#data-flow", Static).update(flow(self.state, self.switcher.size.width or self.size.width))
        self.step.show()
        self.refresh_bindings()

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

    def focus_middle(self) -> None:
        self.step.focus_middle()

    # -- what the steps tell -------------------------------------------------------------------------------------------

    @on(messages.SourceChosen)
    def open_source(self, event: messages.SourceChosen) -> None:
        self.state.open(event.source, event.reading)
        self._draw()

    @on(messages.ReadingChosen)
    def read_like_this(self, event: messages.ReadingChosen) -> None:
        self.state.reading = event.reading
        self._draw()

    @on(messages.MappingChosen)
    def map_rows(self, event: messages.MappingChosen) -> None:
        self.state.mapping = event.mapping
        self._draw()

    @on(messages.RecipeChosen)
    def clean_rows(self, event: messages.RecipeChosen) -> None:
        self.state.change(event.topic, recipe=event.recipe)
        self._draw()

    @on(messages.ViewChosen)
    def look_through(self, event: messages.ViewChosen) -> None:
        self.state.model = event.model
        self.state.change(event.topic, max_length=event.max_length)
        self._draw()

    @on(messages.OutputChosen)
    def shape_output(self, event: messages.OutputChosen) -> None:
        self.state.output = event.output
        self._draw()

    @on(messages.PlanReturned)
    def return_plan(self, event: messages.PlanReturned) -> None:
        if self.state.undo() if event.back else self.state.redo():
            self._draw()

    @on(messages.Learnt)
    def take_in(self, event: messages.Learnt) -> None:
        if self.state.apply(event.request, event.event):
            self._draw()

    @on(messages.SideAsked)
    def show_side(self, event: messages.SideAsked) -> None:
        if event.is_open:
            self.side_open = True
        else:
            self.fold_what_covers()

    @on(messages.StepAsked)
    def go_to_step(self, event: messages.StepAsked) -> None:
        self.action_go_step(event.name)

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_turn_step(self, direction: int) -> None:
        place = NAMES.index(self.current) + direction
        if 0 <= place < len(NAMES):
            self.action_go_step(NAMES[place])

    def action_go_step(self, name: str) -> None:
        self.fold_what_covers()
        self.current = name
        self.switcher.current = name
        self._draw()
        self.focus_middle()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "turn_step":
            return 0 <= NAMES.index(self.current) + int(str(parameters[0])) < len(NAMES) if parameters else True
        return super().check_action(action, parameters)
