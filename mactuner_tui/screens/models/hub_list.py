"""What the Hub tab shows: a search field, what the Hub has, and filters at the right.

Only the newest search counts: an older one is cancelled, and what it still sends is not listened to any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from textual import getters, on, work
from textual.app import ComposeResult
from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Input, Static

from mactuner_tui.core import library
from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.events import HubModelRead, HubModelsFound
from mactuner_tui.core.hub_models import HubModel
from mactuner_tui.core.numbers import count_text
from mactuner_tui.core.specs.model_requests import SearchRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.hub_words import COLUMNS, hub_line, hub_panel
from mactuner_tui.widgets.column_list import ColumnList, Line
from mactuner_tui.widgets.name_suggester import NameSuggester
from mactuner_tui.widgets.notice import Mood
from mactuner_tui.widgets.panes import Page
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.spec_form import Group, SpecForm

GROUPS = (Group("", ("sort", "task", "smallest", "largest", "author")),)
REST_SECONDS = 0.3
"""How long typing must rest before the Hub is asked."""


class HubList(Part):
    """Searches as one types. Whoever opens a model says how."""

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

    def on_paste(self, event: Paste) -> None:
        """What is pasted beside the field is meant for it."""
        self.field.value = " ".join(event.text.split())
        self.field.focus()

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
            self._opens_first = False
            hint = "Look for less, or widen the filters: models for other tasks are left out at first."
            self._show_instead("Nothing was found", hint, [("/", "search for something else"), ("o", "filters")])
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
        self._show_instead(error.message, error.hint, keys, "bad")

    def _show_instead(self, title: str, text: str, keys: list[tuple[str, str]], mood: Mood = "calm") -> None:
        """Show why there is no list. In the field letters are text: it is left first."""
        if self.field.has_focus:
            keys = [(f"esc {key}", meaning) for key, meaning in keys if key != "/"]
        self.show_notice(title, text, keys, mood)

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

    def action_open(self) -> object:
        """Show all of the highlighted model."""
        raise NotImplementedError
