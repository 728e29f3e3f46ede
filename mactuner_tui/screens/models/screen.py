"""The models screen: the library, the Hub, and the cache, one at a time; and the account on the Hub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from mactuner_tui.core.errors import MacTunerError
from mactuner_tui.core.specs.model_requests import AccountRequest
from mactuner_tui.runtime.session_desk import SessionDesk
from mactuner_tui.screens.models.account import TokenModal, read_account
from mactuner_tui.screens.models.cache_tab import CacheTab
from mactuner_tui.screens.models.hub_tab import HubTab
from mactuner_tui.screens.models.library_tab import LibraryTab
from mactuner_tui.screens.models.messages import DownloadAsked
from mactuner_tui.widgets.host import LoggedIn, StartAsked
from mactuner_tui.widgets.part import Part
from mactuner_tui.widgets.parts_shell import PartsShell
from mactuner_tui.widgets.shell import SIDE_BINDINGS, help_text


class ModelsScreen(PartsShell):
    """Finds, judges, gets and looks after models."""

    MODE = "models"
    PARTS = (LibraryTab, HubTab, CacheTab)
    JOINT = "   "
    HELP = help_text("models")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "token", "Token", show=False, id="models.token", tooltip="The access token of the Hub"),
        *SIDE_BINDINGS,
    ]

    def __init__(self, desk: SessionDesk) -> None:
        super().__init__()
        self._desk = desk

    def make_parts(self) -> Sequence[Part]:
        return [LibraryTab(self._desk), HubTab(self._desk), CacheTab(self._desk)]

    def on_mount(self) -> None:
        self._look_for_account()

    def on_screen_resume(self) -> None:
        """Another screen, or another program, may have changed what there is."""
        self.part.show()

    @work(group="account", exclusive=True, exit_on_error=False)
    async def _look_for_account(self) -> None:
        """Learn the user's name for the top line, once. What keeps it from that, the dialog tells."""
        try:
            account = await read_account(self._desk, AccountRequest())
        except MacTunerError as error:
            self.log.warning(error.message)
            return
        self.post_message(LoggedIn(account.name))

    def open_job(self, job_id: str) -> None:
        self.action_go_step(LibraryTab.NAME)
        self.query_one(LibraryTab).open_job(job_id)

    @on(DownloadAsked)
    def download(self, event: DownloadAsked) -> None:
        self.action_go_step(LibraryTab.NAME)
        self.post_message(StartAsked(event.spec))

    def action_token(self) -> None:
        self.app.push_screen(TokenModal(self._desk))
