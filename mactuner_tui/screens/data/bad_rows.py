"""The rows that cannot be read: where each is and why; and what shall happen with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import BadRowsListed, Event
from mactuner_tui.core.specs import RequestSpec
from mactuner_tui.core.specs.data_requests import BadRowsRequest
from mactuner_tui.widgets.dialog import Dialog

Treatment = Literal["stop", "skip"]
PAGE = 100
WORDS: dict[Treatment, str] = {
    "stop": "stop: no dataset is made while there are such rows",
    "skip": "skip: the dataset is made without them",
}


class BadRowsModal(Dialog[Treatment | None]):
    """Lists them, more as one comes to the end of the list. Answers with what was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,b", "close", "Close", show=False, id="bad.close", tooltip="Back to the rows"),
        Binding("s", "choose('skip')", "Skip them", show=False, id="bad.skip", tooltip="Leave these rows out"),
        Binding("x", "choose('stop')", "Stop at them", show=False, id="bad.stop", tooltip="Make no dataset with them"),
    ]

    def __init__(self, ask: Callable[[RequestSpec], AsyncIterator[Event]], treatment: Treatment) -> None:
        super().__init__()
        self._ask = ask
        self._treatment = treatment
        self._total = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static("Rows that cannot be read", classes="dialog-title", id="bad-title")
            yield OptionList(compact=True)
            yield Static(classes="dialog-keys", id="bad-keys")

    def on_mount(self) -> None:
        self._show_treatment()
        self._fetch()

    def _show_treatment(self) -> None:
        self.query_one("#bad-keys", Static).update(
            Content(f"Now: {WORDS[self._treatment]}\ns skip them · x stop at them · escape close")
        )

    @work(group="bad", exclusive=True, exit_on_error=False)
    async def _fetch(self) -> None:
        listed = self.query_one(OptionList)
        try:
            async for event in self._ask(BadRowsRequest(start=listed.option_count, count=PAGE)):
                if isinstance(event, BadRowsListed):
                    self._total = event.total
                    listed.add_options(
                        Option(Content.assemble((f"{row.where}  ", "bold"), row.reason)) for row in event.rows
                    )
        except MacTunerError as error:
            listed.add_option(Option(Content(f"! {error.message} {error.hint}")))
        if listed.highlighted is None and listed.option_count:
            listed.highlighted = 0
        self.query_one("#bad-title", Static).update(f"{self._total:,} rows that cannot be used")

    @on(OptionList.OptionHighlighted)
    def fetch_more(self, event: OptionList.OptionHighlighted) -> None:
        count = event.option_list.option_count
        if event.option_index == count - 1 and count < self._total:
            self._fetch()

    def action_choose(self, treatment: Treatment) -> None:
        self._treatment = treatment
        self._show_treatment()

    def action_close(self) -> None:
        self.dismiss(self._treatment)
