"""What all steps of the data screen have in common. A step asks the data session itself and tells the screen what it
learnt.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import ClassVar

from textual.binding import Binding, BindingType

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import Event, Noted, Progressed, StageStarted
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.runtime.data_desk import DataDesk
from mactuner_tui.screens.data.messages import Learnt, StepAsked
from mactuner_tui.screens.data.state import DataState
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.texts import capitalised


class Step(Part):
    """One step. The screen calls `show` when it comes up, and when something changed while it is up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_to_source", "Source", id="step.source", tooltip="Choose a source first"),
    ]

    def __init__(self, desk: DataDesk, state: DataState) -> None:
        super().__init__()
        self.desk = desk
        self.state = state
        self._told: set[str] = set()
        self._stage = ""

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Draw what is known, and ask for what is not."""
        if self.state.opened is None:
            waiting = bool(self.state.source)
            self.show_notice(
                "The source is not open yet" if waiting else "No data yet",
                "" if waiting else "First choose a file, a dataset of the Hub, or the sample.",
                [("enter", "go to Source")],
            )
        else:
            self.show_data()

    def show_data(self) -> None:
        """The same, with a source that is open."""

    def action_go_to_source(self) -> None:
        self.post_message(StepAsked("source"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "go_to_source":
            return self.state.opened is None and self.NAME != "source"
        return super().check_action(action, parameters)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def ask(self, request: RequestSpec) -> AsyncIterator[Event]:
        """The events of a request, each of them told to the screen too. Raises `MacTunerError`."""
        opening = self.state.opening
        async with aclosing(self.desk.ask(request)) as events:
            async for event in events:
                if opening != self.state.opening:
                    continue
                if isinstance(event, Noted):
                    self._tell(event)
                self.post_message(Learnt(request, event))
                yield event

    def _tell(self, note: Noted) -> None:
        """Pass on what a person should know, once."""
        if note.text not in self._told:
            self._told.add(note.text)
            self.notify(note.text, severity="warning" if note.warning else "information", markup=False)

    def show_failure(self, error: MacTunerError) -> None:
        """Say what went wrong, and the key that helps."""
        keys = [("r", "try again"), (",", "the step before")]
        self.show_notice(error.message, error.hint, keys, mood="bad")

    def follow_in_notice(self, event: Event) -> None:
        """While nothing else can be shown: say what is being done, and how far that is."""
        match event:
            case StageStarted():
                self._stage = capitalised(event.stage)
                self.show_notice(f"{self._stage} …", mood="busy")
            case Progressed():
                self.show_notice(f"{self._stage} …", mood="busy", progress=(event.done, event.total))
