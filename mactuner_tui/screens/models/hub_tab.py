"""Hub: a search field, what the Hub has, and filters at the right.

Only the newest search counts: an older one is cancelled, and what it still sends is not listened to any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from mactuner_tui.core import library
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import HubModelRead, HubModelsFound
from mactuner_tui.core.hub_models import HubDetail, HubModel
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.specs.model_requests import SearchRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.get_dialog import GetModal
from mactuner_tui.screens.models.hub_page import HubPage
from mactuner_tui.screens.models.hub_words import COLUMNS, hub_line, hub_panel
from mactuner_tui.screens.models.messages import DownloadAsked
from mactuner_tui.widgets.column_list import ColumnList, Line
from mactuner_tui.widgets.name_suggester import NameSuggester
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.spec_form import Group, SpecForm

GROUPS = (Group("", ("sort", "task", "smallest", "largest", "author")),)
REST_SECONDS = 0.3
"""How long typing must rest before the Hub is asked."""


class HubTab(Part):
    """Searches as one types."""

    NAME = "hub"
    TITLE = "Hub"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", id="hub.search", tooltip="Type what to look for, or a model's name"),
        Binding("g", "get", "Get", id="hub.get", tooltip="Download this model"),
        Binding("ctrl+g", "get", "Get", show=False, id="hub.get.typing", tooltip="The same, while typing"),
        Binding("y", "copy", "Copy name", show=False, id="hub.copy", tooltip="Copy the model's name on the Hub"),
        Binding("r", "again", "Try again", id="hub.again", tooltip="Ask the Hub again"),
        Binding("down", "list", "To the list", show=False, id="hub.list", tooltip="From the field to the list"),
        Binding("escape", "list", "Leave the field", id="hub.leave", tooltip="From the field to the list"),
    ]

    field = getters.query_one("#hub-query", Input)
    form = getters.query_one(SpecForm)
    table = getters.query_one("#hub-list", ColumnList)

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk
        self._found: dict[str, HubModel] = {}
        self._lines: dict[str, Line] = {}
        self._asked: SearchRequest | None = None
        """The search that is under way or was answered."""
        self._is_answered = False
        self._opens_first = False
        """Whether the first model found shall be opened: its name was typed whole."""
        self._in_library: frozenset[str] = frozenset()

    def compose_top(self) -> ComposeResult:
        yield Input(
            placeholder="/ to type: a name, an owner, or the address of a model's page",
            suggester=NameSuggester(lambda: [*self._in_library, *self._found]),
            compact=True,
            id="hub-query",
            classes="search",
        )
        yield Static(id="hub-standing")

    def compose_middle(self) -> ComposeResult:
        yield ColumnList(COLUMNS, id="hub-list")

    def compose_side(self) -> ComposeResult:
        yield Static("Search", classes="heading")
        yield SpecForm(SearchRequest, GROUPS, rest=False)
        yield Static("Model", classes="heading")
        with Page(classes="details"):
            yield Static(id="hub-panel")

    def on_mount(self) -> None:
        self.form.fill(SearchRequest())
        self.watch(self.app, "machine", self._draw)

    @property
    def main(self) -> Widget:
        return self.table.options

    @property
    def model(self) -> HubModel | None:
        """The highlighted one."""
        return self._found.get(self.table.key or "")

    # -- asking --------------------------------------------------------------------------------------------------------

    def show(self) -> None:
        self._read_library()
        if self._asked is None:
            self._search(0)

    @work(group="library", exclusive=True, exit_on_error=False)
    async def _read_library(self) -> None:
        models = await asyncio.to_thread(library.models)
        self._in_library = frozenset(repo for one in models if (repo := one.manifest.inputs.get("repo")))
        self._draw()

    @on(Input.Changed, "#hub-query")
    def search_typed(self) -> None:
        self._opens_first = False
        self._search(REST_SECONDS)

    @on(SpecForm.Edited)
    def search_otherwise(self) -> None:
        self._search(REST_SECONDS)

    @work(group="search", exclusive=True, exit_on_error=False)
    async def _search(self, rest: float) -> None:
        filters = self.form.spec
        if not isinstance(filters, SearchRequest):
            return
        request = filters.model_copy(update={"text": self.field.value.strip()[:200]})
        if self._asked == request and self._is_answered:
            return
        self._asked, self._is_answered = request, False
        self._say("searching …")
        await asyncio.sleep(rest)
        try:
            async with aclosing(self._desk.ask(request)) as events:
                async for event in events:
                    match event:
                        case HubModelsFound():
                            self._take(event.models)
                        case HubModelRead() if event.id in self._found:
                            self._learn(event)
        except MacTunerError as error:
            self._fail(error)

    def _take(self, models: Iterable[HubModel]) -> None:
        self._is_answered = True
        self._found = {model.id: model for model in models}
        is_cut = self._asked is not None and len(self._found) == self._asked.limit
        self._say(f"{'the first ' if is_cut else ''}{count_text(len(self._found), 'model')}")
        if self._found:
            self.show_body()
        else:
            hint = "Fewer words find more. The filters may leave it out, and other tasks are left out at first."
            self._notify(hint=hint, title="Nothing was found", keys=[("/", "search for something else"), ("o", "filters")])
        self._draw()
        self.table.go_to_first()
        if self._opens_first:
            self._opens_first = False
            self.action_open()

    def _learn(self, event: HubModelRead) -> None:
        """Draw one line anew: more is known of its model."""
        model = self._found[event.id] = self._found[event.id].model_copy(update={"facts": event.facts})
        self._lines[event.id] = self._line(model)
        self.table.show(list(self._lines.values()))
        if event.id == self.table.key:
            self._show_details()

    def _fail(self, error: MacTunerError) -> None:
        self._found, self._opens_first = {}, False
        self._say("")
        self._draw()
        keys = [("r", "try again"), ("k", "access token"), ("/", "search for something else")]
        if self.field.has_focus:
            keys = [(f"esc {key}", meaning) for key, meaning in keys[:2]]
        self.show_notice(error.message, error.hint, keys, mood="bad")

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _say(self, standing: str) -> None:
        self.query_one("#hub-standing", Static).update(standing)

    def _draw(self) -> None:
        self._lines = {model.id: self._line(model) for model in self._found.values()}
        self.table.show(list(self._lines.values()))
        self._show_details()

    def _line(self, model: HubModel) -> Line:
        return hub_line(model, self.app.machine, model.id in self._in_library)

    @on(ColumnList.Highlighted)
    def show_highlighted(self) -> None:
        self._show_details()

    def _show_details(self) -> None:
        model = self.model
        self.query_one("#hub-panel", Static).update(hub_panel(model, self.app.machine) if model else "")
        self.screen.refresh_bindings()

    # -- choosing ------------------------------------------------------------------------------------------------------

    @on(Input.Submitted, "#hub-query")
    def go_on_from_field(self) -> None:
        """A name that is typed whole is opened; otherwise the list is gone to."""
        if "/" not in self.field.value:
            self.focus_middle()
        elif self._is_answered and self._found:
            self.focus_middle()
            self.action_open()
        else:
            self._opens_first = True

    @on(ColumnList.Chosen)
    def open_chosen(self) -> None:
        self.action_open()

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_open(self) -> None:
        repo = self.model.id if self.model else next(iter(self._found), None)
        if repo is None:
            return
        detail = await self.app.push_screen_wait(HubPage(self._desk, repo))
        if detail is not None:
            await self._ask_download(repo, detail)

    @work(group="modal", exclusive=True, exit_on_error=False)
    async def action_get(self) -> None:
        if self.model:
            await self._ask_download(self.model.id, None)

    async def _ask_download(self, repo: str, detail: HubDetail | None) -> None:
        spec = await self.app.push_screen_wait(GetModal(self._desk, repo, detail))
        if spec is not None:
            self.post_message(DownloadAsked(spec))

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        self.field.focus()

    def action_list(self) -> None:
        self.notice.focus() if self.has_notice else self.table.focus()

    def action_again(self) -> None:
        self._asked = None
        self._search(0)

    def action_copy(self) -> None:
        if self.model:
            self.app.copy_to_clipboard(self.model.id)
            self.notify(self.model.id, title="Copied", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "get" | "copy" | "open":
                return self.model is not None
            case "search":
                return not self.field.has_focus
            case "again":
                return self.has_notice
            case "list":
                return self.field.has_focus
        return super().check_action(action, parameters)
