"""Hub: what can be done with a model that was found there."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Input

from mactuner_tui.core.hub_models import HubDetail
from mactuner_tui.screens.models.get_dialog import GetModal
from mactuner_tui.screens.models.hub_list import HubList
from mactuner_tui.screens.models.hub_page import HubPage
from mactuner_tui.screens.models.messages import DownloadAsked
from mactuner_tui.widgets.column_list import ColumnList


class HubTab(HubList):
    """The keys follow what the cursor is on."""

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
